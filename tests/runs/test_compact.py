"""Many shards become few, with the same rows."""

from __future__ import annotations

import itertools
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from disk_faults import PowerCutError, fault_at
from made_fits import MadeConfig, made_result
from made_runs import commit, key

from qsospec_duck.errors import RunError
from qsospec_duck.runs import (
    TABLES,
    compact_run,
    finalize_run,
    hold_store,
    load_archived_model,
    open_run,
    verify_run,
)

CONFIG = MadeConfig()


def write_small_shards(run: Path, *, num_shards: int = 1, tasks: int = 6) -> None:
    """Two objects a commit, and a failure with every second one."""
    for share in range(num_shards):
        with hold_store(run, CONFIG.to_dict(), CONFIG.hash(), num_shards=num_shards, shard_index=share) as store:
            for task in range(tasks // num_shards):
                first = 2 * (task + share * tasks // num_shards)
                bad = [f"bad-{first}"] if first % 4 == 0 else []
                commit(store, f"t{task}", [first, first + 1], bad, facts={"inputs": [f"{first}.file"]})


def rows(run: Path) -> dict[str, list[str]]:
    return {table: sorted(map(repr, open_run(run).read_table(table).to_pylist())) for table in TABLES}


@pytest.mark.parametrize("num_shards", [1, 3])
@pytest.mark.parametrize("sealed", [True, False])
def test_the_rows_stay_and_the_files_become_few(tmp_path, num_shards, sealed):
    run = tmp_path / "run"
    write_small_shards(run, num_shards=num_shards)
    if sealed:
        finalize_run(run)
    before = rows(run)
    counts = compact_run(run, objects_per_shard=4)
    assert rows(run) == before
    assert (counts.objects, counts.failures) == (12, 3)
    assert len(open_run(run).shards("models")) == 3
    assert open_run(run).is_complete == sealed
    assert len(list(run.glob("data/models/*"))) == 3
    assert verify_run(run) == counts
    for number in range(12):
        model = load_archived_model(run, key(number))
        assert model.object_id == f"made-{number:04d}"
        np.testing.assert_allclose(model.model, made_result(number).model, rtol=1e-6)
    assert open_run(run).keys_of_input("7.file") == [key(7)]


def test_a_compacted_run_goes_on_where_it_was(tmp_path):
    run = tmp_path / "run"
    write_small_shards(run, num_shards=2)
    compact_run(run)
    with hold_store(run, CONFIG.to_dict(), CONFIG.hash(), num_shards=2, shard_index=1) as share:
        assert all(share.is_done(key(number)) for number in range(12))
        assert {"inputs": ["2.file"]} in share.facts
    with hold_store(run, CONFIG.to_dict(), CONFIG.hash()) as store:
        assert {name for name, _ in store.failures} == {"bad-0", "bad-4", "bad-8"}
        commit(store, "new", [20], covered_keys=["bad-4"])
    assert finalize_run(run).failures == 2
    assert verify_run(run).objects == 13


def test_a_large_shard_is_left_alone(tmp_path):
    run = tmp_path / "run"
    write_small_shards(run)
    before = open_run(run).shards("models")
    compact_run(run, objects_per_shard=2)
    assert open_run(run).shards("models") == before
    with pytest.raises(RunError, match="objects_per_shard is 0"):
        compact_run(run, objects_per_shard=0)


def test_the_models_keep_their_small_row_groups(tmp_path):
    run = tmp_path / "run"
    write_small_shards(run)
    compact_run(run)
    (shard,) = open_run(run).shards("models")
    assert pq.ParquetFile(shard).metadata.row_group(0).num_rows <= 8


def test_a_run_that_somebody_works_on_is_left_alone(tmp_path):
    run = tmp_path / "run"
    write_small_shards(run)
    with hold_store(run, CONFIG.to_dict(), CONFIG.hash()), pytest.raises(RunError, match="another process is writing"):
        compact_run(run)


@pytest.mark.slow
def test_a_power_cut_while_shards_are_rewritten_loses_nothing(tmp_path):
    write_small_shards(tmp_path / "whole", tasks=4)
    before = rows(tmp_path / "whole")
    for step in itertools.count():
        run = tmp_path / f"cut-{step}"
        shutil.copytree(tmp_path / "whole", run)
        with fault_at(step) as cut, suppress(PowerCutError):
            compact_run(run, objects_per_shard=4)
        with hold_store(run, CONFIG.to_dict(), CONFIG.hash()) as store:
            assert store.count("objects") == 8
        assert rows(run) == before, step
        assert verify_run(run).failures == 2
        if not cut:
            break
    assert step > 15
