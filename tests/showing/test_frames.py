"""Tables for other libraries: the same rows in each, and one line where a library is missing."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from tests.showing.objects import asked, every, of_one, of_questions
from wfmodel.display import Tabular
from wfmodel.experiments.comparison_data import comparison_as_csv
from wfmodel.metrics import METRICS
from wfmodel.showing.table_columns import columns_of

TABLES = [
    "60 states", "findings", "no findings", "loaded", "inspection", "system", "history",
    "measurement", "answers", "counterexample", "state space", "interpreted space", "exploration",
    "exact", "rare", "rare answers", "comparison", "what-ifs", "sweep", "story", "timeline",
    "experiment", "threshold", "workflow", "system of 60", "walks", "both sides",
    "online measurement",
]  # fmt: skip


def test_the_names_are_all():
    tables = [name for name, each in every().items() if isinstance(each, Tabular)]
    assert sorted(tables) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_each_library_has_the_same_rows(name):
    subject = every()[name]
    arrow, polars, pandas = subject.to_arrow(), subject.to_frame("polars"), subject.to_frame()
    assert isinstance(arrow, pa.Table)
    assert isinstance(polars, pl.DataFrame)
    assert isinstance(pandas, pd.DataFrame)
    assert arrow.to_pydict() == polars.to_dict(as_series=False)
    assert list(pandas.columns) == arrow.column_names
    back = pandas.astype(object).where(pandas.notna(), None).to_dict("list")
    assert back == arrow.to_pydict()


def test_a_history_is_whole_and_exact():
    history = of_one()["history"]
    frame = history.to_frame()
    assert frame["time_ns"].tolist() == history.rows[:, 0].tolist()
    assert frame["time_ns"].dtype == "int64"
    assert int((frame["kind"] == "arrive").sum()) == history.instances()


def test_a_measurement_has_every_metric_with_its_unit_or_the_reason():
    measured = of_one()["measurement"]
    frame = measured.to_frame().set_index("metric")
    assert list(frame.index) == list(METRICS)
    assert frame["value"]["messages"] == measured.values["messages"]
    assert frame["unit"]["latency_p95"] == "s"
    unknown = frame[frame["value"].isna()]
    assert set(unknown.index) == set(measured.reasons)
    assert set(unknown["reason"]) == set(measured.reasons.values())


def test_a_comparison_has_the_rows_of_its_csv():
    comparison = of_questions()["comparison"]
    csv = comparison_as_csv(comparison, [line.name for line in comparison.metrics])
    frame = comparison.to_frame()
    assert len(csv.splitlines()) == len(frame) + 1
    assert csv.splitlines()[0] == ",".join(frame.columns)


def test_a_sweep_has_a_row_for_each_value():
    swept = of_questions()["sweep"]
    frame = swept.to_frame("polars")
    assert len(frame) == len(swept.values) * len(swept.variants) * len(asked()[0].primary)
    assert set(frame["of"]) == {swept.unit}


def test_what_is_not_known_is_missing():
    assert columns_of(("x",), [(float("nan"),), (None,), (0.0,)]) == {"x": [None, None, 0.0]}


def test_another_library_is_refused():
    with pytest.raises(ValueError, match="knows pandas and polars; got 'dask'"):
        of_one()["workflow"].to_frame("dask")


@pytest.mark.parametrize(
    ("library", "asked", "extra"),
    [
        ("pandas", "to_frame()", "frames"),
        ("polars", "to_frame('polars')", "frames"),
        ("pyarrow", "to_arrow()", "sweeps"),
    ],
)
def test_a_library_that_is_missing_is_said_in_one_line(library, asked, extra):
    program = f"""
import sys
sys.modules[{library!r}] = None
import wfmodel
try:
    wfmodel.Workflow(name="w", initial="a", states={{}}).{asked}
except ImportError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{library} is not installed: pip install 'wfmodel[{extra}]'\n"


def test_nothing_that_shows_is_imported_before_it_is_asked_for():
    heavy = ("numpy", "pandas", "polars", "pyarrow", "matplotlib", "wfmodel.showing")
    program = f"""
import sys, wfmodel
order = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
found = wfmodel.check(order)
print([m for m in {heavy} if m in sys.modules])
repr(order), repr(found), repr(wfmodel.choreograph(order))
print([m for m in {heavy} if m in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n['wfmodel.showing']\n"
