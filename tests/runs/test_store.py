"""What a run directory promises: resume, refusals, repair."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_fits import MadeConfig, made_result
from made_runs import commit, key

from qsospec_duck.errors import ConfigurationMismatchError, RunError
from qsospec_duck.runs import (
    Origin,
    ShardWriter,
    finalize_run,
    hold_store,
    load_archived_model,
    open_run,
    verify_run,
)
from qsospec_duck.runs.layout import INDEX, MANIFEST
from qsospec_duck.runs.manifest import seal_of

CONFIG = MadeConfig()


def hold(run: Path, **options):
    return hold_store(run, CONFIG.to_dict(), CONFIG.hash(), **options)


def keys_of(run: Path, table: str) -> list[str]:
    return sorted(open_run(run).read_table(table, columns=["object_key"])["object_key"].to_pylist())


def test_a_finalized_run_is_sealed_and_verified(run):
    counts = finalize_run(run)
    assert (counts.objects, counts.failures, counts.rows["measurements"]) == (40, 0, 160)
    manifest = open_run(run).manifest
    assert (manifest["status"], manifest["completed_objects"], manifest["shard_state"]["models"]) == ("complete", 40, 2)
    assert manifest["schema_version"] == "5"
    assert not (run / ".staging").exists()
    assert verify_run(run) == counts
    assert finalize_run(run) == counts


def test_a_finalized_run_takes_more_objects_and_finds_them_before_it_is_sealed_again(run, store_objects):
    finalize_run(run)
    store_objects(run, [77], task="later")
    assert open_run(run).manifest["status"] == "running"
    assert load_archived_model(run, "made-0077").object_key == key(77)
    assert finalize_run(run).objects == 41
    assert load_archived_model(run, "made-0077").object_key == key(77)


def test_other_scientific_options_are_refused_by_name(run):
    other = MadeConfig(slope=-2.0, window=(4700.0, 5100.0))
    window = r"complex\.window \(run: \[4640\.0, 5100\.0\], now: \[4700\.0, 5100\.0\]\)"
    message = rf"{window}; continuum\.slope \(run: -1\.5, now: -2\.0\)"
    with pytest.raises(ConfigurationMismatchError, match=message), hold_store(run, other.to_dict(), other.hash()):
        pass


def test_an_object_is_stored_once(run):
    with hold(run) as store, pytest.raises(RunError, match=r"'made-0003\.fits#0' would be stored twice"):
        commit(store, "again", [3])
    assert verify_run(run).objects == 40


def test_a_run_that_is_not_to_be_resumed_is_refused(run):
    with pytest.raises(RunError, match="it holds 40 objects"), hold(run, resume=False):
        pass


def test_two_coordinators_are_refused_and_two_shares_are_not(tmp_path):
    run = tmp_path / "run"
    with hold(run), pytest.raises(RunError, match="another process is writing"), hold(run):
        pass
    with hold(run, num_shards=2, shard_index=0) as first, hold(run, num_shards=2, shard_index=1) as second:
        commit(first, "t", [0])
        commit(second, "t", [1])
        with pytest.raises(RunError, match="share 1 of 2 has a coordinator"), hold(run, num_shards=2, shard_index=1):
            pass
        with pytest.raises(RunError, match="in 2 shares, this one was asked for 3"), hold(run, num_shards=3):
            pass
        with pytest.raises(RunError, match="another process is writing"):
            finalize_run(run)
    assert finalize_run(run).objects == 2
    with pytest.raises(RunError, match="shard_index is 2 of 2"), hold(run, num_shards=2, shard_index=2):
        pass


def test_a_failure_gives_way_to_the_object_that_later_succeeds(tmp_path):
    run = tmp_path / "run"
    with hold(run) as store:
        commit(store, "first", [0], [key(1), key(2), key(3)])
        assert keys_of(run, "failures") == [key(1), key(2), key(3)]
        commit(store, "second", [2])
        assert keys_of(run, "failures") == [key(1), key(3)]
        commit(store, "third", [], [key(3)])
        assert sorted(store.failures) == [(key(1), f"{key(1)}.file"), (key(3), f"{key(3)}.file")]
        commit(store, "fourth", [5], inputs=[f"{key(1)}.file"])
    assert keys_of(run, "objects") == [key(0), key(2), key(5)]
    assert keys_of(run, "failures") == [key(3)]
    assert keys_of(run, "inputs") == [key(0), key(2), key(3), key(5)]
    assert finalize_run(run).failures == 1


def test_finalize_withdraws_failures_that_another_share_made_good(tmp_path):
    run = tmp_path / "run"
    with hold(run) as store:
        commit(store, "t", [0], [key(1), key(2)])
    with hold(run, num_shards=2, shard_index=1) as share:
        commit(share, "t", [1])
    assert keys_of(run, "failures") == [key(1), key(2)]
    finalize_run(run)
    assert keys_of(run, "failures") == [key(2)]
    assert keys_of(run, "inputs") == [key(0), key(1), key(2)]


def test_files_without_a_receipt_are_removed_and_their_objects_done_again(run):
    stray = run / "data" / "objects" / "part-all-crashed-0.parquet"
    shutil.copy(next((run / "data" / "objects").iterdir()), stray)
    (run / ".staging" / "all-crashed").mkdir(parents=True)
    with pytest.raises(RunError, match="no receipt names it"):
        verify_run(run)
    with hold(run) as store:
        assert not stray.exists()
        assert list((run / ".staging").iterdir()) == []
        assert store.count("objects") == 40


def test_a_torn_last_receipt_counts_for_nothing(run):
    receipts = run / "receipts" / "receipts-all.jsonl"
    lines = receipts.read_bytes().splitlines(keepends=True)
    receipts.write_bytes(lines[0] + lines[1][: len(lines[1]) // 2])
    assert open_run(run).read_table("objects").num_rows == 25
    with hold(run) as store:
        assert store.count("objects") == 25
        assert not store.is_done(key(30))
        commit(store, "t1", [30])
    assert finalize_run(run).objects == 26


def test_a_receipt_that_was_changed_is_refused(run):
    receipts = run / "receipts" / "receipts-all.jsonl"
    receipts.write_text(receipts.read_text().replace('"rows": 25', '"rows": 24', 1))
    with pytest.raises(RunError, match="line 1 was changed"):
        open_run(run).read_table("objects")


def test_a_receipt_that_went_missing_after_finalize_is_noticed(run):
    finalize_run(run)
    receipts = run / "receipts" / "receipts-all.jsonl"
    receipts.write_bytes(receipts.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(RunError, match="not those with which it was finalized"):
        verify_run(run)


@pytest.mark.parametrize("finalized", [False, True])
def test_one_flipped_byte_is_found(run, finalized):
    if finalized:
        finalize_run(run)
    shard = max(open_run(run).shards("models"))
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    for check in (verify_run, finalize_run):
        with pytest.raises(RunError, match=rf"{shard.name}: its content was changed"):
            check(run)


def test_one_flipped_byte_in_a_model_is_told_when_it_is_loaded(run):
    shard = max(open_run(run).shards("models"))
    keys = pq.read_table(shard, columns=["object_key"])["object_key"].to_pylist()
    column = pq.ParquetFile(shard).metadata.row_group(0).column(_place_of(shard, "flux"))
    content = bytearray(shard.read_bytes())
    content[column.data_page_offset + column.total_compressed_size // 2] ^= 1
    shard.write_bytes(content)
    with pytest.raises(RunError, match=rf"{shard.name}: content was changed after it was written"):
        load_archived_model(run, keys[0])


def _place_of(shard, name):
    group = pq.ParquetFile(shard).metadata.row_group(0)
    return next(i for i in range(group.num_columns) if group.column(i).path_in_schema.startswith(f"{name}."))


def test_a_missing_shard_is_named(run):
    shard = open_run(run).shards("objects")[0]
    shard.unlink()
    with pytest.raises(RunError, match=rf"{shard.name}: missing"), hold(run):
        pass


def test_a_staged_file_that_is_not_what_its_receipt_says_is_not_promoted(run):
    with hold(run) as store:
        with ShardWriter(store.task_folder("x"), store.run_id) as shard:
            shard.add(made_result(90), Origin(key(90), "made-0090", "made.fits"))
            parts = shard.close()
        wrong_rows = [replace(part, rows=part.rows + 1) if part.table == "objects" else part for part in parts]
        with pytest.raises(RunError, match="1 rows; its receipt says 2"):
            store.promote("x", wrong_rows)
        (store.task_folder("x") / "models.parquet").write_bytes(b"torn")
        with pytest.raises(RunError, match="4 bytes; its receipt says"):
            store.promote("x", parts)
        assert store.count("objects") == 40


def test_a_manifest_edited_by_hand_is_refused(run):
    manifest = json.loads((run / MANIFEST).read_text())
    (run / MANIFEST).write_text(json.dumps({**manifest, "configuration": {}}))
    with pytest.raises(RunError, match="it was changed after it was written"):
        open_run(run)


@pytest.mark.parametrize("version", ["4", "6", 5, None])
def test_another_schema_is_refused(run, version):
    manifest = {**json.loads((run / MANIFEST).read_text()), "schema_version": version}
    (run / MANIFEST).write_text(json.dumps({**manifest, "seal": seal_of(manifest)}))
    with pytest.raises(RunError, match=r"run schema .*; this package reads and writes schema '5'"):
        open_run(run)


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_manifest_that_is_none_is_refused(run, text):
    (run / MANIFEST).write_text(text)
    with pytest.raises(RunError, match=r"manifest\.json"):
        open_run(run)


def test_a_folder_without_a_manifest_is_no_run(tmp_path):
    with pytest.raises(RunError, match=r"no manifest\.json"):
        open_run(tmp_path)
    with pytest.raises(RunError, match=r"no manifest\.json"):
        open_run(tmp_path / "absent")
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(RunError, match=r"no manifest\.json"):
            finalize_run(folder)
    assert list(tmp_path.iterdir()) == []


def test_promotion_does_not_read_what_is_stored(run, monkeypatch):
    """Cost of a commit must not grow with the run: nothing but its own files is opened."""
    with hold(run) as store:
        opened = []
        read_table = pq.read_table

        def spy(path, **options):
            opened.append(Path(path))
            return read_table(path, **options)

        monkeypatch.setattr(pq, "read_table", spy)
        commit(store, "new", [80], [key(81)])
        assert opened
        assert all("new" in str(path) for path in opened)


def test_the_index_leads_to_every_object(tmp_path, store_objects):
    run = tmp_path / "run"
    for task in range(4):
        store_objects(run, range(10 * task, 10 * task + 10), task=f"t{task}")
    finalize_run(run)
    assert (run / INDEX).is_file()
    for number in (0, 13, 27, 39):
        assert load_archived_model(run, f"made-{number:04d}").object_key == key(number)
        assert load_archived_model(run, key(number)).object_id == f"made-{number:04d}"


@pytest.mark.parametrize("name", ["made-0123", key(123)])
def test_one_model_touches_one_row_group_of_models(tmp_path, monkeypatch, name):
    """Row groups are what is decoded; the index and the smallest and largest keys lead to the right one."""
    run = tmp_path / "run"
    with hold(run) as store:
        for task in range(4):
            commit(store, f"t{task}", range(50 * task, 50 * task + 50))
    finalize_run(run)
    shards = open_run(run).shards("models")
    assert sum(pq.ParquetFile(shard).metadata.num_row_groups for shard in shards) == 28
    read = []
    real = pq.ParquetFile.read_row_group

    def spy(file, group, columns=None, **options):
        read.append((group, tuple(columns or ())))
        return real(file, group, columns=columns, **options)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", spy)
    assert load_archived_model(run, name).object_key == key(123)
    assert [columns for _, columns in read] == [("object_key",), ()]
    assert len({group for group, _ in read}) == 1
