"""Files made from the code: ``python -m tests.generated`` compares, ``--write`` renews.

The schemas, the metrics page, the tables of knobs and faults, the map of the code and the rule
pages; tests of their own compare
them. This is how to renew them in one go.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.layers import PAGE as MAP
from tests.layers import page as map_of_the_code
from wfmodel.checks.configuration_schema import SCHEMA_FILE as CONFIGURATION
from wfmodel.checks.configuration_schema import configuration_schema
from wfmodel.checks.rule_pages import pages
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.experiments.scenario_schema import scenario_schema
from wfmodel.importers.annotations import SCHEMA_FILE as ANNOTATIONS
from wfmodel.importers.annotations import annotations_schema
from wfmodel.metrics.definitions_page import page
from wfmodel.model.json_schema import (
    CHOREOGRAPHY_SCHEMA_FILE,
    SCENARIO_SCHEMA_FILE,
    SCHEMA_FILE,
    as_text,
    choreography_schema,
    workflow_schema,
)
from wfmodel.runtimes import ENGINES, engine_page, engines_page
from wfmodel.wording.surroundings_page import with_tables

ROOT = Path(__file__).parents[1]
SURROUNDINGS = ROOT / "docs" / "faults-and-knobs.md"


def expected() -> dict[Path, str]:
    """File to text."""
    made = pages(catalogue().entries)
    rules = {ROOT / "docs" / "rules" / name: text for name, text in made.items()}
    engines = {f"{name}.md": engine_page(name) for name in ENGINES}
    runtimes = {"README.md": engines_page(), **engines}
    return {
        SCHEMA_FILE: as_text(workflow_schema()),
        CHOREOGRAPHY_SCHEMA_FILE: as_text(choreography_schema()),
        SCENARIO_SCHEMA_FILE: as_text(scenario_schema()),
        ANNOTATIONS: as_text(annotations_schema()),
        CONFIGURATION: as_text(configuration_schema()),
        ROOT / "docs" / "metrics.md": page(),
        MAP: map_of_the_code(),
        SURROUNDINGS: with_tables(SURROUNDINGS.read_text(encoding="utf-8")),
        **rules,
        **{ROOT / "docs" / "runtimes" / name: text for name, text in runtimes.items()},
    }


def main() -> int:
    """Compare, or write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    stale = [
        path
        for path, text in expected().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if write:
            path.parent.mkdir(exist_ok=True)
            path.write_text(expected()[path], encoding="utf-8")
        print(f"{'written' if write else 'stale'}: {path.relative_to(ROOT)}")
    return int(bool(stale) and not write)


if __name__ == "__main__":
    sys.exit(main())
