"""The pivoted cache of a run: equal to the view, used only while it is current."""

import os

import pyarrow.parquet as pq
import pytest

from qsospec_duck.catalog import build_wide_cache
from qsospec_duck.connect import connect


def catalog_of(run):
    with connect(run=run) as con:
        plan = con.execute("EXPLAIN SELECT fwhm_hb FROM catalog").fetchall()[0][1]
        return con.execute("FROM catalog ORDER BY object_key").fetchall(), "max(" not in plan


def test_cache_gives_the_catalog_that_the_view_computes(made_run):
    computed, is_cached = catalog_of(made_run)
    assert not is_cached
    build_wide_cache(made_run)
    read, is_cached = catalog_of(made_run)
    assert is_cached
    assert read == computed


@pytest.mark.parametrize("change", ["another shard", "a newer shard"])
def test_a_cache_of_other_measurements_is_not_used(made_run, change):
    build_wide_cache(made_run)
    shard = made_run / "data" / "measurements" / "part-00000.parquet"
    if change == "another shard":
        table = pq.read_table(shard)
        pq.write_table(table.slice(0, 0), shard.with_name("part-00001.parquet"))
    else:
        os.utime(shard, ns=(1, 1))
    assert not catalog_of(made_run)[1]


def test_values_that_are_not_finite_stay_out_of_the_cache(made_run):
    shard = made_run / "data" / "measurements" / "part-00000.parquet"
    rows = pq.read_table(shard).to_pylist()
    for row in rows:
        if row["quantity"] == "hb_broad_fwhm":
            row["value"] = float("nan")
        if row["quantity"] == "hb_broad_ew":
            row["error"] = float("inf")
    pq.write_table(pq.read_table(shard).from_pylist(rows, schema=pq.read_schema(shard)), shard)
    computed = catalog_of(made_run)[0]
    build_wide_cache(made_run)
    assert catalog_of(made_run) == (computed, True)
