"""`build_science_catalog`: a wide table of one run, the standard one or one of the user's own columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from qsospec_duck.catalog.columns import catalog_columns
from qsospec_duck.catalog.export import describe, write_table_file
from qsospec_duck.catalog.measured_catalog import chosen_columns, measured_catalog
from qsospec_duck.catalog.session import as_run, run_session
from qsospec_duck.columns import Column, columns_of
from qsospec_duck.errors import ConfigError
from qsospec_duck.runs import RunBundle

SELECTORS = ("section", "recipe_id", "feature_id", "role", "quantity", "measure")
"""Columns of ``measurements`` by which a specification may choose."""

IDENTIFIERS = (
    "run_id", "object_key", "object_id", "redshift", "ra", "dec", "fit_quality", "fit_warn", "snr_median",
    "continuum_success", "continuum_reduced_chi2", "host_decomp_enabled",
)  # fmt: skip
"""Columns of ``objects`` that precede the user's own."""


def build_science_catalog(
    run: str | Path | RunBundle,
    specification: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    columns: str | Sequence[str] = "catalog",
    output_path: str | Path | None = None,
) -> pa.Table:
    """Build a wide catalog, one row a fitted object.

    Parameters
    ----------
    run : path or RunBundle
        The run; one of ``qsospec`` 0.1.1 works too.
    specification : mapping, optional
        New column name → what goes into it: some of ``section``, ``recipe_id``, ``feature_id``, ``role``,
        ``quantity`` and ``measure`` as `measurements` holds them, and ``include_error`` (true unless said
        otherwise) for a second column ``<name>_err``. Without it, ``columns`` says what there is.
    columns : str or sequence of str
        ``catalog``: all columns of that SQL view, the same for every run. ``measured``: those that hold a value for
        some object of this run, and columns of the same kinds for the lines that ``catalog`` leaves out, such as
        ``flux_oi8449`` of a further complex or ``fwhm_oiii4960_na``. Or the names of columns of either.
    output_path : path, optional
        Also write the table there; the suffix says how (see `write_table_file`).

    Returns
    -------
    pyarrow.Table
        Units, UCDs and meanings are in the metadata of its fields. ``pl.from_arrow(table)`` and
        ``table.to_pandas()`` turn it into a data frame, `to_astropy` into a table with units.

    Raises
    ------
    ConfigError
        A selector is unknown or empty, a name is taken, a selector fits several measurements of an object, or there
        is no such column.
    """
    bundle = as_run(run)
    if specification is None:
        table = _standard(bundle, columns)
    elif columns != "catalog":
        raise ConfigError("build_science_catalog takes a specification or columns, not both.")
    else:
        table = _specified(bundle, specification)
    if output_path is not None:
        write_table_file(table, output_path)
    return table


def _standard(bundle: RunBundle, columns: str | Sequence[str]) -> pa.Table:
    with run_session(bundle) as con:
        if columns == "catalog":
            return describe(con.sql("FROM catalog ORDER BY object_key").to_arrow_table(), catalog_columns())
        if columns == "measured":
            return describe(*measured_catalog(con))
        if isinstance(columns, str):
            raise ConfigError(f"columns is {columns!r}; it should be 'catalog', 'measured' or a list of names.")
        return describe(*chosen_columns(con, list(columns)))


def _specified(bundle: RunBundle, specification: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    _check(specification)
    objects = pl.from_arrow(bundle.read_table("objects", columns=list(IDENTIFIERS)))
    measured = pl.from_arrow(
        bundle.read_table("measurements", columns=["object_key", *SELECTORS, "value", "error", "unit"])
    )
    assert isinstance(objects, pl.DataFrame)
    assert isinstance(measured, pl.DataFrame)
    wide = objects.sort("object_key")
    about = {column.name: column for column in columns_of("objects")}
    for name, wanted in specification.items():
        chosen = measured.filter(**{key: value for key, value in wanted.items() if key in SELECTORS})
        twice = chosen.filter(chosen["object_key"].is_duplicated())
        if len(twice):
            found = twice.row(0, named=True)
            raise ConfigError(
                f"column {name!r}: object {found['object_key']} has several measurements that fit {dict(wanted)}, "
                f"{found['quantity']!r} of {found['recipe_id'] or found['section']} among them; it should be one."
            )
        unit = next((text for text in chosen["unit"].unique().sort() if text), "")
        meaning = ", ".join(f"{key} {wanted[key]}" for key in SELECTORS if key in wanted)
        about[name] = Column("catalog", name, "DOUBLE", unit, "", meaning)
        wide = wide.join(chosen.select("object_key", pl.col("value").alias(name)), on="object_key", how="left")
        if wanted.get("include_error", True):
            error = f"{name}_err"
            about[error] = Column("catalog", error, "DOUBLE", unit, "stat.error", f"1 sigma error of {name}")
            errors = chosen.select("object_key", pl.col("error").cast(pl.Float64).alias(error))
            wide = wide.join(errors, on="object_key", how="left")
    return describe(wide.to_arrow(compat_level=pl.CompatLevel.oldest()), about.values())


def _check(specification: Mapping[str, Mapping[str, Any]]) -> None:
    taken = set(IDENTIFIERS)
    for name, wanted in specification.items():
        unknown = set(wanted) - set(SELECTORS) - {"include_error"}
        if unknown or not set(wanted) & set(SELECTORS):
            found = ", ".join(sorted(unknown)) or "no selector"
            raise ConfigError(f"column {name!r}: {found}; it should have some of {', '.join(SELECTORS)}.")
        names = {name, f"{name}_err"} if wanted.get("include_error", True) else {name}
        if names & taken:
            raise ConfigError(
                f"column {name!r}: {', '.join(sorted(names & taken))} is there already; choose another name."
            )
        taken |= names
