"""Fixtures of figures: made fits with lines where quasars have them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from made_fits import made_result
from made_pages import made_page

from qsospec_duck.runs import Failure, Origin, ShardWriter, finalize_run, hold_store


@pytest.fixture
def page():
    """Make a fit: ``page(z, snr, n_complexes, ...)``."""
    return made_page


@pytest.fixture
def qa_run(tmp_path: Path) -> Path:
    """A finished run of five fits, of which two share an id, and one failure."""
    path = tmp_path / "run"
    with hold_store(path, {"made": True}, "made") as store:
        with ShardWriter(store.task_folder("t0"), store.run_id) as shard:
            for number in range(5):
                spectrum = made_result(number).spectrum
                object_id = "twin" if number > 2 else spectrum.object_id
                shard.add(
                    made_result(number),
                    Origin(spectrum.object_key, object_id, "made.fits", number, "made", spectrum.z),
                )
            origin = Origin("bad.fits#0", "bad", "bad.fits", 0)
            shard.add_failure(Failure(origin, "ReaderError", "bad.fits: no flux; it should have one.", "Traceback"))
            parts = shard.close()
        store.promote("t0", parts)
    finalize_run(path)
    return path
