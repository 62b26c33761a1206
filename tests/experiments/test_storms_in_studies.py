"""A run that goes on without end is named, and everything beside it is said all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.experiments.samples import scenario, workflow
from tests.experiments.sweeps.declared import declared
from wfmodel.experiments import answer, run, run_sweep, run_what_ifs
from wfmodel.experiments import run_spec as runs
from wfmodel.experiments.factorial.cell_store import RESULTS
from wfmodel.experiments.factorial.executors import InProcess
from wfmodel.experiments.factorial.experiment_runs import ExperimentError, run_experiment
from wfmodel.experiments.factorial.results_data import as_csv, as_data
from wfmodel.experiments.one_factor import Sweep
from wfmodel.experiments.result_tables import changed_rows
from wfmodel.experiments.storms import StormsError
from wfmodel.simulation import StormError, simulate

pytestmark = pytest.mark.long

TOLD = 'choreography, replication 1: instance 3 goes on without end: it was stopped at 7s at "x'


@pytest.fixture
def stormy(monkeypatch):
    """Make runs storm, of the choreography from the second replication on, where a setting says."""

    def where(says):
        def simulated(system, setting, **options):
            if options["replication"] and "choreo" in system.design and says(system, setting):
                raise StormError(3, "x is woken by the watchdog", 7_000_000_000)
            return simulate(system, setting, **options)

        monkeypatch.setattr(runs, "simulate", simulated)

    return where


def small():
    given = scenario()
    setting = replace(given.setting, horizon="20s", convergence="10s")
    return replace(given, setting=setting, replications=3, what_ifs=3)


def is_slow(_, setting) -> bool:
    return setting.network.mean_ns() > 10 * small().setting.network.mean_ns() - 1


def test_a_what_if_that_storms_is_named_and_the_others_are_said(stormy):
    compared = run(small(), workflow(), jobs=1)
    calm = run_what_ifs(compared, jobs=1)
    stormy(is_slow)
    found = run_what_ifs(compared, jobs=1)
    slow = [i for i, each in enumerate(found) if each.storms]
    assert ["network latency" in each.what_if.words for each in found].count(True) == len(slow) == 1
    bad = found[slow[0]]
    assert str(bad.storms[0]).startswith(TOLD)
    assert bad.matters
    assert (bad.lines, bad.fates) == ((), ())
    assert [e for e in found if not e.storms] == [e for i, e in enumerate(calm) if i not in slow]
    said = [each for each in answer(compared, found).cautions if "goes on without end" in each]
    assert len(said) == 1
    assert TOLD in said[0]
    rows = {row.words: row.fates for row in changed_rows(found)}
    assert [fate for fate, *_ in rows["N" + bad.what_if.words[1:]]] == ["goes on without end"]
    assert len(rows) == len(found) + 1


def test_what_ifs_without_anything_to_compare_with_are_not_made_up(stormy):
    compared = run(small(), workflow(), jobs=1)
    stormy(lambda *_: True)
    (only,) = run_what_ifs(compared, jobs=1)
    assert only.what_if.words == "as it is"
    assert TOLD in str(only.storms[0])
    assert len(changed_rows([only])) == 1


def test_a_comparison_names_the_variant_and_the_replication(stormy):
    stormy(lambda *_: True)
    with pytest.raises(StormsError, match=r"^choreography, replication 1: instance 3 goes on"):
        run(small(), workflow(), jobs=1)


def test_a_value_that_storms_is_undefined_and_named(stormy):
    given = replace(small(), sweep=Sweep(fault="crash", every=("5s", "20s"), replications=2))
    calm = run_sweep(given, workflow(), jobs=1)
    stormy(lambda _, setting: any(fault.every.mean_ns() < 6e9 for fault in setting.faults))
    found = run_sweep(given, workflow(), jobs=1)
    name = given.primary[0]
    assert found.variants == ("orchestration", "choreography")
    assert found.estimates[name][1][0].undefined
    assert found.estimates[name][1][1] == calm.estimates[name][1][1]
    assert found.estimates[name][0] == calm.estimates[name][0]
    (storm,) = found.storms
    assert TOLD in storm
    assert storm.startswith("crashes per hour")


def test_a_point_that_storms_is_left_out_and_named_and_what_is_finished_stays(stormy, tmp_path):
    every = [5e9, 14e9, 40e9]
    most = every[0] * 1.01
    stormy(lambda _, setting: any(fault.every.mean_ns() < most for fault in setting.faults))
    result = run_experiment(declared(), workflow(), executor=InProcess(), out=tmp_path / "out")
    assert len(result.points) == 4
    assert len(result.storms) == 2
    assert all(TOLD in each for each in result.storms)
    assert as_data(result)["storms"] == list(result.storms)
    assert as_data(result)["sensitivity"] == []
    assert as_csv(result).count("\n") > 4
    assert not (tmp_path / "out" / RESULTS).exists()
    stormy(lambda *_: False)
    again = run_experiment(
        declared(), workflow(), executor=InProcess(), out=tmp_path / "out", resume=True
    )
    assert (again.new, len(again.points), again.storms) == (2, 6, ())
    assert (tmp_path / "out" / RESULTS).exists()


def test_an_experiment_of_storms_only_says_so(stormy):
    stormy(lambda *_: True)
    with pytest.raises(ExperimentError, match="at every point a run goes on without end; point 0"):
        run_experiment(declared(), workflow(), executor=InProcess())
