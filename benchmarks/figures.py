"""How many QA figures of real fits are drawn a second.

    python benchmarks/figures.py                        # 110 real spectra, two workers
    python benchmarks/figures.py --objects 200 --workers 4
    python benchmarks/figures.py --run runs/hb          # the figures of a run that is there

Wall time includes the start of the workers; their processor time tells what the machine could do by itself, the load
average beside it how much else it had to do. The shortest of some rounds is what it did when it was least disturbed.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import tempfile
import time
from pathlib import Path

import matplotlib

from qsospec_duck.batch import fit_batch
from qsospec_duck.qa import render_qa
from qsospec_duck.runs import RunBundle, open_run


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")
    options.add_argument("--data", type=Path, default=Path(default), help="folder with sdss/*.fits")
    options.add_argument("--objects", type=int, default=110)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--run", type=Path, help="a run that is there, instead of fitting")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="figures_") as folder:
        run = open_run(given.run) if given.run else fitted(given.data, given.objects, Path(folder) / "run")
        versions = f"Python {platform.python_version()}, matplotlib {matplotlib.__version__}"
        print(f"{versions}, {platform.machine()}, {os.cpu_count()} cores")
        for number in range(given.rounds):
            measure(run, Path(folder) / f"qa{number}", given.workers)


def fitted(data: Path, count: int, folder: Path) -> RunBundle:
    files = sorted((data / "sdss").glob("*.fits"))
    if not files:
        raise SystemExit(f"{data / 'sdss'}: no *.fits; --data should name a folder with sdss/*.fits.")
    chosen = files[:: max(1, len(files) // count)][:count]
    return fit_batch(chosen, folder, progress=False).run


def measure(run: RunBundle, folder: Path, workers: int) -> None:
    began, before = time.perf_counter(), processor_time()
    paths = render_qa(run, out=folder, n_workers=workers)
    wall, cpu = time.perf_counter() - began, processor_time() - before
    size = sum(path.stat().st_size for path in paths) / len(paths)
    print(
        f"{len(paths)} figures of {size / 1e3:.0f} kB, {workers} workers: {wall:.1f} s, {len(paths) / wall:.1f} a "
        "second; "
        f"{cpu:.1f} s of CPU, {len(paths) / cpu:.1f} a CPU second; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def processor_time() -> float:
    """Processor time of this process and of its finished workers [s]."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main()
