"""Shards are read with the checksums of their pages: a byte that was changed is an error, not another number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from qsospec_duck.errors import RunError

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset


def open_shard(path: Path) -> pq.ParquetFile:
    """A shard to be read within `damage_is_told`."""
    return pq.ParquetFile(path, page_checksum_verification=True)


def shards_as_one(paths: Sequence[Path], schema: pa.Schema) -> Dataset:
    """Shards of one table, to be read within `damage_is_told`."""
    # It imports pandas where that is installed: a fifth of a second that only those pay who read tables this way.
    from pyarrow.dataset import ParquetFileFormat, ParquetFragmentScanOptions, dataset

    options = ParquetFragmentScanOptions(page_checksum_verification=True)
    return dataset(
        [str(path) for path in paths], schema=schema, format=ParquetFileFormat(default_fragment_scan_options=options)
    )


@contextmanager
def damage_is_told(place: Path) -> Iterator[None]:
    """Turn a checksum that does not fit into an error that names the place: a shard, or the run.

    Raises
    ------
    RunError
    """
    try:
        yield
    except OSError as error:
        if "CRC checksum" not in str(error):
            raise
        raise RunError(
            f"{place}: content was changed after it was written (a page's checksum does not fit); "
            "verify_run names every such file, and a copy of it mends the run."
        ) from error
