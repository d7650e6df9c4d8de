"""Kill batches with -9 at random moments, and refuse them the disk at every call: is anything torn, lost or repeated.

    python benchmarks/crash.py                 # some dozens of kills, a minute or two
    python benchmarks/crash.py --long          # 1,020 coordinators and 60 workers, then faults: about half an hour
    python benchmarks/crash.py --parts faults  # one I/O error at the k-th call of a whole batch, for every k

serial   a coordinator that fits in its own process is killed, started again, killed again, until it gets through
pool     the same with two worker processes, which are killed with it or left behind
workers  worker processes are killed under a coordinator that has to go on
faults   the k-th of the calls that change the disk fails once with an I/O error, or with a full disk from there on;
         the batch is then called again

A tenth of the spectra fail in two of three attempts, so that failures are replaced along the way. Every run that got
through is verified (receipts, SHA-256, rows, unique keys) and its tables are compared with those of an undisturbed one.
Fits are made up: what is tried here is what happens around them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, suppress
from dataclasses import replace
from pathlib import Path

HELPERS = Path(__file__).resolve().parents[1] / "tests" / "helpers"
sys.path[:0] = [str(HELPERS), str(Path(__file__).resolve().parent)]

import polars as pl  # noqa: E402
from compare import machine  # noqa: E402
from disk_faults import EVERY, disk_full, fault_at  # noqa: E402
from made_fits import MadeConfig, made_fit, made_spectrum  # noqa: E402

from qsospec_duck.batch import fit_batch, read_events  # noqa: E402
from qsospec_duck.errors import FitError, RunError  # noqa: E402
from qsospec_duck.runs import TABLES, open_run, verify_run  # noqa: E402

N_SPECTRA = 60
PARTS = ("serial", "pool", "workers", "faults")
TIMED_EVERY = 20
"""Kills after which a coordinator is timed anew."""


def moody_fit(spectrum, config):
    """Fit, but refuse every tenth spectrum two times out of three while the run is being disturbed."""
    if spectrum.metadata["moody"] and random.random() < 2 / 3:
        raise FitError("in a mood")
    time.sleep(0.002)
    return made_fit(spectrum, config)


def work(run: Path, *, disturbed: bool, n_workers: int = 1, n_spectra: int = N_SPECTRA) -> None:
    """Fit all spectra into a run."""
    spectra = [
        replace(made_spectrum(number, 200), metadata={"moody": disturbed and number % 10 == 0})
        for number in range(n_spectra)
    ]
    fit_batch(spectra, run, config=MadeConfig(), fit=moody_fit, n_workers=n_workers, task_size=5, progress=False)


def coordinate(run: Path, n_workers: int) -> None:
    """Be a coordinator that may be killed, with its workers in a group of its own."""
    os.setsid()
    random.seed(os.getpid() ^ time.time_ns())
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        os.dup2(nowhere.fileno(), 2)
        work(run, disturbed=True, n_workers=n_workers)


def rows(run: Path, table: str) -> pl.DataFrame:
    """Rows of a table by object, without what differs between runs of one job."""
    read = pl.from_arrow(open_run(run).read_table(table))
    # The mood travels in the spectrum's metadata and is no result.
    drop = ["run_id", "completed_at", "failed_at", "traceback", "spectrum_metadata"]
    return read.drop(drop, strict=False).sort("object_key", maintain_order=True)


def look(run: Path, calm: Path, n_spectra: int = N_SPECTRA) -> str:
    """What is wrong with a run that got through; empty where nothing is."""
    try:
        for _ in range(20):
            if verify_run(run).failures == 0:
                break
            work(run, disturbed=False, n_spectra=n_spectra)
        keys = open_run(run).read_table("objects")["object_key"].to_pylist()
        if repeated := len(keys) - len(set(keys)):
            return f"{repeated} duplicated"
        if len(keys) != n_spectra:
            return f"{n_spectra - len(keys)} lost"
    except RunError as error:
        return f"torn: {error}"
    differing = [table for table in TABLES if not rows(calm, table).equals(rows(run, table))]
    return f"tables differ: {', '.join(differing)}" if differing else ""


def killed(folder: Path, calm: Path, kills: int, n_workers: int, *, of: str) -> tuple[int, list[str]]:
    """Kill coordinators (``of="coordinator"``) or the workers of one; kills done and findings."""
    context = multiprocessing.get_context("forkserver")
    # What a coordinator imports is imported once: a kill then costs no seconds of its own. The server of Python 3.11
    # looks for it in PYTHONPATH only.
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    context.set_forkserver_preload(["crash"])
    # The first one waits for the imports.
    timed(context, folder / "timed", n_workers)
    done, found, measured = 0, [], -TIMED_EVERY
    for number in range(1_000_000):
        if done >= kills:
            break
        run = folder / f"run-{number}"
        while True:
            if done - measured >= TIMED_EVERY:
                # The machine may be busier than it was: kills would then all fall into the start of a coordinator.
                whole, measured = timed(context, folder / f"timed-{done}", n_workers), done
            process = context.Process(target=coordinate, args=(run, n_workers))
            process.start()
            if of == "coordinator":
                # Early, so that a run is killed again and again at another place before it gets through; half of the
                # time of a pool goes by while its processes start.
                process.join(random.uniform(0.0, 0.5 if n_workers == 1 else 0.8) * whole if done < kills else None)
                if process.is_alive():
                    # With its workers, or leaving them behind.
                    with suppress(ProcessLookupError):
                        (os.killpg if random.random() < 0.5 else os.kill)(process.pid, signal.SIGKILL)
                    process.join()
                    done += 1
                    continue
            else:
                done += kill_workers(process, kills - done, whole)
            process.join()
            if process.exitcode == 0:
                break
            # Three pools in a row were killed as they started: it stops with a reason, and is started again.
            print(f"  a coordinator gave up: {(read_events(run) or [{}])[-1].get('reason')}", flush=True)
        wrong = look(run, calm)
        found += [f"run {number}: {wrong}"] if wrong else []
        print(
            f"  {of}, {n_workers} workers, run {number}: {done} kills so far; {wrong or 'as undisturbed'}", flush=True
        )
    return done, found


def timed(context: multiprocessing.context.BaseContext, run: Path, n_workers: int) -> float:
    """How long a coordinator takes when nobody kills it: moments are drawn from that."""
    process = context.Process(target=coordinate, args=(run, n_workers))
    began = time.monotonic()
    process.start()
    process.join()
    return time.monotonic() - began


def kill_workers(process: multiprocessing.Process, most: int, whole: float) -> int:
    """Kill workers of a coordinator now and then while it works."""
    done = 0
    while process.is_alive() and done < most:
        process.join(random.uniform(0.2, 0.6) * whole)
        if workers := workers_of(process.pid):
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)
                done += 1
    return done


def workers_of(coordinator: int | None) -> list[int]:
    """Worker processes of a coordinator (Linux)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == coordinator and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def refused(folder: Path) -> tuple[int, list[str]]:
    """One fault at the k-th call for every k; number of faults and findings."""
    few, found, steps = 20, [], 0
    calm = folder / "calm"
    work(calm, disturbed=False, n_spectra=few)
    for once in (True, False):
        step = 0
        while True:
            run = folder / f"run-{once}-{step}"
            error = OSError(5, "Input/output error") if once else disk_full()
            with fault_at(step, EVERY, error, once=once) as refusals, suppress(RunError, OSError):
                work(run, disturbed=False, n_spectra=few)
            if not refusals:
                break
            work(run, disturbed=False, n_spectra=few)
            wrong = look(run, calm, few)
            found += [f"fault at call {step}: {wrong}"] if wrong else []
            step += 1
        steps += step
        print(f"  {'one I/O error' if once else 'a full disk'} at each of {step} calls", flush=True)
    return steps, found


def main() -> int:
    """Run the benchmark; the exit status is 0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--long", action="store_true", help="at least 1,000 killed coordinators")
    parser.add_argument("--kills", type=int, help="kills of each part, instead")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random.seed(options.seed)
    kills = {"serial": 950, "pool": 70, "workers": 60} if options.long else {"serial": 30, "pool": 6, "workers": 6}
    kills = kills if options.kills is None else dict.fromkeys(kills, options.kills)
    done: Counter[str] = Counter()
    findings: list[str] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        calm = Path(name) / "calm"
        work(calm, disturbed=False)
        for part in options.parts:
            folder = Path(name) / part
            folder.mkdir()
            if part == "faults":
                done[part], wrong = refused(folder)
            else:
                of = "workers" if part == "workers" else "coordinator"
                done[part], wrong = killed(folder, calm, kills[part], 1 if part == "serial" else 2, of=of)
            findings += [f"{part}, {one}" for one in wrong]
    print("\n".join(findings))
    print(f"{machine()}; load average {os.getloadavg()[0]:.1f}")
    numbers = ", ".join(f"{part} {done[part]}" for part in options.parts)
    print(f"{numbers}; {len(findings)} wrong; {time.monotonic() - began:.0f} s")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
