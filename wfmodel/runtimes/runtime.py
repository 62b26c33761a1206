"""An engine with its parameters as somebody runs it, and the knobs that follow.

Explicit knobs win over these; a parameter that nothing here follows from is refused by name.

>>> Runtime("airflow", {"scheduler.orphaned_tasks_check_interval": 30}).knob_values()["lease"]
{'renewed': '6s', 'lasts': '30s', 'look': '30s', 'of': 'services'}
>>> Runtime("airflow", {"core.parallelism": 4})
Traceback (most recent call last):
ValueError: airflow: core.parallelism is said elsewhere: `services.NAME.capacity` of the workflow
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeAlias

from pydantic import (
    BeforeValidator,
    InstanceOf,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

from wfmodel.designs.knobs import Knobs
from wfmodel.model.spelling import nearest
from wfmodel.model.strict import words_of
from wfmodel.model.units import format_duration
from wfmodel.runtimes.engine_parameters import ENGINES, Given, KnownEngine, Quantity, engine_named


@dataclass(frozen=True, slots=True)
class Runtime:
    """The engine's name, and the parameters that are ``given``; the others have their defaults.

    Raises:
        ValueError: there is no such engine or parameter, or a value is not possible.
    """

    name: str
    given: Mapping[str, Given] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        engine = self.engine
        for name, value in self.given.items():
            self._check(engine, name, value)
        for name, each in engine.parameters.items():
            if each.required and self.given.get(name) is None:
                example = f"runtime: {{{self.name}: {{{name}: …}}}}"
                raise ValueError(f"{self.name}: {name} has no default; give it: {example}")
        try:
            TypeAdapter(Knobs).validate_python(self.knob_values())
        except ValidationError as error:
            said = error.errors(include_url=False)[0]
            knob = ".".join(map(str, said["loc"][:2]))
            given = ", ".join(f"{name} = {value}" for name, value in self.given.items())
            raise ValueError(f"{self.name}: {given}: {knob}: {words_of(said)}") from None

    @property
    def engine(self) -> KnownEngine:
        """What is known of the engine."""
        return engine_named(self.name)

    def _check(self, engine: KnownEngine, name: str, value: Given) -> None:
        each = engine.parameters.get(name)
        if each is None:
            meant = nearest(name, engine.parameters)
            hint = f"did you mean {meant!r}?" if meant else f"there are {', '.join(engine.used)}"
            raise ValueError(f"{self.name}: unknown parameter {name!r}; {hint}")
        if each.elsewhere:
            raise ValueError(f"{self.name}: {name} is said elsewhere: {each.elsewhere}")
        if each.missing:
            raise ValueError(f"{self.name}: {name} is not covered: the model lacks {each.missing}")
        try:
            read = each.read(value)
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{self.name}: {name}: {error}") from None
        words = engine.words(name)
        if words and read not in words:
            raise ValueError(f"{self.name}: {name}: expected {' or '.join(words)}; got {value!r}")

    def _value(self, name: str) -> Given:
        return self.given.get(name, self.engine.parameters[name].default)

    def knob_values(self) -> dict[str, Any]:
        """The knobs that follow, as a scenario's file would have them."""
        known = {name: each.read(self._value(name)) for name, each in self.engine.used.items()}
        found: dict[str, Any] = {}
        for path, rule in self.engine.knobs.items():
            value = rule.value(known)
            if value is None:
                continue
            knob, _, part = path.partition(".")
            written = value if isinstance(value, bool | str) else _written(value)
            if part:
                found.setdefault(knob, {})[part] = written
            else:
                found[knob] = written
        return found

    def origins(self) -> dict[str, str]:
        """Where the value of each knob comes from: parameters with their values, or the reason."""
        found: dict[str, dict[str, None]] = {}
        for path, rule in self.engine.knobs.items():
            knob = path.partition(".")[0]
            for name in rule.names:
                shown = self.engine.parameters[name].shown(self._value(name))
                found.setdefault(knob, {})[f"{name} = {shown}"] = None
            if not rule.names:
                found.setdefault(knob, {})[rule.why] = None
        values = self.knob_values()
        return {
            knob: f"{self.name}: {', '.join(said)}"
            for knob, said in found.items()
            if knob in values
        }

    def sources(self, knob: str) -> tuple[str, ...]:
        """The pages of the manual behind a knob; none if it follows from no parameter."""
        engine = self.engine
        rules = [rule for path, rule in engine.knobs.items() if path.partition(".")[0] == knob]
        names = [name for rule in rules for name in rule.names]
        return tuple(dict.fromkeys(engine.parameters[name].source.split("#")[0] for name in names))

    def is_given(self, knob: str) -> bool:
        """Whether a parameter behind a knob was given, and is not the engine's default."""
        rules = [rule for path, rule in self.engine.knobs.items() if path.split(".")[0] == knob]
        return any(name in self.given for rule in rules for name in rule.names)


def _written(value: int) -> int | str:
    return int(value) if isinstance(value, Quantity) else format_duration(value)


FORM: Final = "a runtime is an engine's name, or {ENGINE: {PARAMETER: value}}"


def read_runtime(value: object) -> Runtime:
    """A runtime as a file has it.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, Runtime):
        return value
    if isinstance(value, str):
        return Runtime(value)
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(FORM)
    [(name, given)] = value.items()
    if given is not None and not isinstance(given, Mapping):
        raise ValueError(f"{FORM}; got {given!r}")
    wrong = [key for key, each in (given or {}).items() if isinstance(each, Mapping | list)]
    if wrong:
        raise ValueError(f"{name}: {wrong[0]}: expected a number, a time or a word")
    return Runtime(str(name), dict(given or {}))


def as_data(runtime: Runtime) -> object:
    """A runtime as a file would have it."""
    return {runtime.name: dict(runtime.given)} if runtime.given else runtime.name


RuntimeField: TypeAlias = Annotated[
    InstanceOf[Runtime],
    BeforeValidator(read_runtime),
    PlainSerializer(as_data),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": list(ENGINES)},
                {
                    "type": "object",
                    "maxProperties": 1,
                    "properties": {name: {"type": ["object", "null"]} for name in ENGINES},
                },
            ]
        }
    ),
]
"""Of a scenario and its variants."""
