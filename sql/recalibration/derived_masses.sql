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
-- no rows.
-- FROM derived_masses(calibration_id := 'planck18', h0 := 67.66, om0 := 0.3111);
CREATE OR REPLACE MACRO derived_masses(
    calibration_id := 'default', h0 := 70e0, om0 := 0.3e0, bolometric := 'richards06'
) AS TABLE
    WITH one_row_per_quantity AS (
        SELECT
            r.run_id, r.object_key, r.object_id,
            unnest([
                'logl1350', 'logl1450', 'logl2500', 'logl3000', 'logl5100', 'logl_ha', 'loglbol', 'logmbh_hb',
                'logmbh_mgii', 'logmbh_mgii_s11', 'logmbh_civ', 'logmbh_civ_c17', 'logmbh_ha', 'logmbh_ha_s11',
                'logmbh', 'logledd'
            ]) AS quantity,
            unnest([
                r.logl1350, r.logl1450, r.logl2500, r.logl3000, r.logl5100, r.logl_ha, r.loglbol, r.logmbh_hb,
                r.logmbh_mgii, r.logmbh_mgii_s11, r.logmbh_civ, r.logmbh_civ_c17, r.logmbh_ha, r.logmbh_ha_s11,
                r.logmbh, r.logledd
            ]) AS value,
            unnest([
                r.logl1350_err, r.logl1450_err, r.logl2500_err, r.logl3000_err, r.logl5100_err, r.logl_ha_err,
                r.loglbol_err, r.logmbh_hb_err, r.logmbh_mgii_err, r.logmbh_mgii_s11_err, r.logmbh_civ_err,
                r.logmbh_civ_c17_err, r.logmbh_ha_err, r.logmbh_ha_s11_err, r.logmbh_err, r.logledd_err
            ]) AS statistical_error,
            unnest([
                0e0, 0e0, 0e0, 0e0, 0e0, 0e0, NULL, 0.43e0, 0.55e0, NULL, 0.36e0, NULL, NULL, NULL, r.logmbh_scatter,
                NULL
            ]) AS intrinsic_scatter,
            unnest([
                'dex(erg/s)', 'dex(erg/s)', 'dex(erg/s)', 'dex(erg/s)', 'dex(erg/s)', 'dex(erg/s)', 'dex(erg/s)',
                'dex(Msun)', 'dex(Msun)', 'dex(Msun)', 'dex(Msun)', 'dex(Msun)', 'dex(Msun)', 'dex(Msun)',
                'dex(Msun)', 'dex'
            ]) AS unit
        FROM recalibrated(h0 := h0, om0 := om0, bolometric := bolometric) AS r
    )
    SELECT
        d.run_id,
        d.object_key,
        d.object_id,
        d.quantity,
        calibration_id::VARCHAR AS calibration_id,
        d.value,
        d.statistical_error,
        d.intrinsic_scatter,
        sqrt(d.statistical_error * d.statistical_error + d.intrinsic_scatter * d.intrinsic_scatter) AS total_error,
        d.unit,
        [
            {key: 'h0', value: h0::VARCHAR},
            {key: 'om0', value: om0::VARCHAR},
            {key: 'bolometric', value: '"' || bolometric || '"'}
        ] AS metadata
    FROM one_row_per_quantity AS d
    WHERE d.value IS NOT NULL;
