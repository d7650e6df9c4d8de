"""Which objects of a run are meant."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from qsospec_duck.errors import ConfigError, NotInRunError
from qsospec_duck.runs import RunBundle
from qsospec_duck.runs.rows import fit_warn


@dataclass(frozen=True)
class Selected:
    """An object of a run."""

    object_key: str
    object_id: str
    failed: bool = False
    """Whether it is a row of ``failures``."""


def select_objects(
    run: RunBundle,
    *,
    object_ids: Iterable[str] | str | None = None,
    warning_codes: Iterable[str] | str | None = None,
    failures: bool = False,
    sample: int | None = None,
    query: Any = None,
    seed: int = 0,
    con: duckdb.DuckDBPyConnection | None = None,
) -> list[Selected]:
    """Choose objects of a run.

    ``object_ids``, ``warning_codes`` and ``query`` each narrow the choice; without any of them all fitted objects
    are chosen, or, with ``failures``, none. ``failures`` adds the failures (those among ``object_ids`` and ``query``,
    if these are given). ``sample`` then draws from what was chosen.

    Parameters
    ----------
    run : RunBundle
    object_ids : iterable of str, optional
        Keys or ids; an id that several objects share means all of them.
    warning_codes : iterable of str, optional
        Objects with at least one of these codes of ``warning_codes.csv``, or others that the run has.
    failures : bool
    sample : int, optional
        At most so many, drawn as the SQL macro ``qa_sample`` draws them: the same for the same seed, everywhere.
    query : str or relation, optional
        SQL text, a DuckDB relation or an Arrow table; its column ``object_key`` (or ``object_id``) says which objects.
    seed : int
    con : duckdb.DuckDBPyConnection, optional
        Where SQL text is run; a private connection with the macros and views of the run when absent.

    Returns
    -------
    list of Selected
        In the order of ``object_ids`` or ``query`` where given (the former before the latter), else by key.

    Raises
    ------
    NotInRunError
        An identifier means no object of the run.
    ConfigError
        A warning code is unknown, ``sample`` is negative, or ``query`` has no usable column.
    duckdb.Error
        The SQL text is wrong.
    """
    if sample is not None and sample < 0:
        raise ConfigError(f"sample is {sample}; it should be 0 or more.")
    fitted = run.read_table("objects", columns=["object_key", "object_id", "warning_codes"]).to_pylist()
    everything = {row["object_key"]: Selected(row["object_key"], row["object_id"] or "") for row in fitted}
    for row in run.read_table("failures", columns=["object_key", "object_id"]).to_pylist():
        everything.setdefault(row["object_key"], Selected(row["object_key"], row["object_id"] or "", failed=True))
    named = [_listed(object_ids)] if object_ids is not None else []
    if query is not None:
        named.append(_keys_of_query(query, run, con))
    orders = [_resolve(names, everything, run) for names in named]
    chosen = [one for one in orders[0] if all(one in order for order in orders)] if orders else None
    if chosen is None:
        only_failures = failures and warning_codes is None
        chosen = sorted(everything.values(), key=lambda one: one.object_key)
        chosen = [one for one in chosen if (one.failed if only_failures else failures or not one.failed)]
    if warning_codes is not None:
        carried = {code for row in fitted for code in row["warning_codes"] or ()}
        wanted = set(_checked_codes(_listed(warning_codes), carried))
        bearers = {row["object_key"] for row in fitted if wanted & set(row["warning_codes"] or ())}
        chosen = [one for one in chosen if one.object_key in bearers or (one.failed and failures)]
    if sample is not None:
        drawn = set(sorted(chosen, key=lambda one: (_lot(one.object_key, seed), one.object_key))[:sample])
        chosen = [one for one in chosen if one in drawn]
    return chosen


def _listed(names: Iterable[str] | str) -> list[str]:
    return [names] if isinstance(names, str) else [str(name) for name in names]


def _resolve(names: Sequence[str], everything: dict[str, Selected], run: RunBundle) -> dict[Selected, None]:
    by_id: dict[str, list[Selected]] = {}
    for one in sorted(everything.values(), key=lambda one: one.object_key):
        by_id.setdefault(one.object_id, []).append(one)
    found: dict[Selected, None] = {}
    for name in names:
        meant = [everything[name]] if name in everything else by_id.get(name, [])
        if not meant:
            raise NotInRunError(
                f"{run.path}: no object has the key or id {name!r}; the run has {len(everything)} objects."
            )
        found.update(dict.fromkeys(meant))
    return found


def _checked_codes(codes: list[str], carried: Collection[str]) -> list[str]:
    for code in codes:
        # bundles of qsospec 0.1.1 have codes of their own
        if code in carried:
            continue
        try:
            fit_warn([code])
        except KeyError:
            raise ConfigError(f"no warning code {code!r}; see warning_codes.csv for those that exist.") from None
    return codes


def _keys_of_query(query: Any, run: RunBundle, con: duckdb.DuckDBPyConnection | None) -> list[str]:
    if isinstance(query, str) and con is None:
        # Workers that draw need nothing of catalogs, whose import would be a fifth of their start.
        from qsospec_duck.catalog.session import run_session

        with run_session(run) as own:
            return _keys_of_query(query, run, own)
    if isinstance(query, str) and con is not None:
        query = con.sql(query)
    if isinstance(query, duckdb.DuckDBPyRelation):
        query = query.to_arrow_table()
    elif not isinstance(query, pa.Table):
        raise ConfigError(
            f"query is a {type(query).__name__}; it should be SQL text, a DuckDB relation or an Arrow table."
        )
    for name in ("object_key", "object_id"):
        if name in query.column_names:
            return [str(value) for value in query[name].to_pylist() if value is not None]
    raise ConfigError(
        f"query gives the columns {', '.join(query.column_names)}; one should be object_key or object_id."
    )


def _lot(object_key: str, seed: int) -> str:
    return hashlib.md5(f"{object_key}:{seed}".encode(), usedforsecurity=False).hexdigest()
