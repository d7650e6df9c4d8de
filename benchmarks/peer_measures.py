"""Host fraction, FWHM of broad Hβ and λL(5100 Å) of the same spectra by us and by ``qsospec`` 0.1.1, in one run.

    python benchmarks/peer_measures.py --objects 8 --mixtures 12
    python benchmarks/peer_measures.py --peer-python ~/peer/bin/python      # instead of an environment made here

Both tell the host by pPXF with the same stellar populations, from the same files, without Galactic extinction. The
numbers of the peer come out of the run bundle that it writes. Of real spectra no truth is known: they say how far two
codes are apart. With ``--mixtures 12`` simulated quasars in galaxies of those populations follow, whose truth is known,
at S/N 20 on the pixels of SDSS.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.dataset as ds
from astropy.io import fits
from environments import peer, worker_environment
from host import Galaxies

from qsospec_duck.fitting import FitConfig, HostConfig, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import ExtinctionConfig, deredden, from_row

POPULATIONS = "templates/emiles_ssp_from_ppxf826_1680_10600A.npz"
PEER_FILE = "spectra_emiles_9.0.npz"

PEER = """
import sys, warnings
warnings.simplefilter("ignore")
import matplotlib
matplotlib.use("Agg")
import qsospec
off = qsospec.GalacticExtinctionConfig(enabled=False)
bundle, folder, file = sys.argv[1:4]
for path in sys.argv[4:]:
    try:
        qsospec.fit_object_to_store(path, bundle, run_host_decomp=True, template_root=folder, template_file=file,
                                    galactic_extinction_config=off, write_qa=False)
    except Exception as error:
        print(f"{path}: {error}", file=sys.stderr)
