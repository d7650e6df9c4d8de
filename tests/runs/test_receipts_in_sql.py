"""SQL shows what the receipts of a run name, whatever else lies in its folders."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from disk_faults import PowerCutError, fault_at
from made_runs import commit, key

from qsospec_duck import connect
from qsospec_duck.catalog import write_catalog_file
from qsospec_duck.catalog.bundle_views import views_for_this_duckdb
from qsospec_duck.cli import main
from qsospec_duck.database import load_sql, sql_files
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.runs import TABLES, finalize_run, hold_store, open_run
from qsospec_duck.runs.manifest import write_manifest

RECEIPTED = TABLES[:-1]


@contextmanager
def views(run: Path):
    """The views over the tables alone, as DuckDB sees a run now."""
    others = {file.name for file in sql_files()} - {"run_parts", *TABLES}
    with duckdb.connect() as con:
        con.execute("SET VARIABLE qsospec_run = ?", [str(run)])
        load_sql(con, ["run"], instead=views_for_this_duckdb(run), column_comments=False, leave_out=others)
        yield con


def keys_in_sql(con, table: str) -> list[str]:
    return [name for (name,) in con.execute(f"SELECT object_key FROM {table} ORDER BY 1").fetchall()]


def keys_by_receipts(run: Path, table: str) -> list[str]:
    return sorted(open_run(run).read_table(table, columns=["object_key"])["object_key"].to_pylist())


def files(run: Path, table: str) -> list[Path]:
    return sorted((run / "data" / table).glob("*.parquet"))


@pytest.mark.slow
def test_wherever_a_commit_is_cut_short_sql_shows_what_the_receipts_say(tmp_path):
    strays, left = 0, 0
    for step in itertools.count():
        run = tmp_path / f"cut-{step}"
        with hold_store(run, {}, "h") as store:
            commit(store, "t0", [0, 1], [key(2)])
        with fault_at(step) as cut, suppress(PowerCutError), hold_store(run, {}, "h") as store:
            # The failure of the first task is made good: its shards are retired.
            commit(store, "t1", [2, 3])
        named = {path for table in RECEIPTED for path in open_run(run).shards(table)}
        lying = {path for table in RECEIPTED for path in files(run, table)}
        strays += bool(lying - named)
        left += bool(lying - named and len(keys_by_receipts(run, "objects")) == 4)
        with views(run) as con:
            for table in RECEIPTED:
                assert keys_in_sql(con, table) == keys_by_receipts(run, table), (step, table)
            shown = {path for (path,) in con.execute("SELECT path FROM run_parts").fetchall()}
        assert shown == {str(path.relative_to(run)) for path in named}
        if not cut:
            break
    # It was cut between promotion and receipt, and between receipt and the removal of what it retired.
    assert strays > 5
    assert left > 0


def promoted_without_receipt(run: Path) -> None:
    """Cut a second commit after the last of its files is in place and before its receipt is written."""
    with hold_store(run, {}, "h") as store:
        commit(store, "t0", [0, 1])
    with hold_store(run, {}, "h") as store:
        store._log.append = lambda commit: (_ for _ in ()).throw(PowerCutError)
        with suppress(PowerCutError):
            commit(store, "t1", [2, 3])
    assert len(files(run, "objects")) == 2


def test_a_connection_shows_a_shard_when_its_receipt_is_written(tmp_path):
    run = tmp_path / "run"
    promoted_without_receipt(run)
    with connect(run=run) as con:
        for table in ("objects", "models", "inputs", "catalog"):
            assert keys_in_sql(con, table) == [key(0), key(1)], table
        assert con.sql("SELECT count(DISTINCT object_key) FROM measurements").fetchall() == [(2,)]
        with hold_store(run, {}, "h") as store:
            commit(store, "t1", [2, 3])
        assert keys_in_sql(con, "catalog") == [key(number) for number in range(4)]
        parts = con.execute(
            "SELECT table_name, n_rows, task FROM run_parts WHERE table_name = 'objects' ORDER BY task"
        ).fetchall()
    assert parts == [("objects", 2, "t0"), ("objects", 2, "t1")]


def test_a_torn_receipt_counts_for_nothing(tmp_path):
    run = tmp_path / "run"
    with hold_store(run, {}, "h") as store:
        commit(store, "t0", [0, 1])
        commit(store, "t1", [2])
    log = run / "receipts" / "receipts-all.jsonl"
    whole = log.read_bytes()
    # The last one has only its newline missing: it is whole as JSON, and is no receipt yet.
    for cut in (1, 2, 40, len(whole.splitlines()[-1])):
        log.write_bytes(whole[:-cut])
        with views(run) as con:
            assert keys_in_sql(con, "objects") == [key(0), key(1)]
            assert keys_by_receipts(run, "objects") == [key(0), key(1)]


def test_each_share_of_a_run_has_receipts(tmp_path):
    run = tmp_path / "run"
    for share in range(2):
        with hold_store(run, {}, "h", num_shards=2, shard_index=share) as store:
            commit(store, "t0", [share])
    with views(run) as con:
        assert keys_in_sql(con, "models") == [key(0), key(1)]


@pytest.mark.parametrize("place", ["folder", "search_path", "variable"])
def test_a_duckdb_without_this_package_leaves_out_what_has_no_receipt(tmp_path, place):
    run = tmp_path / "my runs" / "hb"
    promoted_without_receipt(run)
    file = write_catalog_file(run, run.parent / "qsospec.duckdb")
    script = (
        "import json, sys, duckdb\n"
        "con = duckdb.connect(sys.argv[1], read_only=True)\n"
        "con.execute(sys.argv[2])\n"
        "print(json.dumps(con.execute('SELECT object_key FROM catalog ORDER BY 1').fetchall()))\n"
    )
    start, before = {
        "folder": (run.parent, "SELECT 1"),
        "search_path": (tmp_path, f"SET file_search_path = '{run.parent}'"),
        "variable": (tmp_path, f"SET VARIABLE qsospec_run = '{run}'"),
    }[place]
    command = [sys.executable, "-I", "-c", script, str(file), before]
    done = subprocess.run(command, cwd=start, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [[key(0)], [key(1)]]


def test_a_bundle_without_receipts_is_what_lies_there(run):
    finalize_run(run)
    before = keys_by_receipts(run, "objects")
    for log in (run / "receipts").iterdir():
        log.unlink()
    (run / "receipts").rmdir()
    with views(run) as con:
        assert keys_in_sql(con, "objects") == before
        found = con.execute("SELECT table_name, path, n_rows FROM run_parts WHERE table_name = 'models'").fetchall()
    assert found == [("models", str(path.relative_to(run)), None) for path in files(run, "models")]


def flip_a_digit(run: Path) -> Path:
    """Change one bit in the values of ``snr_median``, which lie there uncompressed or nearly so."""
    path = files(run, "objects")[0]
    content = bytearray(path.read_bytes())
    footer = pq.read_metadata(path).row_group(0)
    column = next(c for c in map(footer.column, range(footer.num_columns)) if c.path_in_schema == "snr_median")
    content[column.data_page_offset + column.total_compressed_size - 2] ^= 1
    path.write_bytes(content)
    return path


def test_a_flipped_byte_is_refused_where_verifying_was_asked_for(run, capsys):
    with connect(run=run, verify=True) as con:
        assert con.sql("SELECT count(*) FROM objects").fetchall() == [(40,)]
    path = flip_a_digit(run)
    with pytest.raises(RunError, match=rf"{path}: its content was changed"):
        connect(run=run, verify=True)
    assert main(["sql", str(run), "SELECT 1", "--verify"]) != 0
    assert "its content was changed" in capsys.readouterr().err


def test_verifying_needs_a_run_with_receipts(tmp_path):
    with pytest.raises(ConfigError, match="give run="):
        connect(verify=True)
    about = {"schema_version": "5", "run_id": "theirs", "status": "complete", "writer": "other", "configuration": {}}
    write_manifest(tmp_path, about)
    with pytest.raises(RunError, match="not be verified"):
        connect(run=tmp_path, verify=True)
