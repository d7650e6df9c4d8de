"""Tiles streamed into numpy, or into PyTorch, for training and mining: row group by row group, without copies.

A batch is what a file holds: Arrow decodes a row group into buffers, and the arrays are views of those buffers, as
matrices (spectra, pixels) where all spectra of the batch have the same grid.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from qsospec_duck.errors import ConfigError, TileError
from qsospec_duck.tiles.validate import find_tiles

COLUMNS = ("target_id", "z", "flux", "ivar")
"""Columns that a loader reads when it is not told."""


def stream_batches(
    tiles: str | Path | Iterable[str | Path],
    columns: Sequence[str] = COLUMNS,
    *,
    batch_size: int = 64,
    shuffle: int | None = None,
    share: tuple[int, int] = (0, 1),
) -> Iterator[pa.RecordBatch]:
    """Stream spectra as Arrow batches.

    Parameters
    ----------
    tiles : path or iterable of paths
        Roots, folders, tile files or shards.
    columns : sequence of str
        Only these are read.
    batch_size : int
        Spectra of a batch at most; 64, the row group of tiles, needs no copy.
    shuffle : int, optional
        Seed: row groups come in a random order. Spectra within one stay together.
    share : (int, int)
        Which of how many equal shares of the row groups; for workers that read side by side.

    Raises
    ------
    TileError
        There is no file, or one lacks a column.
    ConfigError
        The share or the batch size makes no sense.
    """
    index, n_shares = share
    if not 0 <= index < n_shares or batch_size < 1:
        raise ConfigError(f"share is {share}, batch_size {batch_size}; they should be (0 to n - 1, n) and 1 or more.")
    groups = _row_groups(_files(tiles))
    if shuffle is not None:
        random.Random(shuffle).shuffle(groups)
    opened: tuple[Path, pq.ParquetFile] | None = None
    try:
        for path, group in groups[index::n_shares]:
            if opened is None or opened[0] != path:
                if opened is not None:
                    opened[1].close()
                opened = path, _open(path, columns)
            table = opened[1].read_row_group(group, columns=list(columns))
            yield from table.select(list(columns)).to_batches(max_chunksize=batch_size)
    finally:
        if opened is not None:
            opened[1].close()


def as_arrays(batch: pa.RecordBatch) -> dict[str, NDArray[Any]]:
    """Columns of a batch as numpy arrays, without copies where Arrow's buffers allow it.

    Returns
    -------
    dict
        Numbers as (n,) arrays; lists of one length as (n, n_pix) matrices, which are read-only views; texts, NULLs and
        lists of several lengths as (n,) arrays of objects.
    """
    return {name: _array(batch.column(name)) for name in batch.schema.names}


def _array(column: pa.Array) -> NDArray[Any]:
    if not pa.types.is_list(column.type):
        is_plain = pa.types.is_primitive(column.type) and not pa.types.is_boolean(column.type)
        return np.asarray(column.to_numpy(zero_copy_only=is_plain and column.null_count == 0))
    lengths = np.diff(column.offsets.to_numpy())
    if column.null_count == 0 and len(column) and (lengths == lengths[0]).all() and not _is_nested(column):
        # flatten() minds the offset of a slice; the values are not copied.
        return np.asarray(column.flatten().to_numpy(zero_copy_only=True).reshape(len(column), int(lengths[0])))
    rows = np.empty(len(column), dtype=object)
    rows[:] = [None if one is None else np.asarray(one) for one in column.to_pylist()]
    return rows


def _is_nested(column: pa.ListArray) -> bool:
    return bool(pa.types.is_nested(column.type.value_type)) or column.values.null_count > 0


def torch_dataset(tiles: str | Path | Iterable[str | Path], columns: Sequence[str] = COLUMNS, **options: Any) -> Any:
    """Make a ``torch.utils.data.IterableDataset`` of batches.

    Give it to a ``DataLoader`` with ``batch_size=None``; with several workers each reads its own share of the row
    groups, so that every spectrum comes once.

    Parameters
    ----------
    tiles, columns, **options
        As for `stream_batches`, without ``share``.

    Returns
    -------
    IterableDataset
        Of dictionaries: numbers and matrices as tensors, everything else as numpy arrays of objects.

    Raises
    ------
    ConfigError
        PyTorch is not installed.
    """
    try:
        import torch
        from torch.utils.data import IterableDataset, get_worker_info
    except ImportError as error:
        raise ConfigError(
            "PyTorch is not installed; pip install 'qsospec_duck[torch]', or use stream_batches."
        ) from error

    class Tiles(IterableDataset):
        """Batches of spectra."""

        def __reduce__(self) -> tuple[Any, ...]:
            # A class that is made in a function travels to workers as the call that made it.
            return partial(torch_dataset, **options), (tiles, columns)

        def __iter__(self) -> Iterator[Mapping[str, Any]]:
            worker = get_worker_info()
            share = (0, 1) if worker is None else (worker.id, worker.num_workers)
            for batch in stream_batches(tiles, columns, share=share, **options):
                yield {name: _tensor(torch, batch.column(name)) for name in batch.schema.names}

    return Tiles()


def _tensor(torch: Any, column: pa.Array) -> Any:
    """Hand a column over through DLPack, which copies nothing; what is no number or matrix comes as `as_arrays` has it.

    Tensors know no read-only memory: writing into one would change Arrow's buffer.
    """
    values = _array(column)
    if values.dtype.kind not in "iuf" or column.null_count:
        return values
    flat = column.flatten() if pa.types.is_list(column.type) else column
    return torch.from_dlpack(flat).reshape(values.shape)


def _files(tiles: str | Path | Iterable[str | Path]) -> list[Path]:
    given = [Path(tiles)] if isinstance(tiles, str | Path) else [Path(one) for one in tiles]
    found = find_tiles(given) or sorted({path for one in given for path in one.rglob("shard_*.parquet")})
    if not found:
        raise TileError(f"{', '.join(map(str, given))}: there is no tile and no shard; expected at least one.")
    return found


def _row_groups(paths: Sequence[Path]) -> list[tuple[Path, int]]:
    return [(path, group) for path in paths for group in range(pq.read_metadata(path).num_row_groups)]


def _open(path: Path, columns: Sequence[str]) -> pq.ParquetFile:
    file = pq.ParquetFile(path)
    if missing := [name for name in columns if name not in file.schema_arrow.names]:
        file.close()
        raise TileError(
            f"{path}: there is no column {', '.join(missing)}; it has {', '.join(file.schema_arrow.names)}."
        )
    return file