"""

MIXTURE_SEED, MIXTURE_SNR = 11, 20.0

NAMES = {"host_fraction_5100": "host fraction at 5100 Å", "fwhm_hb": "FWHM Hβ [km/s]", "logl5100": "log λL(5100 Å)"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv and templates/")
    parser.add_argument("--objects", type=int, default=8)
    parser.add_argument("--mixtures", type=int, default=0, help="simulated quasars in galaxies; default 0")
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/qsospec_duck/benchmarks").expanduser())
    parser.add_argument("--peer-python", type=Path, help="Python that imports qsospec 0.1.1 and ppxf")
    given = parser.parse_args()
    rows = chosen(given.data, given.objects)
    python = given.peer_python or with_ppxf(peer(given.cache))
    theirs = by_peer(python, given.data, rows)
    tell(rows, {row["spec_id"]: by_us(given.data, row) for row in rows}, theirs)
    if given.mixtures:
        with tempfile.TemporaryDirectory(prefix="mixtures_") as folder:
            rows, truths = mixtures(given.data, given.mixtures, Path(folder))
            ours = {row["spec_id"]: by_us(given.data, row) for row in rows}
            judge(truths, ours, by_peer(python, given.data, rows))


def chosen(data: Path, count: int) -> list[dict[str, str]]:
    """Quasars with Hβ and 5100 Å in sight and S/N above 10, evenly in redshift."""
    with (data / "OBJECTS.csv").open(encoding="utf-8") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["cls"] == "QSO" and row["path"].startswith("sdss/") and row["row"] == "0"
            and 0.08 < float(row["z"]) < 0.7 and float(row["sn"] or 0) > 10
        ]  # fmt: skip
    rows.sort(key=lambda row: float(row["z"]))
    return [rows[place] for place in np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(int)]


def mixtures(data: Path, count: int, folder: Path) -> tuple[list[dict[str, str]], dict[str, dict[str, float]]]:
    """Write simulated quasars in galaxies as SDSS files, with the truth of each."""
    galaxies = Galaxies(str(data / POPULATIONS))
    rng = np.random.default_rng(MIXTURE_SEED)
    clean, table = simulate_spectra(count, seed=MIXTURE_SEED, snr=MIXTURE_SNR, z_range=(0.15, 0.6), noise=False)
    truth: dict[str, dict[str, float]] = {}
    for row in table.to_pylist():
        truth.setdefault(str(row["target_id"]), {})[row["quantity"]] = row["value"]
    (template,) = sorted((data / "sdss").glob("spec-0332-52367-0639.fits"))
    rows, truths = [], {}
    for quasar in clean:
        name, z = str(quasar.object_id), quasar.z
        with fits.open(template) as hdus:
            observed = 10.0 ** hdus[1].data["loglam"]
            rest = observed / (1.0 + z)
            nucleus = np.interp(observed, quasar.wavelength, quasar.flux)
            galaxy = np.interp(rest, galaxies.wavelength, galaxies.draw(rng))
            near = np.abs(rest - 5100.0) < 20.0
            share = rng.uniform(0.0, 0.8)
            galaxy *= share / (1.0 - share) * np.median(nucleus[near]) / np.median(galaxy[near])
            sigma = np.full(observed.size, np.median(nucleus + galaxy) / MIXTURE_SNR)
            flux = nucleus + galaxy + sigma * rng.normal(size=observed.size)
            hdus[1].data["flux"], hdus[1].data["ivar"] = flux, sigma**-2.0
            hdus[1].data["and_mask"] = hdus[1].data["or_mask"] = 0
            hdus[2].data["Z"] = z
            hdus.writeto(folder / f"{name}.fits")
        rows.append({"spec_id": name, "path": str(folder / f"{name}.fits"), "row": "0", "z": str(z)})
        known = truth[name]
        truths[name] = {
            "host_fraction_5100": share, "fwhm_hb": known["hb_broad_fwhm"], "logl5100": known["logl5100"], "z": z,
        }  # fmt: skip
    return rows, truths


def judge(
    truths: dict[str, dict[str, float]], ours: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]]
) -> None:
    """Print the differences of both codes from the truth."""
    print("\n| mixture | z | " + " | ".join(f"{title}: truth, ours, peer" for title in NAMES.values()) + " |")
    print("|---|--:|" + "--:|" * len(NAMES))
    for key, truth in truths.items():
        sets = (truth, ours[key], theirs[key])
        cells = [", ".join(_text(name, one.get(name)) for one in sets) for name in NAMES]
        print(f"| {key} | {truth['z']:.3f} | {' | '.join(cells)} |")
    for name, title in NAMES.items():
        for who, values in (("ours", ours), ("peer", theirs)):
            off = np.array([
                values[key].get(name, np.nan) / truth[name] - 1.0 if name == "fwhm_hb"
                else values[key].get(name, np.nan) - truth[name]
                for key, truth in truths.items()
            ])  # fmt: skip
            off = off[np.isfinite(off)]
            if off.size:
                print(
                    f"{title}: {who} against truth: median {np.median(off):+.3f}, median |…| "
                    f"{np.median(np.abs(off)):.3f}, n {off.size}"
                )


def with_ppxf(python: Path) -> Path:
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "ppxf"]
    subprocess.run(command, check=True, env=worker_environment())
    return python


def by_us(data: Path, row: dict[str, str]) -> dict[str, float]:
    table = read_spectra(data / row["path"], rows=[int(row["row"])], redshift=float(row["z"]))
    spectrum = deredden(from_row(table.to_pylist()[0]), ExtinctionConfig(enabled=False))
    config = FitConfig(host=HostConfig(method="ppxf", templates=str(data / POPULATIONS)))
    result = fit_quasar(spectrum, config)
    quantities = {"host_fraction_5100": "host_fraction_5100", "fwhm_hb": "hb_broad_fwhm", "logl5100": "logl5100"}
    return {name: result.value(quantity) for name, quantity in quantities.items()}


def by_peer(python: Path, data: Path, rows: list[dict[str, str]]) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory(prefix="peer_measures_") as folder:
        with np.load(data / POPULATIONS) as stored:
            # The peer asks for two entries of pPXF's files that this one lacks; the masses do not enter.
            whole = {name: stored[name] for name in stored.files}
            whole["fwhm"] = np.full(whole["lam"].shape, 2.51)
            whole["masses"] = np.ones(whole["templates"].shape[1:])
            np.savez(Path(folder) / PEER_FILE, **whole)
        found: dict[str, dict[str, float]] = {}
        for number, row in enumerate(rows):
            bundle = Path(folder) / f"run{number}"
            source = without_masks((data / row["path"]).resolve(), Path(folder))
            command = [str(python.absolute()), "-c", PEER, str(bundle), folder, PEER_FILE, str(source)]
            # it writes beside the working directory, too
            subprocess.run(command, check=True, env=worker_environment(), cwd=folder)
            found[row["spec_id"]] = measured_by_peer(bundle, float(row["z"]))
        return found


def without_masks(path: Path, folder: Path) -> Path:
    """Copy an SDSS file for the peer: no masks, and no weight where there was one.

    Its reader marks good pixels True, its host step takes those that are not: it would fit stars to bad pixels only.
    """
    copied = folder / path.name
    with fits.open(path) as hdus:
        table = hdus[1]
        names = {column.name.lower(): column.name for column in table.columns}
        table.data[names["ivar"]][table.data[names["and_mask"]] != 0] = 0.0
        kept = [column for column in table.columns if column.name.lower() not in ("and_mask", "or_mask")]
        hdus[1] = fits.BinTableHDU.from_columns(fits.ColDefs(kept), header=table.header)
        hdus.writeto(copied)
    return copied


def measured_by_peer(bundle: Path, z: float) -> dict[str, float]:
    from astropy.cosmology import FlatLambdaCDM

    folder = bundle / "data" / "measurements"
    if not folder.is_dir():
        return {}
    rows = ds.dataset(folder).to_table(columns=["quantity", "value"]).to_pylist()
    value = {row["quantity"]: row["value"] for row in rows if row["value"] is not None}
    out = {}
    for name, quantity in (("host_fraction_5100", "fracHost_5100"), ("fwhm_hb", "Hb_broad_fwhm_kms")):
        if quantity in value:
            out[name] = value[quantity]
    flux = value.get("f_powerlaw_5100", 0.0)
    if flux > 0:
        distance = FlatLambdaCDM(70, 0.3, Tcmb0=0).luminosity_distance(z).to_value("cm")
        out["logl5100"] = math.log10(4 * math.pi * distance**2 * 5100 * flux * 1e-17)
    return out


def tell(rows: list[dict[str, str]], ours: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]]) -> None:
    print("| spectrum | z | " + " | ".join(f"{title}: ours, peer" for title in NAMES.values()) + " |")
    print("|---|--:|" + "--:|" * len(NAMES))
    for row in rows:
        key = row["spec_id"]
        cells = [f"{_text(name, ours[key].get(name))}, {_text(name, theirs[key].get(name))}" for name in NAMES]
        print(f"| {key} | {float(row['z']):.3f} | {' | '.join(cells)} |")
    for name, title in NAMES.items():
        pairs = [(ours[key].get(name, np.nan), theirs[key].get(name, np.nan)) for key in ours]
        both = np.array([pair for pair in pairs if np.all(np.isfinite(pair))]).reshape(-1, 2)
        if not len(both):
            continue
        apart = both[:, 0] / both[:, 1] - 1.0 if name == "fwhm_hb" else both[:, 0] - both[:, 1]
        kind = "ours / peer − 1" if name == "fwhm_hb" else "ours − peer"
        print(
            f"{title}: {kind}: median {np.median(apart):+.3f}, median |…| {np.median(np.abs(apart)):.3f}, n {len(both)}"
        )


def _text(name: str, value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return "–"
    return f"{value:.0f}" if name == "fwhm_hb" else f"{value:.3f}"


if __name__ == "__main__":
    main()
