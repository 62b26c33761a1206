"""How long tasks wait, how often they are tried, and what ends that."""

import pytest

from tests.importers.airflow.written_dags import states, task
from wfmodel.model.units import parse_duration


@pytest.mark.parametrize(
    ("delay", "factor", "longest", "pauses"),
    [
        (86400, 2.0, 864000, ["1d", "1d", "1d"]),  # max_task_retry_delay is shorter
        (28800, 2.0, None, ["12h", "24h", "24h"]),
        (100, 2.0, 200, ["150s", "200s", "200s"]),
        (100, 0.5, None, ["150s", "75s", "37500ms"]),
        (172800, 0, None, ["2d", "2d", "2d"]),  # a pause that does not grow has no limit
    ],
)
def test_pauses_between_attempts(delay, factor, longest, pauses):
    given = {"retry_exponential_backoff": factor, "max_retry_delay": longest}
    retry = states(task("a", retries=3, retry_delay=delay, **given))["a"].retry
    assert [retry.delay_before(k) for k in (2, 3, 4)] == [parse_duration(p) for p in pauses]
