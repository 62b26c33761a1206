"""Every code that ``wfmodel check`` can report, whichever package reports it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from wfmodel.checks.policy import Catalogue
from wfmodel.extras import MissingExtraError
from wfmodel.model.findings import Severity
from wfmodel.model.limits import NAMES

if TYPE_CHECKING:
    from wfmodel.checks.rule import Described

_WHY: Final = {
    "L101": "The file cannot be opened, or is no regular file.",
    "L102": "Definitions are read up to 4 MiB: an untrusted file must not fill the memory.",
    "L103": "A definition is UTF-8 text without control characters.",
    "L104": "There is nothing in the file.",
    "L105": "The text is not YAML or JSON: nothing of it can be trusted.",
    "L106": "Of two equal keys the first is silently lost in most readers.",
    "L107": "Nesting beyond 100 levels is refused: reading must end in bounded memory.",
    "L108": "Aliases that expand without bound would fill the memory.",
    "L109": "Tags, several documents and keys that are not text are not part of the format.",
    "L110": "A key that nobody knows has no effect, whatever its writer hoped.",
    "L111": "The key is required.",
    "L112": "There is no such kind of state or distribution.",
    "L113": "The value is not one that the key can have.",
    "L199": "A defect of this program: the file may be well.",
    "E101": "A scenario is about a workflow.",
    "E102": "A scenario runs only a workflow without errors.",
    "E103": "A fault at a participant that does not exist would never happen.",
    "E104": "A fault at a step that does not exist would never happen.",
    "E105": "The primary metrics of a scenario must be metrics that exist.",
    "E106": "A source belongs to a place of the scenario that exists.",
    "E107": "A factor of an experiment has a place that exists, and values that can stand there.",
    "E108": "A declared design must fit the workflow: every step in one group, and so on.",
    "C101": "In a choreography or hybrid: who decides by an item is told of it by no event.",
    "C102": "In a choreography or hybrid: the outside cannot know who awaits its answer.",
    "E109": "A run whose instances go round for ever in no time, or come too fast, would not end.",
    "E111": "A fault that cannot be with the knobs of a variant has no meaning there.",
    "U101": "What it suppressed is gone; left standing it would hide the next one.",
    "U102": "Whoever reads it later cannot know whether it still holds.",
    "U103": "It suppresses nothing: there is no such rule.",
    "U104": "It suppresses nothing: it does not say what.",
}
_OTHER_NAMES: Final = {
    "L199": "fault-of-wfmodel",
    "E101": "no-workflow",
    "E102": "unsound-workflow",
    "E103": "unknown-participant",
    "E104": "unknown-step",
    "E105": "unknown-metric",
    "E106": "unknown-place",
    "E107": "impossible-factor",
    "E108": "unfit-design",
    "E109": "endless-run",
    "E111": "impossible-fault",
    "C101": "uninformed-choice",
    "C102": "unaddressed-receive",
}


@dataclass(frozen=True, slots=True)
class Known:
    """A code that no rule of ``checks`` stands behind."""

    code: str
    name: str
    severity: Severity
    why: str

    @property
    def page(self) -> str:
        """What there is to say: one line, and an example where there is one."""
        from wfmodel.importers.examples import examples

        example = examples().get(self.code)
        return f"{self.why}\n\n{example.markdown}\n" if example else self.why


@cache
def catalogue() -> Catalogue:
    """All codes, ordered; one for all, since most runs ask for none."""
    return Catalogue(_collected)


def _runtime_rules() -> tuple[Described, ...]:
    """Rules about scenarios; none where what runs a scenario is not installed."""
    try:
        from wfmodel.experiments.runtime_registry import RUNTIME_RULES
    except MissingExtraError:
        return ()
    return tuple(RUNTIME_RULES)


def _collected() -> tuple[Described, ...]:
    from wfmodel.checks import RULES
    from wfmodel.checks.choreography.choreography_registry import CHOREOGRAPHY_RULES
    from wfmodel.checks.suppressions import every_kind
    from wfmodel.importers.airflow.dag_findings import PROBLEMS as AIRFLOW
    from wfmodel.importers.asl.catalogue import PROBLEMS
    from wfmodel.importers.embedded.outer_findings import PROBLEMS as EMBEDDED

    entries: list[Described] = [*RULES, *CHOREOGRAPHY_RULES, *_runtime_rules()]
    entries += [
        Known(each.code, each.name, each.severity, each.why)
        for each in (*PROBLEMS, *EMBEDDED, *AIRFLOW)
    ]
    entries += [Known(code, name, Severity.ERROR, _WHY[code]) for code, name in NAMES.items()]
    for code, name in _OTHER_NAMES.items():
        severity = Severity.WARNING if code[0] == "C" else Severity.ERROR
        entries.append(Known(code, name, severity, _WHY[code]))
    entries += [Known(code, name, level, _WHY[code]) for code, name, level in every_kind()]
    return tuple(sorted(entries, key=lambda e: (e.code[0], int(e.code[1:]))))
