"""``python -m tests.fuzz --seconds 600 --seed 1``: inputs until so much processor time is used.

A failure prints the line that replays it and keeps the input in the folder given by ``--keep``. An
interrupt ends it with what was found until then.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import traceback
from pathlib import Path

from tests.fuzz.commands import ENDINGS
from tests.fuzz.inputs import inputs
from tests.fuzz.trial import try_one

MOST_MEMORY = 4 << 30


def main() -> int:
    """Fuzz; 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="This input of the seed alone.")
    parser.add_argument("--keep", type=Path, default=Path(tempfile.gettempdir()))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    failures, number = 0, -1
    slowest = {"file": (0.0, ""), "command": (0.0, "")}
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, text) in enumerate(inputs(options.seed)):
            if _used() > options.seconds:
                break
            if options.only is not None and number != options.only:
                if number > options.only:
                    break
                continue
            try:
                kind = "command" if name.endswith(ENDINGS) else "file"
                slowest[kind] = max(slowest[kind], (try_one(Path(folder), name, text), name))
            except KeyboardInterrupt:
                break
            except BaseException:
                failures += 1
                (options.keep / name).write_bytes(text.encode("utf-8", "surrogatepass"))
                print(f"python -m tests.fuzz --seed {options.seed} --only {number}")
                traceback.print_exc(limit=-4)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    told = "; ".join(f"slowest {kind} {t:.2f} s ({name})" for kind, (t, name) in slowest.items())
    taken = f"{_used():.0f} s of processor time"
    print(f"{number} inputs in {taken}, {failures} failures; {told}; {memory} MiB")
    return int(failures > 0)


def _used() -> float:
    """Processor time so far, in seconds, with that of commands in processes of their own."""
    return sum(os.times()[:4])


sys.exit(main())
