"""Fixtures of runs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from qsospec_duck.runs import Origin, ShardWriter, hold_store

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "helpers"))

from local_s3 import local_s3
from made_fits import MadeConfig, made_result


def store_made_objects(
    run: Path, numbers: range | list[int], *, task: str = "t0", config: MadeConfig | None = None
) -> None:
    """Commit made fits as one task of a run."""
    config = config or MadeConfig()
    with hold_store(run, config.to_dict(), config.hash()) as store:
        with ShardWriter(store.task_folder(task), store.run_id) as shard:
            for number in numbers:
                result = made_result(number, config)
                spectrum = result.spectrum
                shard.add(
                    result, Origin(spectrum.object_key, spectrum.object_id, "made.fits", number, "made", spectrum.z)
                )
            parts = shard.close()
        store.promote(task, parts)


@pytest.fixture
def store_objects():
    return store_made_objects


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of 40 made objects in two tasks."""
    path = tmp_path / "run"
    store_made_objects(path, range(25), task="t0")
    store_made_objects(path, range(25, 40), task="t1")
    return path


s3 = pytest.fixture(local_s3)
