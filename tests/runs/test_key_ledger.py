"""What is stored is known without opening shards, and the list of it repairs itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from made_fits import MadeConfig
from made_runs import key

from qsospec_duck.errors import RunError
from qsospec_duck.runs import finalize_run, hold_store, load_archived_model, open_run, verify_run
from qsospec_duck.runs.key_ledger import RECORD

CONFIG = MadeConfig()


def hold(run: Path, **options):
    return hold_store(run, CONFIG.to_dict(), CONFIG.hash(), **options)


def ledger_of(run: Path) -> Path:
    return run / "receipts" / "keys-all.bin"


@pytest.fixture
def opened(monkeypatch) -> list[Path]:
    """Parquet files that are read from now on."""
    files: list[Path] = []
    for name in ("read_table", "ParquetFile"):
        real = getattr(pq, name)

        def spy(path, *args, real=real, **options):
            files.append(Path(str(path)))
            return real(path, *args, **options)

        monkeypatch.setattr(pq, name, spy)
    return files


def test_a_run_is_resumed_without_opening_a_shard(run, opened):
    with hold(run) as store:
        assert store.is_done(key(39))
        assert not store.is_done(key(40))
    assert opened == []


def test_an_object_of_an_unfinished_run_is_found_by_its_key_in_its_own_shards_only(run, opened):
    assert load_archived_model(run, key(30)).object_id == "made-0030"
    assert len({path.name for path in opened}) == 1


@pytest.mark.parametrize("damage", ["missing", "short", "torn", "longer", "wrong commit"])
def test_a_ledger_that_disagrees_with_the_receipts_is_made_anew(run, damage):
    path = ledger_of(run)
    records = np.fromfile(path, RECORD)
    whole = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "short":
        records[:-3].tofile(path)
    elif damage == "torn":
        path.write_bytes(whole[:-7])
    elif damage == "longer":
        path.write_bytes(whole + whole[: 2 * RECORD.itemsize])
    else:
        records["commit"] = 1
        records.tofile(path)
    assert load_archived_model(run, key(30)).object_id == "made-0030"
    with hold(run) as store:
        assert all(store.is_done(key(number)) for number in range(40))
        assert not store.is_done(key(40))
    assert sorted(np.fromfile(path, RECORD)["object"]) == sorted(records["object"])
    assert verify_run(run).objects == 40


def test_a_ledger_with_other_objects_is_noticed(run):
    records = np.fromfile(ledger_of(run), RECORD)
    records["object"][4] += 1
    records.tofile(ledger_of(run))
    with pytest.raises(RunError, match="list other objects than the tables; remove them"):
        finalize_run(run)
    ledger_of(run).unlink()
    assert finalize_run(run).objects == 40


def test_every_share_finds_the_objects_of_the_others(tmp_path, store_objects):
    run = tmp_path / "run"
    store_objects(run, range(3))
    with hold(run, num_shards=2, shard_index=1) as share:
        assert [share.is_done(key(number)) for number in range(4)] == [True, True, True, False]
    assert open_run(run).locate(key(2))[1].exists()
