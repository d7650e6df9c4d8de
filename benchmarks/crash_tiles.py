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

import archive_run
import duckdb
from archive_run import fits_folder, run_pixels
from made_archive import write_archive

from qsospec_duck.archive.local_server import LocalServer, Manners
from qsospec_duck.tiles import read_ledger, validate_tiles

PIXELS = list(range(100, 116))
FAULTS = Manners(latency=0.01, slow_down=0.1, drop=0.1, truncate=0.05, wrong_bytes=0.05, page=0.05)


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
    wrong += [f"{one.tile}: {one.reason}: {one.message}" for one in latest.values() if one.status != "converted"]
    again = Counter(entry.key for entry in entries if entry.status == "converted")
    wrong += [] if max(again.values()) == 1 else ["a tile was made again after it was noted"]
    with duckdb.connect() as con:
        wrong += [] if validate_tiles(out, con).num_rows == 0 else ["validation has findings"]
    left = [path.name for path in fits_folder(out).rglob("*") if path.is_file()]
    wrong += [f"left over: {', '.join(left[:3])}"] if left else []
    return wrong


def main() -> int:
    """Run the benchmark; the exit status is 0 where every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--mode", choices=("both", "whole", "ranges"), default="both", help="whole files, ranges of them, or in turns"
    )
    options = parser.parse_args()
    random.seed(options.seed)
    kills = rounds = 0
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_archive(folder / "archive", PIXELS, n=6)
        with LocalServer(folder / "archive") as server:
            run_pixels(server.url, folder / "calm", PIXELS, ranges=False)
        known = sums(folder / "calm")
        began = time.monotonic()
        with LocalServer(folder / "archive", FAULTS) as server:
            while kills < options.kills:
                in_turn = ("whole", "ranges")[rounds % 2]
                out, mode = folder / f"run-{rounds}", in_turn if options.mode == "both" else options.mode
                rounds += 1
                while True:
                    script, pixels = archive_run.__file__, [str(pixel) for pixel in PIXELS]
                    command = [sys.executable, script, server.url, str(out), mode, *pixels]
                    process = subprocess.Popen(command, start_new_session=True)
                    try:
                        if process.wait(timeout=random.uniform(0.8, 5.0)):
                            wrong.append(f"round {rounds}: exit status {process.returncode}")
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
