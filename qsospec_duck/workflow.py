"""Calls that cross packages: one spectrum from its file to its figure; runs that end with their wide catalog."""

from __future__ import annotations

from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qsospec_duck import batch, runs
from qsospec_duck.batch import BatchSummary, Item, expand_inputs
from qsospec_duck.catalog.wide_cache import build_wide_cache, is_current
from qsospec_duck.errors import FitError, ReaderError
from qsospec_duck.fitting import FitConfig
from qsospec_duck.runs import RunBundle, RunCounts, open_run, products_folder, write_products
from qsospec_duck.runs.key_values import to_json
from qsospec_duck.spectra import Spectrum

if TYPE_CHECKING:
    from qsospec_duck.qa.handles import Model


@wraps(batch.fit_batch)
def fit_batch(*inputs: Any, **options: Any) -> BatchSummary:
    """Fit spectra into a run; a run that it seals gets its wide catalog, see `build_wide_cache`."""
    summary = batch.fit_batch(*inputs, **options)
    _keep_wide_catalog(open_run(summary.run_directory))
    return summary


@wraps(runs.finalize_run)
def finalize_run(run: RunBundle | Path | str) -> RunCounts:
    """Seal a run and write its wide catalog."""
    counts = runs.finalize_run(run)
    _keep_wide_catalog(run if isinstance(run, RunBundle) else open_run(run))
    return counts


@wraps(runs.compact_run)
def compact_run(run: RunBundle | Path | str, **options: Any) -> RunCounts:
    """Rewrite the shards of a run, and the wide catalog of a sealed one."""
    counts = runs.compact_run(run, **options)
    _keep_wide_catalog(open_run(run.path if isinstance(run, RunBundle) else run))
    return counts


def _keep_wide_catalog(run: RunBundle) -> None:
    """Give a sealed run the cache of its ``catalog`` unless it has a current one."""
    # One in an object store gets it where it is looked at, see `connect`.
    if run.address is None and run.manifest.get("status") == "complete" and not is_current(run.path):
        build_wide_cache(run)


def fit_object_to_store(
    source: Path | str | Spectrum,
    run_directory: Path | str,
    *,
    redshift: float | None = None,
    object_id: str | None = None,
    row_index: int | None = None,
    ra: float | None = None,
    dec: float | None = None,
    ebv: float | None = None,
    reader: str = "auto",
    reader_options: dict[str, Any] | None = None,
    config: FitConfig | None = None,
    run_id: str | None = None,
    resume: bool = True,
    write_qa: bool = True,
    write_legacy_products: bool = False,
) -> Model:
    """Fit one spectrum, store it in a run directory and draw its figure.

    Parameters
    ----------
    source : path or Spectrum
        Survey file with one spectrum, or with several and ``row_index``; or a spectrum in memory.
    run_directory : path
        Run to create or to add to; an object that it holds already is not fitted again.
    redshift, object_id, ra, dec, ebv : optional
        Take the place of what the file says (redshift greater than -1; degrees; mag).
    row_index : int, optional
        Row of the file.
    reader, reader_options : optional
        Reader and its options; ``auto`` finds it by content.
    config : FitConfig, optional
        Scientific options; defaults where none are given.
    run_id : str, optional
        Name of a new run.
    resume : bool
        False refuses a run directory that holds objects.
    write_qa : bool
        Draw the figure into ``qa/`` of the run.
    write_legacy_products : bool
        Also write ``products/<object>/model.csv``, ``measurements.csv`` and ``summary.json``.

    Returns
    -------
    Model
        The stored object: ``measurements``, ``plot_qa()``, ``show_qa()``, ``qa_path``.

    Raises
    ------
    ReaderError
        The source cannot be read as one spectrum.
    FitError
        The spectrum cannot be fitted; the run keeps it as a failure.
    RunError
        The run is locked, damaged, or made with other scientific options.
    """
    known: dict[str, Any] = {
        name: value
        for name, value in (("z", redshift), ("object_id", object_id), ("ra", ra), ("dec", dec), ("ebv", ebv))
        if value is not None
    }
    if isinstance(source, Spectrum):
        (item,) = expand_inputs(replace(source, **known), Path(run_directory))
    else:
        path = Path(source).expanduser()
        if not path.is_file():
            raise ReaderError(f"{path}: no such file; fit_object_to_store takes one file, fit_batch takes many.")
        rows = None if row_index is None else (row_index,)
        item = Item(str(path), rows=rows, known=known, bytes=path.stat().st_size)
    summary = batch.fit_batch(
        item,
        run_directory,
        config=config,
        reader=reader,
        reader_options=reader_options,
        run_id=run_id,
        resume=resume,
        finalize=False,
        progress=False,
    )
    # Drawing needs matplotlib: imported where a figure is wanted.
    from qsospec_duck.qa.handles import load_model

    model = load_model(summary.run, _stored_key(summary, item))
    if write_qa:
        model.save_qa()
    if write_legacy_products:
        write_products(model, products_folder(Path(run_directory), model.object_key))
    return model


def _stored_key(summary: BatchSummary, item: Item) -> str:
    """Key under which the one spectrum of an item was stored.

    Raises
    ------
    FitError or ReaderError
        It was not: the failure that the run holds instead.
    """
    keys = list(item.keys) if item.keys is not None else summary.run.keys_of_input(item.identity)
    columns = ["object_key", "exception_type", "message", "metadata"]
    failures = summary.run.read_table("failures", columns=columns).to_pylist() if summary.failures else []
    mine = {"key": "input", "value": to_json(item.identity)}
    failed = next((row for row in failures if row["object_key"] in keys or mine in row["metadata"]), None)
    if failed is not None:
        kind = ReaderError if failed["exception_type"] == "ReaderError" else FitError
        raise kind(f"{failed['message']} ({failed['exception_type']}; kept in the failures of {summary.run_id}).")
    if len(keys) != 1:
        raise ReaderError(f"{item.path}: it holds {len(keys)} spectra; give row_index, or use fit_batch.")
    return keys[0]
