"""A DAG run in a real Airflow beside the simulated one: the same states, in the same order, when.

    python -m benchmarks.airflow_tables                       # what is predicted
    python -m benchmarks.airflow_tables --airflow BIN/airflow --database URL --home FOLDER

``models/airflow-tables`` is run three times: without faults, and with the process of a task killed
(``kill -9``) half a minute into its work, once where it has retries and once where it has none.
What rows of ``task_instance`` and ``dag_run`` become is written down by a trigger in the database
(PostgreSQL, empty; ``psql`` asks it). Airflow stands in an environment of its own; its scheduler,
DAG processor and API server are started here, and stopped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from wfmodel.designs import Fault
from wfmodel.experiments import load_scenario
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.importers.airflow.dag_order import load_order
from wfmodel.traces.airflow_tables import TableChange, table_states

SECOND = 10**9
MODEL = Path(__file__).parents[1] / "models" / "airflow-tables"
INTO_WORK = 30.0
PORT = 28417
SEEDS = range(1, 101)
PATIENCE = 900.0
"""Seconds in which a real run, or a start, has to be over."""


@dataclass(frozen=True)
class Case:
    """A run; ``kill`` names the task whose process is killed in its first try."""

    name: str
    kill: str = ""


CASES = (Case("calm"), Case("killed, retried", "transform"), Case("killed, not retried", "load"))


@dataclass(frozen=True)
class Change:
    """A row (``dag_run``, or a task) gets a state, so many seconds after the run was queued."""

    at: float
    row: str
    state: str


# ------------------------------------------------------------------ the simulated run


def predicted(case: Case) -> list[Change]:
    """Mean times over many runs; in which order rows change is the same in all of them."""
    loaded = load_scenario(str(MODEL / "scenario.yaml"))
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    order = load_order(MODEL / "workflow.json")
    [variant] = loaded.scenario.variants_by_name().values()
    bench, runs = Runner(loaded.workflow), list[tuple[TableChange, ...]]()

    def run(seed: int, faults: tuple[Fault, ...]) -> tuple[TableChange, ...]:
        setting = replace(loaded.scenario.setting, faults=faults)  # type: ignore[union-attr]
        spec = RunSpec(variant, setting, seed, 0)
        return table_states(bench.history(spec), order, 0)

    for seed in SEEDS:
        changes = run(seed, ())
        if case.kill:
            begun = next(c.time_ns for c in changes if (c.task, c.state) == (case.kill, "running"))
            at = begun + round(INTO_WORK * SECOND)
            changes = run(seed, (Fault(kind="worker-crash", target="default_pool", at=(at,)),))
        runs.append(changes)
    rows = {tuple((c.task, c.state) for c in changes) for changes in runs}
    assert len(rows) == 1, "the order is not the same in all runs"
    return [
        Change(
            sum(c.time_ns for c in same) / len(runs) / SECOND,
            same[0].task or "dag_run",
            same[0].state,
        )
        for same in zip(*runs, strict=True)
    ]


# ------------------------------------------------------------------ the real one

LOGGED = """
create table if not exists state_log (
    at timestamptz default clock_timestamp(), number bigserial, run text, row_of text, state text);
create or replace function log_state() returns trigger language plpgsql as $$
declare name text;
begin
    if tg_op = 'UPDATE' and new.state is not distinct from old.state then return new; end if;
    if tg_table_name = 'dag_run' then name := 'dag_run'; else name := to_jsonb(new)->>'task_id';
    end if;
    if new.state is not null or tg_op = 'UPDATE' then
        insert into state_log (run, row_of, state)
        values (new.run_id, name, coalesce(new.state, 'none'));
    end if;
    return new;
end $$;
create or replace trigger log_state after insert or update on task_instance
    for each row execute function log_state();
create or replace trigger log_state after insert or update on dag_run
    for each row execute function log_state();
"""


WARM_UP = """
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(dag_id="warm_up", schedule=None, start_date=datetime(2026, 1, 1)):
    BashOperator(task_id="once", bash_command="true")
