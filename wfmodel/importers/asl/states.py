"""The states that do no work: Wait, Pass, Choice, Succeed, Fail."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.importers.asl.catalogue import ASSUMED_DURATION, UNKNOWN_ANNOTATED_TARGET
from wfmodel.importers.asl.comparisons import in_words
from wfmodel.importers.asl.conditions import from_jsonata, from_rule
from wfmodel.importers.asl.job import Fields, SourceState, States, seconds, target
from wfmodel.importers.asl.values import JSONATA, is_number
from wfmodel.importers.asl.variables import read_variables
from wfmodel.model.distributions import Constant
from wfmodel.model.spelling import did_you_mean
from wfmodel.model.workflow import Branch, Choice, Final, Outcome, Wait

_LONGEST_GUARD = 300


def wait(source: SourceState) -> States:
    """A wait; a time that comes from data is the annotation's, else 0."""
    state = source.made(
        Wait,
        duration=source.note.duration or source.made(Constant, value=_waited(source)),
        next=source.next(),
        description=source.description,
    )
    return {source.name: state}


def _waited(source: SourceState) -> int:
    value = source.value.get("Seconds", "")
    if is_number(value):
        source.comes_from(("duration",), "Seconds")
        return seconds(value)
    if source.note.duration is None:
        field = next(
            n for n in ("Seconds", "SecondsPath", "Timestamp", "TimestampPath") if n in source.value
        )
        message = f"how long {source.name!r} waits is only known later: taken as 0"
        source.says(ASSUMED_DURATION, message, field, help="annotate its duration")
    return 0


def pass_on(source: SourceState) -> States:
    """A wait of no time: the flow takes it as an instant step."""
    return {
        source.name: source.made(
            Wait,
            duration=source.made(Constant, value=0),
            next=source.next(),
            description=source.description,
        )
    }


def succeed(source: SourceState) -> States:
    """An end, succeeded."""
    outcome = source.note.outcome or Outcome.SUCCEEDED
    return {source.name: source.made(Final, outcome=outcome, description=source.description)}


def fail(source: SourceState) -> States:
    """An end, failed; an annotation may say that it is an orderly abort."""
    words = [str(source.value[name]) for name in ("Error", "Cause") if name in source.value]
    description = source.description or ": ".join(words)
    outcome = source.note.outcome or Outcome.FAILED
    return {source.name: source.made(Final, outcome=outcome, description=description)}


def choice(source: SourceState) -> States:
    """Guards in words; probabilities from the annotation, by target."""
    rules = source.value["Choices"]
    default = source.value.get("Default")
    targets = [target(rule["Next"]) for rule in rules]
    shares = _shares(source, targets, None if default is None else target(default))
    if default is not None:
        source.comes_from(("default",), "Default")
    state = source.made(
        Choice,
        branches=tuple(
            _branch(source, rule, index, share)
            for index, (rule, share) in enumerate(zip(rules, shares, strict=True))
        ),
        default=None if default is None else target(default),
        service=source.note.service,
        description=source.description,
    )
    return {source.name: state}


def _branch(source: SourceState, rule: Fields, index: int, share: float | None) -> Branch:
    source.comes_from(("branches", index), "Choices", index)
    source.comes_from(("branches", index, "next"), "Choices", index, "Next")
    return source.made(
        Branch,
        next=target(rule["Next"]),
        when=_words(source, rule),
        guard=_guard(source, rule),
        reads=read_variables(rule, source.language, source.job.variables),
        probability=share,
    )


def _words(source: SourceState, rule: Fields) -> str:
    if source.language != JSONATA:
        return in_words(rule)
    return _condition(rule)[:_LONGEST_GUARD]


def _guard(source: SourceState, rule: Fields) -> str:
    return from_jsonata(_condition(rule)) if source.language == JSONATA else from_rule(rule)


def _condition(rule: Fields) -> str:
    return str(rule["Condition"]).removeprefix("{%").removesuffix("%}").strip()


def _shares(
    source: SourceState, targets: list[str], default: str | None
) -> tuple[float | None, ...]:
    """Probability of each branch. Branches to one target share what is given for it, equally."""
    given = dict(source.note.probabilities)
    for name in _strangers(given, targets, default):
        message = f"choice {source.name!r} has no branch to {name!r}"
        known = (*targets, *(() if default is None else (default,)))
        help = did_you_mean(name, known)
        source.notes(UNKNOWN_ANNOTATED_TARGET, message, "probabilities", name, help=help)
        del given[name]
    ways = [*targets, *(() if default is None else (default,))]
    shares = [given[way] / ways.count(way) if way in given else None for way in ways]
    if default is not None and shares[-1] is not None:
        # The model's default takes what the branches leave: so the others must be explicit.
        shares = _explicit(shares)
    return tuple(shares[: len(targets)])


def _strangers(given: Fields, targets: list[str], default: str | None) -> Iterator[str]:
    return (name for name in tuple(given) if name not in targets and name != default)


def _explicit(shares: list[float | None]) -> list[float | None]:
    rest = max(0.0, 1 - sum(share for share in shares if share is not None))
    silent = shares.count(None)
    return [rest / silent if share is None else share for share in shares]
