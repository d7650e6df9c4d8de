"""Does Ca II K of the host tell the redshift? Simulated mixtures, quasars without host, and real ones beside [O III].

``python benchmarks/ca_k.py --populations FILE.npz [--data FOLDER] [--n 200] [--seed 5]`` with a Python that imports
qsospec_duck. Mixtures are those of ``benchmarks/host.py``.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from host import Galaxies, mixture

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting import FitConfig, fit_quasar
from qsospec_duck.fitting.ca_k import measure_ca_k
from qsospec_duck.fitting.systemic import LEAST_SNR
from qsospec_duck.models.lines import line
from qsospec_duck.readers import read_spectra
from qsospec_duck.simulate import simulate_spectra
from qsospec_duck.spectra import ExtinctionConfig, Spectrum, from_row, prepare, to_rest_frame


def main() -> None:
    default = os.environ.get("QSOSPEC_DUCK_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--populations", required=True, help="stellar populations, .npz as pPXF has them")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder with OBJECTS.csv")
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    galaxies = Galaxies(given.populations)
    print("| S/N per pixel | Ca K seen | mean, km/s | scatter | median error | scatter of pulls | no host: seen |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    for snr in (5.0, 10.0, 20.0, 40.0, 200.0):
        rng = np.random.default_rng(given.seed)
        spectra, _ = simulate_spectra(given.n, seed=given.seed, snr=snr, z_range=(0.05, 1.2))
        rests = [to_rest_frame(spectrum) for spectrum in spectra]
        with_host = [seen(mixture(rest, galaxies, rng)[0]) for rest in rests]
        alone = [seen(rest) for rest in rests]
        found = np.array([one for one in with_host if one is not None])
        if len(found) > 1:
            print(
                f"| {snr:.0f} | {len(found)} of {len(rests)} | {found[:, 0].mean():+.0f} | {found[:, 0].std():.0f} "
                f"| {np.median(found[:, 1]):.0f} | {(found[:, 0] / found[:, 1]).std():.2f} "
                f"| {sum(one is not None for one in alone)} |"
            )
    real(given.data)


def seen(rest: Spectrum) -> tuple[float, float] | None:
    """Velocity and error, where Ca K is significant enough to be a source."""
    found = {row.measure: row for row in measure_ca_k(rest)}
    if not found or found["snr"].value < LEAST_SNR or found["voff"].error is None:
        return None
    return found["voff"].value, found["voff"].error


def real(data: Path) -> None:
    """Print Ca K against narrow [O III] of real quasars."""
    with (data / "OBJECTS.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["path"].startswith("sdss/") and row["cls"] == "QSO"]
    both, n, seconds = [], 0, 0.0
    for row in rows:
        if float(row["z"]) > 1.3:
            continue
        spectrum = from_row(read_spectra(data / row["path"], redshift=float(row["z"])).to_pylist()[0])
        rest = prepare(spectrum, ExtinctionConfig())
        started = time.process_time()
        found = seen(rest)
        seconds += time.process_time() - started
        n += 1
        if found is None:
            continue
        fit = {m.quantity: m for m in fit_quasar(replace(spectrum), FitConfig(complexes=("hbeta_oiii",))).measurements}
        peak, snr = fit.get("oiii5008_narrow_peak"), fit.get("oiii5008_narrow_snr")
        if peak is None or peak.error is None or snr is None or snr.value < LEAST_SNR:
            continue
        both.append((found[0] - C_KMS * math.log(peak.value / line("oiii5008").wavelength), found[1]))
    difference, error = np.array(both).T
    print(
        f"\n{n} real quasars, {1e3 * seconds / n:.2f} ms CPU each; both in {len(both)}: Ca K less [O III] "
        f"{difference.mean():+.0f} ± {difference.std() / math.sqrt(len(both)):.0f} km/s, "
        f"scatter {difference.std():.0f}, median error {np.median(error):.0f}"
    )


if __name__ == "__main__":
    main()
