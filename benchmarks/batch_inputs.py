"""Spectra and fits of the parts of ``batch.py``: real ones, under as many keys as a part needs."""

from __future__ import annotations

import atexit
import gc
import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from qsospec_duck.columns import arrow_schema
from qsospec_duck.fitting import FitConfig, FitResult, fit_quasar
from qsospec_duck.readers import read_spectra
from qsospec_duck.spectra import Spectrum, from_table

CHECKOUT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("QSOSPEC_DUCK_TEST_DATA", CHECKOUT.parent / "shared" / "data"))


def real_spectra(number: int) -> pa.Table:
    """Some spectra of the data folder, evenly taken."""
    files = sorted((DATA / "sdss").glob("spec-*.fits"))
    tables = [read_spectra(path) for path in files[:: max(1, len(files) // number)][:number]]
    table = pa.concat_tables([one.select(arrow_schema("spectra").names) for one in tables])
    return table.filter(pc.greater(table["z"], 0.05))


def under_new_keys(table: pa.Table, number: int) -> pa.Table:
    """The same spectra again and again, each time under other keys."""
    rows = np.arange(number) % table.num_rows
    keys = pa.array([f"copy-{i:06d}" for i in range(number)])
    taken = table.take(pa.array(rows))
    for name in ("object_key", "object_id"):
        taken = taken.set_column(taken.schema.get_field_index(name), name, keys)
    return taken


@cache
def fits() -> list[FitResult]:
    """Real fits, made once in a process."""
    made = [fit_quasar(spectrum, FitConfig()) for spectrum in from_table(real_spectra(48))]
    # A worker holds eight results at most: the garbage collector should not look through these again and again.
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)
    return made


def given_out_again(spectrum: Spectrum, config: FitConfig) -> FitResult:
    """In place of a fit: one that was made before, under the key at hand."""
    made = fits()
    result = made[int(spectrum.object_key.rpartition("-")[2]) % len(made)]
    named = replace(result.spectrum, object_key=spectrum.object_key, object_id=spectrum.object_id)
    return replace(result, spectrum=named)


def desi_spectra() -> list[Spectrum]:
    """Quasars and galaxies of the coadds in the data folder that have redshifts."""
    folder = DATA / "desi"
    pairs = {
        folder / "coadd-1-80693-thru20210204.fits": folder / "derived" / "redrock-1-80693-thru20210204.fits",
        folder / "coadd-4-80613-thru20210324.fits": folder / "redrock-4-80613-thru20210324.fits",
    }
    return [one for path, redrock in pairs.items() for one in from_table(read_spectra(path, redrock=redrock))]
