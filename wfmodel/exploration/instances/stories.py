"""A run of several instances in words: whose line it is, and what a crash does to each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from wfmodel.designs.trace_script import Act, message_words
from wfmodel.exploration.instances.product_steps import EVERYBODY
from wfmodel.exploration.instances.run import JointRun
from wfmodel.exploration.stories.sequence_diagram import diagram
from wfmodel.exploration.stories.story import Line, ending_words, line_between


def joint_story(run: JointRun) -> tuple[Line, ...]:
    """The lines of a run, numbered from 1."""
    return tuple(_lines(run))


def _lines(run: JointRun) -> Iterator[Line]:
    moments = zip(run.steps, run.configs, run.configs[1:], strict=False)
    for number, ((who, step), before, after) in enumerate(moments, 1):
        lines = (
            [
                line_between(run.table, number, old, step, new)
                for old, new in zip(before, after, strict=True)
            ]
            if who == EVERYBODY
            else [line_between(run.table, number, before[who], step, after[who])]
        )
        if who != EVERYBODY:
            [line] = lines
            yield replace(line, act=replace(line.act, instance=who + 1))
            continue
        told = [
            f"instance {one} {'; '.join(line.consequences)}"
            for one, line in enumerate(lines, 1)
            if line.consequences
        ]
        yield replace(lines[0], consequences=tuple(told))


def joint_ending(run: JointRun) -> str:
    """Where a run ends, instance by instance."""
    return " ".join(_endings(run))


def _endings(run: JointRun) -> list[str]:
    return [
        f"In the end, instance {one}: {ending_words(run.table, config)}"
        for one, config in enumerate(run.configs[-1], 1)
    ]


def joint_story_text(run: JointRun) -> str:
    """The numbered story, and how it ends for each instance."""
    lines = joint_story(run)
    width = len(str(len(lines)))
    told = [f"{line.number:>{width}}. {line.text}" for line in lines]
    told += [f"{'':>{width}}  {line}" for line in _endings(run)]
    return "\n".join(told) + "\n"


def joint_mermaid(run: JointRun) -> str:
    """The run as a Mermaid sequence diagram; lifelines are processes, which instances share."""
    return diagram(run.table.names, joint_story(run), joint_ending(run))


def joint_schedule(run: JointRun) -> tuple[Act, ...]:
    """The acts of a run; ``trace_script.acts_of_instance`` makes it one of a single instance."""
    flow = run.table.system.flow
    alike = Counter(message_words(flow, message) for message in run.table.messages.values)
    acts = (line.act for line in joint_story(run))
    return tuple(act if alike[act.what] > 1 else replace(act, mark="") for act in acts)
