"""The same bytes from one process, from several, from a cluster, though workers are killed."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import socket
import threading
from concurrent.futures import CancelledError
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests.experiments.samples import workflow
from tests.experiments.sweeps.declared import declared, files
from wfmodel.experiments.experiment import Factor, PlanSpec
from wfmodel.experiments.factorial.dask_cluster import DaskCluster
from wfmodel.experiments.factorial.executors import Executor, InProcess, LocalProcesses
from wfmodel.experiments.factorial.experiment_runs import ExperimentError, run_experiment

pytestmark = pytest.mark.long


MANY = {"plan": PlanSpec(kind="latin-hypercube", points=24), "replications": 6}


def sweep(folder: Path, executor: Executor, progress=None) -> dict[str, bytes]:
    run_experiment(declared(**MANY), workflow(), executor=executor, out=folder, progress=progress)
    return files(folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> dict[str, bytes]:
    return sweep(tmp_path_factory.mktemp("alone"), InProcess())


def test_several_processes_give_the_same_bytes_though_one_is_killed(tmp_path, alone):
    killed = []

    def kill_one(_label: str, done: int, _total: int) -> None:
        if done == 5 and not killed:
            process = multiprocessing.active_children()[0]
            killed.append(process.pid)
            os.kill(process.pid, signal.SIGKILL)

    assert sweep(tmp_path, LocalProcesses(2), kill_one) == alone
    assert killed


def test_a_dask_cluster_gives_the_same_bytes_though_a_worker_is_killed(tmp_path, alone):
    distributed = pytest.importorskip("distributed")
    kept: set[str] = set()

    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):

        def kill_one(_label: str, done: int, _total: int) -> None:
            if done == 4 and not kept:
                kept.update(path.stem for path in (tmp_path / "cells").glob("[!.]*.parquet"))
                victim = next(iter(client.run(os.getpid).values()))
                os.kill(victim, signal.SIGKILL)

        found = sweep(tmp_path, DaskCluster(cluster.scheduler_address), kill_one)
        finished = client.run_on_scheduler(_finished_keys)
    assert found == alone
    assert len(kept) == 4
    # What had been kept was not run again; only what the dead worker had in hand was.
    assert [finished.count(f"wfmodel-{key}") for key in sorted(kept)] == [1] * 4


def _finished_keys(dask_scheduler) -> list[str]:
    log = dask_scheduler.transition_log
    return [entry[0] for entry in log if entry[1:3] == ("processing", "memory")]


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("tcp://127.0.0.1:1", "no answer within 0.2 s"),
        ("tcp://127.0.0.1:SILENT", "no answer within 0.2 s"),
        ("foo", "missing port number"),
        ("http://foo:1", "unknown address scheme 'http'"),
    ],
)
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_no_scheduler_is_said_soon(monkeypatch, address, why):
    pytest.importorskip("distributed")
    before = {thread.name for thread in threading.enumerate()}
    monkeypatch.setattr("wfmodel.experiments.factorial.dask_cluster.CONNECT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # listens, and never says a word
        address = address.replace("SILENT", str(silent.getsockname()[1]))
        with pytest.raises(ConnectionError, match=f"no Dask scheduler at {address}: {why}"):
            run_experiment(declared(), workflow(), executor=DaskCluster(address))
        gc.collect()  # a client that was not closed would say so here
    # What waits for Dask's own thirty seconds has left a thread that tries on.
    left = {thread.name for thread in threading.enumerate()} - before
    assert not {name for name in left if "IO loop" in name or "Dask" in name}


@pytest.mark.parametrize("how", ["closed", "cancelled"])
def test_a_scheduler_that_goes_is_an_error_of_one_line(monkeypatch, caplog, how):
    comm = pytest.importorskip("distributed.comm")
    gone = {"closed": comm.CommClosedError("in <TCP (closed)>"), "cancelled": CancelledError("x")}

    def lost(*_: object) -> None:
        logging.getLogger("distributed.client").error("Traceback")
        raise gone[how]

    monkeypatch.setattr(DaskCluster, "_client", lambda _: nullcontext())
    monkeypatch.setattr("wfmodel.experiments.factorial.dask_cluster._outcomes", lost)
    with pytest.raises(ConnectionError, match=r"the Dask scheduler at tcp://a:1 has gone: .*resum"):
        list(DaskCluster("tcp://a:1").outcomes([]))
    assert "Traceback" not in caplog.text


def test_what_cannot_run_names_its_point():
    factors = {"next": Factor(path="workflow.states.pay.next", levels=("ship", "nowhere"))}
    with pytest.raises(ExperimentError, match=r"point 1 \(next nowhere\): .*nowhere"):
        run_experiment(declared(factors=factors), workflow(), executor=InProcess())


def test_workers_are_counted():
    with pytest.raises(ValueError, match="workers must be at least 1; got 0"):
        LocalProcesses(0)
