"""SQL text of ``catalog`` and ``line_catalog``: long-form measurements pivoted into explicit columns.

Every column is one conditional aggregate, so a query that asks for three columns computes three; a PIVOT
would compute all of them whatever is selected.
"""

from __future__ import annotations

from functools import cache

from qsospec_duck.catalog.bundle_views import GENERATED, comments
from qsospec_duck.catalog.columns import (
    catalog_columns,
    catalog_lines,
    has_error,
    line_measures,
    measure_of,
    measures_of_line,
)
from qsospec_duck.catalog.masses import MASSES
from qsospec_duck.columns import columns_of
from qsospec_duck.constants import CONTINUUM_WAVELENGTHS
from qsospec_duck.fitting.systemic import SOURCES

IDENTIFIERS = {
    "run_id": "o.run_id",
    "object_key": "o.object_key",
    "object_id": "o.object_id",
    "z": "o.redshift",
    "ra": "o.ra",
    "dec": "o.dec",
    "fit_quality": "o.fit_quality",
    "fit_warn": "o.fit_warn",
    "snr_median": "o.snr_median",
    "ebv": "o.ebv",
    "zwarn": "o.zwarn",
    "is_host_subtracted": "o.host_decomp_enabled",
    "continuum_reduced_chi2": "o.continuum_reduced_chi2",
}
"""Columns of ``catalog`` that come from ``objects``."""

CONTINUUM = {
    **{f"logl{wave:.0f}": ("continuum_metric", f"logl{wave:.0f}") for wave in CONTINUUM_WAVELENGTHS},
    **{f"flux{wave:.0f}": ("continuum_sample", f"flux_{wave:.0f}") for wave in CONTINUUM_WAVELENGTHS},
    "power_law_slope": ("continuum_parameter", "power_law_slope"),
    "power_law_slope_red": ("continuum_parameter", "power_law_slope_red"),
    "ebv_intrinsic": ("continuum_parameter", "power_law_ebv"),
    "iron_uv_flux": ("continuum_metric", "iron_uv_flux_2250_2650"),
    "iron_uv_ew": ("continuum_metric", "iron_uv_ew_2250_2650"),
    "iron_uv_fwhm": ("continuum_parameter", "iron_uv_fwhm"),
    "iron_uv_velocity": ("continuum_parameter", "iron_uv_velocity"),
    "iron_optical_flux": ("continuum_metric", "iron_optical_flux_4434_4684"),
    "iron_optical_ew": ("continuum_metric", "iron_optical_ew_4434_4684"),
    "iron_optical_fwhm": ("continuum_parameter", "iron_optical_fwhm"),
    "iron_optical_velocity": ("continuum_parameter", "iron_optical_velocity"),
    "z_sys": ("continuum_metric", "z_sys"),
    **{f"host_fraction_{wave}": ("host_metric", f"host_fraction_{wave}") for wave in (3000, 4200, 5100)},
    **{f"logl{wave}_total": ("host_metric", f"logl{wave}_total") for wave in (2500, 3000, 5100)},
    "d4000": ("host_metric", "d4000"),
    "stellar_velocity": ("host_parameter", "stellar_velocity"),
    "stellar_dispersion": ("host_parameter", "stellar_dispersion"),
    **{
        f"{measure}_{ion}": ("continuum_metric", f"{measure}_{ion}")
        for ion in ("civ", "siiv", "aliii", "mgii")
        for measure in ("bi", "ai")
    },
}
"""Columns of ``catalog`` that are one measurement each: section and quantity. All have an error."""

CONTINUUM_WITHOUT_ERROR = {
    **{name: ("continuum_metric", name) for name in ("bal", "z_sys_source", "z_lines")},
    "host_reliable": ("host_metric", "host_reliable"),
}
"""Columns of ``wide_measurements`` that are one measurement each and have no error."""

_NOT_IN_CATALOG = ("logmbh_hb_md04", "logmbh_mgii_md04", "logmbh_ha_s11")
"""Masses that ``recalibrated()`` has and ``catalog`` leaves out: a FITS table holds 999 columns."""

