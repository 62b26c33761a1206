"""What runs in the Python that has Airflow: DAG_FILE FOLDER. It imports nothing of wfmodel.

One file of JSON is written into the folder for each DAG, named by its dag_id (of letters, digits,
dashes, dots and underscores, as Airflow wants it). Any failure ends in a line on standard error.
"""

import ctypes
import json
import signal
import sys
from pathlib import Path

if sys.platform == "linux":  # whoever waits for this program is killed: it has no time left either
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG

try:
    from airflow.serialization import serialized_objects

    try:
        from airflow.dag_processing.dagbag import DagBag
    except ImportError:
        from airflow.models.dagbag import DagBag
except ImportError as error:
    sys.exit(f"this Python has no Airflow 3: {error}")


def main(file: str, folder: str) -> None:
    """Run the DAG file and write what it defines."""
    sys.path.insert(0, str(Path(file).parent))
    bag = DagBag(file)
    for said in bag.import_errors.values():
        sys.exit(str(said).strip().splitlines()[-1])
    if not bag.dags:
        sys.exit("it defines no DAG")
    kind = getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG
    for name, dag in bag.dags.items():
        value = kind.to_dict(dag)
        for field in ("fileloc", "relative_fileloc"):  # paths of this machine
            value["dag"][field] = Path(file).name
        value["dag"].pop("_processor_dags_folder", None)
        text = json.dumps(value, indent=1, sort_keys=True)
        (Path(folder) / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
