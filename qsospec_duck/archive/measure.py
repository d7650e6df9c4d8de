"""How fast an archive gives files, by the number of requests at once."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from qsospec_duck.archive.download import DownloadOptions, _remote
from qsospec_duck.archive.events import Events
from qsospec_duck.archive.fetch import Line, fetch_file
from qsospec_duck.archive.local_server import LocalServer, Manners
from qsospec_duck.archive.workers import Slots
from qsospec_duck.errors import TransferError

WORKERS = (1, 2, 4, 8, 16)

NEARLY_BEST = 0.9
"""Part of the best rate that the recommended number of workers has to reach."""


@dataclass(frozen=True)
class Measurement:
    """One number of workers at one mirror."""

    mirror: str
    workers: int
    files: int
    failures: int
    retries: int
    mbytes: float
    seconds: float
    mb_per_s: float
    p50_s: float | None
    """Median of the seconds a file takes."""

    p95_s: float | None
    first_byte_s: float | None
    """Median of the seconds until a file's first bytes are here."""

    cpu_s_per_gb: float | None
    peak_rss_mb: float
    """Of the process so far."""


def measure_transfer(
    mirror: str, keys: Sequence[str], workers: Sequence[int] = WORKERS, *, timeout: float = 60.0
) -> list[Measurement]:
    """Fetch the same keys with different numbers of workers.

    Parameters
    ----------
    mirror : str
        Base URL.
    keys : sequence of str
        Files to fetch; each number of workers fetches all of them, into a folder that is removed.
    workers : sequence of int
    timeout : float
        Seconds without a byte after which a connection counts as broken.
    """
    return [_measure(mirror, keys, number, timeout) for number in workers]


def _measure(mirror: str, keys: Sequence[str], workers: int, timeout: float) -> Measurement:
    from concurrent.futures import ThreadPoolExecutor

    options = DownloadOptions(mirrors=(mirror,), workers=workers, start_workers=workers, timeout=timeout)
    retries: list[str] = []
    events = Events(None, lambda said: retries.append(said["key"]) if said["event"] == "retry" else None)
    remote = _remote(mirror, options)

    def fetch(number: int, key: str) -> tuple[int, float, float | None]:
        began = time.monotonic()
        first: list[float] = []

        def note(_: int) -> None:
            if not first:
                first.append(time.monotonic() - began)

        line = Line([remote], Slots(workers, workers), events, options.patience, note)
        try:
            travelled, _ = fetch_file(line, key, folder / str(number) / Path(key).name)
        except TransferError:
            return 0, time.monotonic() - began, None
        return travelled, time.monotonic() - began, first[0] if first else None

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cpu, began = time.process_time(), time.monotonic()
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(fetch, range(len(keys)), keys))
        seconds, cpu = time.monotonic() - began, time.process_time() - cpu
    good = [result for result in results if result[2] is not None]
    size = sum(result[0] for result in results)
    took = np.array([result[1] for result in good])
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Measurement(
        mirror=mirror,
        workers=workers,
        files=len(good),
        failures=len(results) - len(good),
        retries=len(retries),
        mbytes=size / 1e6,
        seconds=seconds,
        mb_per_s=size / 1e6 / seconds,
        p50_s=float(np.percentile(took, 50)) if took.size else None,
        p95_s=float(np.percentile(took, 95)) if took.size else None,
        first_byte_s=float(np.median([result[2] for result in good])) if good else None,
        cpu_s_per_gb=cpu / (size / 1e9) if size else None,
        peak_rss_mb=rss / (1e6 if os.uname().sysname == "Darwin" else 1e3),
    )


def recommend(measurements: Sequence[Measurement]) -> Measurement | None:
    """Pick the fewest workers that reach nine tenths of the best rate without a failure."""
    clean = [one for one in measurements if not one.failures]
    if not clean:
        return None
    best = max(one.mb_per_s for one in clean)
    return min((one for one in clean if one.mb_per_s >= NEARLY_BEST * best), key=lambda one: one.workers)


def as_json(measurements: Sequence[Measurement]) -> str:
    """Measurements and the recommendation, for programs."""
    best = recommend(measurements)
    return json.dumps(
        {"measurements": [asdict(one) for one in measurements], "recommended_workers": best.workers if best else None},
        indent=2,
    )


@contextmanager
def serve_files(n_files: int, mbytes: float, manners: Manners) -> Iterator[tuple[str, list[str]]]:
    """Serve random files from a process of its own, so that its work does not count as ours; gives URL and keys."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        rng = np.random.default_rng(1)
        keys = [f"file-{number:04d}.bin" for number in range(n_files)]
        for key in keys:
            (Path(folder) / key).write_bytes(rng.bytes(int(mbytes * 1e6)))
        process = context.Process(target=_serve, args=(theirs, folder, manners), daemon=True)
        process.start()
        try:
            yield ours.recv(), keys
        finally:
            ours.send("stop")
            process.join(10)


def _serve(pipe: Any, folder: str, manners: Manners) -> None:
    with LocalServer(folder, manners) as server:
        pipe.send(server.url)
        pipe.recv()