FROM_MEASUREMENTS = {
    "is_bal": "w.bal > 0",
    "is_host_reliable": "w.host_reliable > 0",
    "z_sys_from": "CASE w.z_sys_source "
    + " ".join(f"WHEN {place} THEN '{line_id}'" for place, (line_id, _, _) in enumerate(SOURCES))
    + " END",
    "redshift_suspect": "w.z_lines IS NOT NULL",
    "rfe": "CASE WHEN w.ew_hb > 0 THEN w.iron_optical_ew / w.ew_hb END",
    "rfe_err": """CASE WHEN w.ew_hb > 0
                THEN sqrt(
                    pow(w.iron_optical_ew_err / w.ew_hb, 2)
                    + pow(w.iron_optical_ew * w.ew_hb_err / (w.ew_hb * w.ew_hb), 2)
                )
            END""",
    **{mass.name: mass.value("w") for mass in MASSES if mass.name not in _NOT_IN_CATALOG},
    **{f"{mass.name}_err": mass.error("w") for mass in MASSES if mass.name not in _NOT_IN_CATALOG},
    "loglbol_from": """CASE band_by_redshift(o.redshift, w.logl5100, w.logl3000, w.logl1350)
                WHEN 'optical' THEN 'logl5100' WHEN 'near_uv' THEN 'logl3000' WHEN 'uv' THEN 'logl1350'
            END""",
}
"""Columns of ``catalog`` computed from others (``w``) and from ``objects`` (``o``)."""

FIDUCIAL = {
    "logmbh_from": """CASE band_by_redshift(c.z, c.logmbh_hb, c.logmbh_mgii, c.logmbh_civ)
            WHEN 'optical' THEN 'logmbh_hb' WHEN 'near_uv' THEN 'logmbh_mgii' WHEN 'uv' THEN 'logmbh_civ'
        END""",
    "loglbol": """CASE c.loglbol_from
            WHEN 'logl5100' THEN loglbol_5100(c.logl5100)
            WHEN 'logl3000' THEN loglbol_3000(c.logl3000)
            WHEN 'logl1350' THEN loglbol_1350(c.logl1350)
        END""",
    "loglbol_err": """CASE c.loglbol_from
            WHEN 'logl5100' THEN loglbol_err(c.logl5100_err)
            WHEN 'logl3000' THEN loglbol_err(c.logl3000_err)
            WHEN 'logl1350' THEN loglbol_err(c.logl1350_err)
        END""",
}
"""Columns of ``catalog`` that choose by redshift among the columns of ``c``."""

RATIOS = {
    "logmbh": """CASE f.logmbh_from
            WHEN 'logmbh_hb' THEN f.logmbh_hb WHEN 'logmbh_mgii' THEN f.logmbh_mgii WHEN 'logmbh_civ' THEN f.logmbh_civ
        END""",
    "logmbh_err": """CASE f.logmbh_from
            WHEN 'logmbh_hb' THEN f.logmbh_hb_err
            WHEN 'logmbh_mgii' THEN f.logmbh_mgii_err
            WHEN 'logmbh_civ' THEN f.logmbh_civ_err
        END""",
    "logledd": "logledd(f.loglbol, logmbh)",
    "logledd_err": "logledd_err(f.loglbol_err, logmbh_err)",
}
"""Columns of the outermost SELECT; ``logmbh`` there is the column just before."""


def catalog_view(cache: str | None = None) -> str:
    """Text of ``sql/views/catalog.sql``, or of the same view over the cache.

    Parameters
    ----------
    cache : str, optional
        SQL of a relation with the columns of `IDENTIFIERS` and `measured_columns`, see `wide_cache`.
    """
    columns = catalog_columns()
    chosen = ",\n".join(
        f"        {RATIOS[column.name]} AS {column.name}" if column.name in RATIOS else f"        f.{column.name}"
        for column in columns
    )
    named = ",\n".join(f"                {sql} AS {name}" for name, sql in IDENTIFIERS.items())
    computed = ",\n".join(f"                {sql} AS {name}" for name, sql in FROM_MEASUREMENTS.items())
    source = f"""\
{named},
                w.* EXCLUDE (object_key),
{computed}
            FROM objects AS o
            LEFT JOIN wide_measurements AS w ON w.object_key = o.object_key"""
    if cache is not None:
        computed = computed.replace("o.redshift", "w.z")
        source = f"                w.*,\n{computed}\n            FROM {cache} AS w"
    fiducial = ",\n".join(f"            {sql} AS {name}" for name, sql in FIDUCIAL.items())
    return f"""\
-- catalog: the wide catalog, one row a fitted quasar.
--
-- Line columns are <measure>_<line>: fwhm_hb, ew_civ_err; broad profiles carry the line's name alone, narrow ones end
-- in _na, wings in _wing. NULL where a quantity was not measured or its measurement is not published. Luminosities
-- are in the cosmology of the run; derived_masses() gives them, and the masses, in any other. Errors are statistical.
-- {GENERATED}
CREATE OR REPLACE VIEW catalog AS
    SELECT
{chosen}
    FROM (
        SELECT
            c.*,
{fiducial}
        FROM (
            SELECT
{source}
        ) AS c
    ) AS f;

{comments("catalog", columns)}"""


