"""What others published for the same spectra, and what two epochs of one object say.

``python benchmarks/truths.py [--part published|epochs]`` with a Python that imports qsospec_duck.
Prints the tables of docs/method/validation.md. Galactic E(B-V) is that of Schlegel, Finkbeiner & Davis (1998), read
from the maps beside the spectra.
"""

from __future__ import annotations

import argparse
import csv
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from astropy.coordinates import SkyCoord
from astropy.io import fits
from astropy.table import Table
from astropy.wcs import WCS

import qsospec_duck as q
from qsospec_duck.fitting import HostConfig
from qsospec_duck.spectra import ExtinctionConfig

Values = dict[str, tuple[float, float | None]]
"""Value and error by quantity."""

SHEN = {
    "lum_hb": ("hb_broad_logl", "log L(Hβ broad)"),
    "ew_hb": ("hb_broad_ew", "EW Hβ broad"),
    "bh_hb": ("logmbh_hb", "log M(Hβ)"),
    "lum_mgii": ("mgii_total_logl", "log L(Mg II)"),
    "ew_mgii": ("mgii_total_ew", "EW Mg II"),
    "bh_mgii": ("logmbh_mgii_s11", "log M(Mg II)"),
}
PYQSOFIT = {
    "Hb_whole_br_fwhm": "hb_broad_fwhm", "Hb_whole_br_sigma": "hb_broad_sigma", "Hb_whole_br_ew": "hb_broad_ew",
    "Hb_whole_br_area": "hb_broad_flux", "Ha_whole_br_fwhm": "ha_broad_fwhm", "Ha_whole_br_sigma": "ha_broad_sigma",
    "Ha_whole_br_ew": "ha_broad_ew", "Ha_whole_br_area": "ha_broad_flux", "L5100": "logl5100",
    "PL_slope": "power_law_slope", "Fe_flux_4435_4685": "iron_optical_flux_4434_4684",
}  # fmt: skip
PYQSOFIT_VERSIONS = {
    "hb_broad_fwhm": (7113.5, 7212.8, 7128.8, 7880.9, 7897.0),
    "hb_broad_sigma": (2981.2, 3022.8, 2986.9, 3302.2, 3309.1),
    "hb_broad_ew": (44.4, 47.2, 44.7, 51.3, 51.3), "hb_broad_flux": (971.5, 992.4, 975.7, 1180.5, 1181.6),
}  # fmt: skip
"""PyQSOFit's answers for 0332-52367-0639 in five versions of 2018 to 2022 (history of its example notebook). Its output
file quotes no errors: the standard deviation of these stands for them."""

QSOFITMORE = {
    "Hb_whole_br_fwhm": "hb_broad_fwhm", "Hb_whole_br_ew": "hb_broad_ew", "Hb_whole_br_area": "hb_broad_flux",
    "Ha_whole_br_fwhm": "ha_broad_fwhm", "Ha_whole_br_area": "ha_broad_flux", "Hg_whole_br_fwhm": "hg_broad_fwhm",
    "Hg_whole_br_area": "hg_broad_flux",
    "OIII5007_fwhm": "oiii5008_narrow_fwhm", "OIII5007_area": "oiii5008_narrow_flux",
    "LOGL5100": "logl5100", "Fe_w4434_w4684_flux": "iron_optical_flux_4434_4684",
}  # fmt: skip

NARROW_FLUXES = ("nev3427", "oii3727", "neiii3870", "hb", "oiii4960", "oiii5008", "nii6585", "sii6718")
NARROW_WIDTHS = ("oiii5008_narrow_fwhm", "oiii5008_total_fwhm", "oiii5008_total_w80", "nii6585_narrow_fwhm")
BROAD_WIDTHS = ("hb_broad_fwhm", "ha_broad_fwhm", "mgii_broad_fwhm", "civ_broad_fwhm", "hb_broad_sigma")


