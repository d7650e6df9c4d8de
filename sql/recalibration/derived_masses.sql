-- derived_masses(calibration_id := 'default', h0 := 70, om0 := 0.3, bolometric := 'richards06'): luminosities, masses and
-- Eddington ratios of every object in a calibration of choice, as rows of derived; nothing is fitted again.
--
--   calibration_id  name of the calibration, goes into every row
--   h0, om0         Hubble constant [km/s/Mpc] and matter density of a flat universe
--   bolometric      richards06 (5100, 3000 or 1350 Angstrom), runnoe12 (5100, 3000 or 1450) or netzer19 (5100)
--   returns         one row an object and quantity: logl1350 ... logl5100, logl_ha, loglbol, logmbh_hb, logmbh_mgii,
--                   logmbh_mgii_s11, logmbh_civ, logmbh_civ_c17, logmbh_ha, logmbh_ha_s11, logmbh, logledd, where there
--                   is a value. total_error is NULL where the scatter of a relation is unknown (see mass_relations)
--
-- Fluxes and widths come from catalog; the macros of sql/luminosity and sql/mass hold the relations and their sources.
-- loglbol and logmbh choose by redshift as catalog does. Objects without published luminosities (relative fluxes) have
-- no rows. FROM derived_masses(calibration_id := 'planck18', h0 := 67.66, om0 := 0.3111);
CREATE OR REPLACE MACRO derived_masses(
    calibration_id := 'default', h0 := 70e0, om0 := 0.3e0, bolometric := 'richards06'
) AS TABLE
    WITH luminosity AS (
        SELECT
            c.run_id, c.object_key, c.object_id, c.z,
            CASE WHEN c.logl1350 IS NOT NULL THEN logl_lambda(c.flux1350, 1350e0, c.z, h0 := h0, om0 := om0) END AS l1350,
            CASE WHEN c.logl1450 IS NOT NULL THEN logl_lambda(c.flux1450, 1450e0, c.z, h0 := h0, om0 := om0) END AS l1450,
            CASE WHEN c.logl2500 IS NOT NULL THEN logl_lambda(c.flux2500, 2500e0, c.z, h0 := h0, om0 := om0) END AS l2500,
            CASE WHEN c.logl3000 IS NOT NULL THEN logl_lambda(c.flux3000, 3000e0, c.z, h0 := h0, om0 := om0) END AS l3000,
            CASE WHEN c.logl5100 IS NOT NULL THEN logl_lambda(c.flux5100, 5100e0, c.z, h0 := h0, om0 := om0) END AS l5100,
            CASE WHEN c.logl_ha IS NOT NULL THEN logl_line(c.flux_ha, c.z, h0 := h0, om0 := om0) END AS lha,
            c.logl1350_err AS e1350, c.logl1450_err AS e1450, c.logl2500_err AS e2500, c.logl3000_err AS e3000,
            c.logl5100_err AS e5100, c.logl_ha_err AS eha,
            c.fwhm_hb, c.fwhm_hb_err, c.fwhm_mgii, c.fwhm_mgii_err, c.fwhm_civ, c.fwhm_civ_err,
            c.voff_civ, c.voff_civ_err, c.fwhm_ha, c.fwhm_ha_err
        FROM catalog AS c
    ),
    bolometric_of_band AS (
        SELECT
            l.*,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_5100(l.l5100)
                WHEN 'runnoe12' THEN loglbol_5100_runnoe12(l.l5100)
                WHEN 'netzer19' THEN loglbol_5100_netzer19(l.l5100)
                ELSE error('bolometric is ' || bolometric || '; it should be richards06, runnoe12 or netzer19.')::DOUBLE
            END AS b5100,
            CASE bolometric WHEN 'runnoe12' THEN 0.91e0 WHEN 'netzer19' THEN 0.8e0 ELSE 1e0 END * l.e5100 AS be5100,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_3000(l.l3000) WHEN 'runnoe12' THEN loglbol_3000_runnoe12(l.l3000)
            END AS b3000,
            CASE bolometric WHEN 'runnoe12' THEN 0.98e0 ELSE 1e0 END * l.e3000 AS be3000,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_1350(l.l1350) WHEN 'runnoe12' THEN loglbol_1450_runnoe12(l.l1450)
            END AS buv,
            CASE bolometric WHEN 'runnoe12' THEN 0.91e0 * l.e1450 ELSE l.e1350 END AS beuv,
            logmbh_hb(l.fwhm_hb, l.l5100) AS m_hb,
            logmbh_hb_err(l.fwhm_hb, l.fwhm_hb_err, l.e5100) AS me_hb,
            logmbh_mgii(l.fwhm_mgii, l.l3000) AS m_mgii,
            logmbh_mgii_err(l.fwhm_mgii, l.fwhm_mgii_err, l.e3000) AS me_mgii,
            logmbh_civ(l.fwhm_civ, l.l1350) AS m_civ,
            logmbh_civ_err(l.fwhm_civ, l.fwhm_civ_err, l.e1350) AS me_civ
        FROM luminosity AS l
    ),
    chosen_by_redshift AS (
        SELECT
            b.*,
            CASE
                WHEN b.z < 0.7e0 AND b.b5100 IS NOT NULL THEN {v: b.b5100, e: b.be5100}
                WHEN b.z >= 1.9e0 AND b.buv IS NOT NULL THEN {v: b.buv, e: b.beuv}
                WHEN b.b3000 IS NOT NULL THEN {v: b.b3000, e: b.be3000}
                WHEN b.b5100 IS NOT NULL THEN {v: b.b5100, e: b.be5100}
                ELSE {v: b.buv, e: b.beuv}
            END AS bol,
            CASE
                WHEN b.z < 0.7e0 AND b.m_hb IS NOT NULL THEN {v: b.m_hb, e: b.me_hb, s: 0.43e0}
                WHEN b.z >= 1.9e0 AND b.m_civ IS NOT NULL THEN {v: b.m_civ, e: b.me_civ, s: 0.36e0}
                WHEN b.m_mgii IS NOT NULL THEN {v: b.m_mgii, e: b.me_mgii, s: 0.55e0}
                WHEN b.m_hb IS NOT NULL THEN {v: b.m_hb, e: b.me_hb, s: 0.43e0}
                ELSE {v: b.m_civ, e: b.me_civ, s: 0.36e0}
            END AS bh
        FROM bolometric_of_band AS b
    ),
    one_row_per_quantity AS (
        SELECT
            k.run_id, k.object_key, k.object_id,
            unnest([
                {q: 'logl1350', v: k.l1350, e: k.e1350, s: 0e0, u: 'dex(erg/s)'},
                {q: 'logl1450', v: k.l1450, e: k.e1450, s: 0e0, u: 'dex(erg/s)'},
                {q: 'logl2500', v: k.l2500, e: k.e2500, s: 0e0, u: 'dex(erg/s)'},
                {q: 'logl3000', v: k.l3000, e: k.e3000, s: 0e0, u: 'dex(erg/s)'},
                {q: 'logl5100', v: k.l5100, e: k.e5100, s: 0e0, u: 'dex(erg/s)'},
                {q: 'logl_ha', v: k.lha, e: k.eha, s: 0e0, u: 'dex(erg/s)'},
                {q: 'loglbol', v: k.bol.v, e: k.bol.e, s: NULL::DOUBLE, u: 'dex(erg/s)'},
                {q: 'logmbh_hb', v: k.m_hb, e: k.me_hb, s: 0.43e0, u: 'dex(Msun)'},
                {q: 'logmbh_mgii', v: k.m_mgii, e: k.me_mgii, s: 0.55e0, u: 'dex(Msun)'},
                {
                    q: 'logmbh_mgii_s11', v: logmbh_mgii_s11(k.fwhm_mgii, k.l3000),
                    e: logmbh_mgii_s11_err(k.fwhm_mgii, k.fwhm_mgii_err, k.e3000), s: NULL::DOUBLE, u: 'dex(Msun)'
                },
                {q: 'logmbh_civ', v: k.m_civ, e: k.me_civ, s: 0.36e0, u: 'dex(Msun)'},
                {
                    q: 'logmbh_civ_c17', v: logmbh_civ_c17(k.fwhm_civ, -k.voff_civ, k.l1350),
                    e: logmbh_civ_c17_err(k.fwhm_civ, k.fwhm_civ_err, -k.voff_civ, k.voff_civ_err, k.e1350),
                    s: NULL::DOUBLE, u: 'dex(Msun)'
                },
                {
                    q: 'logmbh_ha', v: logmbh_ha(k.fwhm_ha, k.lha), e: logmbh_ha_err(k.fwhm_ha, k.fwhm_ha_err, k.eha),
                    s: NULL::DOUBLE, u: 'dex(Msun)'
                },
                {
                    q: 'logmbh_ha_s11', v: logmbh_ha_s11(k.fwhm_ha, k.lha),
                    e: logmbh_ha_s11_err(k.fwhm_ha, k.fwhm_ha_err, k.eha), s: NULL::DOUBLE, u: 'dex(Msun)'
                },
                {q: 'logmbh', v: k.bh.v, e: k.bh.e, s: k.bh.s, u: 'dex(Msun)'},
                {
                    q: 'logledd', v: logledd(k.bol.v, k.bh.v), e: logledd_err(k.bol.e, k.bh.e),
                    s: NULL::DOUBLE, u: 'dex'
                }
            ]) AS r
        FROM chosen_by_redshift AS k
    )
    SELECT
        d.run_id,
        d.object_key,
        d.object_id,
        d.r.q AS quantity,
        calibration_id::VARCHAR AS calibration_id,
        d.r.v AS value,
        d.r.e AS statistical_error,
        d.r.s AS intrinsic_scatter,
        sqrt(d.r.e * d.r.e + d.r.s * d.r.s) AS total_error,
        d.r.u AS unit,
        [
            {key: 'h0', value: h0::VARCHAR},
            {key: 'om0', value: om0::VARCHAR},
            {key: 'bolometric', value: '"' || bolometric || '"'}
        ] AS metadata
    FROM one_row_per_quantity AS d
    WHERE d.r.v IS NOT NULL;
