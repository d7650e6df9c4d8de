"""The SQL of the demo, as a user would write it."""

from __future__ import annotations

CATALOG = """
SELECT object_id, round(z, 4) AS z, round(snr_median, 1) AS snr_median,
    printf('%.3f ± %.3f', loglbol, loglbol_err) AS "loglbol [dex(erg/s)]",
    printf('%.2f ± %.2f', logmbh, logmbh_err) AS "logmbh [dex(Msun)]",
    replace(logmbh_from, 'logmbh_', '') AS line,
    CASE logmbh_from
        WHEN 'logmbh_hb' THEN printf('%.0f ± %.0f', fwhm_hb, fwhm_hb_err)
        WHEN 'logmbh_mgii' THEN printf('%.0f ± %.0f', fwhm_mgii, fwhm_mgii_err)
        WHEN 'logmbh_civ' THEN printf('%.0f ± %.0f', fwhm_civ, fwhm_civ_err)
    END AS "fwhm [km/s]",
    printf('%.2f ± %.2f', logledd, logledd_err) AS "logledd [dex]",
    fit_quality
FROM catalog
ORDER BY z
"""

_COMPARED = """
    FROM named_measurements AS m
    JOIN objects AS o USING (object_key)
    JOIN read_parquet(getvariable('truth')) AS t
        ON t.target_id = try_cast(o.object_id AS BIGINT) AND t.quantity = m.quantity
"""

RECOVERED = f"""
SELECT o.object_id, round(o.redshift, 3) AS z, m.quantity,
    CASE m.unit
        WHEN 'km/s' THEN printf('%6.0f ± %.0f', m.value, m.error)
        WHEN '1e-17 erg/s/cm2' THEN printf('%6.1f ± %.1f', m.value, m.error)
        ELSE printf('%6.3f ± %.3f', m.value, m.error)
    END AS measured,
    CASE m.unit
        WHEN 'km/s' THEN printf('%6.0f', t.value)
        WHEN '1e-17 erg/s/cm2' THEN printf('%6.1f', t.value)
        ELSE printf('%6.3f', t.value)
    END AS truth,
    m.unit,
    printf('%+.1f', (m.value - t.value) / m.error) AS "diff [σ]"
{_COMPARED}
WHERE m.error > 0 AND m.section <> 'complex_parameter' AND m.quantity IN (
    'logl5100', 'hb_broad_fwhm', 'mgii_broad_fwhm', 'civ_broad_fwhm', 'civ_broad_flux', 'oiii5008_total_flux'
)
ORDER BY o.redshift, m.quantity
"""

SUMMARY_OF_PULLS = f"""
WITH compared AS (
    SELECT m.quantity, (m.value - t.value) / m.error AS pull, m.error, m.unit
    {_COMPARED}
    WHERE m.error > 0 AND m.section <> 'complex_parameter' AND (
        m.quantity IN ('power_law_slope', 'logl1350', 'logl3000', 'logl5100')
        OR m.quantity IN ('hb_broad_fwhm', 'hb_broad_flux', 'oiii5008_total_flux', 'mgii_broad_fwhm', 'mgii_broad_flux')
        OR m.quantity IN ('civ_broad_fwhm', 'civ_broad_flux', 'civ_broad_voff', 'ha_broad_fwhm', 'ha_broad_flux')
    )
)
SELECT quantity, unit, count(*) AS objects,
    printf('%.2g', median(error)) AS "median error",
    printf('%+.2f', median(pull)) AS "median diff [σ]",
    printf('%.2f', 1.4826 * mad(pull)) AS "scatter [σ]",
    count(*) FILTER (abs(pull) < 3) AS "within 3σ"
FROM compared
GROUP BY ALL
ORDER BY quantity
"""

WHAT_HAPPENED = """
SELECT code, count(DISTINCT object_key) AS objects, any_value(message) AS "for example"
FROM warnings
WHERE severity <> 'info'
GROUP BY code
ORDER BY objects DESC
LIMIT 8
"""

FAILURES = """
SELECT object_id, exception_type, message FROM failures ORDER BY object_id
"""
