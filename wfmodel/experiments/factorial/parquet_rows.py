"""Rows as Parquet, and back: the only file that knows the columns.

Bytes depend on rows and metadata alone: fixed order, fixed row groups, no index, no time. Parquet's
own checksums leave its headers out, so a digest of the rows stands in the metadata, and reading
verifies both: a flipped bit is an error and never a number.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import IO, TYPE_CHECKING, Any, Final

from wfmodel.experiments.experiment import Factor, Level
from wfmodel.experiments.factorial.outcome import CellOutcome, Finished, ResponseRow
from wfmodel.experiments.factorial.stopping import Reached
from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.extras import install_command

if TYPE_CHECKING:
    import pyarrow as pa

NEEDS_PYARROW: Final = f"Parquet needs pyarrow: {install_command('pyarrow')}"
FACTOR: Final = "factor."
"""Before a factor's name in the name of its column; durations are in seconds."""
DIGEST: Final = "digest"
SECOND: Final = 1e9


def pyarrow() -> Any:  # noqa: ANN401 - a module without types
    """The library.

    Raises:
        ModuleNotFoundError: it is not installed; the message says how to.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ModuleNotFoundError:
        raise ModuleNotFoundError(NEEDS_PYARROW, name="pyarrow") from None
    return pyarrow


def cell_bytes(outcome: CellOutcome, metadata: Mapping[str, str]) -> bytes:
    """A cell's file."""
    arrow, buffer = pyarrow(), io.BytesIO()
    named = {**metadata, "cell": outcome.key, DIGEST: _digest([outcome])}
    table = arrow.table(_outcome_columns(outcome.rows), schema=_schema(arrow, (), named))
    arrow.parquet.write_table(table, buffer, **_OPTIONS)
    return buffer.getvalue()


def cell_from(content: bytes) -> tuple[CellOutcome, dict[str, str]]:
    """A cell's rows and its file's metadata.

    Raises:
        ValueError: it is no such file, or damaged.
    """
    table, metadata = _read(content)
    if set(table.column_names) != set(_ROW_COLUMNS):
        raise ValueError(f"it has other columns: {', '.join(table.column_names)}")
    outcome = CellOutcome(metadata.get("cell", ""), tuple(_rows(_columns(table, _ROW_COLUMNS))))
    _verify([outcome], metadata)
    return outcome, metadata


class ResultsWriter:
    """Writes finished points, in the order of the plan, to one Parquet file."""

    def __init__(
        self, stream: IO[bytes], factors: Mapping[str, Factor], metadata: Mapping[str, str]
    ) -> None:
        self._arrow, self._factors = pyarrow(), dict(factors)
        self._schema = _schema(self._arrow, tuple(factors.items()), metadata)
        self._writer = self._arrow.parquet.ParquetWriter(stream, self._schema, **_OPTIONS)
        self._digest = blake2b(digest_size=16)

    def write(self, finished: Sequence[Finished]) -> None:
        """One row group."""
        columns: dict[str, list[Any]] = {"point": [], "cell": []}
        columns |= {f"{FACTOR}{name}": [] for name in self._factors}
        rows: list[ResponseRow] = []
        for each in finished:
            rows += each.outcome.rows
            self._digest.update(_text(each.outcome))
            for _ in each.outcome.rows:
                columns["point"].append(each.point.number)
                columns["cell"].append(each.outcome.key)
                for name, factor in self._factors.items():
                    value = shown_value(factor, each.point.values.get(name))
                    columns[f"{FACTOR}{name}"].append(value)
        table = self._arrow.table({**columns, **_outcome_columns(rows)}, schema=self._schema)
        self._writer.write_table(table, row_group_size=len(rows))

    def close(self) -> None:
        """Write the footer."""
        self._writer.add_key_value_metadata({DIGEST: self._digest.hexdigest()})
        self._writer.close()


def results_from(content: bytes) -> tuple[tuple[tuple[int, CellOutcome], ...], dict[str, str]]:
    """Outcomes by number of point, in order, and the file's metadata.

    Raises:
        ValueError: it is no such file, or damaged.
    """
    table, metadata = _read(content)
    columns = _columns(table, ("point", "cell", *_ROW_COLUMNS))
    by_point: dict[int, tuple[str, list[ResponseRow]]] = {}
    keys = zip(columns["point"], columns["cell"], _rows(columns), strict=True)
    for point, key, row in keys:
        by_point.setdefault(point, (key, []))[1].append(row)
    found = tuple((n, CellOutcome(key, tuple(rows))) for n, (key, rows) in by_point.items())
    _verify([outcome for _, outcome in found], metadata)
    return found, metadata


