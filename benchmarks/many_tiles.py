"""Queries over very many tiles, before and after compaction: scalars of all of them, and one target among them.

    python benchmarks/many_tiles.py
    python benchmarks/many_tiles.py --tiles 12000 --quasars 4 --keep /tmp/many

Made-up tiles with the columns and the row width of real ones: noise for flux, four exposures and nine redshifts a
quasar, target ids without order across the sky, which is the worst case for a look-up. The time of the first query of
a fresh session is told apart from that of later ones.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck import connect
from qsospec_duck.columns import arrow_schema
from qsospec_duck.readers.relation import arrow_column
from qsospec_duck.tiles import compact_tiles, look_up
from qsospec_duck.tiles.compact import TARGET_MB
from qsospec_duck.tiles.tile_file import ROW_GROUP, parquet_options, tile_name

N_PIX = 7751
SURVEY = "dr1/main/dark"
N_BRICKS = 662_174
"""Bricks of the Legacy Surveys, of which TARGETID has 20 bits (desitarget.targets.encode_targetid)."""

SCALARS = "SELECT count(*), avg(z), max(ebv), sum(zwarn), avg(hbeta_flux), min(mjd_min) FROM spectra"
ONE = "SELECT * FROM spectra WHERE target_id = {target_id}"


def made_columns(rng: np.random.Generator, pixel: int, n: int) -> dict[str, Any]:
    """Values of the columns that are not drawn by type alone."""
    target_id = np.sort((9010 << 42) + (rng.integers(0, N_BRICKS, n) << 22) + rng.integers(0, 8000, n))
    mjd = 59349.0 + np.arange(4.0)
    exposure = {"night": 20210514, "tileid": 1000, "exptime": 900.0, "petal": 3, "fiber": 100}
    best = {"spectype": "QSO", "subtype": "", "zwarn": 0, "npixels": N_PIX}
    return {
        "object_key": [f"{SURVEY}/{pixel}/{one}" for one in target_id], "object_id": [str(one) for one in target_id],
        "target_id": target_id, "survey": "main", "program": "dark", "release": "dr1", "healpix": pixel,
        "source": f"coadd-main-dark-{pixel}.fits", "row_index": np.arange(n), "spectype": "QSO", "zwarn": 0,
        "ra": rng.uniform(0, 360, n), "dec": rng.uniform(-20, 80, n), "z": rng.uniform(0.1, 4.0, n),
        "wavelength": 3600.0 + 0.8 * np.arange(N_PIX), "wave0": 3600.0, "dwave": 0.8, "n_pix": N_PIX,
        "flux": rng.normal(2.0, 0.5, (n, N_PIX)).astype(np.float32),
        "ivar": rng.uniform(1.0, 9.0, (n, N_PIX)).astype(np.float32),
        "mask_array": np.zeros((n, N_PIX), np.int32), "n_exposures": 4,
        "exposures": [[{**exposure, "expid": i, "mjd": one} for i, one in enumerate(mjd)]] * n,
        "rr_nbest": [[{**best, "znum": i, "z": 0.3 * i, "chi2": 8e3 + i, "deltachi2": 9.0} for i in range(9)]] * n,
    }  # fmt: skip


def made_tile(rng: np.random.Generator, pixel: int, n: int) -> pa.Table:
    """All columns of a tile; scalars that nobody asks for are noise of their type."""
    known, arrays = made_columns(rng, pixel, n), []
    schema = pa.schema([*arrow_schema("spectra"), *arrow_schema("tiles")])
    for field in schema:
        values = known.get(field.name)
        if values is None and pa.types.is_floating(field.type):
            values = rng.normal(size=n)
        elif values is None and pa.types.is_integer(field.type):
            values = rng.integers(0, 8, n)
        arrays.append(arrow_column(values, field.type, n))
    return pa.Table.from_arrays(arrays, schema=schema)


def write_tiles(root: Path, n_tiles: int, n_quasars: int) -> None:
    """Write tiles as the converter names and encodes them, without flushing each to the disk."""
    rng = np.random.default_rng(0)
    for pixel in range(n_tiles):
        table = made_tile(rng, pixel, n_quasars)
        folder = root / SURVEY / f"tile_{pixel}"
        folder.mkdir(parents=True, exist_ok=True)
        options = parquet_options(table.schema)
        pq.write_table(table, folder / tile_name(str(pixel), n_quasars), row_group_size=ROW_GROUP, **options)


@contextlib.contextmanager
def session(pattern: Path) -> Iterator[Any]:
    """A fresh connection with the view over some files."""
    with connect(tiles=pattern) as con:
        yield con


def timed(do: Callable[[], Any]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    do()
    return 1e3 * (time.perf_counter() - began)


def ask(con: Any, target_id: int) -> Callable[[], Any]:
    """A query for all columns of one target; it must find one spectrum."""

    def find() -> None:
        found = con.sql(ONE.format(target_id=target_id)).to_arrow_table()
        if found.num_rows != 1 or len(found["flux"][0]) != N_PIX:
            raise SystemExit(f"target {target_id}: {found.num_rows} rows were found, expected one spectrum.")

    return find


def some_targets(pattern: Path, count: int) -> list[int]:
    """Targets of all parts of the sky."""
    with connect(tiles=pattern) as con:
        ids = con.execute("SELECT target_id FROM spectra ORDER BY hash(target_id) LIMIT ?", [count]).fetchall()
    return [one for (one,) in ids]


def measure(pattern: Path, targets: list[int], scans: int = 5) -> dict[str, float]:
    """Median times of both queries [ms]; connecting, and the first query of a session, apart."""
    figures: dict[str, float] = {}
    began = time.perf_counter()
    with session(pattern) as con:
        figures["connect"] = 1e3 * (time.perf_counter() - began)
        figures["scalars, first"] = timed(lambda: con.execute(SCALARS).fetchall())
        figures["scalars"] = statistics.median(timed(lambda: con.execute(SCALARS).fetchall()) for _ in range(scans))
    with session(pattern) as con:
        worked = time.process_time()
        times = [timed(ask(con, target)) for target in targets]
        worked = time.process_time() - worked
        figures["one target, first"], figures["one target"] = times[0], statistics.median(times[1:])
        figures["one target, slowest"] = max(times[1:])
        figures["one target, CPU"] = 1e3 * worked / len(targets)
    return figures


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiles", type=int, default=12_000)
    parser.add_argument("--quasars", type=int, default=4, help="of a tile; default 4, which needs 2.5 GB twice")
    parser.add_argument("--target-mb", type=float, default=TARGET_MB)
    parser.add_argument("--targets", type=int, default=20, help="look-ups; default 20")
    parser.add_argument("--keep", type=Path, help="folder for tiles and shards; those that are there are used again")
    parser.add_argument("--no-tiles", action="store_true", help="do not query the tiles before compaction")
    parser.add_argument("--json", type=Path, help="write the figures for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        tiles, shards = folder / "tiles", folder / "shards"
        if not tiles.is_dir():
            took = timed(lambda: write_tiles(tiles, options.tiles, options.quasars))
            print(f"made {options.tiles} tiles of {options.quasars} quasars in {took / 1e3:.0f} s")
        with connect() as con:
            began = time.perf_counter()
            made = compact_tiles(tiles, shards, con, target_mb=options.target_mb)
            seconds = time.perf_counter() - began
        sizes = [shard.bytes / 1e6 for shard in made]
        print(
            f"compaction: {sum(shard.tiles for shard in made)} tiles, {sum(shard.spectra for shard in made)} spectra, "
            f"{len(made)} shards of {min(sizes):.0f} to {max(sizes):.0f} MB, {sum(shard.is_new for shard in made)} of "
            f"them new, {seconds:.0f} s"
        )
        targets = some_targets(shards, options.targets)
        figures = {"shards": measure(shards, targets), "glob": measure(shards / "**" / "*.parquet", targets[:5])}
        with session(shards / "_scalars" / "*.pq") as con:
            scans = [timed(lambda: con.execute(SCALARS).fetchall()) for _ in range(6)]
        figures["_scalars"] = {"scalars, first": scans[0], "scalars": statistics.median(scans[1:])}
        if not options.no_tiles:
            figures["tiles"] = measure(tiles / "**" / "*.parquet", targets[:2], scans=1)
        times = [timed(lambda one=one: look_up(shards, one)) for one in targets]
        figures["look_up"] = {
            "one target, first": times[0], "one target": statistics.median(times[1:]),
            "one target, slowest": max(times[1:]),
        }  # fmt: skip
        for where, all_ in figures.items():
            for what, milliseconds in all_.items():
                print(f"{where:8s} {what:22s} {milliseconds:9.1f} ms")
        if options.json:
            options.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
