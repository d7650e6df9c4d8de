"""A selection becomes figures: drawn in parallel, and only where something changed."""

from __future__ import annotations

import atexit
import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.compute as pc

from qsospec_duck.errors import ConfigError, QsospecDuckError
from qsospec_duck.qa.digest import digest_of, digest_of_failure, is_current
from qsospec_duck.qa.failure import plot_failure
from qsospec_duck.qa.figure import DPI, plot_qa
from qsospec_duck.qa.names import figure_name, figures_folder
from qsospec_duck.qa.save import check_suffix
from qsospec_duck.qa.selection import Selected, select_objects
from qsospec_duck.readers import read_spectra
from qsospec_duck.runs import RunBundle, load_archived_model, open_run
from qsospec_duck.runs.key_values import from_key_values
from qsospec_duck.runs.portable_failures import PATH, path_of_failure
from qsospec_duck.spectra import Spectrum, from_row


@dataclass(frozen=True)
class Rendered:
    """A figure that is up to date."""

    object_key: str
    path: Path
    drawn: bool
    """False where the file was there and unchanged."""


@dataclass(frozen=True)
class _Order:
    """How figures are drawn; the same for all of a call."""

    run: str
    folder: str
    suffix: str
    dpi: float
    sources: str | None
    again: bool


def render_qa(
    run: RunBundle | Path | str,
    object_ids: Iterable[str] | str | None = None,
    warning_codes: Iterable[str] | str | None = None,
    failures: bool = False,
    sample: int | None = None,
    query: Any = None,
    out: Path | str | None = None,
    n_workers: int = 1,
    *,
    seed: int = 0,
    con: duckdb.DuckDBPyConnection | None = None,
    suffix: str = ".png",
    dpi: float = DPI,
    sources: Path | str | None = None,
    again: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Draw the figures of a selection of a run.

    Parameters
    ----------
    run : RunBundle or path
    object_ids, warning_codes, failures, sample, query, seed, con
        The selection; see `qsospec_duck.qa.select_objects`. Nothing given means all fitted objects.
    out : path, optional
        Folder of the figures; ``qa`` in the run when absent.
    n_workers : int
        Processes; 1 draws in this one. Started by spawn: a script that asks for more than one has to guard its
        main part with ``if __name__ == "__main__"``.
    suffix : str
        ``.png``, ``.pdf`` or ``.svg``.
    dpi : float
        Pixels an inch of a PNG.
    sources : path, optional
        Folder where the survey files of failed spectra lie, for the data in their figures; where they lay when the
        run was made, when absent.
    again : bool
        Draw also what is there and unchanged.
    progress : callable, optional
        Called with the number of finished figures and that of all.

    Returns
    -------
    list of Path
        One figure an object, in the order of the selection.

    Raises
    ------
    NotInRunError, ConfigError
        The selection makes no sense (see `select_objects`), or ``n_workers`` or ``suffix`` does not.
    """
    bundle = run if isinstance(run, RunBundle) else open_run(run)
    chosen = select_objects(
        bundle,
        object_ids=object_ids,
        warning_codes=warning_codes,
        failures=failures,
        sample=sample,
        query=query,
        seed=seed,
        con=con,
    )
    rendered = render_selected(
        bundle,
        chosen,
        out=out,
        n_workers=n_workers,
        suffix=suffix,
        dpi=dpi,
        sources=sources,
        again=again,
        progress=progress,
    )
    return [one.path for one in rendered]


def render_selected(
    run: RunBundle,
    chosen: Sequence[Selected],
    *,
    out: Path | str | None = None,
    n_workers: int = 1,
    suffix: str = ".png",
    dpi: float = DPI,
    sources: Path | str | None = None,
    again: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Rendered]:
    """Draw the figures of objects that were selected; parameters as in `render_qa`."""
    if n_workers < 1:
        raise ConfigError(f"n_workers is {n_workers}; it should be 1 or more.")
    folder = figures_folder(run.path) if out is None else Path(out)
    check_suffix(Path(f"figure{suffix}"))
    folder.mkdir(parents=True, exist_ok=True)
    order = _Order(str(run.path), str(folder), suffix, dpi, None if sources is None else str(sources), again)
    rendered = []
    for one in _work(run, order, chosen, n_workers):
        rendered.append(one)
        if progress is not None:
            progress(len(rendered), len(chosen))
    return rendered


def _work(run: RunBundle, order: _Order, chosen: Sequence[Selected], n_workers: int) -> Iterator[Rendered]:
    if n_workers == 1 or len(chosen) < 2:
        for one in chosen:
            yield _render_one(run, order, one)
        return
    context = multiprocessing.get_context("spawn")
    workers = min(n_workers, len(chosen))
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(order,)) as pool:
        yield from pool.map(_render_in_worker, chosen, chunksize=_CHUNK if len(chosen) > _MANY else 1)


_CHUNK, _MANY = 4, 64
"""Neighbours that a worker draws one after another, out of one row group of models, where there are many figures."""

_worker: dict[str, Any] = {}


def _start(order: _Order) -> None:
    _worker["order"] = order
    _worker["run"] = open_run(order.run)
    # What was imported stays to the end: the collector need not look at it again. A figure is garbage as a whole when
    # it is drawn, and is collected then, not a hundred times before.
    gc.collect()
    gc.freeze()
    gc.disable()
    atexit.register(gc.unfreeze)


def _render_in_worker(one: Selected) -> Rendered:
    rendered = _render_one(_worker["run"], _worker["order"], one)
    gc.collect(0)
    return rendered


def _render_one(run: RunBundle, order: _Order, one: Selected) -> Rendered:
    path = Path(order.folder) / figure_name(one.object_key, one.object_id, order.suffix)
    if one.failed:
        return _render_failure(run, order, one, path)
    model = load_archived_model(run, one.object_key)
    digest = digest_of(model.fit, dpi=order.dpi)
    if not order.again and is_current(path, digest):
        return Rendered(one.object_key, path, drawn=False)
    plot_qa(model, path=path, dpi=order.dpi, digest=digest)
    return Rendered(one.object_key, path, drawn=True)


def _render_failure(run: RunBundle, order: _Order, one: Selected, path: Path) -> Rendered:
    same = pc.field("object_key") == one.object_key
    row = run.read_table("failures", filter=same).to_pylist()[0]
    inputs = run.read_table("inputs", columns=["redshift"], filter=same).to_pylist()
    redshift = inputs[0]["redshift"] if inputs else None
    sources = None if order.sources is None else Path(order.sources)
    spectrum, why = read_failed_spectrum(row, run.path, sources, redshift)
    digest = digest_of_failure(row, spectrum, why=why, dpi=order.dpi)
    if not order.again and is_current(path, digest):
        return Rendered(one.object_key, path, drawn=False)
    plot_failure(row, spectrum, why_no_data=why, path=path, dpi=order.dpi, digest=digest)
    return Rendered(one.object_key, path, drawn=True)


def read_failed_spectrum(
    row: dict[str, Any], run: Path, sources: Path | None = None, redshift: float | None = None
) -> tuple[Spectrum | None, str]:
    """Read the data of a failure once more, where its file is found; else say why there are none.

    A file that broke the fit may break the reader as well: that is part of the answer, not an error. The file is
    looked for in ``sources``, then where it lay when the run was made, seen from the directory ``run``. ``redshift``
    is the one it was fitted with.
    """
    path = next((path for path in _places(row, run, sources) if path.is_file()), None)
    if path is None:
        return None, f"the data are not at hand: {row['source'] or 'no source'} was not found"
    try:
        rows = None if row["row_index"] is None else [int(row["row_index"])]
        table = read_spectra(path, rows=rows, redshift=redshift)
        return from_row(table.slice(0, 1).to_pylist()[0]), ""
    except (QsospecDuckError, OSError, IndexError) as error:
        return None, f"the data cannot be shown: {error}"


def _places(row: dict[str, Any], run: Path, sources: Path | None) -> list[Path]:
    """Where the file of a failure may lie, the likeliest first."""
    way, source = from_key_values(row["metadata"]).get(PATH), row["source"]
    named = ([path_of_failure(way, run)] if way else []) + ([Path(source)] if source else [])
    if sources is None:
        return named
    return [*(sources / path.name for path in named), *(sources / path for path in named), *named]
