"""``python -m tests.checks.mutation``: the table of docs/checker-evaluation.md."""

from __future__ import annotations

from tests.checks.mutation.trial import trial


def main() -> None:
    """Print what was found."""
    result = trial()
    print(result.table())
    for mutant, harm in result.escaped:
        print(f"escaped: {mutant.model}: {mutant.operator} at {mutant.place}: {sorted(harm)[:3]}")


main()
