"""``wfmodel check`` against asl-validator (npm) and cfn-lint (PyPI), same files, same run.

    python -m benchmarks.checking [--files 1000] [--tools FOLDER] [--skip cfn-lint]

The peers are installed into FOLDER on the first run. asl-validator gets all files in one call;
cfn-lint gets each machine in a CloudFormation template, all templates in one call. Ratios are to
wfmodel with a cold cache.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:work"


def machine(rng: random.Random) -> dict[str, Any]:
    """A machine of 5 to 25 states: tasks with Retry and Catch, choices, parallel parts."""
    count = rng.randint(5, 25)
    states: dict[str, Any] = {}
    for number in range(count):
        last = number == count - 1
        way: dict[str, Any] = {"End": True} if last else {"Next": f"S{number + 1}"}
        kind = rng.random()
        if kind < 0.15 and not last:
            rule = {"Variable": "$.x", "NumericGreaterThan": rng.randint(0, 9)}
            states[f"S{number}"] = {
                "Type": "Choice",
                "Choices": [{**rule, "Next": f"S{rng.randint(number + 1, count - 1)}"}],
                "Default": f"S{number + 1}",
            }
        elif kind < 0.25 and not last:
            names = [f"P{number}x{branch}" for branch in range(3)]
            task = {"Type": "Task", "Resource": LAMBDA, "End": True}
            branches = [{"StartAt": name, "States": {name: task}} for name in names]
            states[f"S{number}"] = {"Type": "Parallel", "Branches": branches, **way}
        else:
            retry = [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 3}]
            states[f"S{number}"] = {"Type": "Task", "Resource": LAMBDA, "Retry": retry, **way}
            if not last:
                catch = [{"ErrorEquals": ["States.ALL"], "Next": f"S{count - 1}"}]
                states[f"S{number}"]["Catch"] = catch
    return {"StartAt": "S0", "States": states}


def template(definition: dict[str, Any]) -> dict[str, Any]:
    """The machine in a CloudFormation template."""
    role = "arn:aws:iam::123456789012:role/runner"
    properties = {"RoleArn": role, "DefinitionString": json.dumps(definition)}
    resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Machine": resource}}


def large(count: int) -> str:
    """One native workflow of so many states: a saga with handlers, choices and a pivot."""
    lines = ["name: large", "initial: s0", "states:"]
    for number in range(count - 1):
        onward = f"next: s{number + 1}"
        if number % 7 == 3:
            target = f"s{min(count - 1, number + 5)}"
            ways = f"branches: [{{guard: x > {number}, next: {target}}}], default: s{number + 1}"
            lines.append(f"  s{number}: {{kind: choice, {ways}}}")
        else:
            undo = "compensation: {action: undo}, failures: {f: {kind: business}}"
            task = f"kind: task, service: v{number % 9}, effect: compensatable, {undo}"
            lines.append(f"  s{number}: {{{task}, {onward}, on: {{f: rollback}}}}")
    return "\n".join([*lines, f"  s{count - 1}: {{kind: final}}", ""])


def wide(width: int) -> str:
    """A fork of so many branches of one task that can fail."""
    task = "work: {kind: task, service: s, failures: {f: {kind: business}}, next: ok, on: {f: bad}}"
    ends = "ok: {kind: final}, bad: {kind: final, outcome: failed}"
    region = f"      - {{initial: work, states: {{{task}, {ends}}}}}\n"
    return (
        "name: wide\ninitial: fork\nstates:\n  fork:\n    kind: parallel\n    regions:\n"
        f"{region * width}    next: done\n    on: {{failure: sorry}}\n"
        "  done: {kind: final}\n  sorry: {kind: final, outcome: aborted}\n"
    )


def timed(command: list[str], folder: Path, repeat: int = 1) -> float:
    """Best wall-clock time of a command; any exit code will do, findings are no failure."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, capture_output=True, check=False)
        best = min(best, time.perf_counter() - start)
    return best


def asl_validator(tools: Path) -> Path | None:
    """The peer's command, installed if it is not there; None without npm."""
    found = tools / "node_modules" / "asl-validator" / "dist" / "bin" / "asl-validator.js"
    shim = tools / "node_modules" / ".bin" / "asl-validator"
    if not shim.exists() and shutil.which("npm"):
        subprocess.run(["npm", "install", "--silent", "asl-validator@4"], cwd=tools, check=True)
    return shim if shim.exists() else found if found.exists() else None


def cfn_lint(tools: Path) -> Path:
    """The peer's command, in an environment of its own."""
    command = tools / "cfn-lint" / "bin" / "cfn-lint"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", tools / "cfn-lint"], check=True)
        pip = [tools / "cfn-lint" / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "cfn-lint"], check=True)
    return command


def written(folder: Path, count: int, seed: int) -> tuple[list[str], list[str]]:
    """Files of machines and of templates that hold them, by name."""
    rng = random.Random(seed)
    (folder / "machines").mkdir()
    (folder / "templates").mkdir()
    machines, templates = [], []
    for number in range(count):
        definition = machine(rng)
        machines.append(f"machines/{number:05}.asl.json")
        templates.append(f"templates/{number:05}.json")
        (folder / machines[-1]).write_text(json.dumps(definition, indent=1), encoding="utf-8")
        (folder / templates[-1]).write_text(json.dumps(template(definition)), encoding="utf-8")
    return machines, templates


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tools", type=Path, default=Path(".benchmark-tools"))
    parser.add_argument("--skip", action="append", default=[])
    options = parser.parse_args()
    tools = options.tools.resolve()
    tools.mkdir(parents=True, exist_ok=True)
    ours = [sys.executable, "-m", "wfmodel", "check", "--format", "json", "--isolated"]
    rows: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machines, templates = written(folder, options.files, options.seed)
        what = f"{options.files} machines"
        cached = [*ours, "machines", "--cache-dir", "cache"]
        rows.append((f"wfmodel, {what}, cold cache", timed(cached, folder)))
        rows.append((f"wfmodel, {what}, warm cache", timed(cached, folder, 5)))
        templated = [*ours, "templates", "--no-cache"]
        rows.append((f"wfmodel, {what} in templates, no cache", timed(templated, folder)))
        peer = None if "asl-validator" in options.skip else asl_validator(tools)
        if peer is not None:
            paths = [word for file in machines for word in ("--json-path", file)]
            rows.append((f"asl-validator 4, {what}", timed(["node", str(peer), *paths], folder)))
        if "cfn-lint" not in options.skip:
            command = [str(cfn_lint(tools)), "--", *templates]
            rows.append((f"cfn-lint, {what} in templates", timed(command, folder)))
        for label, text in (
            ("5,000 states", large(5000)),
            ("17 branches", wide(17)),
            ("30 branches", wide(30)),
            ("one state", "name: one\ninitial: a\nstates: {a: {kind: final}}\n"),
        ):
            (folder / "one.yaml").write_text(text, encoding="utf-8")
            one = timed([*ours, "one.yaml", "--no-cache"], folder, 3)
            rows.append((f"wfmodel, one file of {label}", one))
    cold = rows[0][1]
    print(
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}\n"
    )
    print("| | seconds | to wfmodel cold |\n|---|---|---|")
    for label, seconds in rows:
        print(f"| {label} | {seconds:.2f} | {seconds / cold:.2f} |")


if __name__ == "__main__":
    main()