@dataclass(frozen=True)
class Source:
    """A spectrum to be fitted."""

    object_id: str
    path: Path
    z: float
    ebv: float
    """E(B-V) of SFD98 as it stands in the map [mag]."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv and catalogs/")
    parser.add_argument("--part", choices=("published", "epochs"), help="one of the two; both by default")
    options = parser.parse_args()
    if options.part != "epochs":
        published(options.data)
    if options.part != "published":
        epochs(options.data)


def published(data: Path) -> None:
    """Print published values beside ours."""
    objects = {row["spec_id"]: row for row in read_csv(data / "OBJECTS.csv")}
    shen = [row for row in read_csv(data / "catalogs" / "shen2011_dr7_subset.csv") if row["spec_id"] in objects]
    # At the published redshift: that of the file of 0515-52051-0099 misses [O III] by 3,000 km/s.
    sources = [source_of(data, objects[row["spec_id"]], float(row["z"])) for row in shen]
    fitted = fit(sources)
    head()
    for row in shen:
        for name, (quantity, label) in SHEN.items():
            theirs = (float(row[name]), float(row[f"{name}_err"]))
            line(f"Shen+2011 {row['spec_id']}", label, theirs, fitted[row["spec_id"]].get(quantity))
    # Both of these codes take a host galaxy away.
    host = HostConfig("linear", str(data / "templates" / "emiles_ssp_from_ppxf826_1680_10600A.npz"))
    one = fit([source_of(data, objects["0332-52367-0639"])], host)["0332-52367-0639"]
    result = Table.read(data / "catalogs" / "pyqsofit_result_0332-52367-0639.fits")[0]
    for name, quantity in PYQSOFIT.items():
        versions = PYQSOFIT_VERSIONS.get(quantity)
        theirs = (float(result[name]), float(np.std(versions, ddof=1)) if versions else None)
        line("PyQSOFit 0332-52367-0639", quantity, theirs, one.get(quantity))
    (path,) = (data / "catalogs").glob("res_qsofitmore_J001554*.fits")
    result = Table.read(path)[0]
    (path,) = (data / "other").glob("spec_J001554*.csv")
    # Fluxes of the file are in erg/s/cm²/Å.
    ebv = sfd(data, float(result["ra"]), float(result["dec"]))
    two = fit([Source("J001554", path, float(result["redshift"]), ebv)], host, flux_scale=1.0)
    for name, quantity in QSOFITMORE.items():
        error = float(result[f"{name}_err"]) if f"{name}_err" in result.colnames else 0.0
        line("qsofitmore J001554", quantity, (float(result[name]), error or None), two["J001554"].get(quantity))


def epochs(data: Path) -> None:
    """Print how far epochs of an object differ, in units of their errors."""
    groups: dict[str, list[dict[str, str]]] = {}
    for row in read_csv(data / "OBJECTS.csv"):
        if row["path"].startswith("sdss/") and row["cls"] == "QSO":
            groups.setdefault(row["object_group"], []).append(row)
    groups = {name: rows for name, rows in groups.items() if len(rows) > 1}
    # All epochs at the redshift of the first: the windows are the same.
    sources = [source_of(data, row, float(rows[0]["z"])) for rows in groups.values() for row in rows]
    fitted = fit(sources)
    print(f"\n{len(groups)} objects, {len(sources)} spectra\n")
    print("| | epochs | objects | scatter over error | median abs. difference from the mean, % |")
    print("|---|--:|--:|--:|--:|")
    fluxes = [f"{name}_narrow_flux" for name in NARROW_FLUXES]
    ratios = [f"{quantity}/oiii5008_total_flux" for quantity in fluxes if not quantity.startswith("oiii5008")]
    for quantity in (*NARROW_WIDTHS, *fluxes, *ratios, *BROAD_WIDTHS):
        pulls, parts, used = [], [], 0
        for rows in groups.values():
            found = [one for row in rows if (one := measured(fitted.get(row["spec_id"], {}), quantity)) is not None]
            if len(found) < 2:
                continue
            used += 1
            values, errors = np.array(found).T
            weights = errors**-2.0
            mean = weights @ values / weights.sum()
            # The mean holds a part of each value: its pull has the variance 1 − w/Σw.
            pulls += list((values - mean) / errors / np.sqrt(1.0 - weights / weights.sum()))
            parts += list(np.abs(values / mean - 1.0))
        if len(pulls) < 6:
            continue
        scatter = 1.4826 * np.median(np.abs(pulls))
        print(f"| {quantity} | {len(pulls)} | {used} | {scatter:.2f} | {100 * np.median(parts):.1f} |")


def measured(values: Values, quantity: str) -> tuple[float, float] | None:
    """Value and error of a quantity or of the ratio of two, where a line is seen at five times its error."""
    name, _, below = quantity.partition("/")
    value, error = values.get(name, (0.0, None))
    if below:
        other, other_error = values.get(below, (0.0, None))
        if not error or not other_error or value < 5.0 * error or other < 5.0 * other_error:
            return None
        ratio = value / other
        return ratio, ratio * float(np.hypot(error / value, other_error / other))
    flux, flux_error = values.get(name.rsplit("_", 1)[0] + "_flux", (0.0, None))
    return (value, error) if error and flux_error and flux > 5.0 * flux_error else None


def fit(sources: Iterable[Source], host: HostConfig | None = None, **reader_options: object) -> dict[str, Values]:
    """Fit spectra into a run and ask it in SQL: measurements and masses by object."""
    sources = list(sources)
    table = pa.table(
        {
            "path": [str(one.path) for one in sources],
            "object_id": [one.object_id for one in sources],
            "z": [one.z for one in sources],
            "ebv": [one.ebv for one in sources],
        }
    )
    # The file that is no SDSS spectrum does not say that its E(B-V) is that of SFD98.
    config = q.FitConfig(extinction=ExtinctionConfig(row_ebv_scale="sfd98"), host=host or HostConfig())
    found: dict[str, Values] = {}
    with tempfile.TemporaryDirectory() as folder:
        q.fit_batch(table, folder, config=config, reader_options=reader_options or None, progress=False)
        with q.connect(run=folder) as con:
            for object_id, quantity, value, error in rows_of(con):
                found.setdefault(object_id, {})[quantity] = (value, error)
    return found


def rows_of(con: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Object, quantity, value, error: what was measured, and the masses."""
    masses = " UNION ALL ".join(
        f"SELECT object_id, '{name}', {name}, {name}_err FROM catalog WHERE {name} IS NOT NULL"
        for name in ("logmbh_hb", "logmbh_mgii_s11")
    )
    return con.execute(
        "SELECT object_id, quantity, value, error FROM measurements WHERE section IN "
        f"('complex_metric', 'continuum_metric', 'continuum_parameter', 'host_metric') UNION ALL {masses}"
    ).fetchall()


