-- mass_relations: the single-epoch mass relations of this folder with their coefficients and scatter.
--
-- log10(M / Msun) = zero_point + slope_luminosity (log L - pivot_luminosity) + slope_fwhm log10(FWHM / 1000 km/s).
-- relation is the name by which recalibrated() chooses among those of a line. scatter is the quoted scatter about the
-- relation [dex], NULL where the paper gives none that two sources confirm. logmbh_civ_c17 takes the FWHM corrected for the
-- blueshift. Sources: the headers of the macros named in macro.
-- SELECT macro, scatter, reference FROM mass_relations WHERE line_id = 'mgii';
CREATE OR REPLACE VIEW mass_relations AS
    SELECT
        macro, line_id, relation, luminosity, zero_point, slope_luminosity, pivot_luminosity, slope_fwhm, scatter, reference
    FROM (
        VALUES
            ('logmbh_hb', 'hb', 'vp06', 'logl5100', 6.91e0, 0.50e0, 44e0, 2e0, 0.43e0, 'Vestergaard & Peterson 2006'),
            ('logmbh_hb_md04', 'hb', 'md04', 'logl5100', 6.672e0, 0.61e0, 44e0, 2e0, NULL, 'McLure & Dunlop 2004'),
            ('logmbh_mgii', 'mgii', 'vo09', 'logl3000', 6.86e0, 0.50e0, 44e0, 2e0, 0.55e0, 'Vestergaard & Osmer 2009'),
            ('logmbh_mgii_s11', 'mgii', 's11', 'logl3000', 6.74e0, 0.62e0, 44e0, 2e0, NULL, 'Shen et al. 2011'),
            ('logmbh_mgii_md04', 'mgii', 'md04', 'logl3000', 6.505e0, 0.62e0, 44e0, 2e0, NULL, 'McLure & Dunlop 2004'),
            ('logmbh_civ', 'civ', 'vp06', 'logl1350', 6.66e0, 0.53e0, 44e0, 2e0, 0.36e0, 'Vestergaard & Peterson 2006'),
            ('logmbh_civ_c17', 'civ', 'c17', 'logl1350', 6.71e0, 0.53e0, 44e0, 2e0, NULL, 'Coatman et al. 2017'),
            ('logmbh_ha', 'ha', 'gh05', 'logl_ha', 6.301029995663981e0, 0.55e0, 42e0, 2.06e0, NULL, 'Greene & Ho 2005'),
            ('logmbh_ha_s11', 'ha', 's11', 'logl_ha', 6.679e0, 0.43e0, 42e0, 2.1e0, NULL, 'Shen et al. 2011')
    ) AS one(
        macro, line_id, relation, luminosity, zero_point, slope_luminosity, pivot_luminosity, slope_fwhm, scatter, reference
    );

COMMENT ON COLUMN mass_relations.macro IS 'Macro that computes the mass';
COMMENT ON COLUMN mass_relations.line_id IS 'Line, as in lines.csv';
COMMENT ON COLUMN mass_relations.relation IS 'Name among the relations of the line';
COMMENT ON COLUMN mass_relations.luminosity IS 'Column of catalog that goes in';
COMMENT ON COLUMN mass_relations.zero_point IS 'Log mass at FWHM 1000 km/s and the pivot luminosity [dex(Msun)]';
COMMENT ON COLUMN mass_relations.slope_luminosity IS 'Slope with log luminosity';
COMMENT ON COLUMN mass_relations.pivot_luminosity IS 'Log luminosity that is subtracted [dex(erg/s)]';
COMMENT ON COLUMN mass_relations.slope_fwhm IS 'Slope with log FWHM';
COMMENT ON COLUMN mass_relations.scatter IS 'Scatter about the relation; NULL where unknown [dex]';
COMMENT ON COLUMN mass_relations.reference IS 'Paper';
