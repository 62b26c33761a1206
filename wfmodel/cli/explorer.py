"""``wfmodel explorer``: a page on which instances and stories are stepped through by hand."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from wfmodel.cli.paths import file_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import Seed
from wfmodel.cli.terminal import say
from wfmodel.extras import need
from wfmodel.native.safety import library


def explorer(
    path: Annotated[str, typer.Argument(metavar="SCENARIO|WORKFLOW", help="What to explore.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", callback=file_to_write, help="File to write.")
    ] = Path("explorer.html"),
    seed: Seed = None,
    replication: Annotated[int, typer.Option(min=0, help="Which replication to run.")] = 0,
    instances: Annotated[
        int, typer.Option(min=1, max=200, help="Instances on the page, at most.")
    ] = 40,
    explore: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="States that each search for stories looks into; 0: none."
        ),
    ] = 20_000,
) -> None:
    """Write a page on which instances and stories are stepped through by hand.

    One HTML file that needs nothing else. A workflow without a scenario runs without faults, one
    instance a second for two minutes. The same scenario and seed give the same bytes.
    """
    library("matplotlib")  # before the work begins
    need("jinja2")
    need("pygraphviz")
    from wfmodel.cli.progress import progress
    from wfmodel.cli.scenarios import changed
    from wfmodel.cli.simulate import scenario_or_workflow
    from wfmodel.experiments.explorable import explorable
    from wfmodel.model.files import write_file
    from wfmodel.reports.explorer_page import explorer_html

    scenario, workflow = scenario_or_workflow(path)
    scenario = changed(scenario, replications=None, seed=seed)
    with progress() as bars, in_one_line(ValueError, about=path):
        found = explorable(
            scenario,
            workflow,
            replication=replication,
            most_instances=instances,
            most_states=explore,
            progress=bars,
        )
    command = ["wfmodel", "explorer", path, "--output", str(output), "--seed", str(scenario.seed)]
    command += ["--replication", str(replication), "--instances", str(instances)]
    command += ["--explore", str(explore)]
    write_file(output, explorer_html(found, shlex.join(command)))
    told = sum(len(each.stories) for each in found.stories.values())
    say(f"{output}: {len(found.subjects)} of {found.total} instances, {told} stories")
    for line in found.left_out():
        say(f"left out: {line}")
