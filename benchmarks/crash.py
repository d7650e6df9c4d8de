"""Kill a batch with -9 at random moments and see that nothing is torn, lost or done twice.

    python benchmarks/crash.py --kills 20

A coordinator with two workers fits made spectra into one run directory; it is killed, started again, killed
again, until it gets through; then the run is verified and compared with an undisturbed one. A tenth of the spectra
fail in their first attempts, so that failures are replaced along the way.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HELPERS = Path(__file__).resolve().parents[1] / "tests" / "helpers"
sys.path.insert(0, str(HELPERS))

from dataclasses import replace  # noqa: E402

from made_fits import MadeConfig, made_fit, made_spectrum  # noqa: E402

from qsospec_duck.batch import fit_batch  # noqa: E402
from qsospec_duck.errors import FitError  # noqa: E402
from qsospec_duck.runs import TABLES, open_run, verify_run  # noqa: E402

N_SPECTRA = 120


def moody_fit(spectrum, config):
    """Fit, but refuse every tenth spectrum two times out of three while the run is being disturbed."""
    if spectrum.metadata["moody"] and random.random() < 2 / 3:
        raise FitError("in a mood")
    time.sleep(0.002)
    return made_fit(spectrum, config)


def work(run: Path, *, disturbed: bool) -> None:
    """Fit all spectra into a run."""
    spectra = [
        replace(made_spectrum(number, 200), metadata={"moody": disturbed and number % 10 == 0})
        for number in range(N_SPECTRA)
    ]
    fit_batch(spectra, run, config=MadeConfig(), fit=moody_fit, n_workers=2, task_size=5, progress=False)


def rows(run: Path, table: str) -> list[str]:
    """Rows of a table, without what differs between runs of one job."""
    read = open_run(run).read_table(table)
    # The mood travels in the spectrum's metadata and is no result.
    drop = {"run_id", "completed_at", "failed_at", "traceback", "spectrum_metadata"} & set(read.column_names)
    return sorted(map(repr, read.drop_columns(sorted(drop)).to_pylist()))


def main() -> int:
    """Run the benchmark; the exit status is 0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.work, disturbed=True)
        return 0
    random.seed(options.seed)
    kills = rounds = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder) / "calm"
        work(calm, disturbed=False)
        # How long a coordinator takes here when nobody kills it: moments are drawn from that.
        began = time.monotonic()
        subprocess.run(
            [sys.executable, __file__, "--work", str(Path(folder) / "timed")], check=True, stderr=subprocess.DEVNULL
        )
        whole = time.monotonic() - began
        while kills < options.kills:
            run = Path(folder) / f"run-{rounds}"
            rounds += 1
            while True:
                process = subprocess.Popen(
                    [sys.executable, __file__, "--work", str(run)], start_new_session=True, stderr=subprocess.DEVNULL
                )
                try:
                    process.wait(timeout=random.uniform(0.3, 1.1) * whole if kills < options.kills else None)
                except subprocess.TimeoutExpired:
                    # The coordinator, sometimes with its workers, sometimes leaving them behind.
                    (os.killpg if random.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
                    process.wait()
                    kills += 1
                    continue
                break
            for _ in range(20):
                if verify_run(run).failures == 0:
                    break
                work(run, disturbed=False)
            counts = verify_run(run)
            same = all(rows(calm, table) == rows(run, table) for table in TABLES)
            ok = counts.objects == N_SPECTRA and counts.failures == 0 and same
            wrong += not ok
            state = "equal" if same else "DIFFER"
            print(f"round {rounds}: {kills} kills so far, {counts.objects} objects, tables {state}", flush=True)
    print(f"{kills} kills, {rounds} rounds, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
