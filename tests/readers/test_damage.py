"""Whatever is damaged in a file, the answer is a table that keeps the contract or one error of this package."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any

import pytest

from qsospec_duck.errors import ReaderError
from qsospec_duck.readers import read_spectra

FILES: dict[str, dict[str, Any]] = {
    "sdss/spec-3655-55240-0002.fits": {},
    "sdss/spSpec-51993-0542-631.fit": {},
    "desi/coadd-4-80613-thru20210324.fits": {"redshift": 1.0},
    "lamost/spec-55862-B6212_sp06-003.fits": {},
    "lamost/med-58625-TD192102N424113K01_sp12-076.fits.gz": {"redshift": 0.0},
    "other/spec_J001554.18+560257.5_LJT.fits": {"redshift": 0.1},
    "other/spec_J001554.18+560257.5_LJT.csv": {"redshift": 0.1, "flux_scale": 1.0},
    "other/NGC3522_SDSS_DR8.fits": {},
    "other/6dFGS_g1639001-012857.fits": {"redshift": 0.1},
}
LETTERS = b"0123456789 '-TFE.\n,\x00\xff"


@pytest.mark.parametrize("name", FILES)
def test_random_damage_never_ends_in_another_error(shared_data: Path, tmp_path: Path, name: str) -> None:
    content = (shared_data / name).read_bytes()
    if name.endswith(".gz"):
        content = gzip.decompress(content)
    # Damage goes where it hurts: into headers (the first lines of a text), not into millions of pixels.
    blocks = [i for i in range(0, len(content), 2880) if content[i : i + 8].rstrip().isalnum()] or [0]
    path = tmp_path / Path(name).name.removesuffix(".gz")
    rng = random.Random(name)
    refused = read = 0
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(rng.choice([1, 2, 5])):
            place = rng.choice(blocks) + rng.randrange(2880)
            if place < len(damaged):
                damaged[place] = rng.choice(LETTERS)
        if rng.random() < 0.15:
            damaged = damaged[: rng.randrange(len(damaged))]
        path.write_bytes(damaged)
        try:
            table = read_spectra(path, **FILES[name])
        except ReaderError as error:
            refused += str(path) in str(error)
        else:
            assert table.num_rows == 1
            read += 1
    assert refused > 0
    assert read > 0
    assert refused + read == 60
