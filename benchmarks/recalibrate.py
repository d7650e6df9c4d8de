"""How fast a catalog is recalibrated, read and exported, beside Python calculators that take one object after another.

    python benchmarks/recalibrate.py                       # 1,000,000 objects of 300 quantities: 10 GB, ten minutes
    python benchmarks/recalibrate.py --objects 200000
    python benchmarks/recalibrate.py --keep made           # keeps the made-up run for another time

Every figure is wall time with two threads, with the processor time beside it where other work may share the machine.
The recalibration is the SQL statement that gives every luminosity, mass and Eddington ratio of every object in another
cosmology; ``recalibrate`` also stores them as eighteen rows an object.
"""

from __future__ import annotations

import argparse
import math
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from made_run import write_made_run

from qsospec_duck.catalog import BatchCalculator, build_wide_cache, compute_derived_quantities, recalibrate
from qsospec_duck.catalog.session import run_session
from qsospec_duck.catalog.wide_cache import is_current
from qsospec_duck.runs import open_run

ONE_BY_ONE = 2_000
"""Objects that the Python calculator is timed on."""

RELATIONS = (
    ("logmbh_hb", "hb", "logl5100", 6.91, 0.50), ("logmbh_mgii", "mgii", "logl3000", 6.86, 0.50),
    ("logmbh_mgii_s11", "mgii", "logl3000", 6.74, 0.62), ("logmbh_civ", "civ", "logl1350", 6.66, 0.53),
)  # fmt: skip
"""Mass, line, luminosity, zero point and slope of what the Python calculators compute."""

EXPORT = """\
import resource, sys
on_linux = sys.platform == "linux"
from qsospec_duck.catalog.session import run_session
from qsospec_duck.runs import open_run
with run_session(open_run(sys.argv[1]), catalog_only=True) as con:
    con.execute("SET threads = 2; SET memory_limit = '1.5GB'; SET preserve_insertion_order = false")
    con.execute(f"COPY (FROM catalog) TO '{sys.argv[2]}' (ROW_GROUP_SIZE 20480)")
peak = next((line for line in open("/proc/self/status") if line.startswith("VmHWM")), None) if on_linux else None
print(1024 * int(peak.split()[1]) if peak else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""In a process of its own. Linux hands ``ru_maxrss`` of a parent on to what it starts, hence ``VmHWM``."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--objects", type=int, default=1_000_000)
    options.add_argument("--quantities", type=int, default=300)
    options.add_argument("--keep", type=Path, help="folder of the made-up run; used again where it is")
    given = options.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="made_run_"))
    try:
        measure(folder, given.objects, given.quantities)
    finally:
        if given.keep is None:
            shutil.rmtree(folder)


def measure(folder: Path, n_objects: int, n_quantities: int) -> None:
    run = folder / f"{n_objects}x{n_quantities}"
    if not (run / "manifest.json").is_file():
        tell("write the run", *timed(lambda: write_made_run(run, n_objects, n_quantities), repeat=1))
    if not is_current(run):
        tell("build the wide catalog", *timed(lambda: build_wide_cache(run), repeat=1))
    bundle = open_run(run)
    with run_session(bundle, catalog_only=True) as con:
        con.execute("SET threads = 2")
        three = "SELECT avg(z), avg(fwhm_hb), avg(ew_hb) FROM catalog"
        tell("three columns of catalog", *timed(lambda: con.execute(three).fetchall()))
        every = "CREATE OR REPLACE TEMP TABLE fresh AS FROM recalibrated(h0 := 67.66, om0 := 0.3111)"
        taken, _ = timed(lambda: con.execute(every))
        tell("recalibrate all objects in SQL", taken, n_objects)
    stored, rows = timed(lambda: recalibrate(bundle, "planck18", h0=67.66, om0=0.3111))
    tell("recalibrate() with its rows of derived stored", stored, rows)
    small = folder / f"{ONE_BY_ONE}x{n_quantities}"
    if not (small / "manifest.json").is_file():
        write_made_run(small, ONE_BY_ONE, n_quantities)
    slow, _ = timed(lambda: compute_derived_quantities(small, {"python": calculate}), repeat=1)
    tell(f"Python calculator, {ONE_BY_ONE} objects", slow)
    tables, _ = timed(
        lambda: compute_derived_quantities(small, {"tables": BatchCalculator(calculate_tables)}), repeat=1
    )
    tell(f"the same as a function of tables, {ONE_BY_ONE} objects", tables)
    query = {"sql": "FROM derived_masses(h0 := 67.66, om0 := 0.3111)"}
    asked, _ = timed(lambda: compute_derived_quantities(small, query), repeat=1)
    tell(f"SQL by the same door, {ONE_BY_ONE} objects", asked)
    each, other = slow.wall / ONE_BY_ONE, taken.wall / n_objects
    print(f"an object: {1e6 * each:.0f} us in Python, {1e6 * other:.2f} us in SQL: {each / other:.0f} times faster")
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", EXPORT, str(run), str(folder / "wide.parquet")],
        check=True,
        capture_output=True,
        text=True,
    )
    print(f"{'full wide export':50s} {time.perf_counter() - began:8.2f} s, peak memory {int(done.stdout) / 1e9:.2f} GB")
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, DuckDB {duckdb.__version__}")
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.1f} GB")


@dataclass(frozen=True)
class Taken:
    """Shortest of some times."""

    wall: float
    """[s]."""

    cpu: float
    """Processor time of all threads of this process [s]."""


def timed(call: Callable[[], Any], repeat: int = 3) -> tuple[Taken, Any]:
    """Shortest wall time and shortest processor time of some calls, and the last answer."""
    walls, cpus = [], []
    for _ in range(repeat):
        began, began_cpu = time.perf_counter(), time.process_time()
        answer = call()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - began_cpu)
    return Taken(min(walls), min(cpus)), answer


def tell(what: str, taken: Taken, answer: Any = None) -> None:
    count = f", {answer}" if isinstance(answer, int) else ""
    print(f"{what:50s} {taken.wall:8.3f} s, {taken.cpu:8.3f} s of CPU{count}", flush=True)


def calculate(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same quantities, as an astronomer writes them for one object."""
    from astropy.cosmology import FlatLambdaCDM

    cosmology = FlatLambdaCDM(67.66, 0.3111, Tcmb0=0)
    measured = {row["quantity"]: (row["value"], row["error"]) for row in context["measurements"]}
    distance = cosmology.luminosity_distance(context["object"]["redshift"]).to_value("cm")
    sphere = math.log10(4 * math.pi) + 2 * math.log10(distance) - 17
    found: dict[str, float] = {}
    for wave in (1350, 1450, 2500, 3000, 5100):
        flux = measured[f"flux_{wave}"][0]
        if flux > 0:
            found[f"logl{wave}"] = sphere + math.log10(wave * flux)
    flux_ha = measured["ha_broad_flux"][0]
    if flux_ha > 0:
        found["logl_ha"] = sphere + math.log10(flux_ha)
    for name, line, light, zero, slope in RELATIONS:
        width = measured[f"{line}_broad_fwhm"][0]
        if light in found and width > 0:
            found[name] = zero + 2 * math.log10(width / 1e3) + slope * (found[light] - 44)
    if "logl5100" in found:
        found["loglbol"] = found["logl5100"] + math.log10(9.26)
        if "logmbh_hb" in found:
            found["logledd"] = found["loglbol"] - found["logmbh_hb"] - math.log10(1.26e38)
    return [{"quantity": name, "value": value} for name, value in found.items()]


