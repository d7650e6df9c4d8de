"""`connect`: a DuckDB connection with the views, macros and functions of this package."""

from __future__ import annotations

import atexit
import multiprocessing
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from qsospec_duck.archive.object_store import is_remote
from qsospec_duck.batch import register_fit_jobs
from qsospec_duck.catalog.bundle_views import SHARD_SOURCE, spectra_view, views_for_this_duckdb
from qsospec_duck.catalog.wide_cache import build_wide_cache, cached_view, is_current
from qsospec_duck.columns import arrow_type, columns_of
from qsospec_duck.database import load_prepared, load_sql, show_in_notebook, without_progress_bar
from qsospec_duck.errors import ConfigError, RunError
from qsospec_duck.fit_functions import FIT_ARGUMENTS, FIT_RETURNS, fit_row, plain, register_fit_local
from qsospec_duck.fitting import FitConfig
from qsospec_duck.fitting.compiled import compile_fit
from qsospec_duck.runs import open_run, verify_shards
from qsospec_duck.tiles.shard_index import is_shard_root, shard_paths
from qsospec_duck.workflow import finalize_run

WEB = ("http://", "https://")
"""Addresses that DuckDB itself reads."""

IN_MEMORY = ":memory:"
"""Name of a database that is no file."""

_open_connections: weakref.WeakSet[duckdb.DuckDBPyConnection] = weakref.WeakSet()


class HasPath(Protocol):
    """Anything with a run directory, such as an opened run."""

    @property
    def path(self) -> Path:
        """The run directory."""
        ...