"""
"""The first task of all loads what the others find loaded."""


class RealAirflow:
    """An Airflow of its own: a program, an empty database, a folder."""

    def __init__(self, program: str, database: str, home: Path) -> None:
        self.program, self.database, self.home = program, database, home
        self.env = {
            **os.environ,
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
            "AIRFLOW__CORE__PARALLELISM": "2",
            "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
            "AIRFLOW__API__PORT": str(PORT),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{PORT}/execution/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
            "PATH": f"{Path(program).parent}{os.pathsep}{os.environ['PATH']}",
        }

    def ask(self, sql: str) -> list[list[str]]:
        """Rows of an answer."""
        url = self.database.replace("+psycopg2", "")
        done = subprocess.run(
            ["psql", url, "-qAt", "-F", "\t", "-c", sql], check=True, capture_output=True, text=True
        )
        return [line.split("\t") for line in done.stdout.splitlines()]

    def airflow(self, *words: str) -> None:
        """One of its commands, to its end."""
        subprocess.run([self.program, *words], env=self.env, check=True, capture_output=True)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Its processes, while the block runs."""
        (self.home / "dags").mkdir(parents=True, exist_ok=True)
        shutil.copy(MODEL / "dag.py", self.home / "dags")
        (self.home / "dags" / "warm_up.py").write_text(WARM_UP, encoding="utf-8")
        self.airflow("db", "migrate")
        self.ask(LOGGED)
        started = []
        try:
            for each in ("api-server", "scheduler", "dag-processor"):
                with (self.home / f"{each}.log").open("wb") as log:
                    started.append(
                        subprocess.Popen(
                            [self.program, each],
                            env=self.env,
                            stdout=log,
                            stderr=log,
                            start_new_session=True,
                        )
                    )
            for dag in ("five_tasks", "warm_up"):
                self.wait(f"select 1 from serialized_dag where dag_id = '{dag}'")
                self.airflow("dags", "unpause", dag)
            self.wait_for_tasks()
            self.run("warm_up", f"warm-up-{int(time.time())}")
            yield
        finally:
            for process in started:
                os.killpg(process.pid, signal.SIGTERM)
            for process in started:
                process.wait(60)

    def wait_for_tasks(self) -> None:
        """Until the API server listens: tasks report to it."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), 1):
                return
            time.sleep(0.5)
        raise TimeoutError("the API server")

    def wait(self, sql: str) -> list[list[str]]:
        """The answer, once there is one."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if found := self.ask(sql):
                return found
            time.sleep(0.2)
        raise TimeoutError(sql)

    def run(self, dag: str, run: str) -> None:
        """A run, to its end."""
        self.airflow("dags", "trigger", dag, "--run-id", run)
        self.over(run)

    def over(self, run: str) -> None:
        """Wait for a run's end."""
        ends = "state in ('success', 'failed')"
        self.wait(f"select 1 from dag_run where run_id = '{run}' and {ends}")

    def measured(self, case: Case, run: str) -> list[Change]:
        """A run, and what became of its rows."""
        self.airflow("dags", "trigger", "five_tasks", "--run-id", run)
        if case.kill:
            row = f"run_id = '{run}' and task_id = '{case.kill}' and pid is not null"
            since = "extract(epoch from clock_timestamp() - start_date)"
            [[pid, begun]] = self.wait(
                f"select pid, {since} from task_instance where {row} and state = 'running'"
            )
            time.sleep(max(0.0, INTO_WORK - float(begun)))
            for each in (*children(int(pid)), int(pid)):
                os.kill(each, signal.SIGKILL)
        self.over(run)
        first = f"select min(at) from state_log where run = '{run}'"
        rows = self.ask(
            f"select extract(epoch from at - ({first})), row_of, state from state_log"
            f" where run = '{run}' order by number"
        )
        return [Change(float(at), row, state) for at, row, state in rows]


def children(pid: int) -> list[int]:
    """Processes below one.

    A BashOperator's command outlives its task's process, and keeps open what the supervisor reads:
    then the supervisor reports the end only when the command is over.
    """
    direct = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [each for child in map(int, direct) for each in (*children(child), child)]


# ------------------------------------------------------------------ side by side


def fits(predicted_s: float, measured_s: float) -> bool:
    """Within a tenth of what was measured, or two seconds."""
    return abs(predicted_s - measured_s) <= max(0.1 * measured_s, 2.0)


def table(case: Case, real: list[Change] | None) -> Iterator[str]:
    """Lines of Markdown."""
    model = predicted(case)
    if real is None:
        yield f"| {case.name} | becomes | predicted, s |"
        yield "|---|---|---|"
        for each in model:
            yield f"| {each.row} | {each.state} | {each.at:.1f} |"
        return
    yield f"| {case.name} | becomes | predicted, s | measured, s | holds |"
    yield "|---|---|---|---|---|"
    for mine, theirs in zip_longest(model, real):
        same = (
            mine is not None
            and theirs is not None
            and (mine.row, mine.state) == (theirs.row, theirs.state)
            and fits(mine.at, theirs.at)
        )
        one = mine or theirs
        other = "" if theirs is None else f"{theirs.at:.1f}"
        if theirs is not None and (one.row, one.state) != (theirs.row, theirs.state):
            other += f" ({theirs.row} {theirs.state})"
        told = "" if mine is None else f"{mine.at:.1f}"
        yield f"| {one.row} | {one.state} | {told} | {other} | {'yes' if same else 'NO'} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--airflow", help="the program of an Airflow 3")
    parser.add_argument("--database", help="postgresql+psycopg2://…, an empty one")
    parser.add_argument("--home", type=Path, help="a folder for it")
    given = parser.parse_args()
    if given.airflow is None:
        for case in CASES:
            print("\n".join(table(case, None)), end="\n\n")
        return
    if given.database is None or given.home is None:
        parser.error("--airflow needs --database and --home")
    real = RealAirflow(given.airflow, given.database, given.home)
    with real.running():
        for number, case in enumerate(CASES):
            run = f"{number}-{int(time.time())}"
            rows = real.measured(case, run)
            print(f"{case.name}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            print("\n".join(table(case, rows)), end="\n\n", flush=True)


if __name__ == "__main__":
    main()