def shown_value(factor: Factor, value: Level) -> float | str | None:
    """A factor's value in its column: a number (seconds for durations), else text."""
    if value is None:
        return None
    if factor.is_duration:
        from wfmodel.model.units import parse_duration

        return parse_duration(value) / SECOND if isinstance(value, int | str) else value / SECOND
    if factor.is_number:
        return float(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


_OPTIONS: Final[dict[str, Any]] = {
    "compression": "zstd",
    "write_page_checksum": True,
    "version": "2.6",
}
_ROW_COLUMNS: Final[Mapping[str, tuple[str, Callable[[ResponseRow], object]]]] = {
    "variant": ("text", lambda row: row.variant),
    "response": ("text", lambda row: row.response),
    "mean": ("number", lambda row: row.estimate.mean),
    "low": ("number", lambda row: row.estimate.low),
    "high": ("number", lambda row: row.estimate.high),
    "replications": ("count", lambda row: row.estimate.replications),
    "undefined": ("count", lambda row: row.estimate.undefined),
    "method": ("text", lambda row: row.estimate.method.value),
    "needed": ("count", lambda row: row.estimate.needed),
    "reached": ("text", lambda row: row.reached.value),
    "differing": ("count", lambda row: row.differing),
    "values": ("numbers", lambda row: list(row.values)),
}
"""Of each column, in order, what kind it is of and what stands in it."""


def _kinds(arrow: Any) -> dict[str, Any]:  # noqa: ANN401 - a module without types
    """The type of every column but those of factors."""
    types = {"text": arrow.string(), "number": arrow.float64(), "count": arrow.int64()}
    types["numbers"] = arrow.list_(types["number"])
    named = {name: types[kind] for name, (kind, _) in _ROW_COLUMNS.items()}
    return {"point": types["count"], "cell": types["text"], **named}


def _columns(table: Any, names: Collection[str]) -> dict[str, list[Any]]:  # noqa: ANN401 - as above
    """Columns as Python has them, of the types that they were written with."""
    kinds = _kinds(pyarrow())
    for name in names:
        if name not in table.column_names:
            raise ValueError(f"it has no column {name!r}")
        column = table.column(name)
        if column.type != kinds[name] or column.null_count:
            raise ValueError(f"its column {name!r} is of another kind")
    found: dict[str, list[Any]] = table.select(list(names)).to_pydict()
    return found


def _schema(
    arrow: Any,  # noqa: ANN401 - a module without types
    factors: Iterable[tuple[str, Factor]],
    metadata: Mapping[str, str],
) -> pa.Schema:
    kinds, factors = _kinds(arrow), tuple(factors)
    number, text = arrow.float64(), arrow.string()
    before = [(f"{FACTOR}{name}", number if f.is_number else text) for name, f in factors]
    point = [("point", kinds["point"]), ("cell", kinds["cell"]), *before] if factors else []
    named = [*point, *((name, kinds[name]) for name in _ROW_COLUMNS)]
    return arrow.schema(named, metadata=dict(metadata))


def _outcome_columns(rows: Sequence[ResponseRow]) -> dict[str, list[Any]]:
    return {name: [told(row) for row in rows] for name, (_, told) in _ROW_COLUMNS.items()}


def _rows(columns: Mapping[str, list[Any]]) -> Iterable[ResponseRow]:
    for fields in zip(*(columns[name] for name in _ROW_COLUMNS), strict=True):
        variant, response, mean, low, high, count, undefined, *rest = fields
        method, needed, state, differing, values = rest
        estimate = Estimate(mean, low, high, count, undefined, Method(method), needed)
        yield ResponseRow(variant, response, estimate, Reached(state), differing, tuple(values))


def _text(outcome: CellOutcome) -> bytes:
    return repr((outcome.key, outcome.rows)).encode()


def _digest(outcomes: Iterable[CellOutcome]) -> str:
    digest = blake2b(digest_size=16)
    for each in outcomes:
        digest.update(_text(each))
    return digest.hexdigest()


def _verify(outcomes: Iterable[CellOutcome], metadata: Mapping[str, str]) -> None:
    if metadata.get(DIGEST) != _digest(outcomes):
        raise ValueError("its rows are not those that were written")


def _read(content: bytes) -> tuple[pa.Table, dict[str, str]]:
    arrow = pyarrow()
    try:
        file = arrow.parquet.ParquetFile(
            arrow.BufferReader(content), page_checksum_verification=True
        )
        table, raw = file.read(), file.metadata.metadata or {}
    except (arrow.ArrowException, OSError) as error:
        said = str(error).partition("\n")[0]
        raise ValueError(f"it cannot be read as Parquet: {said}") from None
    ours = {key: value for key, value in raw.items() if key != b"ARROW:schema"}
    return table, {key.decode(): value.decode("utf-8", "replace") for key, value in ours.items()}