def connect(
    run: str | Path | HasPath | None = None,
    tiles: str | Path | Sequence[str | Path] | None = None,
    database: str | Path = IN_MEMORY,
    *,
    config: FitConfig | None = None,
    workers: int = 1,
    tile_root: str | Path | None = None,
    verify: bool = False,
) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with the SQL product.

    Parameters
    ----------
    run : path or opened run, optional
        A run directory: its tables become views, with ``catalog`` and ``line_catalog`` beside them. One in an object
        store, such as ``s3://bucket/runs/hb``, is downloaded first, once.
    tiles : glob, path or several of them, optional
        Tile Parquet: becomes the view ``spectra``. The root of shards, as `qsospec_duck.tiles.compact_tiles` leaves
        it, makes a view that finds a ``target_id`` through their index.
    database : path, optional
        A DuckDB file to work in; in memory when absent.
    config : FitConfig, optional
        Options of the SQL function ``fit_quasar``.
    workers : int
        Processes that ``fit_quasar`` and ``render_qa`` may use; 1 works in this process.
    tile_root : path, optional
        A folder of tiles with its ledger: becomes ``tile_ledger``, ``tile_failures`` and ``tile_throughput``.
    verify : bool
        Compare every shard of the run with its receipt first, at the speed of reading it once. DuckDB does not check
        the checksums in Parquet: of a shard with a flipped byte it mostly shows other numbers and no error.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Close it, or use it in a ``with`` statement. The paths are variables of this connection
        (``qsospec_run``, ``qsospec_tiles``): a ``cursor()`` of it has to set them again. In memory, views and macros
        are taken from a file in the user's cache folder where an earlier connection left one
        (`qsospec_duck.database.prepared`).

    Raises
    ------
    RunError
        ``run`` has no ``manifest.json``, or one that was changed by hand or is of another schema; or, with
        ``verify``, a shard is not what its receipt says.
    ConfigError
        ``workers`` is less than 1, or ``verify`` is asked for without a run.
    TileError
        ``tiles`` is the root of shards whose compaction was interrupted.
    duckdb.IOException
        ``tiles`` matches no file, or ``tile_root`` has no ledger.
    """
    if workers < 1:
        raise ConfigError(f"workers is {workers}; it should be 1 or more.")
    if verify and run is None:
        raise ConfigError("verify compares a run with its receipts; give run=.")
    con = duckdb.connect(str(database))
    try:
        without_progress_bar(con)
        parts, instead = ["macros"], dict[str, str]()
        if tiles is not None:
            instead |= _set_tiles(con, tiles)
            parts.append("tiles")
        if tile_root is not None:
            con.execute("SET VARIABLE qsospec_tile_root = ?", [str(tile_root)])
            parts.append("ledger")
        if run is not None:
            directory = _run_directory(run)
            if verify:
                verify_shards(Path(directory))
            con.execute("SET VARIABLE qsospec_run = ?", [directory])
            parts += ["run", "progress"]
            instead |= views_for_this_duckdb(Path(directory)) | cached_view(Path(directory))
        con.create_function(
            "fit_quasar_udf", _fit_function(config or FitConfig(), _Pool(workers)), list(FIT_ARGUMENTS.values()),
            FIT_RETURNS, type=PythonUDFType.ARROW, null_handling=FunctionNullHandling.SPECIAL,
        )  # fmt: skip
        register_fit_local(con, config or FitConfig())
        register_fit_jobs(con, config or FitConfig(), finalize=finalize_run)
        parts.append("python")
        if run is not None:
            con.create_function(
                "render_qa_udf", _render_function(directory, workers), ["VARCHAR"], "VARCHAR",
                type=PythonUDFType.ARROW, null_handling=FunctionNullHandling.SPECIAL, side_effects=True,
            )  # fmt: skip
            parts.append("python_run")
        # A database file of the user may hold the objects already, of this version or of another.
        load = load_prepared if str(database) == IN_MEMORY else load_sql
        load(con, parts, instead=instead)
    except BaseException:
        con.close()
        raise
    _open_connections.add(con)
    show_in_notebook()
    return con


@atexit.register
def _close_connections() -> None:
    # a connection that still holds a Python function when the interpreter ends makes the client report leaks
    for con in list(_open_connections):
        con.close()


def _set_tiles(con: duckdb.DuckDBPyConnection, tiles: str | Path | Sequence[str | Path]) -> dict[str, str]:
    """Say where spectra are; the view that takes the place of the usual one, where they are shards."""
    if isinstance(tiles, (str, Path)) and is_shard_root(tiles):
        root = Path(tiles).expanduser().resolve()
        con.execute("SET VARIABLE qsospec_shards = ?", [root.as_posix()])
        shards = shard_paths(root)
        con.execute("SET VARIABLE qsospec_tiles = ?", [[path.as_posix() for path in shards]])
        # A footer tells of ten thousand column chunks: reading it again for each query would take most of a look-up.
        con.execute("SET parquet_metadata_cache = true")
        # Shards lie on this machine, and a query takes few of their columns: reading ahead costs a scan a third more.
        con.execute("SET disable_parquet_prefetching = true")
        relation = {column.name for column in columns_of("spectra")}
        # DuckDB learns the columns of all shards from the first one; asked for them now, it keeps its footer.
        names = con.sql("FROM read_parquet(?)", params=[str(shards[0])]).columns if shards else []
        is_whole = relation <= set(names)
        return {"spectra": spectra_view(SHARD_SOURCE, is_whole=is_whole)}
    patterns = [str(tiles)] if isinstance(tiles, (str, Path)) else [str(tile) for tile in tiles]
    con.execute("SET VARIABLE qsospec_tiles = ?", [patterns])
    return {}


def _run_directory(run: str | Path | HasPath) -> str:
    path = run if isinstance(run, (str, Path)) else run.path
    if str(path).startswith(WEB):
        return str(path).rstrip("/")
    if is_remote(path):
        return _downloaded(str(path))
    directory = Path(path).expanduser().resolve()
    if not (directory / "manifest.json").is_file():
        raise RunError(f"{directory}: no manifest.json; it should be the directory of a run.")
    # Views read the tables as they are; that the manifest was edited, or is of another schema, only this tells.
    open_run(directory)
    return str(directory)


def _downloaded(address: str) -> str:
    """Directory of a run of an object store, with everything in it and its wide catalog."""
    bundle = open_run(address)
    directory = bundle.fetch()
    if bundle.is_complete and not is_current(directory):
        build_wide_cache(directory)
    return str(directory)


class _Pool:
    """Worker processes of ``fit_quasar``, started when the first spectrum comes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._executor: ProcessPoolExecutor | None = None

    def map(self, config: FitConfig, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Fit rows in their order."""
        if self.workers == 1:
            return [fit_row(config, row) for row in rows]
        if self._executor is None:
            compile_fit()
            # not fork: DuckDB's threads are running
            methods = multiprocessing.get_all_start_methods()
            context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
            self._executor = ProcessPoolExecutor(self.workers, mp_context=context)
        return list(self._executor.map(partial(fit_row, config), rows, chunksize=4))


def _fit_function(config: FitConfig, pool: _Pool) -> Callable[..., pa.Array]:
    """``fit_quasar_udf``: one Arrow array an argument in, one struct a row out."""

    # DuckDB counts the parameters: a *args would be one
    def fit_rows(object_key, object_id, survey, ra, dec, z, ebv, wavelength, flux, ivar, mask_array, lsf_sigma):  # type: ignore[no-untyped-def]
        columns = (object_key, object_id, survey, ra, dec, z, ebv, wavelength, flux, ivar, mask_array, lsf_sigma)
        rows = [
            {name: plain(column[i]) for name, column in zip(FIT_ARGUMENTS, columns, strict=True)}
            for i in range(len(object_key))
        ]
        return pa.array(pool.map(config, rows), type=arrow_type(FIT_RETURNS))

    return fit_rows


def _render_function(directory: str, workers: int) -> Callable[[pa.ChunkedArray], pa.Array]:
    """``render_qa_udf``: object keys in, paths of their figures out."""
    lock = Lock()

    def render(object_key: pa.ChunkedArray) -> pa.Array:
        # figures are drawn only when somebody asks: matplotlib takes a second to import
        from qsospec_duck.qa import render_selected, select_objects

        keys = object_key.to_pylist()
        wanted = sorted({key for key in keys if key is not None})
        if not wanted:
            return pa.nulls(len(keys), pa.string())
        run = open_run(directory)
        # DuckDB calls from several threads, and matplotlib draws in one
        with lock:
            chosen = select_objects(run, object_ids=wanted, failures=True)
            drawn = {one.object_key: str(one.path) for one in render_selected(run, chosen, n_workers=workers)}
        return pa.array([drawn.get(key) for key in keys], pa.string())

    return render
