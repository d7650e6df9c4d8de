"""One more object in a run of ``qsospec`` 0.1.1; runs in that package's environment, see ``batch.py``.

    python batch_peer.py OUR_RUN THEIR_RUN CHECKPOINT ...

The rows of one object of our run are stored again and again under new keys; the median of the last ten costs [ms] at
each checkpoint is printed as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
from qsospec.io.run_store import SCHEMAS, RunStore


def main(ours: Path, theirs: Path, checkpoints: list[int]) -> None:
    payload = {}
    for name in ("inputs", "objects", "measurements", "warnings", "models"):
        shards = sorted((ours / "data" / name).glob("*.parquet"))
        if shards:
            payload[name] = pq.read_table(shards[0]).select(SCHEMAS[name].names).to_pylist()
    store = RunStore.create(str(theirs), configuration={}, run_id="grown")
    took, found = [], {}
    for number in range(1, max(checkpoints) + 1):
        for rows in payload.values():
            for row in rows:
                row["object_key"] = row["object_id"] = f"k{number}"
        began = time.perf_counter()
        store.write_payload(payload)
        took.append((time.perf_counter() - began) * 1e3)
        if number in checkpoints:
            found[number] = statistics.median(took[-10:])
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [int(text) for text in sys.argv[3:]])