def head() -> None:
    """Print the head of the table."""
    print("| object | quantity | published | ours | difference / their σ | difference |")
    print("|---|---|--:|--:|--:|--:|")


def line(who: str, what: str, theirs: tuple[float, float | None], ours: tuple[float, float | None] | None) -> None:
    """Print a row of the table; marked where the difference asks for an explanation."""
    value, error = theirs
    shown = f"{value:.5g}" + (f" ± {error:.2g}" if error else "")
    if ours is None:
        print(f"| {who} | {what} | {shown} | – | | |")
        return
    logarithmic = what.startswith("log")
    part = 10.0 ** (ours[0] - value) - 1.0 if logarithmic else ours[0] / value - 1.0
    sigmas = f"{(ours[0] - value) / error:+.1f}" if error else ""
    asks = abs(part) > 0.15 and (not error or abs(ours[0] - value) > 3.0 * error)
    own = f"{ours[0]:.5g}" + (f" ± {ours[1]:.2g}" if ours[1] else "")
    print(f"| {who} | {what} | {shown} | {own} | {sigmas} | {100.0 * part:+.0f} %{' *' if asks else ''} |")


def source_of(data: Path, row: dict[str, str], z: float | None = None) -> Source:
    """Make a source of a row of OBJECTS.csv."""
    ebv = sfd(data, float(row["ra"]), float(row["dec"]))
    return Source(row["spec_id"], data / row["path"], float(row["z"]) if z is None else z, ebv)


def sfd(data: Path, ra: float, dec: float) -> float:
    """E(B-V) of SFD98 at a position [mag], as it stands in the map."""
    place = SkyCoord(ra, dec, unit="deg").galactic
    name = f"SFD_dust_1024_{'n' if place.b.deg >= 0 else 's'}gp.fits"
    with fits.open(data / "templates" / name) as hdus:
        x, y = WCS(hdus["EBV"].header).world_to_pixel_values(place.l.deg, place.b.deg)
        return float(hdus["EBV"].data[round(float(y)), round(float(x))])


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
