"""What tiles hold, as one row a release, survey and program: the distributions that a wrong batch would shift."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa


def summarize_tiles(con: Any, paths: Sequence[str]) -> pa.Table:
    """Sum up tiles.

    Parameters
    ----------
    con : duckdb.DuckDBPyConnection
    paths : sequence of str
        Tile files, or scalars of shards.

    Returns
    -------
    pyarrow.Table
        ``release``, ``survey``, ``program``, ``tiles``, ``spectra``, quantiles of ``z``, of E(B-V) and of the exposure
        time, the fraction with a warned redshift, and the fractions that QuasarNet and Mg II confirm.
    """
    answer = con.sql(
        """
        SELECT
            release,
            survey,
            program,
            count(DISTINCT filename) AS tiles,
            count(*) AS spectra,
            quantile_cont(z, 0.05) AS z_05,
            median(z) AS z_50,
            quantile_cont(z, 0.95) AS z_95,
            median(ebv) AS ebv_50,
            quantile_cont(ebv, 0.95) AS ebv_95,
            median(exptime) AS exptime_50,
            avg((zwarn <> 0)::INTEGER) AS fraction_zwarn,
            avg((spectype = 'QSO')::INTEGER) AS fraction_qso,
            avg(((qso_maskbits & 8) <> 0)::INTEGER) AS fraction_quasarnet,
            avg(((qso_maskbits & 4) <> 0)::INTEGER) AS fraction_mgii
        FROM read_parquet(?, union_by_name := true, filename := true)
        GROUP BY release, survey, program
        ORDER BY release, survey, program
        """,
        params=[list(paths)],
    )
    return answer.to_arrow_table()
