"""Converting one coadd: ours, astropy whole-array with pandas, and desispec, side by side in one run.

    python benchmarks/convert.py
    python benchmarks/convert.py --desispec-python ORACLE/bin/python --rounds 9

A synthetic coadd of 500 targets, 30 of them quasars (223 MB, RESOLUTION included), is written once; the converters
take turns, so that all meet the same state of the machine. Besides: a plain positioned read of the same bytes, the
compression of the same rows alone, bytes a quasar by precision, and the memory that a conversion adds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

N_TARGETS, N_QUASARS = 500, 30
CAMERAS = {"B": (3600.0, 2751), "R": (5760.0, 2326), "Z": (7520.0, 2881)}

DESISPEC = """
import sys, time, json
import numpy as np
import desispec.io
from desispec.coaddition import coadd_cameras
path, rows, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
for line in sys.stdin:
    began = time.perf_counter()
    spectra = desispec.io.read_spectra(path, rows=rows)
    merged = coadd_cameras(spectra)
    print(json.dumps([time.perf_counter() - began, float(np.nansum(merged.flux["brz"].astype(float)))]), flush=True)
"""


def write_coadd(folder: Path) -> tuple[Path, list[int]]:
    """Noise for flux, a tenth of a percent of pixels masked; the rows of the quasars."""
    from astropy.io import fits
    from astropy.table import Table

    rng = np.random.default_rng(0)
    ids = 39_627_000_000_000_000 + np.arange(N_TARGETS)
    quasars = np.sort(rng.choice(N_TARGETS, N_QUASARS, replace=False))
    primary = fits.PrimaryHDU()
    for key, value in {
        "SPGRP": "healpix", "SPGRPVAL": 23040, "HPXPIXEL": 23040, "HPXNSIDE": 64, "HPXNEST": True, "SURVEY": "main",
        "PROGRAM": "dark", "DEPNAM00": "SPECPROD", "DEPVER00": "iron",
    }.items():  # fmt: skip
        primary.header[key] = value
    fibermap = Table(
        {
            "TARGETID": ids, "COADD_FIBERSTATUS": np.zeros(N_TARGETS, np.int32),
            "TARGET_RA": rng.uniform(0, 360, N_TARGETS), "TARGET_DEC": rng.uniform(-20, 80, N_TARGETS),
            "OBJTYPE": np.full(N_TARGETS, "TGT"), "EBV": rng.uniform(0, 0.1, N_TARGETS).astype(np.float32),
        }
    )  # fmt: skip
    exposures = Table(
        {
            "TARGETID": np.repeat(ids, 4), "NIGHT": np.full(4 * N_TARGETS, 20210514, np.int32),
            "EXPID": np.tile(np.arange(4, dtype=np.int32), N_TARGETS),
            "MJD": 59349.0 + np.tile(np.arange(4.0), N_TARGETS), "TILEID": np.full(4 * N_TARGETS, 1000, np.int32),
            "EXPTIME": np.full(4 * N_TARGETS, 900.0, np.float32), "PETAL_LOC": np.full(4 * N_TARGETS, 3, np.int16),
            "FIBER": np.repeat(np.arange(N_TARGETS, dtype=np.int32), 4),
        }
    )  # fmt: skip
    hdus = [primary, fits.BinTableHDU(fibermap, name="FIBERMAP"), fits.BinTableHDU(exposures, name="EXP_FIBERMAP")]
    for camera, (first, n_pix) in CAMERAS.items():
        shape = (N_TARGETS, n_pix)
        ivar = rng.uniform(1.0, 9.0, shape).astype(np.float32)
        mask = np.where(rng.random(shape) < 0.001, 4, 0).astype(np.int32)
        ivar[mask > 0] = 0
        flux = (rng.normal(2, 1, (N_TARGETS, 1)) + rng.normal(0, 0.5, shape)).astype(np.float32)
        unit = "10**-17 erg/(s cm2 Angstrom)"
        wave = fits.ImageHDU(np.round(first + 0.8 * np.arange(n_pix), 1), name=f"{camera}_WAVELENGTH")
        wave.header["BUNIT"] = "Angstrom"
        image = fits.ImageHDU(flux, name=f"{camera}_FLUX")
        image.header["BUNIT"] = unit
        hdus += [wave, image, fits.ImageHDU(ivar, name=f"{camera}_IVAR"), fits.ImageHDU(mask, name=f"{camera}_MASK")]
        hdus.append(fits.ImageHDU(np.full((N_TARGETS, 11, n_pix), 1 / 11, np.float32), name=f"{camera}_RESOLUTION"))
    hdus.append(fits.BinTableHDU(Table({"TARGETID": ids}), name="SCORES"))
    path = folder / "coadd-main-dark-23040.fits"
    fits.HDUList(hdus).writeto(path, checksum=True)
    spectype = np.full(N_TARGETS, "GALAXY")
    spectype[quasars] = "QSO"
    redrock = Table(
        {
            "TARGETID": ids, "Z": rng.uniform(0.5, 3.0, N_TARGETS), "ZERR": np.full(N_TARGETS, 1e-4),
            "ZWARN": np.zeros(N_TARGETS, np.int64), "CHI2": rng.uniform(7e3, 8e3, N_TARGETS),
            "DELTACHI2": np.full(N_TARGETS, 99.0), "SPECTYPE": spectype, "SUBTYPE": np.full(N_TARGETS, ""),
        }
    )  # fmt: skip
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU(redrock, name="REDSHIFTS")]).writeto(
        folder / "redrock-main-dark-23040.fits", checksum=True
    )
    return path, quasars.tolist()


def ours(path: Path, out: Path, verify: str = "read") -> Callable[[], object]:
    from qsospec_duck.tiles import TileOptions, convert_tile

    options = TileOptions(verify=verify)
    return lambda: convert_tile(path, out, options=options)


def astropy_and_pandas(path: Path, out: Path) -> Callable[[], object]:
    """Whole arrays, arms concatenated, lists in a data frame: how such converters are written by hand."""
    import pandas as pd
    from astropy.io import fits

    def convert() -> None:
        with fits.open(path.with_name(path.name.replace("coadd", "redrock"))) as hdus:
            redshifts = hdus["REDSHIFTS"].data
            kept = np.flatnonzero((redshifts["SPECTYPE"] == "QSO") & (redshifts["ZWARN"] == 0))
            z, ids = redshifts["Z"][kept], redshifts["TARGETID"][kept]
        with fits.open(path, memmap=False) as hdus:
            joined = {
                part: np.concatenate([hdus[f"{camera}_{part}"].data for camera in CAMERAS], axis=-1)
                for part in ("WAVELENGTH", "FLUX", "IVAR", "MASK")
            }
        frame = pd.DataFrame(
            {
                "target_id": ids.astype("i8"), "z": z.astype("f8"),
                "wavelength": [joined["WAVELENGTH"].tolist()] * kept.size,
                "flux": joined["FLUX"][kept].tolist(), "ivar": joined["IVAR"][kept].tolist(),
                "mask_array": joined["MASK"][kept].tolist(),
            }
        )  # fmt: skip
        frame.to_parquet(out / "pandas.parquet")

    return convert


def plain_read(path: Path, rows: list[int]) -> Callable[[], object]:
    """Positioned reads of the rows of the quasars in nine images, nothing else."""
    from qsospec_duck.fits import open_source, walk

    source = open_source(path)
    spans = []
    for extent in walk(source):
        if extent.name.endswith(("_FLUX", "_IVAR", "_MASK")):
            width = 4 * int(extent.header["NAXIS1"])
            spans += [(extent.data_start + row * width, width) for row in rows]
    source.close()

    def read() -> int:
        handle = os.open(path, os.O_RDONLY)
        try:
            return sum(len(os.pread(handle, width, start)) for start, width in spans)
        finally:
            os.close(handle)

    return read


def compression_alone(tile: Path) -> Callable[[], object]:
    """Encoding and compression of the finished table, into memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from qsospec_duck.tiles.tile_file import ROW_GROUP, parquet_options

    table = pq.read_table(tile)
    options = parquet_options(table.schema)
    return lambda: pq.write_table(table, pa.BufferOutputStream(), row_group_size=ROW_GROUP, **options)


