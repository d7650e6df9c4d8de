"""Kill a tile run with -9 at random moments and see that nothing is torn, lost or done wrong.

    python benchmarks/crash_tiles.py --kills 50

A server on this machine, which also misbehaves, gives the files; ``tiles run`` downloads, converts and cleans up, is
killed, started again, killed again, until it gets through; then every tile is compared with those of an undisturbed
run, the ledger is read, and the tiles are validated.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "helpers"))

import duckdb
from made_archive import write_archive

from qsospec_duck.archive import ArchiveTile, Downloader, DownloadOptions, Patience
from qsospec_duck.archive.local_server import LocalServer, Manners
from qsospec_duck.tiles import read_ledger, run_archive, validate_tiles

PIXELS = list(range(100, 116))
FAULTS = Manners(latency=0.01, slow_down=0.1, drop=0.1, truncate=0.05, wrong_bytes=0.05, page=0.05)


def tiles() -> list[ArchiveTile]:
    return [ArchiveTile("dr1", "main", "dark", pixel) for pixel in PIXELS]


def work(url: str, out: Path, *, ranges: bool) -> None:
    """Make all tiles into one root."""
    patience = Patience(tries=50, base=0.001, most=0.01, mismatches=50)
    options = DownloadOptions(mirrors=(url,), ranges=ranges, patience=patience, workers=4, timeout=5.0)
    run_archive(tiles(), out, Downloader(out.with_name(f"{out.name}-fits"), options))


def sums(root: Path) -> dict[str, str]:
    """SHA-256 of every tile."""
    found = sorted(root.rglob("tile_*/*.parquet"))
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def look(out: Path, known: dict[str, str]) -> list[str]:
    """What is not as an undisturbed run leaves it."""
    wrong = [] if sums(out) == known else ["tiles differ"]
    entries = [entry for entry in read_ledger(out) if entry.status != "started"]
    latest = {entry.key: entry for entry in entries}
    wrong += [] if len(latest) == len(PIXELS) else ["ledger incomplete"]
    wrong += [] if {entry.status for entry in latest.values()} == {"converted"} else ["a tile is not converted"]
    again = Counter(entry.key for entry in entries if entry.status == "converted")
    wrong += [] if max(again.values()) == 1 else ["a tile was made again after it was noted"]
    with duckdb.connect() as con:
        wrong += [] if validate_tiles(out, con).num_rows == 0 else ["validation has findings"]
    left = [path.name for path in out.with_name(f"{out.name}-fits").rglob("*") if path.is_file()]
    wrong += [f"left over: {', '.join(left[:3])}"] if left else []
    return wrong


def main() -> int:
    """Run the benchmark; the exit status is 0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--work", nargs=3, metavar=("URL", "OUT", "MODE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        url, out, mode = options.work
        work(url, Path(out), ranges=mode == "ranges")
        return 0
    random.seed(options.seed)
    kills = rounds = 0
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder / "archive", PIXELS, n=6)
        with LocalServer(folder / "archive") as server:
            work(server.url, folder / "calm", ranges=False)
        known = sums(folder / "calm")
        began = time.monotonic()
        with LocalServer(folder / "archive", FAULTS) as server:
            while kills < options.kills:
                out, mode = folder / f"run-{rounds}", "ranges" if rounds % 2 else "whole"
                rounds += 1
                while True:
                    command = [sys.executable, __file__, "--work", server.url, str(out), mode]
                    process = subprocess.Popen(command, start_new_session=True)
                    try:
                        process.wait(timeout=random.uniform(0.8, 5.0))
                    except subprocess.TimeoutExpired:
                        os.kill(process.pid, signal.SIGKILL)
                        process.wait()
                        kills += 1
                        continue
                    break
                found = look(out, known)
                wrong += found
                print(
                    f"round {rounds} ({mode}): {kills} kills so far, {'; '.join(found) or 'as undisturbed'}", flush=True
                )
        seconds = time.monotonic() - began
    print(f"{kills} kills, {rounds} rounds of {len(PIXELS)} tiles, {len(wrong)} wrong, {seconds:.0f} s")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
