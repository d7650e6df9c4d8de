-- recalibrated(h0 := 70, om0 := 0.3, bolometric := 'richards06'): luminosities, masses and Eddington ratios of every object in
-- a calibration of choice, one row an object; nothing is fitted again.
--
--   h0, om0         Hubble constant [km/s/Mpc] and matter density of a flat universe
--   bolometric      richards06 (5100, 3000 or 1350 Angstrom), runnoe12 (5100, 3000 or 1450) or netzer19 (5100)
--   returns         run_id, object_key, object_id and, each with its statistical error <name>_err: logl1350 ... logl5100, logl_ha,
--                   loglbol, logmbh_hb, logmbh_mgii, logmbh_mgii_s11, logmbh_civ, logmbh_civ_c17, logmbh_ha, logmbh_ha_s11,
--                   logmbh, logledd; logmbh_scatter is the scatter of the relation behind logmbh [dex]
--
-- Fluxes and widths come from catalog; the macros of sql/luminosity and sql/mass hold the relations and their sources.
-- loglbol and logmbh choose by redshift as catalog does. Objects without published luminosities (relative fluxes) have
-- NULL. derived_masses() gives the same numbers as rows of derived.
-- SELECT object_id, logl5100, logmbh FROM recalibrated(h0 := 67.66, om0 := 0.3111);
CREATE OR REPLACE MACRO recalibrated(h0 := 70e0, om0 := 0.3e0, bolometric := 'richards06') AS TABLE
    WITH published AS (
        SELECT
            c.run_id, c.object_key, c.object_id, c.z,
            CASE WHEN c.logl1350 IS NOT NULL THEN c.flux1350 END AS f1350,
            CASE WHEN c.logl1450 IS NOT NULL THEN c.flux1450 END AS f1450,
            CASE WHEN c.logl2500 IS NOT NULL THEN c.flux2500 END AS f2500,
            CASE WHEN c.logl3000 IS NOT NULL THEN c.flux3000 END AS f3000,
            CASE WHEN c.logl5100 IS NOT NULL THEN c.flux5100 END AS f5100,
            CASE WHEN c.logl_ha IS NOT NULL THEN c.flux_ha END AS fha,
            c.logl1350_err, c.logl1450_err, c.logl2500_err, c.logl3000_err, c.logl5100_err, c.logl_ha_err,
            c.fwhm_hb, c.fwhm_hb_err, c.fwhm_mgii, c.fwhm_mgii_err, c.fwhm_civ, c.fwhm_civ_err,
            -c.voff_civ AS blueshift, c.voff_civ_err AS blueshift_err, c.fwhm_ha, c.fwhm_ha_err
        FROM catalog AS c
    ),
    luminosity AS (
        SELECT
            p.*,
            -- the distance is the same part of all six and is computed once
            logl_lambda(p.f1350, 1350e0, p.z, h0 := h0, om0 := om0) AS logl1350,
            logl_lambda(p.f1450, 1450e0, p.z, h0 := h0, om0 := om0) AS logl1450,
            logl_lambda(p.f2500, 2500e0, p.z, h0 := h0, om0 := om0) AS logl2500,
            logl_lambda(p.f3000, 3000e0, p.z, h0 := h0, om0 := om0) AS logl3000,
            logl_lambda(p.f5100, 5100e0, p.z, h0 := h0, om0 := om0) AS logl5100,
            logl_line(p.fha, p.z, h0 := h0, om0 := om0) AS logl_ha
        FROM published AS p
    ),
    mass AS (
        SELECT
            l.*,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_5100(l.logl5100)
                WHEN 'runnoe12' THEN loglbol_5100_runnoe12(l.logl5100)
                WHEN 'netzer19' THEN loglbol_5100_netzer19(l.logl5100)
                ELSE error('bolometric is ' || bolometric || '; it should be richards06, runnoe12 or netzer19.')::DOUBLE
            END AS b5100,
            CASE bolometric WHEN 'runnoe12' THEN 0.91e0 WHEN 'netzer19' THEN 0.8e0 ELSE 1e0 END * l.logl5100_err AS b5100_err,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_3000(l.logl3000) WHEN 'runnoe12' THEN loglbol_3000_runnoe12(l.logl3000)
            END AS b3000,
            CASE bolometric WHEN 'runnoe12' THEN 0.98e0 ELSE 1e0 END * l.logl3000_err AS b3000_err,
            CASE bolometric
                WHEN 'richards06' THEN loglbol_1350(l.logl1350) WHEN 'runnoe12' THEN loglbol_1450_runnoe12(l.logl1450)
            END AS buv,
            CASE bolometric WHEN 'runnoe12' THEN 0.91e0 * l.logl1450_err ELSE l.logl1350_err END AS buv_err,
            logmbh_hb(l.fwhm_hb, l.logl5100) AS logmbh_hb,
            logmbh_hb_err(l.fwhm_hb, l.fwhm_hb_err, l.logl5100_err) AS logmbh_hb_err,
            logmbh_mgii(l.fwhm_mgii, l.logl3000) AS logmbh_mgii,
            logmbh_mgii_err(l.fwhm_mgii, l.fwhm_mgii_err, l.logl3000_err) AS logmbh_mgii_err,
            logmbh_mgii_s11(l.fwhm_mgii, l.logl3000) AS logmbh_mgii_s11,
            logmbh_mgii_s11_err(l.fwhm_mgii, l.fwhm_mgii_err, l.logl3000_err) AS logmbh_mgii_s11_err,
            logmbh_civ(l.fwhm_civ, l.logl1350) AS logmbh_civ,
            logmbh_civ_err(l.fwhm_civ, l.fwhm_civ_err, l.logl1350_err) AS logmbh_civ_err,
            logmbh_civ_c17(l.fwhm_civ, l.blueshift, l.logl1350) AS logmbh_civ_c17,
            logmbh_civ_c17_err(l.fwhm_civ, l.fwhm_civ_err, l.blueshift, l.blueshift_err, l.logl1350_err) AS logmbh_civ_c17_err,
            logmbh_ha(l.fwhm_ha, l.logl_ha) AS logmbh_ha,
            logmbh_ha_err(l.fwhm_ha, l.fwhm_ha_err, l.logl_ha_err) AS logmbh_ha_err,
            logmbh_ha_s11(l.fwhm_ha, l.logl_ha) AS logmbh_ha_s11,
            logmbh_ha_s11_err(l.fwhm_ha, l.fwhm_ha_err, l.logl_ha_err) AS logmbh_ha_s11_err
        FROM luminosity AS l
    ),
    choice AS (
        SELECT
            m.*,
            CASE
                WHEN m.z < 0.7e0 AND m.b5100 IS NOT NULL THEN 'optical'
                WHEN m.z >= 1.9e0 AND m.buv IS NOT NULL THEN 'uv'
                WHEN m.b3000 IS NOT NULL THEN 'near_uv'
                WHEN m.b5100 IS NOT NULL THEN 'optical'
                ELSE 'uv'
            END AS light,
            CASE
                WHEN m.z < 0.7e0 AND m.logmbh_hb IS NOT NULL THEN 'hb'
                WHEN m.z >= 1.9e0 AND m.logmbh_civ IS NOT NULL THEN 'civ'
                WHEN m.logmbh_mgii IS NOT NULL THEN 'mgii'
                WHEN m.logmbh_hb IS NOT NULL THEN 'hb'
                ELSE 'civ'
            END AS line
        FROM mass AS m
    ),
    fiducial AS (
        SELECT
            h.*,
            CASE h.light WHEN 'optical' THEN h.b5100 WHEN 'near_uv' THEN h.b3000 ELSE h.buv END AS loglbol,
            CASE h.light WHEN 'optical' THEN h.b5100_err WHEN 'near_uv' THEN h.b3000_err ELSE h.buv_err END AS loglbol_err,
            CASE h.line WHEN 'hb' THEN h.logmbh_hb WHEN 'mgii' THEN h.logmbh_mgii ELSE h.logmbh_civ END AS logmbh,
            CASE h.line WHEN 'hb' THEN h.logmbh_hb_err WHEN 'mgii' THEN h.logmbh_mgii_err ELSE h.logmbh_civ_err END
                AS logmbh_err,
            CASE h.line WHEN 'hb' THEN 0.43e0 WHEN 'mgii' THEN 0.55e0 ELSE 0.36e0 END AS logmbh_scatter
        FROM choice AS h
    )
    SELECT
        f.run_id, f.object_key, f.object_id,
        f.logl1350, f.logl1350_err, f.logl1450, f.logl1450_err, f.logl2500, f.logl2500_err, f.logl3000, f.logl3000_err,
        f.logl5100, f.logl5100_err, f.logl_ha, f.logl_ha_err, f.loglbol, f.loglbol_err,
        f.logmbh_hb, f.logmbh_hb_err, f.logmbh_mgii, f.logmbh_mgii_err, f.logmbh_mgii_s11, f.logmbh_mgii_s11_err,
        f.logmbh_civ, f.logmbh_civ_err, f.logmbh_civ_c17, f.logmbh_civ_c17_err, f.logmbh_ha, f.logmbh_ha_err,
        f.logmbh_ha_s11, f.logmbh_ha_s11_err, f.logmbh, f.logmbh_err, f.logmbh_scatter,
        logledd(f.loglbol, f.logmbh) AS logledd, logledd_err(f.loglbol_err, f.logmbh_err) AS logledd_err
    FROM fiducial AS f;