class Desispec:
    """desispec in its own environment, one process for all rounds."""

    def __init__(self, python: Path, path: Path, rows: list[int], rounds: int) -> None:
        self._process = subprocess.Popen(
            [str(python), "-c", DESISPEC, str(path), json.dumps(rows), str(rounds)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.seconds = 0.0

    def __call__(self) -> None:
        """Convert once; ``seconds`` is what the process measured itself."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        while not (line := self._process.stdout.readline()).startswith("["):
            if not line:
                raise SystemExit("desispec ended early; does its environment import desispec?")
        self.seconds = json.loads(line)[0]


def extra_memory(path: Path, out: Path) -> float:
    """Megabytes at the peak of a conversion beyond what its process held before (Linux)."""
    script = (
        "import sys; from pathlib import Path; from qsospec_duck.tiles import TileOptions, convert_tile\n"
        "def held(what):\n"
        "    lines = Path('/proc/self/status').read_text().splitlines()\n"
        "    return next(int(line.split()[1]) for line in lines if line.startswith(what))\n"
        "convert_tile(sys.argv[1], sys.argv[2], options=TileOptions(verify='none', selection='star'))\n"
        "Path('/proc/self/clear_refs').write_text('5')\n"
        "before = held('VmRSS')\n"
        "convert_tile(sys.argv[1], sys.argv[2], options=TileOptions(verify='all'))\n"
        "print(held('VmHWM') - before)"
    )
    command = [sys.executable, "-c", script, str(path), str(out)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(told.stdout) / 1e3


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--desispec-python", type=Path, help="Python that imports desispec 0.70.0")
    parser.add_argument("--json", type=Path, help="write the figures for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, rows = write_coadd(folder)
        print(f"coadd: {path.stat().st_size / 1e6:.1f} MB, {N_TARGETS} targets, {N_QUASARS} quasars")
        tile = ours(path, folder / "ours")().path  # type: ignore[attr-defined]
        work: dict[str, Callable[[], object]] = {
            "ours, tables verified": ours(path, folder / "ours"),
            "ours, all needed HDUs verified": ours(path, folder / "ours", "all"),
            "astropy whole arrays + pandas": astropy_and_pandas(path, folder),
            "plain positioned read": plain_read(path, rows),
            "compression alone": compression_alone(tile),
        }
        if options.desispec_python:
            work["desispec read + coadd_cameras, no file"] = Desispec(
                options.desispec_python, path, rows, options.rounds
            )
        took: dict[str, list[tuple[float, float]]] = {what: [] for what in work}
        for number in range(options.rounds + 1):
            for what, do in work.items():
                began, worked = time.perf_counter(), time.process_time()
                do()
                seconds, cpu = time.perf_counter() - began, time.process_time() - worked
                # The first round warms caches.
                if number:
                    took[what].append((1e3 * (do.seconds if isinstance(do, Desispec) else seconds), 1e3 * cpu))
        figures = {
            what: {
                "median_ms": statistics.median(wall for wall, _ in all_), "best_ms": min(wall for wall, _ in all_),
                "cpu_ms": min(cpu for _, cpu in all_),
            }
            for what, all_ in took.items()
        }  # fmt: skip
        for what, one in figures.items():
            print(f"{what:42s} {one['median_ms']:8.1f} ms  best {one['best_ms']:8.1f} ms  CPU {one['cpu_ms']:8.1f} ms")
        own = figures["ours, tables verified"]["best_ms"]
        for which, name in (("best_ms", "wall"), ("cpu_ms", "CPU")):
            floor = figures["plain positioned read"][which] + figures["compression alone"][which]
            ratio = figures["ours, tables verified"][which] / floor
            print(f"ours / (plain read + compression), {name:4s}    {ratio:8.2f}")
        hand = figures["astropy whole arrays + pandas"]["best_ms"]
        print(f"astropy + pandas / ours                    {hand / own:8.2f}")
        sizes = {}
        for precision in ("lossless", "6-decimals", "noise/16"):
            from qsospec_duck.tiles import TileOptions, convert_tile

            made = convert_tile(path, folder / "sizes", options=TileOptions(precision=precision))
            sizes[precision] = made.n_bytes / made.count
            print(f"bytes a quasar, {precision:26s} {sizes[precision]:8.0f}")
        sizes["pandas"] = (folder / "pandas.parquet").stat().st_size / N_QUASARS
        print(f"bytes a quasar, pandas                     {sizes['pandas']:8.0f}")
        memory = extra_memory(path, folder / "memory")
        print(f"extra memory of a conversion               {memory:8.1f} MB")
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        if options.json:
            figures_all = {"ms": figures, "bytes_a_quasar": sizes, "extra_memory_mb": memory, "peak_rss_mb": rss}
            options.json.write_text(json.dumps(figures_all, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
