"""What an old repository starts with: findings that were there before the check was.

A baseline holds fingerprints with counts. Findings in it are not shown; what is new is; what was
mended makes the baseline smaller when it is written again. A finding moves with its state: its
fingerprint is its place in the structure, not its line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path, PurePath

from wfmodel.checks.policy import NOTHING_READ
from wfmodel.checks.resolved_finding import Reported
from wfmodel.model.files import read_file
from wfmodel.model.json_reader import kept_json

VERSION = 1


def baseline_text(findings: Iterable[Reported]) -> str:
    """The file's text, in a stable order, one line a finding: a diff shows what changed."""
    rows: dict[str, dict[str, object]] = {}
    counts: Counter[str] = Counter()
    for finding in findings:
        counts[finding.fingerprint] += 1
        rows[finding.fingerprint] = {
            "code": finding.code,
            "file": PurePath(finding.file).as_posix(),
            "pointer": finding.pointer,
        }
    entries = [{**row, "fingerprint": name, "count": counts[name]} for name, row in rows.items()]
    entries.sort(key=lambda row: (row["file"], row["pointer"], row["code"], row["fingerprint"]))
    lines = ",\n".join(f"    {json.dumps(entry)}" for entry in entries)
    return f'{{\n  "version": {VERSION},\n  "findings": [\n{lines}\n  ]\n}}\n'


def read_baseline(path: Path) -> Counter[str]:
    """Fingerprints and how often each may be found.

    Raises:
        ValueError: not a baseline.
        OSError: it cannot be read.
    """
    try:
        data = kept_json(read_file(path))
    except ValueError as error:
        raise ValueError(f"{path} is not a baseline: {error}") from None
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError(f"{path} is not a baseline of version {VERSION}; write it anew")
    counts: Counter[str] = Counter()
    entries = data.get("findings", [])
    if not isinstance(entries, list):
        raise ValueError(f"{path} is not a baseline: 'findings' is no list")
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("fingerprint"), str):
            raise ValueError(f"{path} is not a baseline: {entry!r} has no fingerprint")
        count = entry.get("count", 1)
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"{path} is not a baseline: count {count!r} is not a whole number")
        counts[entry["fingerprint"]] += count
    return counts


def beyond(baseline: Counter[str], findings: Iterable[Reported]) -> list[Reported]:
    """Findings that the baseline does not hold; of several with one fingerprint, the last."""
    left = Counter(baseline)
    new = []
    for finding in findings:
        if left[finding.fingerprint] > 0 and finding.code not in NOTHING_READ:
            left[finding.fingerprint] -= 1
        else:
            new.append(finding)
    return new
