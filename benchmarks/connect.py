"""What ``connect(run=...)`` costs a fresh process: imports, making views and macros, taking them over from a file.

    python benchmarks/connect.py                  # a run of a few simulated quasars, made first
    python benchmarks/connect.py --run runs/hb    # a run that is there

Each figure is the median over processes of their own, in turns: "made" finds an empty cache folder, "taken over" the
file that the one before has left. CPU time, and the growth of the peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from compare import machine

from qsospec_duck.batch import fit_batch
from qsospec_duck.simulate import simulate_spectra

CONNECT = """\
import json, resource, sys, time
began = time.process_time()
from qsospec_duck.connect import connect
imported = time.process_time()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
con = connect(run=sys.argv[1])
connected = time.process_time()
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
commented = con.execute("SELECT count(comment) FROM duckdb_columns() WHERE table_name = 'catalog'").fetchone()[0]
con.close()
print(json.dumps({"import_ms": 1e3 * (imported - began), "connect_ms": 1e3 * (connected - imported),
                  "memory_mb": grown / 1024, "commented": commented}))
"""


def one_process(run: Path, cache: Path) -> dict[str, float]:
    """Figures of one connection."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-c", CONNECT, str(run)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, help="a run; one is made when absent")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(f"{machine()}, load average {os.getloadavg()[0]:.1f}; DuckDB {version('duckdb')}, {options.repeat} processes")
    found: dict[str, list[dict[str, float]]] = {"made": [], "taken over": []}
    with tempfile.TemporaryDirectory() as name:
        run = options.run
        if run is None:
            run = Path(name) / "run"
            fit_batch(simulate_spectra(4, seed=1)[0], run, progress=False)
        for number in range(options.repeat):
            for rows in found.values():
                rows.append(one_process(run, Path(name) / f"cache-{number}"))
    for what, rows in found.items():
        if {row["commented"] for row in rows} != {found["made"][0]["commented"]}:
            raise SystemExit(f"{what}: columns have lost their comments.")
        middle = {key: statistics.median(row[key] for row in rows) for key in rows[0]}
        print(
            f"{what:10s}  connect {middle['connect_ms']:7.0f} ms of CPU, {middle['memory_mb']:5.0f} MB more; "
            f"imports before it {middle['import_ms']:5.0f} ms; {middle['commented']:.0f} comments in catalog"
        )


if __name__ == "__main__":
    main()
