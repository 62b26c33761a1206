"""The published AWS saga sample, annotated: the checker names its defects with paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.corpus import FOLDER, needs_corpus
from wfmodel.checks import check_workflow
from wfmodel.importers import load_any
from wfmodel.model.findings import Finding, Severity

SAMPLE = FOLDER / "workflows-collection" / "saga-pattern-sam__statemachine__statemachine.asl.json"
NOTES = Path(__file__).with_name("saga-pattern-sam.annotations.yaml")


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Finding]:
    """Findings of the checker by code and state."""
    result = load_any(SAMPLE, NOTES)
    assert result.workflow is not None
    assert not [f for f in result.findings if f.severity is not Severity.INFO]
    return {(f.code, str(f.path[1])): f for f in check_workflow(result.workflow)}


@needs_corpus
@pytest.mark.parametrize(
    "state", ["RefundPayment", "CancelRentalReservation", "CancelFlightReservation"]
)
def test_a_compensation_that_exhausts_its_retries_breaks_the_chain(found, state):
    finding = found[("W6", state)]
    assert finding.severity is Severity.ERROR
    assert finding.trace[-1] == "(failed)"


@needs_corpus
def test_the_refund_that_fails_leaves_the_payment_and_both_reservations(found):
    assert "leaving 'ReserveFlight', 'ReserveCarRental', 'ProcessPayment' in effect" in (
        found[("W6", "RefundPayment")].message
    )


@needs_corpus
@pytest.mark.parametrize("state", ["ConfirmFlight", "ConfirmCarRental"])
def test_steps_after_the_pivot_lead_back_to_the_refund(found, state):
    finding = found[("W8", state)]
    assert finding.severity is Severity.ERROR
    assert finding.trace[-1] == "RefundPayment"


@needs_corpus
def test_a_failed_message_calls_a_committed_booking_failed(found):
    assert found[("W8", "SendingSMSSuccess")].trace[-1] == "(failed)"


@needs_corpus
def test_nothing_else_is_an_error(found):
    errors = {code for (code, _), f in found.items() if f.severity is Severity.ERROR}
    assert errors == {"W6", "W8"}