SECTIONS = sorted({"complex_metric", *(section for section, _ in CONTINUUM.values())})
"""Sections whose quantities have columns in ``catalog``; no name stands in two of them."""


@cache
def measured_columns() -> tuple[tuple[str, str, str], ...]:
    """Every column of ``wide_measurements`` after ``object_key``: name, quantity, and ``value`` or ``error``."""
    found = []
    for name, (_, quantity) in CONTINUUM.items():
        found += [(name, quantity, "value"), (f"{name}_err", quantity, "error")]
    found += [(name, quantity, "value") for name, (_, quantity) in CONTINUUM_WITHOUT_ERROR.items()]
    for line in catalog_lines():
        for measure in measures_of_line(line):
            name, quantity = f"{measure.name}_{line.suffix}", f"{line.line_id}_{line.role}_{measure_of(measure)}"
            found.append((name, quantity, "value"))
            if has_error(measure):
                found.append((f"{name}_err", quantity, "error"))
    return tuple(found)


def wide_measurements_view() -> str:
    """Text of ``sql/views/wide_measurements.sql``."""
    measured = ",\n".join(
        f"        max(CASE WHEN m.quantity = '{quantity}' THEN m.{field} END) AS {name}"
        for name, quantity, field in measured_columns()
    )
    sections = ", ".join(f"'{section}'" for section in SECTIONS)
    return f"""\
-- wide_measurements: measurements pivoted into the columns of catalog, one row an object; ask catalog instead.
--
-- One conditional aggregate a column: cheap for a few columns of many objects. CASE inside the aggregate, since
-- hundreds of FILTER clauses cost DuckDB 2.0 twenty times as much. qsospec_duck.catalog.build_wide_cache writes these
-- rows into the run; connect() then reads them instead.
-- {GENERATED}
CREATE OR REPLACE VIEW wide_measurements AS
    SELECT
        m.object_key AS object_key,
{measured}
    FROM (
        SELECT n.object_key, n.quantity, n.value, CASE WHEN isfinite(n.error) THEN n.error::DOUBLE END AS error
        FROM named_measurements AS n
        WHERE n.section IN ({sections}) AND isfinite(n.value)
    ) AS m
    GROUP BY m.object_key;
"""


def _pair(name: str, condition: str, *, error: bool) -> list[str]:
    value = f"        max(CASE WHEN {condition} THEN m.value END) AS {name}"
    spread = f"        max(CASE WHEN {condition} THEN m.error END) AS {name}_err"
    return [value, spread] if error else [value]


def line_catalog_view() -> str:
    """Text of ``sql/views/line_catalog.sql``."""
    aggregates = []
    for measure in line_measures():
        aggregates += _pair(measure.name, f"m.measure = '{measure_of(measure)}'", error=has_error(measure))
    measured = ",\n".join(f"    {text}" for text in aggregates)
    names = ",\n".join(
        f"        l.{measure.name}" + (f",\n        l.{measure.name}_err" if has_error(measure) else "")
        for measure in line_measures()
    )
    return f"""\
-- line_catalog: one row a fitted quasar, line complex, line and role, with all its measures.
--
-- role is broad, narrow, wing or total (the sum of the others). NULL where a measure was not taken or is not published.
-- {GENERATED}
CREATE OR REPLACE VIEW line_catalog AS
    SELECT
        o.run_id,
        o.object_key,
        o.object_id,
        o.redshift AS z,
        l.recipe_id,
        l.line_id,
        l.role,
{names}
    FROM objects AS o
    JOIN (
        SELECT
            m.object_key AS object_key,
            m.recipe_id AS recipe_id,
            m.feature_id AS line_id,
            m.role AS role,
{measured}
        FROM (
            SELECT
                n.object_key, n.recipe_id, n.feature_id, n.role, n.measure, n.value,
                CASE WHEN isfinite(n.error) THEN n.error::DOUBLE END AS error
            FROM named_measurements AS n
            WHERE n.section = 'complex_metric' AND n.feature_id IS NOT NULL AND isfinite(n.value)
        ) AS m
        GROUP BY m.object_key, m.recipe_id, m.feature_id, m.role
    ) AS l ON l.object_key = o.object_key;

{comments("line_catalog", columns_of("line_catalog"))}"""
