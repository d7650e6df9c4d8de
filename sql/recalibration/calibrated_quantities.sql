-- calibrated_quantities: what recalibrated() and derived_masses() compute, one row a quantity.
--
-- intrinsic_scatter is the scatter of the relation [dex], as mass_relations gives it: 0 where there is no relation, NULL where
-- it is not known. That of logmbh is the one of the relation that was chosen: column logmbh_scatter of recalibrated().
-- SELECT quantity, unit FROM calibrated_quantities WHERE intrinsic_scatter > 0;
CREATE OR REPLACE VIEW calibrated_quantities AS
    SELECT quantity, unit, intrinsic_scatter
    FROM (
        VALUES
            ('logl1350', 'dex(erg/s)', 0e0), ('logl1450', 'dex(erg/s)', 0e0), ('logl2500', 'dex(erg/s)', 0e0),
            ('logl3000', 'dex(erg/s)', 0e0), ('logl5100', 'dex(erg/s)', 0e0), ('logl_ha', 'dex(erg/s)', 0e0),
            ('loglbol', 'dex(erg/s)', NULL), ('logmbh_hb', 'dex(Msun)', 0.43e0), ('logmbh_mgii', 'dex(Msun)', 0.55e0),
            ('logmbh_mgii_s11', 'dex(Msun)', NULL), ('logmbh_civ', 'dex(Msun)', 0.36e0),
            ('logmbh_civ_c17', 'dex(Msun)', NULL), ('logmbh_ha', 'dex(Msun)', NULL), ('logmbh_ha_s11', 'dex(Msun)', NULL),
            ('logmbh', 'dex(Msun)', NULL), ('logledd', 'dex', NULL)
    ) AS one(quantity, unit, intrinsic_scatter);
