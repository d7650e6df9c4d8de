"""Real fits are the same to the last bit, whoever makes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from qsospec_duck.batch import fit_batch
from qsospec_duck.fitting import FitConfig, HostConfig
from qsospec_duck.runs import finalize_run, open_run

VARIES = ("run_id", "completed_at", "metadata", "workflow_metadata")
"""Names and times of a run; these metadata hold seconds spent."""


def tables(run: Path) -> dict[str, list[str]]:
    found = {}
    for name in ("objects", "measurements", "warnings", "models", "failures"):
        table = open_run(run).read_table(name)
        table = table.drop_columns([column for column in VARIES if column in table.column_names])
        found[name] = sorted(map(repr, table.to_pylist()))
    return found


@pytest.mark.slow
def test_a_fit_with_its_host_galaxy_is_the_same_in_processes_and_in_shares(tmp_path, shared_data):
    populations = shared_data / "templates" / "emiles_ssp_from_ppxf826_1680_10600A.npz"
    config = FitConfig(host=HostConfig(method="linear", templates=str(populations)))
    # Two galaxies, one of them with narrow lines, and two quasars of low redshift.
    names = ("0266-51602-0013", "0266-51602-0107", "0332-52367-0639", "0390-51900-0587")
    files = [path for name in names for path in (shared_data / "sdss").glob(f"spec-{name}.fits")]
    assert len(files) == 4
    options = {"config": config, "progress": False}
    fit_batch(files, tmp_path / "serial", **options)
    fit_batch(files, tmp_path / "processes", n_workers=2, task_size=1, **options)
    for share in range(3):
        fit_batch(files, tmp_path / "shares", num_shards=3, shard_index=share, **options)
    finalize_run(tmp_path / "shares")
    serial = tables(tmp_path / "serial")
    assert sum(row.startswith("{") and "'host_decomp_enabled': True" in row for row in serial["objects"]) >= 2
    assert serial["failures"] == []
    assert tables(tmp_path / "processes") == serial
    assert tables(tmp_path / "shares") == serial
