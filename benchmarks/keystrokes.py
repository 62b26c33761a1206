"""From a key that is pressed to the findings: ``python -m benchmarks.keystrokes [EDITS]``.

A client talks to ``wfmodel lsp`` as an editor does. Each edit is one changed name of a state; the
clock runs until its findings are there, the pause for further keys (``session.PAUSE``) included.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.lsp.client import Client
from wfmodel.lsp.session import PAUSE


def native(states: int) -> str:
    """Tasks in a row, each with a handler."""
    lines = ["name: row", "initial: s0", "states:"]
    for number in range(states):
        following = f"s{number + 1}" if number < states - 1 else "done"
        lines += [
            f"  s{number}:",
            "    kind: task",
            "    service: bank",
            "    duration: 20ms",
            "    timeout: 5s",
            "    idempotent: true",
            "    on: {failure: lost, timeout: lost}",
            f"    next: {following}",
        ]
    return "\n".join(
        [*lines, "  done: {kind: final}", "  lost: {kind: final, outcome: failed}", ""]
    )


def machine(states: int) -> str:
    """The same in Amazon States Language."""
    found: dict[str, object] = {}
    for number in range(states):
        found[f"s{number}"] = {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "f", "Payload.$": "$"},
            "TimeoutSeconds": 30,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "lost"}],
            "Next": f"s{number + 1}" if number < states - 1 else "done",
        }
    found |= {"done": {"Type": "Succeed"}, "lost": {"Type": "Fail", "Error": "Lost"}}
    return json.dumps({"StartAt": "s0", "States": found}, indent=2)


def main() -> None:
    """Print a table."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    client = Client(Path(tempfile.mkdtemp()))
    print(f"with a pause of {PAUSE * 1000:.0f} ms")
    print("| text | states | KiB | median ms | slowest of", edits, "ms | completion, median ms |")
    print("|---|---|---|---|---|---|")
    texts = [(f"{n}.yaml", n, native(n)) for n in (100, 1000)]
    texts += [(f"{n}.asl.json", n, machine(n)) for n in (100, 1000)]
    for name, states, text in texts:
        client.open(name, text, name.rsplit(".", 1)[1])
        taken, offered = [], []
        for number in range(edits):
            wrong = text.replace("s50", f"s50x{number}", 1)
            begin = time.perf_counter()
            assert client.change(name, wrong)
            taken.append((time.perf_counter() - begin) * 1000)
            begin = time.perf_counter()
            client.at("completion", name, 8, 10)
            offered.append((time.perf_counter() - begin) * 1000)
        print(
            f"| {name} | {states} | {len(text) >> 10} | {statistics.median(taken):.0f}"
            f" | {max(taken):.0f} | {statistics.median(offered):.0f} |"
        )
    client.close()


if __name__ == "__main__":
    main()