def calculate_tables(objects: pl.DataFrame, measurements: pl.DataFrame) -> pl.DataFrame:
    """The same quantities of many objects at once."""
    from astropy.cosmology import FlatLambdaCDM

    wide = objects.select("object_key", "redshift").join(
        measurements.pivot("quantity", index="object_key", values="value"), on="object_key"
    )
    distance = FlatLambdaCDM(67.66, 0.3111, Tcmb0=0).luminosity_distance(wide["redshift"].to_numpy()).to_value("cm")
    sphere = pl.Series(np.log10(4 * np.pi) + 2 * np.log10(distance) - 17)
    light = {f"logl{wave}": sphere + (wave * pl.col(f"flux_{wave}")).log10() for wave in (1350, 1450, 2500, 3000, 5100)}
    wide = wide.with_columns(**light, logl_ha=sphere + pl.col("ha_broad_flux").log10())
    masses = {
        name: zero + 2 * (pl.col(f"{line}_broad_fwhm") / 1e3).log10() + slope * (pl.col(light) - 44)
        for name, line, light, zero, slope in RELATIONS
    }
    wide = wide.with_columns(**masses, loglbol=pl.col("logl5100") + math.log10(9.26))
    wide = wide.with_columns(logledd=pl.col("loglbol") - pl.col("logmbh_hb") - math.log10(1.26e38))
    found = wide.select("object_key", *light, "logl_ha", *masses, "loglbol", "logledd")
    return found.unpivot(index="object_key", variable_name="quantity").filter(pl.col("value").is_finite())


if __name__ == "__main__":
    main()
