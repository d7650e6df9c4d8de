"""Inputs in an object store give the same spectra as on disk, and only what is needed of them is fetched."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.table import Table
from made_fits import MadeConfig, made_fit

from qsospec_duck.archive.object_store import ObjectStore
from qsospec_duck.batch import expand_inputs, fit_batch
from qsospec_duck.batch.plan import Task
from qsospec_duck.batch.relation_file import read_relation, spill
from qsospec_duck.batch.remote_inputs import list_files
from qsospec_duck.batch.task_text import read_task, task_text
from qsospec_duck.errors import ReaderError
from qsospec_duck.runs import open_run

pytest.importorskip("obstore", reason="object stores are reached by obstore, an optional package")

OPTIONS = {"config": MadeConfig(), "fit": made_fit, "progress": False}


def upload(s3, folder: Path, prefix: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            s3.objects[f"{prefix}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()


def models(run) -> list[str]:
    read = open_run(run)
    drop = ["run_id", "completed_at"]
    return [
        repr(table.drop_columns([name for name in drop if name in table.column_names]).to_pylist())
        for table in (read.read_table(name) for name in ("inputs", "objects", "models"))
    ]


@pytest.fixture
def tiles(tmp_path, relation, s3) -> Path:
    """Two tiles of three spectra, on disk and in the bucket."""
    folder = tmp_path / "tiles"
    for number in range(2):
        part = relation.slice(3 * number, 3)
        spill(part.to_batches(max_chunksize=1), part.schema, folder / f"tile_{number}" / f"qso_data_{number}.parquet")
    upload(s3, folder, "bucket/tiles")
    return folder


@pytest.mark.parametrize("where", ["s3://bucket/tiles/**/*.parquet", "s3://bucket/tiles", "s3://bucket/tiles/*/qso*"])
def test_tiles_in_a_bucket_give_what_tiles_on_disk_give(tmp_path, tiles, where):
    fit_batch(tiles, tmp_path / "here", **OPTIONS)
    summary = fit_batch(where, tmp_path / "there", **OPTIONS)
    assert (summary.fitted, summary.failed) == (6, 0)
    assert models(tmp_path / "there") == models(tmp_path / "here")


def test_a_worker_fetches_its_rows_and_not_the_tile(tmp_path, s3):
    table = pa.table({"z": [0.5] * 64, "object_key": [f"k{i}" for i in range(64)]})
    noise = [[float(i * j % 97) + 0.1 for j in range(4000)] for i in range(64)]
    for name in ("wavelength", "flux", "ivar"):
        table = table.append_column(name, pa.array(noise))
    path = tmp_path / "tile.parquet"
    pq.write_table(table, path, row_group_size=8, compression="none", use_dictionary=False)
    s3.objects["bucket/tile.parquet"] = path.read_bytes()
    sent = []
    real = ObjectStore.read_range

    def spy(self, key, start, length):
        sent.append(length)
        return real(self, key, start, length)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectStore, "read_range", spy)
        items = expand_inputs("s3://bucket/tile.parquet", tmp_path)
        planned = sum(sent)
        sent.clear()
        found = dict(read_relation("s3://bucket/tile.parquet", [20, 21]))
    assert [item.size for item in items] == [64]
    assert planned < 0.05 * path.stat().st_size
    assert sum(sent) < 0.2 * path.stat().st_size
    assert list(found) == [20, 21]
    assert found[20]["flux"].tolist() == noise[20]


def test_files_of_a_manifest_in_a_bucket_are_found_beside_it(tmp_path, s3, spectra):
    folder = tmp_path / "files"
    folder.mkdir()
    for number, spectrum in enumerate(spectra[:3]):
        columns = {"wavelength": spectrum.wavelength, "flux": spectrum.flux, "ivar": spectrum.ivar}
        Table(columns).write(folder / f"spec-{number}.fits")
    lines = ["path,object_key,z", "spec-0.fits,first,0.3", "spec-1.fits,second,0.31"]
    lines.append("s3://bucket/files/spec-2.fits,third,0.32")
    s3.objects["bucket/files/list.csv"] = "\n".join(lines).encode()
    upload(s3, folder, "bucket/files")
    summary = fit_batch("s3://bucket/files/list.csv", tmp_path / "run", reader="table", **OPTIONS)
    assert (summary.fitted, summary.failed) == (3, 0)
    assert sorted(summary.run.read_table("objects")["object_key"].to_pylist()) == ["first", "second", "third"]
    again = fit_batch("s3://bucket/files/list.csv", tmp_path / "run", reader="table", **OPTIONS)
    assert (again.fitted, again.skipped) == (0, 3)


def test_a_coadd_comes_with_its_redshifts(tmp_path, s3, shared_data):
    names = ["coadd-4-80613-thru20210324.fits", "redrock-4-80613-thru20210324.fits"]
    for name in names:
        s3.objects[f"bucket/desi/{name}"] = (shared_data / "desi" / name).read_bytes()
    here = fit_batch(shared_data / "desi" / names[0], tmp_path / "here", **OPTIONS)
    there = fit_batch("s3://bucket/desi/coadd-*.fits", tmp_path / "there", **OPTIONS)
    assert here.objects == there.objects > 0
    assert models(tmp_path / "there") == models(tmp_path / "here")


def test_a_task_of_a_bucket_travels_as_text(tiles, tmp_path):
    items = expand_inputs("s3://bucket/tiles/tile_0/*.parquet", tmp_path)
    assert read_task(task_text(Task(tuple(items)))).items == tuple(items)


def test_what_is_not_in_the_bucket_is_told(tmp_path, tiles):
    with pytest.raises(ReaderError, match=r"s3://bucket/none/\*\.fits: there is no such file"):
        expand_inputs("s3://bucket/none/*.fits", tmp_path)
    with pytest.raises(ReaderError, match="the bucket has to be named"):
        expand_inputs("s3://*/x.fits", tmp_path)
    assert list(list_files("s3://bucket/tiles/tile_0/*")) == ["s3://bucket/tiles/tile_0/qso_data_0.parquet"]
    assert len(list_files("s3://bucket/tiles")) == 2
    assert len(list_files("s3://bucket/**/*_1.parquet")) == 1


def test_a_file_that_disappears_is_a_failure_and_stops_nothing(tmp_path, s3, spectra):
    s3.objects["bucket/a.fits"] = b"no FITS file"
    summary = fit_batch([*spectra[:2], "s3://bucket/a.fits"], tmp_path / "run", **OPTIONS)
    assert (summary.fitted, summary.failed) == (2, 1)
    (failure,) = summary.run.read_table("failures").to_pylist()
    assert {"key": "path", "value": '"s3://bucket/a.fits"'} in failure["metadata"]
