-- catalog: the wide catalog, one row a fitted quasar.
--
-- Line columns are <measure>_<line>: fwhm_hb, ew_civ_err; broad profiles carry the line's name alone, narrow ones end
-- in _na, wings in _wing. NULL where a quantity was not measured or its measurement is not published. Luminosities
-- are in the cosmology of the run; derived_masses() gives them, and the masses, in any other. Errors are statistical.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW catalog AS
    SELECT
        f.run_id,
        f.object_key,
        f.object_id,
        f.z,
        f.ra,
        f.dec,
        f.fit_quality,
        f.fit_warn,
        f.snr_median,
        f.ebv,
        f.zwarn,
        f.is_host_subtracted,
        f.continuum_reduced_chi2,
        f.logl1350,
        f.logl1350_err,
        f.logl1450,
        f.logl1450_err,
        f.logl2500,
        f.logl2500_err,
        f.logl3000,
        f.logl3000_err,
        f.logl5100,
        f.logl5100_err,
        f.flux1350,
        f.flux1350_err,
        f.flux1450,
        f.flux1450_err,
        f.flux2500,
        f.flux2500_err,
        f.flux3000,
        f.flux3000_err,
        f.flux5100,
        f.flux5100_err,
        f.power_law_slope,
        f.power_law_slope_err,
        f.power_law_slope_red,
        f.power_law_slope_red_err,
        f.ebv_intrinsic,
        f.ebv_intrinsic_err,
        f.iron_uv_flux,
        f.iron_uv_flux_err,
        f.iron_uv_ew,
        f.iron_uv_ew_err,
        f.iron_uv_fwhm,
        f.iron_uv_fwhm_err,
        f.iron_uv_velocity,
        f.iron_uv_velocity_err,
        f.iron_optical_flux,
        f.iron_optical_flux_err,
        f.iron_optical_ew,
        f.iron_optical_ew_err,
        f.iron_optical_fwhm,
        f.iron_optical_fwhm_err,
        f.iron_optical_velocity,
        f.iron_optical_velocity_err,
        f.rfe,
        f.rfe_err,
        f.logmbh_hb,
        f.logmbh_hb_err,
        f.logmbh_mgii,
        f.logmbh_mgii_err,
        f.logmbh_mgii_s11,
        f.logmbh_mgii_s11_err,
        f.logmbh_civ,
        f.logmbh_civ_err,
        f.logmbh_civ_c17,
        f.logmbh_civ_c17_err,
        f.logmbh_ha,
        f.logmbh_ha_err,
        CASE f.logmbh_from
            WHEN 'logmbh_hb' THEN f.logmbh_hb WHEN 'logmbh_mgii' THEN f.logmbh_mgii WHEN 'logmbh_civ' THEN f.logmbh_civ
        END AS logmbh,
        CASE f.logmbh_from
            WHEN 'logmbh_hb' THEN f.logmbh_hb_err
            WHEN 'logmbh_mgii' THEN f.logmbh_mgii_err
            WHEN 'logmbh_civ' THEN f.logmbh_civ_err
        END AS logmbh_err,
        f.logmbh_from,
        f.loglbol,
        f.loglbol_err,
        f.loglbol_from,
        logledd(f.loglbol, logmbh) AS logledd,
        logledd_err(f.loglbol_err, logmbh_err) AS logledd_err,
        f.is_bal,
        f.bi_civ,
        f.bi_civ_err,
        f.ai_civ,
        f.ai_civ_err,
        f.bi_siiv,
        f.bi_siiv_err,
        f.ai_siiv,
        f.ai_siiv_err,
        f.bi_aliii,
        f.bi_aliii_err,
        f.ai_aliii,
        f.ai_aliii_err,
        f.bi_mgii,
        f.bi_mgii_err,
        f.ai_mgii,
        f.ai_mgii_err,
        f.z_sys,
        f.z_sys_err,
        f.z_sys_from,
        f.redshift_suspect,
        f.z_lines,
        f.host_fraction_3000,
        f.host_fraction_3000_err,
        f.host_fraction_4200,
        f.host_fraction_4200_err,
        f.host_fraction_5100,
        f.host_fraction_5100_err,
        f.logl2500_total,
        f.logl2500_total_err,
        f.logl3000_total,
        f.logl3000_total_err,
        f.logl5100_total,
        f.logl5100_total_err,
        f.stellar_velocity,
        f.stellar_velocity_err,
        f.stellar_dispersion,
        f.stellar_dispersion_err,
        f.d4000,
        f.d4000_err,
        f.is_host_reliable,
        f.flux_lya,
        f.flux_lya_err,
        f.ew_lya,
        f.ew_lya_err,
        f.fwhm_lya,
        f.fwhm_lya_err,
        f.sigma_lya,
        f.sigma_lya_err,
        f.voff_lya,
        f.voff_lya_err,
        f.centroid_lya,
        f.centroid_lya_err,
        f.w80_lya,
        f.w80_lya_err,
        f.asym_lya,
        f.asym_lya_err,
        f.logl_lya,
        f.logl_lya_err,
        f.snr_lya,
        f.quality_lya,
        f.flux_limit_lya,
        f.flux_nv,
        f.flux_nv_err,
        f.ew_nv,
        f.ew_nv_err,
        f.fwhm_nv,
        f.fwhm_nv_err,
        f.sigma_nv,
        f.sigma_nv_err,
        f.voff_nv,
        f.voff_nv_err,
        f.centroid_nv,
        f.centroid_nv_err,
        f.w80_nv,
        f.w80_nv_err,
        f.asym_nv,
        f.asym_nv_err,
        f.logl_nv,
        f.logl_nv_err,
        f.snr_nv,
        f.quality_nv,
        f.flux_limit_nv,
        f.flux_siii1263,
        f.flux_siii1263_err,
        f.ew_siii1263,
        f.ew_siii1263_err,
        f.fwhm_siii1263,
        f.fwhm_siii1263_err,
        f.sigma_siii1263,
        f.sigma_siii1263_err,
        f.voff_siii1263,
        f.voff_siii1263_err,
        f.centroid_siii1263,
        f.centroid_siii1263_err,
        f.w80_siii1263,
        f.w80_siii1263_err,
        f.asym_siii1263,
        f.asym_siii1263_err,
        f.logl_siii1263,
        f.logl_siii1263_err,
        f.snr_siii1263,
        f.quality_siii1263,
        f.flux_limit_siii1263,
        f.flux_siiv_oiv,
        f.flux_siiv_oiv_err,
        f.ew_siiv_oiv,
        f.ew_siiv_oiv_err,
        f.fwhm_siiv_oiv,
        f.fwhm_siiv_oiv_err,
        f.sigma_siiv_oiv,
        f.sigma_siiv_oiv_err,
        f.voff_siiv_oiv,
        f.voff_siiv_oiv_err,
        f.centroid_siiv_oiv,
        f.centroid_siiv_oiv_err,
        f.w80_siiv_oiv,
        f.w80_siiv_oiv_err,
        f.asym_siiv_oiv,
        f.asym_siiv_oiv_err,
        f.logl_siiv_oiv,
        f.logl_siiv_oiv_err,
        f.snr_siiv_oiv,
        f.quality_siiv_oiv,
        f.flux_limit_siiv_oiv,
        f.flux_niv,
        f.flux_niv_err,
        f.ew_niv,
        f.ew_niv_err,
        f.fwhm_niv,
        f.fwhm_niv_err,
        f.sigma_niv,
        f.sigma_niv_err,
        f.voff_niv,
        f.voff_niv_err,
        f.centroid_niv,
        f.centroid_niv_err,
        f.w80_niv,
        f.w80_niv_err,
        f.asym_niv,
        f.asym_niv_err,
        f.logl_niv,
        f.logl_niv_err,
        f.snr_niv,
        f.quality_niv,
        f.flux_limit_niv,
        f.flux_civ,
        f.flux_civ_err,
        f.ew_civ,
        f.ew_civ_err,
        f.fwhm_civ,
        f.fwhm_civ_err,
        f.sigma_civ,
        f.sigma_civ_err,
        f.voff_civ,
        f.voff_civ_err,
        f.centroid_civ,
        f.centroid_civ_err,
        f.w80_civ,
        f.w80_civ_err,
        f.asym_civ,
        f.asym_civ_err,
        f.logl_civ,
        f.logl_civ_err,
        f.snr_civ,
        f.quality_civ,
        f.flux_limit_civ,
        f.w50_civ,
        f.w50_civ_err,
        f.kurtosis_civ,
        f.kurtosis_civ_err,
        f.peak_civ,
        f.peak_civ_err,
        f.c50_civ,
        f.c50_civ_err,
        f.voff_sys_civ,
        f.voff_sys_civ_err,
        f.flux_heii1640,
        f.flux_heii1640_err,
        f.ew_heii1640,
        f.ew_heii1640_err,
        f.fwhm_heii1640,
        f.fwhm_heii1640_err,
        f.sigma_heii1640,
        f.sigma_heii1640_err,
        f.voff_heii1640,
        f.voff_heii1640_err,
        f.centroid_heii1640,
        f.centroid_heii1640_err,
        f.w80_heii1640,
        f.w80_heii1640_err,
        f.asym_heii1640,
        f.asym_heii1640_err,
        f.logl_heii1640,
        f.logl_heii1640_err,
        f.snr_heii1640,
        f.quality_heii1640,
        f.flux_limit_heii1640,
        f.flux_oiii1663,
        f.flux_oiii1663_err,
        f.ew_oiii1663,
        f.ew_oiii1663_err,
        f.fwhm_oiii1663,
        f.fwhm_oiii1663_err,
        f.sigma_oiii1663,
        f.sigma_oiii1663_err,
        f.voff_oiii1663,
        f.voff_oiii1663_err,
        f.centroid_oiii1663,
        f.centroid_oiii1663_err,
        f.w80_oiii1663,
        f.w80_oiii1663_err,
        f.asym_oiii1663,
        f.asym_oiii1663_err,
        f.logl_oiii1663,
        f.logl_oiii1663_err,
        f.snr_oiii1663,
        f.quality_oiii1663,
        f.flux_limit_oiii1663,
        f.flux_niii,
        f.flux_niii_err,
        f.ew_niii,
        f.ew_niii_err,
        f.fwhm_niii,
        f.fwhm_niii_err,
        f.sigma_niii,
        f.sigma_niii_err,
        f.voff_niii,
        f.voff_niii_err,
        f.centroid_niii,
        f.centroid_niii_err,
        f.w80_niii,
        f.w80_niii_err,
        f.asym_niii,
        f.asym_niii_err,
        f.logl_niii,
        f.logl_niii_err,
        f.snr_niii,
        f.quality_niii,
        f.flux_limit_niii,
        f.flux_aliii,
        f.flux_aliii_err,
        f.ew_aliii,
        f.ew_aliii_err,
        f.fwhm_aliii,
        f.fwhm_aliii_err,
        f.sigma_aliii,
        f.sigma_aliii_err,
        f.voff_aliii,
        f.voff_aliii_err,
        f.centroid_aliii,
        f.centroid_aliii_err,
        f.w80_aliii,
        f.w80_aliii_err,
        f.asym_aliii,
        f.asym_aliii_err,
        f.logl_aliii,
        f.logl_aliii_err,
        f.snr_aliii,
        f.quality_aliii,
        f.flux_limit_aliii,
        f.flux_siiii,
        f.flux_siiii_err,
        f.ew_siiii,
        f.ew_siiii_err,
        f.fwhm_siiii,
        f.fwhm_siiii_err,
        f.sigma_siiii,
        f.sigma_siiii_err,
        f.voff_siiii,
        f.voff_siiii_err,
        f.centroid_siiii,
        f.centroid_siiii_err,
        f.w80_siiii,
        f.w80_siiii_err,
        f.asym_siiii,
        f.asym_siiii_err,
        f.logl_siiii,
        f.logl_siiii_err,
        f.snr_siiii,
        f.quality_siiii,
        f.flux_limit_siiii,
        f.flux_ciii,
        f.flux_ciii_err,
        f.ew_ciii,
        f.ew_ciii_err,
        f.fwhm_ciii,
        f.fwhm_ciii_err,
        f.sigma_ciii,
        f.sigma_ciii_err,
        f.voff_ciii,
        f.voff_ciii_err,
        f.centroid_ciii,
        f.centroid_ciii_err,
        f.w80_ciii,
        f.w80_ciii_err,
        f.asym_ciii,
        f.asym_ciii_err,
        f.logl_ciii,
        f.logl_ciii_err,
        f.snr_ciii,
        f.quality_ciii,
        f.flux_limit_ciii,
        f.flux_mgii,
        f.flux_mgii_err,
        f.ew_mgii,
        f.ew_mgii_err,
        f.fwhm_mgii,
        f.fwhm_mgii_err,
        f.sigma_mgii,
        f.sigma_mgii_err,
        f.voff_mgii,
        f.voff_mgii_err,
        f.centroid_mgii,
        f.centroid_mgii_err,
        f.w80_mgii,
        f.w80_mgii_err,
        f.asym_mgii,
        f.asym_mgii_err,
        f.logl_mgii,
        f.logl_mgii_err,
        f.snr_mgii,
        f.quality_mgii,
        f.flux_limit_mgii,
        f.w50_mgii,
        f.w50_mgii_err,
        f.kurtosis_mgii,
        f.kurtosis_mgii_err,
        f.peak_mgii,
        f.peak_mgii_err,
        f.c50_mgii,
        f.c50_mgii_err,
        f.voff_sys_mgii,
        f.voff_sys_mgii_err,
        f.flux_mgii_na,
        f.flux_mgii_na_err,
        f.ew_mgii_na,
        f.ew_mgii_na_err,
        f.fwhm_mgii_na,
        f.fwhm_mgii_na_err,
        f.sigma_mgii_na,
        f.sigma_mgii_na_err,
        f.voff_mgii_na,
        f.voff_mgii_na_err,
        f.centroid_mgii_na,
        f.centroid_mgii_na_err,
        f.w80_mgii_na,
        f.w80_mgii_na_err,
        f.asym_mgii_na,
        f.asym_mgii_na_err,
        f.logl_mgii_na,
        f.logl_mgii_na_err,
        f.snr_mgii_na,
        f.quality_mgii_na,
        f.flux_limit_mgii_na,
        f.flux_nev3427,
        f.flux_nev3427_err,
        f.ew_nev3427,
        f.ew_nev3427_err,
        f.fwhm_nev3427,
        f.fwhm_nev3427_err,
        f.sigma_nev3427,
        f.sigma_nev3427_err,
        f.voff_nev3427,
        f.voff_nev3427_err,
        f.centroid_nev3427,
        f.centroid_nev3427_err,
        f.w80_nev3427,
        f.w80_nev3427_err,
        f.asym_nev3427,
        f.asym_nev3427_err,
        f.logl_nev3427,
        f.logl_nev3427_err,
        f.snr_nev3427,
        f.quality_nev3427,
        f.flux_limit_nev3427,
        f.flux_oii3727,
        f.flux_oii3727_err,
        f.ew_oii3727,
        f.ew_oii3727_err,
        f.fwhm_oii3727,
        f.fwhm_oii3727_err,
        f.sigma_oii3727,
        f.sigma_oii3727_err,
        f.voff_oii3727,
        f.voff_oii3727_err,
        f.centroid_oii3727,
        f.centroid_oii3727_err,
        f.w80_oii3727,
        f.w80_oii3727_err,
        f.asym_oii3727,
        f.asym_oii3727_err,
        f.logl_oii3727,
        f.logl_oii3727_err,
        f.snr_oii3727,
        f.quality_oii3727,
        f.flux_limit_oii3727,
        f.flux_oii3730,
        f.flux_oii3730_err,
        f.ew_oii3730,
        f.ew_oii3730_err,
        f.fwhm_oii3730,
        f.fwhm_oii3730_err,
        f.sigma_oii3730,
        f.sigma_oii3730_err,
        f.voff_oii3730,
        f.voff_oii3730_err,
        f.centroid_oii3730,
        f.centroid_oii3730_err,
        f.w80_oii3730,
        f.w80_oii3730_err,
        f.asym_oii3730,
        f.asym_oii3730_err,
        f.logl_oii3730,
        f.logl_oii3730_err,
        f.snr_oii3730,
        f.quality_oii3730,
        f.flux_limit_oii3730,
        f.flux_neiii3870,
        f.flux_neiii3870_err,
        f.ew_neiii3870,
        f.ew_neiii3870_err,
        f.fwhm_neiii3870,
        f.fwhm_neiii3870_err,
        f.sigma_neiii3870,
        f.sigma_neiii3870_err,
        f.voff_neiii3870,
        f.voff_neiii3870_err,
        f.centroid_neiii3870,
        f.centroid_neiii3870_err,
        f.w80_neiii3870,
        f.w80_neiii3870_err,
        f.asym_neiii3870,
        f.asym_neiii3870_err,
        f.logl_neiii3870,
        f.logl_neiii3870_err,
        f.snr_neiii3870,
        f.quality_neiii3870,
        f.flux_limit_neiii3870,
        f.flux_hg,
        f.flux_hg_err,
        f.ew_hg,
        f.ew_hg_err,
        f.fwhm_hg,
        f.fwhm_hg_err,
        f.sigma_hg,
        f.sigma_hg_err,
        f.voff_hg,
        f.voff_hg_err,
        f.centroid_hg,
        f.centroid_hg_err,
        f.w80_hg,
        f.w80_hg_err,
        f.asym_hg,
        f.asym_hg_err,
        f.logl_hg,
        f.logl_hg_err,
        f.snr_hg,
        f.quality_hg,
        f.flux_limit_hg,
        f.flux_hg_na,
        f.flux_hg_na_err,
        f.ew_hg_na,
        f.ew_hg_na_err,
        f.fwhm_hg_na,
        f.fwhm_hg_na_err,
        f.sigma_hg_na,
        f.sigma_hg_na_err,
        f.voff_hg_na,
        f.voff_hg_na_err,
        f.centroid_hg_na,
        f.centroid_hg_na_err,
        f.w80_hg_na,
        f.w80_hg_na_err,
        f.asym_hg_na,
        f.asym_hg_na_err,
        f.logl_hg_na,
        f.logl_hg_na_err,
        f.snr_hg_na,
        f.quality_hg_na,
        f.flux_limit_hg_na,
        f.flux_oiii4364,
        f.flux_oiii4364_err,
        f.ew_oiii4364,
        f.ew_oiii4364_err,
        f.fwhm_oiii4364,
        f.fwhm_oiii4364_err,
        f.sigma_oiii4364,
        f.sigma_oiii4364_err,
        f.voff_oiii4364,
        f.voff_oiii4364_err,
        f.centroid_oiii4364,
        f.centroid_oiii4364_err,
        f.w80_oiii4364,
        f.w80_oiii4364_err,
        f.asym_oiii4364,
        f.asym_oiii4364_err,
        f.logl_oiii4364,
        f.logl_oiii4364_err,
        f.snr_oiii4364,
        f.quality_oiii4364,
        f.flux_limit_oiii4364,
        f.flux_heii4687,
        f.flux_heii4687_err,
        f.ew_heii4687,
        f.ew_heii4687_err,
        f.fwhm_heii4687,
        f.fwhm_heii4687_err,
        f.sigma_heii4687,
        f.sigma_heii4687_err,
        f.voff_heii4687,
        f.voff_heii4687_err,
        f.centroid_heii4687,
        f.centroid_heii4687_err,
        f.w80_heii4687,
        f.w80_heii4687_err,
        f.asym_heii4687,
        f.asym_heii4687_err,
        f.logl_heii4687,
        f.logl_heii4687_err,
        f.snr_heii4687,
        f.quality_heii4687,
        f.flux_limit_heii4687,
        f.flux_heii4687_na,
        f.flux_heii4687_na_err,
        f.ew_heii4687_na,
        f.ew_heii4687_na_err,
        f.fwhm_heii4687_na,
        f.fwhm_heii4687_na_err,
        f.sigma_heii4687_na,
        f.sigma_heii4687_na_err,
        f.voff_heii4687_na,
        f.voff_heii4687_na_err,
        f.centroid_heii4687_na,
        f.centroid_heii4687_na_err,
        f.w80_heii4687_na,
        f.w80_heii4687_na_err,
        f.asym_heii4687_na,
        f.asym_heii4687_na_err,
        f.logl_heii4687_na,
        f.logl_heii4687_na_err,
        f.snr_heii4687_na,
        f.quality_heii4687_na,
        f.flux_limit_heii4687_na,
        f.flux_hb,
        f.flux_hb_err,
        f.ew_hb,
        f.ew_hb_err,
        f.fwhm_hb,
        f.fwhm_hb_err,
        f.sigma_hb,
        f.sigma_hb_err,
        f.voff_hb,
        f.voff_hb_err,
        f.centroid_hb,
        f.centroid_hb_err,
        f.w80_hb,
        f.w80_hb_err,
        f.asym_hb,
        f.asym_hb_err,
        f.logl_hb,
        f.logl_hb_err,
        f.snr_hb,
        f.quality_hb,
        f.flux_limit_hb,
        f.w50_hb,
        f.w50_hb_err,
        f.kurtosis_hb,
        f.kurtosis_hb_err,
        f.peak_hb,
        f.peak_hb_err,
        f.c50_hb,
        f.c50_hb_err,
        f.voff_sys_hb,
        f.voff_sys_hb_err,
        f.flux_hb_na,
        f.flux_hb_na_err,
        f.ew_hb_na,
        f.ew_hb_na_err,
        f.fwhm_hb_na,
        f.fwhm_hb_na_err,
        f.sigma_hb_na,
        f.sigma_hb_na_err,
        f.voff_hb_na,
        f.voff_hb_na_err,
        f.centroid_hb_na,
        f.centroid_hb_na_err,
        f.w80_hb_na,
        f.w80_hb_na_err,
        f.asym_hb_na,
        f.asym_hb_na_err,
        f.logl_hb_na,
        f.logl_hb_na_err,
        f.snr_hb_na,
        f.quality_hb_na,
        f.flux_limit_hb_na,
        f.flux_oiii4960,
        f.flux_oiii4960_err,
        f.ew_oiii4960,
        f.ew_oiii4960_err,
        f.fwhm_oiii4960,
        f.fwhm_oiii4960_err,
        f.sigma_oiii4960,
        f.sigma_oiii4960_err,
        f.voff_oiii4960,
        f.voff_oiii4960_err,
        f.centroid_oiii4960,
        f.centroid_oiii4960_err,
        f.w80_oiii4960,
        f.w80_oiii4960_err,
        f.asym_oiii4960,
        f.asym_oiii4960_err,
        f.logl_oiii4960,
        f.logl_oiii4960_err,
        f.snr_oiii4960,
        f.quality_oiii4960,
        f.flux_limit_oiii4960,
        f.flux_oiii5008,
        f.flux_oiii5008_err,
        f.ew_oiii5008,
        f.ew_oiii5008_err,
        f.fwhm_oiii5008,
        f.fwhm_oiii5008_err,
        f.sigma_oiii5008,
        f.sigma_oiii5008_err,
        f.voff_oiii5008,
        f.voff_oiii5008_err,
        f.centroid_oiii5008,
        f.centroid_oiii5008_err,
        f.w80_oiii5008,
        f.w80_oiii5008_err,
        f.asym_oiii5008,
        f.asym_oiii5008_err,
        f.logl_oiii5008,
        f.logl_oiii5008_err,
        f.snr_oiii5008,
        f.quality_oiii5008,
        f.flux_limit_oiii5008,
        f.flux_oiii5008_na,
        f.flux_oiii5008_na_err,
        f.ew_oiii5008_na,
        f.ew_oiii5008_na_err,
        f.fwhm_oiii5008_na,
        f.fwhm_oiii5008_na_err,
        f.sigma_oiii5008_na,
        f.sigma_oiii5008_na_err,
        f.voff_oiii5008_na,
        f.voff_oiii5008_na_err,
        f.centroid_oiii5008_na,
        f.centroid_oiii5008_na_err,
        f.w80_oiii5008_na,
        f.w80_oiii5008_na_err,
        f.asym_oiii5008_na,
        f.asym_oiii5008_na_err,
        f.logl_oiii5008_na,
        f.logl_oiii5008_na_err,
        f.snr_oiii5008_na,
        f.quality_oiii5008_na,
        f.flux_limit_oiii5008_na,
        f.flux_oiii5008_wing,
        f.flux_oiii5008_wing_err,
        f.ew_oiii5008_wing,
        f.ew_oiii5008_wing_err,
        f.fwhm_oiii5008_wing,
        f.fwhm_oiii5008_wing_err,
        f.sigma_oiii5008_wing,
        f.sigma_oiii5008_wing_err,
        f.voff_oiii5008_wing,
        f.voff_oiii5008_wing_err,
        f.centroid_oiii5008_wing,
        f.centroid_oiii5008_wing_err,
        f.w80_oiii5008_wing,
        f.w80_oiii5008_wing_err,
        f.asym_oiii5008_wing,
        f.asym_oiii5008_wing_err,
        f.logl_oiii5008_wing,
        f.logl_oiii5008_wing_err,
        f.snr_oiii5008_wing,
        f.quality_oiii5008_wing,
        f.flux_limit_oiii5008_wing,
        f.flux_ha,
        f.flux_ha_err,
        f.ew_ha,
        f.ew_ha_err,
        f.fwhm_ha,
        f.fwhm_ha_err,
        f.sigma_ha,
        f.sigma_ha_err,
        f.voff_ha,
        f.voff_ha_err,
        f.centroid_ha,
        f.centroid_ha_err,
        f.w80_ha,
        f.w80_ha_err,
        f.asym_ha,
        f.asym_ha_err,
        f.logl_ha,
        f.logl_ha_err,
        f.snr_ha,
        f.quality_ha,
        f.flux_limit_ha,
        f.w50_ha,
        f.w50_ha_err,
        f.kurtosis_ha,
        f.kurtosis_ha_err,
        f.peak_ha,
        f.peak_ha_err,
        f.c50_ha,
        f.c50_ha_err,
        f.voff_sys_ha,
        f.voff_sys_ha_err,
        f.flux_ha_na,
        f.flux_ha_na_err,
        f.ew_ha_na,
        f.ew_ha_na_err,
        f.fwhm_ha_na,
        f.fwhm_ha_na_err,
        f.sigma_ha_na,
        f.sigma_ha_na_err,
        f.voff_ha_na,
        f.voff_ha_na_err,
        f.centroid_ha_na,
        f.centroid_ha_na_err,
        f.w80_ha_na,
        f.w80_ha_na_err,
        f.asym_ha_na,
        f.asym_ha_na_err,
        f.logl_ha_na,
        f.logl_ha_na_err,
        f.snr_ha_na,
        f.quality_ha_na,
        f.flux_limit_ha_na,
        f.flux_nii6550,
        f.flux_nii6550_err,
        f.ew_nii6550,
        f.ew_nii6550_err,
        f.fwhm_nii6550,
        f.fwhm_nii6550_err,
        f.sigma_nii6550,
        f.sigma_nii6550_err,
        f.voff_nii6550,
        f.voff_nii6550_err,
        f.centroid_nii6550,
        f.centroid_nii6550_err,
        f.w80_nii6550,
        f.w80_nii6550_err,
        f.asym_nii6550,
        f.asym_nii6550_err,
        f.logl_nii6550,
        f.logl_nii6550_err,
        f.snr_nii6550,
        f.quality_nii6550,
        f.flux_limit_nii6550,
        f.flux_nii6585,
        f.flux_nii6585_err,
        f.ew_nii6585,
        f.ew_nii6585_err,
        f.fwhm_nii6585,
        f.fwhm_nii6585_err,
        f.sigma_nii6585,
        f.sigma_nii6585_err,
        f.voff_nii6585,
        f.voff_nii6585_err,
        f.centroid_nii6585,
        f.centroid_nii6585_err,
        f.w80_nii6585,
        f.w80_nii6585_err,
        f.asym_nii6585,
        f.asym_nii6585_err,
        f.logl_nii6585,
        f.logl_nii6585_err,
        f.snr_nii6585,
        f.quality_nii6585,
        f.flux_limit_nii6585,
        f.flux_sii6718,
        f.flux_sii6718_err,
        f.ew_sii6718,
        f.ew_sii6718_err,
        f.fwhm_sii6718,
        f.fwhm_sii6718_err,
        f.sigma_sii6718,
        f.sigma_sii6718_err,
        f.voff_sii6718,
        f.voff_sii6718_err,
        f.centroid_sii6718,
        f.centroid_sii6718_err,
        f.w80_sii6718,
        f.w80_sii6718_err,
        f.asym_sii6718,
        f.asym_sii6718_err,
        f.logl_sii6718,
        f.logl_sii6718_err,
        f.snr_sii6718,
        f.quality_sii6718,
        f.flux_limit_sii6718,
        f.flux_sii6733,
        f.flux_sii6733_err,
        f.ew_sii6733,
        f.ew_sii6733_err,
        f.fwhm_sii6733,
        f.fwhm_sii6733_err,
        f.sigma_sii6733,
        f.sigma_sii6733_err,
        f.voff_sii6733,
        f.voff_sii6733_err,
        f.centroid_sii6733,
        f.centroid_sii6733_err,
        f.w80_sii6733,
        f.w80_sii6733_err,
        f.asym_sii6733,
        f.asym_sii6733_err,
        f.logl_sii6733,
        f.logl_sii6733_err,
        f.snr_sii6733,
        f.quality_sii6733,
        f.flux_limit_sii6733,
        f.flux_pad,
        f.flux_pad_err,
        f.ew_pad,
        f.ew_pad_err,
        f.fwhm_pad,
        f.fwhm_pad_err,
        f.sigma_pad,
        f.sigma_pad_err,
        f.voff_pad,
        f.voff_pad_err,
        f.centroid_pad,
        f.centroid_pad_err,
        f.w80_pad,
        f.w80_pad_err,
        f.asym_pad,
        f.asym_pad_err,
        f.logl_pad,
        f.logl_pad_err,
        f.snr_pad,
        f.quality_pad,
        f.flux_limit_pad,
        f.flux_hei10833,
        f.flux_hei10833_err,
        f.ew_hei10833,
        f.ew_hei10833_err,
        f.fwhm_hei10833,
        f.fwhm_hei10833_err,
        f.sigma_hei10833,
        f.sigma_hei10833_err,
        f.voff_hei10833,
        f.voff_hei10833_err,
        f.centroid_hei10833,
        f.centroid_hei10833_err,
        f.w80_hei10833,
        f.w80_hei10833_err,
        f.asym_hei10833,
        f.asym_hei10833_err,
        f.logl_hei10833,
        f.logl_hei10833_err,
        f.snr_hei10833,
        f.quality_hei10833,
        f.flux_limit_hei10833,
        f.flux_pag,
        f.flux_pag_err,
        f.ew_pag,
        f.ew_pag_err,
        f.fwhm_pag,
        f.fwhm_pag_err,
        f.sigma_pag,
        f.sigma_pag_err,
        f.voff_pag,
        f.voff_pag_err,
        f.centroid_pag,
        f.centroid_pag_err,
        f.w80_pag,
        f.w80_pag_err,
        f.asym_pag,
        f.asym_pag_err,
        f.logl_pag,
        f.logl_pag_err,
        f.snr_pag,
        f.quality_pag,
        f.flux_limit_pag,
        f.flux_oi11290,
        f.flux_oi11290_err,
        f.ew_oi11290,
        f.ew_oi11290_err,
        f.fwhm_oi11290,
        f.fwhm_oi11290_err,
        f.sigma_oi11290,
        f.sigma_oi11290_err,
        f.voff_oi11290,
        f.voff_oi11290_err,
        f.centroid_oi11290,
        f.centroid_oi11290_err,
        f.w80_oi11290,
        f.w80_oi11290_err,
        f.asym_oi11290,
        f.asym_oi11290_err,
        f.logl_oi11290,
        f.logl_oi11290_err,
        f.snr_oi11290,
        f.quality_oi11290,
        f.flux_limit_oi11290,
        f.flux_pab,
        f.flux_pab_err,
        f.ew_pab,
        f.ew_pab_err,
        f.fwhm_pab,
        f.fwhm_pab_err,
        f.sigma_pab,
        f.sigma_pab_err,
        f.voff_pab,
        f.voff_pab_err,
        f.centroid_pab,
        f.centroid_pab_err,
        f.w80_pab,
        f.w80_pab_err,
        f.asym_pab,
        f.asym_pab_err,
        f.logl_pab,
        f.logl_pab_err,
        f.snr_pab,
        f.quality_pab,
        f.flux_limit_pab
    FROM (
        SELECT
            c.*,
            CASE band_by_redshift(c.z, c.logmbh_hb, c.logmbh_mgii, c.logmbh_civ)
            WHEN 'optical' THEN 'logmbh_hb' WHEN 'near_uv' THEN 'logmbh_mgii' WHEN 'uv' THEN 'logmbh_civ'
        END AS logmbh_from,
            CASE c.loglbol_from
            WHEN 'logl5100' THEN loglbol_5100(c.logl5100)
            WHEN 'logl3000' THEN loglbol_3000(c.logl3000)
            WHEN 'logl1350' THEN loglbol_1350(c.logl1350)
        END AS loglbol,
            CASE c.loglbol_from
            WHEN 'logl5100' THEN loglbol_err(c.logl5100_err)
            WHEN 'logl3000' THEN loglbol_err(c.logl3000_err)
            WHEN 'logl1350' THEN loglbol_err(c.logl1350_err)
        END AS loglbol_err
        FROM (
            SELECT
                o.run_id AS run_id,
                o.object_key AS object_key,
                o.object_id AS object_id,
                o.redshift AS z,
                o.ra AS ra,
                o.dec AS dec,
                o.fit_quality AS fit_quality,
                o.fit_warn AS fit_warn,
                o.snr_median AS snr_median,
                o.ebv AS ebv,
                o.zwarn AS zwarn,
                o.host_decomp_enabled AS is_host_subtracted,
                o.continuum_reduced_chi2 AS continuum_reduced_chi2,
                w.* EXCLUDE (object_key),
                w.bal > 0 AS is_bal,
                w.host_reliable > 0 AS is_host_reliable,
                CASE w.z_sys_source WHEN 0 THEN 'oii3730' WHEN 1 THEN 'oiii5008' WHEN 2 THEN 'nev3427' WHEN 3 THEN 'mgii' WHEN 4 THEN 'ciii' WHEN 5 THEN 'heii1640' WHEN 6 THEN 'hb' WHEN 7 THEN 'civ' WHEN 8 THEN 'siiv_oiv' WHEN 9 THEN 'cak' END AS z_sys_from,
                w.z_lines IS NOT NULL AS redshift_suspect,
                CASE WHEN w.ew_hb > 0 THEN w.iron_optical_ew / w.ew_hb END AS rfe,
                CASE WHEN w.ew_hb > 0
                THEN sqrt(
                    pow(w.iron_optical_ew_err / w.ew_hb, 2)
                    + pow(w.iron_optical_ew * w.ew_hb_err / (w.ew_hb * w.ew_hb), 2)
                )
            END AS rfe_err,
                logmbh_hb(w.fwhm_hb, w.logl5100) AS logmbh_hb,
                logmbh_mgii(w.fwhm_mgii, w.logl3000) AS logmbh_mgii,
                logmbh_mgii_s11(w.fwhm_mgii, w.logl3000) AS logmbh_mgii_s11,
                logmbh_civ(w.fwhm_civ, w.logl1350) AS logmbh_civ,
                logmbh_civ_c17(w.fwhm_civ, -w.voff_civ, w.logl1350) AS logmbh_civ_c17,
                logmbh_ha(w.fwhm_ha, w.logl_ha) AS logmbh_ha,
                logmbh_hb_err(w.fwhm_hb, w.fwhm_hb_err, w.logl5100_err) AS logmbh_hb_err,
                logmbh_mgii_err(w.fwhm_mgii, w.fwhm_mgii_err, w.logl3000_err) AS logmbh_mgii_err,
                logmbh_mgii_s11_err(w.fwhm_mgii, w.fwhm_mgii_err, w.logl3000_err) AS logmbh_mgii_s11_err,
                logmbh_civ_err(w.fwhm_civ, w.fwhm_civ_err, w.logl1350_err) AS logmbh_civ_err,
                logmbh_civ_c17_err(w.fwhm_civ, w.fwhm_civ_err, -w.voff_civ, w.voff_civ_err, w.logl1350_err) AS logmbh_civ_c17_err,
                logmbh_ha_err(w.fwhm_ha, w.fwhm_ha_err, w.logl_ha_err) AS logmbh_ha_err,
                CASE band_by_redshift(o.redshift, w.logl5100, w.logl3000, w.logl1350)
                WHEN 'optical' THEN 'logl5100' WHEN 'near_uv' THEN 'logl3000' WHEN 'uv' THEN 'logl1350'
            END AS loglbol_from
            FROM objects AS o
            LEFT JOIN wide_measurements AS w ON w.object_key = o.object_key
        ) AS c
    ) AS f;

COMMENT ON COLUMN catalog.run_id IS 'Run that made the row';
COMMENT ON COLUMN catalog.object_key IS 'Deterministic key of source and row';
COMMENT ON COLUMN catalog.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN catalog.z IS 'Redshift of the fit';
COMMENT ON COLUMN catalog.ra IS 'Right ascension, ICRS [deg]';
COMMENT ON COLUMN catalog.dec IS 'Declination, ICRS [deg]';
COMMENT ON COLUMN catalog.fit_quality IS '0 good, else a sum of bits: 1 failed, 2 coverage, 4 bound, 8 residuals, 16 low_snr, 32 absurd, 64 absorbed, 128 redshift';
COMMENT ON COLUMN catalog.fit_warn IS 'Warning bits of warning_codes.csv; 0 = nothing to report';
COMMENT ON COLUMN catalog.snr_median IS 'Median signal-to-noise ratio per usable pixel';
COMMENT ON COLUMN catalog.ebv IS 'Galactic E(B-V) that was applied [mag]';
COMMENT ON COLUMN catalog.zwarn IS 'Redshift warning bits of the survey';
COMMENT ON COLUMN catalog.is_host_subtracted IS 'A host galaxy was removed before the continuum was measured';
COMMENT ON COLUMN catalog.continuum_reduced_chi2 IS 'Chi-squared of the continuum over its degrees of freedom';
COMMENT ON COLUMN catalog.logl1350 IS 'log10 lambda L_lambda at 1350 Angstrom of the power law alone (no Fe II or Balmer emission; no host where is_host_subtracted); cosmology of the run [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl1350_err IS '1 sigma error of logl1350 [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl1450 IS 'log10 lambda L_lambda at 1450 Angstrom of the power law alone (no Fe II or Balmer emission; no host where is_host_subtracted); cosmology of the run [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl1450_err IS '1 sigma error of logl1450 [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl2500 IS 'log10 lambda L_lambda at 2500 Angstrom of the power law alone (no Fe II or Balmer emission; no host where is_host_subtracted); cosmology of the run [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl2500_err IS '1 sigma error of logl2500 [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl3000 IS 'log10 lambda L_lambda at 3000 Angstrom of the power law alone (no Fe II or Balmer emission; no host where is_host_subtracted); cosmology of the run [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl3000_err IS '1 sigma error of logl3000 [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl5100 IS 'log10 lambda L_lambda at 5100 Angstrom of the power law alone (no Fe II or Balmer emission; no host where is_host_subtracted); cosmology of the run [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl5100_err IS '1 sigma error of logl5100 [dex(erg/s)]';
COMMENT ON COLUMN catalog.flux1350 IS 'Rest-frame flux density of the continuum at 1350 Angstrom [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux1350_err IS '1 sigma error of flux1350 [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux1450 IS 'Rest-frame flux density of the continuum at 1450 Angstrom [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux1450_err IS '1 sigma error of flux1450 [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux2500 IS 'Rest-frame flux density of the continuum at 2500 Angstrom [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux2500_err IS '1 sigma error of flux2500 [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux3000 IS 'Rest-frame flux density of the continuum at 3000 Angstrom [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux3000_err IS '1 sigma error of flux3000 [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux5100 IS 'Rest-frame flux density of the continuum at 5100 Angstrom [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.flux5100_err IS '1 sigma error of flux5100 [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN catalog.power_law_slope IS 'Slope of the power law, f_lambda ~ lambda^slope; blueward of the break where it is broken';
COMMENT ON COLUMN catalog.power_law_slope_err IS '1 sigma error of power_law_slope';
COMMENT ON COLUMN catalog.power_law_slope_red IS 'Slope redward of the break; NULL for a single power law';
COMMENT ON COLUMN catalog.power_law_slope_red_err IS '1 sigma error of power_law_slope_red';
COMMENT ON COLUMN catalog.ebv_intrinsic IS 'E(B-V) of SMC-like dust before the power law; NULL where no dust was fitted [mag]';
COMMENT ON COLUMN catalog.ebv_intrinsic_err IS '1 sigma error of ebv_intrinsic [mag]';
COMMENT ON COLUMN catalog.iron_uv_flux IS 'Flux of UV Fe II, 2250-2650 Angstrom [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.iron_uv_flux_err IS '1 sigma error of iron_uv_flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.iron_uv_ew IS 'Equivalent width of UV Fe II, 2250-2650 Angstrom [Angstrom]';
COMMENT ON COLUMN catalog.iron_uv_ew_err IS '1 sigma error of iron_uv_ew [Angstrom]';
COMMENT ON COLUMN catalog.iron_uv_fwhm IS 'Full width at half maximum of the UV Fe II lines [km/s]';
COMMENT ON COLUMN catalog.iron_uv_fwhm_err IS '1 sigma error of iron_uv_fwhm [km/s]';
COMMENT ON COLUMN catalog.iron_uv_velocity IS 'Velocity of the UV Fe II lines against the redshift of the fit, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.iron_uv_velocity_err IS '1 sigma error of iron_uv_velocity [km/s]';
COMMENT ON COLUMN catalog.iron_optical_flux IS 'Flux of optical Fe II, 4434-4684 Angstrom [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.iron_optical_flux_err IS '1 sigma error of iron_optical_flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.iron_optical_ew IS 'Equivalent width of optical Fe II, 4434-4684 Angstrom [Angstrom]';
COMMENT ON COLUMN catalog.iron_optical_ew_err IS '1 sigma error of iron_optical_ew [Angstrom]';
COMMENT ON COLUMN catalog.iron_optical_fwhm IS 'Full width at half maximum of the optical Fe II lines [km/s]';
COMMENT ON COLUMN catalog.iron_optical_fwhm_err IS '1 sigma error of iron_optical_fwhm [km/s]';
COMMENT ON COLUMN catalog.iron_optical_velocity IS 'Velocity of the optical Fe II lines against the redshift of the fit, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.iron_optical_velocity_err IS '1 sigma error of iron_optical_velocity [km/s]';
COMMENT ON COLUMN catalog.rfe IS 'Fe II strength: iron_optical_ew over ew_hb';
COMMENT ON COLUMN catalog.rfe_err IS '1 sigma error of rfe';
COMMENT ON COLUMN catalog.logmbh_hb IS 'Black-hole mass from Hβ (Vestergaard & Peterson 2006) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_hb_err IS '1 sigma error of logmbh_hb from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_mgii IS 'Black-hole mass from Mg II (Vestergaard & Osmer 2009) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_mgii_err IS '1 sigma error of logmbh_mgii from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_mgii_s11 IS 'Black-hole mass from Mg II (Shen et al. 2011) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_mgii_s11_err IS '1 sigma error of logmbh_mgii_s11 from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_civ IS 'Black-hole mass from C IV (Vestergaard & Peterson 2006) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_civ_err IS '1 sigma error of logmbh_civ from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_civ_c17 IS 'Black-hole mass from C IV corrected for its blueshift (Coatman et al. 2017) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_civ_c17_err IS '1 sigma error of logmbh_civ_c17 from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_ha IS 'Black-hole mass from Hα (Greene & Ho 2005) [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_ha_err IS '1 sigma error of logmbh_ha from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh IS 'Fiducial black-hole mass: logmbh_hb for z < 0.7, logmbh_mgii for z < 1.9, logmbh_civ beyond, else what there is [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_err IS '1 sigma error of logmbh from the measurements; the scatter of the relation is not in it [dex(Msun)]';
COMMENT ON COLUMN catalog.logmbh_from IS 'Column that logmbh was taken from';
COMMENT ON COLUMN catalog.loglbol IS 'Bolometric luminosity (Richards et al. 2006) from logl5100 for z < 0.7, logl3000 for z < 1.9, logl1350 beyond, else what there is [dex(erg/s)]';
COMMENT ON COLUMN catalog.loglbol_err IS '1 sigma error of loglbol from the measurements; the scatter of the relation is not in it [dex(erg/s)]';
COMMENT ON COLUMN catalog.loglbol_from IS 'Column that loglbol was computed from';
COMMENT ON COLUMN catalog.logledd IS 'Eddington ratio loglbol - logmbh - log10(1.26e38) [dex]';
COMMENT ON COLUMN catalog.logledd_err IS '1 sigma error of logledd from the measurements; the scatter of the relation is not in it [dex]';
COMMENT ON COLUMN catalog.is_bal IS 'Broad-absorption-line quasar: a significant trough of 1000 km/s or more; NULL where none could be seen';
COMMENT ON COLUMN catalog.bi_civ IS 'Balnicity index (Weymann et al. 1991) of C IV; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.bi_civ_err IS '1 sigma error of bi_civ [km/s]';
COMMENT ON COLUMN catalog.ai_civ IS 'Absorption index (Hall et al. 2002) of C IV; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.ai_civ_err IS '1 sigma error of ai_civ [km/s]';
COMMENT ON COLUMN catalog.bi_siiv IS 'Balnicity index (Weymann et al. 1991) of Si IV; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.bi_siiv_err IS '1 sigma error of bi_siiv [km/s]';
COMMENT ON COLUMN catalog.ai_siiv IS 'Absorption index (Hall et al. 2002) of Si IV; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.ai_siiv_err IS '1 sigma error of ai_siiv [km/s]';
COMMENT ON COLUMN catalog.bi_aliii IS 'Balnicity index (Weymann et al. 1991) of Al III; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.bi_aliii_err IS '1 sigma error of bi_aliii [km/s]';
COMMENT ON COLUMN catalog.ai_aliii IS 'Absorption index (Hall et al. 2002) of Al III; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.ai_aliii_err IS '1 sigma error of ai_aliii [km/s]';
COMMENT ON COLUMN catalog.bi_mgii IS 'Balnicity index (Weymann et al. 1991) of Mg II; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.bi_mgii_err IS '1 sigma error of bi_mgii [km/s]';
COMMENT ON COLUMN catalog.ai_mgii IS 'Absorption index (Hall et al. 2002) of Mg II; 0 where nothing significant is absorbed [km/s]';
COMMENT ON COLUMN catalog.ai_mgii_err IS '1 sigma error of ai_mgii [km/s]';
COMMENT ON COLUMN catalog.z_sys IS 'Systemic redshift from the line that tells it best, z_sys_from';
COMMENT ON COLUMN catalog.z_sys_err IS '1 sigma error of z_sys, with the intrinsic scatter of that line (Shen et al. 2016)';
COMMENT ON COLUMN catalog.z_sys_from IS 'Line of lines.csv that z_sys comes from; cak is Ca II K of the host''s stars';
COMMENT ON COLUMN catalog.redshift_suspect IS 'Typical quasar lines fit much better at another redshift: z_lines';
COMMENT ON COLUMN catalog.z_lines IS 'Redshift at which typical quasar lines fit best; NULL where that of the fit is not suspect';
COMMENT ON COLUMN catalog.host_fraction_3000 IS 'Host galaxy over host and nucleus at 3000 Angstrom; NULL where it is not observed';
COMMENT ON COLUMN catalog.host_fraction_3000_err IS '1 sigma error of host_fraction_3000';
COMMENT ON COLUMN catalog.host_fraction_4200 IS 'Host galaxy over host and nucleus at 4200 Angstrom; NULL where it is not observed';
COMMENT ON COLUMN catalog.host_fraction_4200_err IS '1 sigma error of host_fraction_4200';
COMMENT ON COLUMN catalog.host_fraction_5100 IS 'Host galaxy over host and nucleus at 5100 Angstrom; NULL where it is not observed';
COMMENT ON COLUMN catalog.host_fraction_5100_err IS '1 sigma error of host_fraction_5100';
COMMENT ON COLUMN catalog.logl2500_total IS 'log10 lambda L_lambda at 2500 Angstrom of power law and host galaxy: not corrected for the host [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl2500_total_err IS '1 sigma error of logl2500_total [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl3000_total IS 'log10 lambda L_lambda at 3000 Angstrom of power law and host galaxy: not corrected for the host [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl3000_total_err IS '1 sigma error of logl3000_total [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl5100_total IS 'log10 lambda L_lambda at 5100 Angstrom of power law and host galaxy: not corrected for the host [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl5100_total_err IS '1 sigma error of logl5100_total [dex(erg/s)]';
COMMENT ON COLUMN catalog.stellar_velocity IS 'Velocity of the stars against the redshift of the fit (pPXF) [km/s]';
COMMENT ON COLUMN catalog.stellar_velocity_err IS '1 sigma error of stellar_velocity [km/s]';
COMMENT ON COLUMN catalog.stellar_dispersion IS 'Velocity dispersion of the stars (pPXF) [km/s]';
COMMENT ON COLUMN catalog.stellar_dispersion_err IS '1 sigma error of stellar_dispersion [km/s]';
COMMENT ON COLUMN catalog.d4000 IS 'Narrow 4000 Angstrom break of the host galaxy (Balogh et al. 1999)';
COMMENT ON COLUMN catalog.d4000_err IS '1 sigma error of d4000';
COMMENT ON COLUMN catalog.is_host_reliable IS 'The host fraction is above 3 sigma and galaxy plus nucleus describe the spectrum';
COMMENT ON COLUMN catalog.flux_lya IS 'Lyα, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_lya_err IS 'Lyα, broad: 1 sigma error of flux_lya [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_lya IS 'Lyα, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_lya_err IS 'Lyα, broad: 1 sigma error of ew_lya [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_lya IS 'Lyα, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_lya_err IS 'Lyα, broad: 1 sigma error of fwhm_lya [km/s]';
COMMENT ON COLUMN catalog.sigma_lya IS 'Lyα, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_lya_err IS 'Lyα, broad: 1 sigma error of sigma_lya [km/s]';
COMMENT ON COLUMN catalog.voff_lya IS 'Lyα, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_lya_err IS 'Lyα, broad: 1 sigma error of voff_lya [km/s]';
COMMENT ON COLUMN catalog.centroid_lya IS 'Lyα, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_lya_err IS 'Lyα, broad: 1 sigma error of centroid_lya [Angstrom]';
COMMENT ON COLUMN catalog.w80_lya IS 'Lyα, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_lya_err IS 'Lyα, broad: 1 sigma error of w80_lya [km/s]';
COMMENT ON COLUMN catalog.asym_lya IS 'Lyα, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_lya_err IS 'Lyα, broad: 1 sigma error of asym_lya';
COMMENT ON COLUMN catalog.logl_lya IS 'Lyα, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_lya_err IS 'Lyα, broad: 1 sigma error of logl_lya [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_lya IS 'Lyα, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_lya IS 'Lyα, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_lya IS 'Lyα, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nv IS 'N V, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nv_err IS 'N V, broad: 1 sigma error of flux_nv [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_nv IS 'N V, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_nv_err IS 'N V, broad: 1 sigma error of ew_nv [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_nv IS 'N V, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_nv_err IS 'N V, broad: 1 sigma error of fwhm_nv [km/s]';
COMMENT ON COLUMN catalog.sigma_nv IS 'N V, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_nv_err IS 'N V, broad: 1 sigma error of sigma_nv [km/s]';
COMMENT ON COLUMN catalog.voff_nv IS 'N V, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_nv_err IS 'N V, broad: 1 sigma error of voff_nv [km/s]';
COMMENT ON COLUMN catalog.centroid_nv IS 'N V, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_nv_err IS 'N V, broad: 1 sigma error of centroid_nv [Angstrom]';
COMMENT ON COLUMN catalog.w80_nv IS 'N V, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_nv_err IS 'N V, broad: 1 sigma error of w80_nv [km/s]';
COMMENT ON COLUMN catalog.asym_nv IS 'N V, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_nv_err IS 'N V, broad: 1 sigma error of asym_nv';
COMMENT ON COLUMN catalog.logl_nv IS 'N V, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_nv_err IS 'N V, broad: 1 sigma error of logl_nv [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_nv IS 'N V, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_nv IS 'N V, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_nv IS 'N V, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siii1263 IS 'Si II 1263, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siii1263_err IS 'Si II 1263, broad: 1 sigma error of flux_siii1263 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_siii1263 IS 'Si II 1263, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_siii1263_err IS 'Si II 1263, broad: 1 sigma error of ew_siii1263 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_siii1263 IS 'Si II 1263, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_siii1263_err IS 'Si II 1263, broad: 1 sigma error of fwhm_siii1263 [km/s]';
COMMENT ON COLUMN catalog.sigma_siii1263 IS 'Si II 1263, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_siii1263_err IS 'Si II 1263, broad: 1 sigma error of sigma_siii1263 [km/s]';
COMMENT ON COLUMN catalog.voff_siii1263 IS 'Si II 1263, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_siii1263_err IS 'Si II 1263, broad: 1 sigma error of voff_siii1263 [km/s]';
COMMENT ON COLUMN catalog.centroid_siii1263 IS 'Si II 1263, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_siii1263_err IS 'Si II 1263, broad: 1 sigma error of centroid_siii1263 [Angstrom]';
COMMENT ON COLUMN catalog.w80_siii1263 IS 'Si II 1263, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_siii1263_err IS 'Si II 1263, broad: 1 sigma error of w80_siii1263 [km/s]';
COMMENT ON COLUMN catalog.asym_siii1263 IS 'Si II 1263, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_siii1263_err IS 'Si II 1263, broad: 1 sigma error of asym_siii1263';
COMMENT ON COLUMN catalog.logl_siii1263 IS 'Si II 1263, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_siii1263_err IS 'Si II 1263, broad: 1 sigma error of logl_siii1263 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_siii1263 IS 'Si II 1263, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_siii1263 IS 'Si II 1263, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_siii1263 IS 'Si II 1263, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siiv_oiv IS 'Si IV + O IV], broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of flux_siiv_oiv [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_siiv_oiv IS 'Si IV + O IV], broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of ew_siiv_oiv [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_siiv_oiv IS 'Si IV + O IV], broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of fwhm_siiv_oiv [km/s]';
COMMENT ON COLUMN catalog.sigma_siiv_oiv IS 'Si IV + O IV], broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of sigma_siiv_oiv [km/s]';
COMMENT ON COLUMN catalog.voff_siiv_oiv IS 'Si IV + O IV], broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of voff_siiv_oiv [km/s]';
COMMENT ON COLUMN catalog.centroid_siiv_oiv IS 'Si IV + O IV], broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of centroid_siiv_oiv [Angstrom]';
COMMENT ON COLUMN catalog.w80_siiv_oiv IS 'Si IV + O IV], broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of w80_siiv_oiv [km/s]';
COMMENT ON COLUMN catalog.asym_siiv_oiv IS 'Si IV + O IV], broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of asym_siiv_oiv';
COMMENT ON COLUMN catalog.logl_siiv_oiv IS 'Si IV + O IV], broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_siiv_oiv_err IS 'Si IV + O IV], broad: 1 sigma error of logl_siiv_oiv [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_siiv_oiv IS 'Si IV + O IV], broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_siiv_oiv IS 'Si IV + O IV], broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_siiv_oiv IS 'Si IV + O IV], broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_niv IS 'N IV], broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_niv_err IS 'N IV], broad: 1 sigma error of flux_niv [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_niv IS 'N IV], broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_niv_err IS 'N IV], broad: 1 sigma error of ew_niv [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_niv IS 'N IV], broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_niv_err IS 'N IV], broad: 1 sigma error of fwhm_niv [km/s]';
COMMENT ON COLUMN catalog.sigma_niv IS 'N IV], broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_niv_err IS 'N IV], broad: 1 sigma error of sigma_niv [km/s]';
COMMENT ON COLUMN catalog.voff_niv IS 'N IV], broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_niv_err IS 'N IV], broad: 1 sigma error of voff_niv [km/s]';
COMMENT ON COLUMN catalog.centroid_niv IS 'N IV], broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_niv_err IS 'N IV], broad: 1 sigma error of centroid_niv [Angstrom]';
COMMENT ON COLUMN catalog.w80_niv IS 'N IV], broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_niv_err IS 'N IV], broad: 1 sigma error of w80_niv [km/s]';
COMMENT ON COLUMN catalog.asym_niv IS 'N IV], broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_niv_err IS 'N IV], broad: 1 sigma error of asym_niv';
COMMENT ON COLUMN catalog.logl_niv IS 'N IV], broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_niv_err IS 'N IV], broad: 1 sigma error of logl_niv [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_niv IS 'N IV], broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_niv IS 'N IV], broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_niv IS 'N IV], broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_civ IS 'C IV, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_civ_err IS 'C IV, broad: 1 sigma error of flux_civ [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_civ IS 'C IV, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_civ_err IS 'C IV, broad: 1 sigma error of ew_civ [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_civ IS 'C IV, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_civ_err IS 'C IV, broad: 1 sigma error of fwhm_civ [km/s]';
COMMENT ON COLUMN catalog.sigma_civ IS 'C IV, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_civ_err IS 'C IV, broad: 1 sigma error of sigma_civ [km/s]';
COMMENT ON COLUMN catalog.voff_civ IS 'C IV, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_civ_err IS 'C IV, broad: 1 sigma error of voff_civ [km/s]';
COMMENT ON COLUMN catalog.centroid_civ IS 'C IV, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_civ_err IS 'C IV, broad: 1 sigma error of centroid_civ [Angstrom]';
COMMENT ON COLUMN catalog.w80_civ IS 'C IV, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_civ_err IS 'C IV, broad: 1 sigma error of w80_civ [km/s]';
COMMENT ON COLUMN catalog.asym_civ IS 'C IV, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_civ_err IS 'C IV, broad: 1 sigma error of asym_civ';
COMMENT ON COLUMN catalog.logl_civ IS 'C IV, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_civ_err IS 'C IV, broad: 1 sigma error of logl_civ [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_civ IS 'C IV, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_civ IS 'C IV, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_civ IS 'C IV, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.w50_civ IS 'C IV, broad: Velocity width that holds the middle 50 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w50_civ_err IS 'C IV, broad: 1 sigma error of w50_civ [km/s]';
COMMENT ON COLUMN catalog.kurtosis_civ IS 'C IV, broad: Excess kurtosis of the profile: 0 for a Gaussian, positive for a narrow core with wings';
COMMENT ON COLUMN catalog.kurtosis_civ_err IS 'C IV, broad: 1 sigma error of kurtosis_civ';
COMMENT ON COLUMN catalog.peak_civ IS 'C IV, broad: Rest-frame wavelength of the maximum of the profile [Angstrom]';
COMMENT ON COLUMN catalog.peak_civ_err IS 'C IV, broad: 1 sigma error of peak_civ [Angstrom]';
COMMENT ON COLUMN catalog.c50_civ IS 'C IV, broad: Rest-frame centroid wavelength of the flux above half of the maximum [Angstrom]';
COMMENT ON COLUMN catalog.c50_civ_err IS 'C IV, broad: 1 sigma error of c50_civ [Angstrom]';
COMMENT ON COLUMN catalog.voff_sys_civ IS 'C IV, broad: Velocity offset of the centroid against z_sys, positive toward the red; voff is against the redshift of the fit [km/s]';
COMMENT ON COLUMN catalog.voff_sys_civ_err IS 'C IV, broad: 1 sigma error of voff_sys_civ [km/s]';
COMMENT ON COLUMN catalog.flux_heii1640 IS 'He II 1640, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_heii1640_err IS 'He II 1640, broad: 1 sigma error of flux_heii1640 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_heii1640 IS 'He II 1640, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_heii1640_err IS 'He II 1640, broad: 1 sigma error of ew_heii1640 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_heii1640 IS 'He II 1640, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_heii1640_err IS 'He II 1640, broad: 1 sigma error of fwhm_heii1640 [km/s]';
COMMENT ON COLUMN catalog.sigma_heii1640 IS 'He II 1640, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_heii1640_err IS 'He II 1640, broad: 1 sigma error of sigma_heii1640 [km/s]';
COMMENT ON COLUMN catalog.voff_heii1640 IS 'He II 1640, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_heii1640_err IS 'He II 1640, broad: 1 sigma error of voff_heii1640 [km/s]';
COMMENT ON COLUMN catalog.centroid_heii1640 IS 'He II 1640, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_heii1640_err IS 'He II 1640, broad: 1 sigma error of centroid_heii1640 [Angstrom]';
COMMENT ON COLUMN catalog.w80_heii1640 IS 'He II 1640, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_heii1640_err IS 'He II 1640, broad: 1 sigma error of w80_heii1640 [km/s]';
COMMENT ON COLUMN catalog.asym_heii1640 IS 'He II 1640, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_heii1640_err IS 'He II 1640, broad: 1 sigma error of asym_heii1640';
COMMENT ON COLUMN catalog.logl_heii1640 IS 'He II 1640, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_heii1640_err IS 'He II 1640, broad: 1 sigma error of logl_heii1640 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_heii1640 IS 'He II 1640, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_heii1640 IS 'He II 1640, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_heii1640 IS 'He II 1640, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii1663 IS 'O III] 1663, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of flux_oiii1663 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii1663 IS 'O III] 1663, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of ew_oiii1663 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii1663 IS 'O III] 1663, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of fwhm_oiii1663 [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii1663 IS 'O III] 1663, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of sigma_oiii1663 [km/s]';
COMMENT ON COLUMN catalog.voff_oiii1663 IS 'O III] 1663, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of voff_oiii1663 [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii1663 IS 'O III] 1663, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of centroid_oiii1663 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii1663 IS 'O III] 1663, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of w80_oiii1663 [km/s]';
COMMENT ON COLUMN catalog.asym_oiii1663 IS 'O III] 1663, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of asym_oiii1663';
COMMENT ON COLUMN catalog.logl_oiii1663 IS 'O III] 1663, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii1663_err IS 'O III] 1663, broad: 1 sigma error of logl_oiii1663 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii1663 IS 'O III] 1663, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii1663 IS 'O III] 1663, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii1663 IS 'O III] 1663, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_niii IS 'N III], broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_niii_err IS 'N III], broad: 1 sigma error of flux_niii [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_niii IS 'N III], broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_niii_err IS 'N III], broad: 1 sigma error of ew_niii [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_niii IS 'N III], broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_niii_err IS 'N III], broad: 1 sigma error of fwhm_niii [km/s]';
COMMENT ON COLUMN catalog.sigma_niii IS 'N III], broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_niii_err IS 'N III], broad: 1 sigma error of sigma_niii [km/s]';
COMMENT ON COLUMN catalog.voff_niii IS 'N III], broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_niii_err IS 'N III], broad: 1 sigma error of voff_niii [km/s]';
COMMENT ON COLUMN catalog.centroid_niii IS 'N III], broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_niii_err IS 'N III], broad: 1 sigma error of centroid_niii [Angstrom]';
COMMENT ON COLUMN catalog.w80_niii IS 'N III], broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_niii_err IS 'N III], broad: 1 sigma error of w80_niii [km/s]';
COMMENT ON COLUMN catalog.asym_niii IS 'N III], broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_niii_err IS 'N III], broad: 1 sigma error of asym_niii';
COMMENT ON COLUMN catalog.logl_niii IS 'N III], broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_niii_err IS 'N III], broad: 1 sigma error of logl_niii [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_niii IS 'N III], broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_niii IS 'N III], broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_niii IS 'N III], broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_aliii IS 'Al III, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_aliii_err IS 'Al III, broad: 1 sigma error of flux_aliii [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_aliii IS 'Al III, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_aliii_err IS 'Al III, broad: 1 sigma error of ew_aliii [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_aliii IS 'Al III, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_aliii_err IS 'Al III, broad: 1 sigma error of fwhm_aliii [km/s]';
COMMENT ON COLUMN catalog.sigma_aliii IS 'Al III, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_aliii_err IS 'Al III, broad: 1 sigma error of sigma_aliii [km/s]';
COMMENT ON COLUMN catalog.voff_aliii IS 'Al III, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_aliii_err IS 'Al III, broad: 1 sigma error of voff_aliii [km/s]';
COMMENT ON COLUMN catalog.centroid_aliii IS 'Al III, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_aliii_err IS 'Al III, broad: 1 sigma error of centroid_aliii [Angstrom]';
COMMENT ON COLUMN catalog.w80_aliii IS 'Al III, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_aliii_err IS 'Al III, broad: 1 sigma error of w80_aliii [km/s]';
COMMENT ON COLUMN catalog.asym_aliii IS 'Al III, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_aliii_err IS 'Al III, broad: 1 sigma error of asym_aliii';
COMMENT ON COLUMN catalog.logl_aliii IS 'Al III, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_aliii_err IS 'Al III, broad: 1 sigma error of logl_aliii [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_aliii IS 'Al III, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_aliii IS 'Al III, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_aliii IS 'Al III, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siiii IS 'Si III], broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_siiii_err IS 'Si III], broad: 1 sigma error of flux_siiii [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_siiii IS 'Si III], broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_siiii_err IS 'Si III], broad: 1 sigma error of ew_siiii [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_siiii IS 'Si III], broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_siiii_err IS 'Si III], broad: 1 sigma error of fwhm_siiii [km/s]';
COMMENT ON COLUMN catalog.sigma_siiii IS 'Si III], broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_siiii_err IS 'Si III], broad: 1 sigma error of sigma_siiii [km/s]';
COMMENT ON COLUMN catalog.voff_siiii IS 'Si III], broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_siiii_err IS 'Si III], broad: 1 sigma error of voff_siiii [km/s]';
COMMENT ON COLUMN catalog.centroid_siiii IS 'Si III], broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_siiii_err IS 'Si III], broad: 1 sigma error of centroid_siiii [Angstrom]';
COMMENT ON COLUMN catalog.w80_siiii IS 'Si III], broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_siiii_err IS 'Si III], broad: 1 sigma error of w80_siiii [km/s]';
COMMENT ON COLUMN catalog.asym_siiii IS 'Si III], broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_siiii_err IS 'Si III], broad: 1 sigma error of asym_siiii';
COMMENT ON COLUMN catalog.logl_siiii IS 'Si III], broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_siiii_err IS 'Si III], broad: 1 sigma error of logl_siiii [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_siiii IS 'Si III], broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_siiii IS 'Si III], broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_siiii IS 'Si III], broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_ciii IS 'C III], broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_ciii_err IS 'C III], broad: 1 sigma error of flux_ciii [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_ciii IS 'C III], broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_ciii_err IS 'C III], broad: 1 sigma error of ew_ciii [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_ciii IS 'C III], broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_ciii_err IS 'C III], broad: 1 sigma error of fwhm_ciii [km/s]';
COMMENT ON COLUMN catalog.sigma_ciii IS 'C III], broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_ciii_err IS 'C III], broad: 1 sigma error of sigma_ciii [km/s]';
COMMENT ON COLUMN catalog.voff_ciii IS 'C III], broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_ciii_err IS 'C III], broad: 1 sigma error of voff_ciii [km/s]';
COMMENT ON COLUMN catalog.centroid_ciii IS 'C III], broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_ciii_err IS 'C III], broad: 1 sigma error of centroid_ciii [Angstrom]';
COMMENT ON COLUMN catalog.w80_ciii IS 'C III], broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_ciii_err IS 'C III], broad: 1 sigma error of w80_ciii [km/s]';
COMMENT ON COLUMN catalog.asym_ciii IS 'C III], broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_ciii_err IS 'C III], broad: 1 sigma error of asym_ciii';
COMMENT ON COLUMN catalog.logl_ciii IS 'C III], broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_ciii_err IS 'C III], broad: 1 sigma error of logl_ciii [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_ciii IS 'C III], broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_ciii IS 'C III], broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_ciii IS 'C III], broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_mgii IS 'Mg II, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_mgii_err IS 'Mg II, broad: 1 sigma error of flux_mgii [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_mgii IS 'Mg II, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_mgii_err IS 'Mg II, broad: 1 sigma error of ew_mgii [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_mgii IS 'Mg II, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_mgii_err IS 'Mg II, broad: 1 sigma error of fwhm_mgii [km/s]';
COMMENT ON COLUMN catalog.sigma_mgii IS 'Mg II, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_mgii_err IS 'Mg II, broad: 1 sigma error of sigma_mgii [km/s]';
COMMENT ON COLUMN catalog.voff_mgii IS 'Mg II, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_mgii_err IS 'Mg II, broad: 1 sigma error of voff_mgii [km/s]';
COMMENT ON COLUMN catalog.centroid_mgii IS 'Mg II, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_mgii_err IS 'Mg II, broad: 1 sigma error of centroid_mgii [Angstrom]';
COMMENT ON COLUMN catalog.w80_mgii IS 'Mg II, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_mgii_err IS 'Mg II, broad: 1 sigma error of w80_mgii [km/s]';
COMMENT ON COLUMN catalog.asym_mgii IS 'Mg II, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_mgii_err IS 'Mg II, broad: 1 sigma error of asym_mgii';
COMMENT ON COLUMN catalog.logl_mgii IS 'Mg II, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_mgii_err IS 'Mg II, broad: 1 sigma error of logl_mgii [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_mgii IS 'Mg II, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_mgii IS 'Mg II, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_mgii IS 'Mg II, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.w50_mgii IS 'Mg II, broad: Velocity width that holds the middle 50 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w50_mgii_err IS 'Mg II, broad: 1 sigma error of w50_mgii [km/s]';
COMMENT ON COLUMN catalog.kurtosis_mgii IS 'Mg II, broad: Excess kurtosis of the profile: 0 for a Gaussian, positive for a narrow core with wings';
COMMENT ON COLUMN catalog.kurtosis_mgii_err IS 'Mg II, broad: 1 sigma error of kurtosis_mgii';
COMMENT ON COLUMN catalog.peak_mgii IS 'Mg II, broad: Rest-frame wavelength of the maximum of the profile [Angstrom]';
COMMENT ON COLUMN catalog.peak_mgii_err IS 'Mg II, broad: 1 sigma error of peak_mgii [Angstrom]';
COMMENT ON COLUMN catalog.c50_mgii IS 'Mg II, broad: Rest-frame centroid wavelength of the flux above half of the maximum [Angstrom]';
COMMENT ON COLUMN catalog.c50_mgii_err IS 'Mg II, broad: 1 sigma error of c50_mgii [Angstrom]';
COMMENT ON COLUMN catalog.voff_sys_mgii IS 'Mg II, broad: Velocity offset of the centroid against z_sys, positive toward the red; voff is against the redshift of the fit [km/s]';
COMMENT ON COLUMN catalog.voff_sys_mgii_err IS 'Mg II, broad: 1 sigma error of voff_sys_mgii [km/s]';
COMMENT ON COLUMN catalog.flux_mgii_na IS 'Mg II, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_mgii_na_err IS 'Mg II, narrow: 1 sigma error of flux_mgii_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_mgii_na IS 'Mg II, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_mgii_na_err IS 'Mg II, narrow: 1 sigma error of ew_mgii_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_mgii_na IS 'Mg II, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_mgii_na_err IS 'Mg II, narrow: 1 sigma error of fwhm_mgii_na [km/s]';
COMMENT ON COLUMN catalog.sigma_mgii_na IS 'Mg II, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_mgii_na_err IS 'Mg II, narrow: 1 sigma error of sigma_mgii_na [km/s]';
COMMENT ON COLUMN catalog.voff_mgii_na IS 'Mg II, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_mgii_na_err IS 'Mg II, narrow: 1 sigma error of voff_mgii_na [km/s]';
COMMENT ON COLUMN catalog.centroid_mgii_na IS 'Mg II, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_mgii_na_err IS 'Mg II, narrow: 1 sigma error of centroid_mgii_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_mgii_na IS 'Mg II, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_mgii_na_err IS 'Mg II, narrow: 1 sigma error of w80_mgii_na [km/s]';
COMMENT ON COLUMN catalog.asym_mgii_na IS 'Mg II, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_mgii_na_err IS 'Mg II, narrow: 1 sigma error of asym_mgii_na';
COMMENT ON COLUMN catalog.logl_mgii_na IS 'Mg II, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_mgii_na_err IS 'Mg II, narrow: 1 sigma error of logl_mgii_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_mgii_na IS 'Mg II, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_mgii_na IS 'Mg II, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_mgii_na IS 'Mg II, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nev3427 IS '[Ne V] 3427, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of flux_nev3427 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_nev3427 IS '[Ne V] 3427, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of ew_nev3427 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_nev3427 IS '[Ne V] 3427, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of fwhm_nev3427 [km/s]';
COMMENT ON COLUMN catalog.sigma_nev3427 IS '[Ne V] 3427, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of sigma_nev3427 [km/s]';
COMMENT ON COLUMN catalog.voff_nev3427 IS '[Ne V] 3427, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of voff_nev3427 [km/s]';
COMMENT ON COLUMN catalog.centroid_nev3427 IS '[Ne V] 3427, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of centroid_nev3427 [Angstrom]';
COMMENT ON COLUMN catalog.w80_nev3427 IS '[Ne V] 3427, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of w80_nev3427 [km/s]';
COMMENT ON COLUMN catalog.asym_nev3427 IS '[Ne V] 3427, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of asym_nev3427';
COMMENT ON COLUMN catalog.logl_nev3427 IS '[Ne V] 3427, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_nev3427_err IS '[Ne V] 3427, narrow: 1 sigma error of logl_nev3427 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_nev3427 IS '[Ne V] 3427, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_nev3427 IS '[Ne V] 3427, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_nev3427 IS '[Ne V] 3427, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oii3727 IS '[O II] 3727, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of flux_oii3727 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oii3727 IS '[O II] 3727, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of ew_oii3727 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oii3727 IS '[O II] 3727, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of fwhm_oii3727 [km/s]';
COMMENT ON COLUMN catalog.sigma_oii3727 IS '[O II] 3727, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of sigma_oii3727 [km/s]';
COMMENT ON COLUMN catalog.voff_oii3727 IS '[O II] 3727, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of voff_oii3727 [km/s]';
COMMENT ON COLUMN catalog.centroid_oii3727 IS '[O II] 3727, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of centroid_oii3727 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oii3727 IS '[O II] 3727, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of w80_oii3727 [km/s]';
COMMENT ON COLUMN catalog.asym_oii3727 IS '[O II] 3727, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of asym_oii3727';
COMMENT ON COLUMN catalog.logl_oii3727 IS '[O II] 3727, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oii3727_err IS '[O II] 3727, narrow: 1 sigma error of logl_oii3727 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oii3727 IS '[O II] 3727, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_oii3727 IS '[O II] 3727, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oii3727 IS '[O II] 3727, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oii3730 IS '[O II] 3730, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of flux_oii3730 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oii3730 IS '[O II] 3730, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of ew_oii3730 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oii3730 IS '[O II] 3730, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of fwhm_oii3730 [km/s]';
COMMENT ON COLUMN catalog.sigma_oii3730 IS '[O II] 3730, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of sigma_oii3730 [km/s]';
COMMENT ON COLUMN catalog.voff_oii3730 IS '[O II] 3730, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of voff_oii3730 [km/s]';
COMMENT ON COLUMN catalog.centroid_oii3730 IS '[O II] 3730, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of centroid_oii3730 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oii3730 IS '[O II] 3730, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of w80_oii3730 [km/s]';
COMMENT ON COLUMN catalog.asym_oii3730 IS '[O II] 3730, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of asym_oii3730';
COMMENT ON COLUMN catalog.logl_oii3730 IS '[O II] 3730, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oii3730_err IS '[O II] 3730, narrow: 1 sigma error of logl_oii3730 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oii3730 IS '[O II] 3730, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_oii3730 IS '[O II] 3730, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oii3730 IS '[O II] 3730, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_neiii3870 IS '[Ne III] 3870, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of flux_neiii3870 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_neiii3870 IS '[Ne III] 3870, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of ew_neiii3870 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_neiii3870 IS '[Ne III] 3870, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of fwhm_neiii3870 [km/s]';
COMMENT ON COLUMN catalog.sigma_neiii3870 IS '[Ne III] 3870, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of sigma_neiii3870 [km/s]';
COMMENT ON COLUMN catalog.voff_neiii3870 IS '[Ne III] 3870, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of voff_neiii3870 [km/s]';
COMMENT ON COLUMN catalog.centroid_neiii3870 IS '[Ne III] 3870, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of centroid_neiii3870 [Angstrom]';
COMMENT ON COLUMN catalog.w80_neiii3870 IS '[Ne III] 3870, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of w80_neiii3870 [km/s]';
COMMENT ON COLUMN catalog.asym_neiii3870 IS '[Ne III] 3870, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of asym_neiii3870';
COMMENT ON COLUMN catalog.logl_neiii3870 IS '[Ne III] 3870, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_neiii3870_err IS '[Ne III] 3870, narrow: 1 sigma error of logl_neiii3870 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_neiii3870 IS '[Ne III] 3870, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_neiii3870 IS '[Ne III] 3870, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_neiii3870 IS '[Ne III] 3870, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hg IS 'Hγ, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hg_err IS 'Hγ, broad: 1 sigma error of flux_hg [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_hg IS 'Hγ, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_hg_err IS 'Hγ, broad: 1 sigma error of ew_hg [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_hg IS 'Hγ, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_hg_err IS 'Hγ, broad: 1 sigma error of fwhm_hg [km/s]';
COMMENT ON COLUMN catalog.sigma_hg IS 'Hγ, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_hg_err IS 'Hγ, broad: 1 sigma error of sigma_hg [km/s]';
COMMENT ON COLUMN catalog.voff_hg IS 'Hγ, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_hg_err IS 'Hγ, broad: 1 sigma error of voff_hg [km/s]';
COMMENT ON COLUMN catalog.centroid_hg IS 'Hγ, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_hg_err IS 'Hγ, broad: 1 sigma error of centroid_hg [Angstrom]';
COMMENT ON COLUMN catalog.w80_hg IS 'Hγ, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_hg_err IS 'Hγ, broad: 1 sigma error of w80_hg [km/s]';
COMMENT ON COLUMN catalog.asym_hg IS 'Hγ, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_hg_err IS 'Hγ, broad: 1 sigma error of asym_hg';
COMMENT ON COLUMN catalog.logl_hg IS 'Hγ, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_hg_err IS 'Hγ, broad: 1 sigma error of logl_hg [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_hg IS 'Hγ, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_hg IS 'Hγ, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_hg IS 'Hγ, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hg_na IS 'Hγ, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hg_na_err IS 'Hγ, narrow: 1 sigma error of flux_hg_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_hg_na IS 'Hγ, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_hg_na_err IS 'Hγ, narrow: 1 sigma error of ew_hg_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_hg_na IS 'Hγ, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_hg_na_err IS 'Hγ, narrow: 1 sigma error of fwhm_hg_na [km/s]';
COMMENT ON COLUMN catalog.sigma_hg_na IS 'Hγ, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_hg_na_err IS 'Hγ, narrow: 1 sigma error of sigma_hg_na [km/s]';
COMMENT ON COLUMN catalog.voff_hg_na IS 'Hγ, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_hg_na_err IS 'Hγ, narrow: 1 sigma error of voff_hg_na [km/s]';
COMMENT ON COLUMN catalog.centroid_hg_na IS 'Hγ, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_hg_na_err IS 'Hγ, narrow: 1 sigma error of centroid_hg_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_hg_na IS 'Hγ, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_hg_na_err IS 'Hγ, narrow: 1 sigma error of w80_hg_na [km/s]';
COMMENT ON COLUMN catalog.asym_hg_na IS 'Hγ, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_hg_na_err IS 'Hγ, narrow: 1 sigma error of asym_hg_na';
COMMENT ON COLUMN catalog.logl_hg_na IS 'Hγ, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_hg_na_err IS 'Hγ, narrow: 1 sigma error of logl_hg_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_hg_na IS 'Hγ, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_hg_na IS 'Hγ, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_hg_na IS 'Hγ, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii4364 IS '[O III] 4364, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of flux_oiii4364 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii4364 IS '[O III] 4364, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of ew_oiii4364 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii4364 IS '[O III] 4364, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of fwhm_oiii4364 [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii4364 IS '[O III] 4364, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of sigma_oiii4364 [km/s]';
COMMENT ON COLUMN catalog.voff_oiii4364 IS '[O III] 4364, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of voff_oiii4364 [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii4364 IS '[O III] 4364, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of centroid_oiii4364 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii4364 IS '[O III] 4364, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of w80_oiii4364 [km/s]';
COMMENT ON COLUMN catalog.asym_oiii4364 IS '[O III] 4364, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of asym_oiii4364';
COMMENT ON COLUMN catalog.logl_oiii4364 IS '[O III] 4364, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii4364_err IS '[O III] 4364, narrow: 1 sigma error of logl_oiii4364 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii4364 IS '[O III] 4364, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii4364 IS '[O III] 4364, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii4364 IS '[O III] 4364, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_heii4687 IS 'He II 4687, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_heii4687_err IS 'He II 4687, broad: 1 sigma error of flux_heii4687 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_heii4687 IS 'He II 4687, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_heii4687_err IS 'He II 4687, broad: 1 sigma error of ew_heii4687 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_heii4687 IS 'He II 4687, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_heii4687_err IS 'He II 4687, broad: 1 sigma error of fwhm_heii4687 [km/s]';
COMMENT ON COLUMN catalog.sigma_heii4687 IS 'He II 4687, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_heii4687_err IS 'He II 4687, broad: 1 sigma error of sigma_heii4687 [km/s]';
COMMENT ON COLUMN catalog.voff_heii4687 IS 'He II 4687, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_heii4687_err IS 'He II 4687, broad: 1 sigma error of voff_heii4687 [km/s]';
COMMENT ON COLUMN catalog.centroid_heii4687 IS 'He II 4687, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_heii4687_err IS 'He II 4687, broad: 1 sigma error of centroid_heii4687 [Angstrom]';
COMMENT ON COLUMN catalog.w80_heii4687 IS 'He II 4687, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_heii4687_err IS 'He II 4687, broad: 1 sigma error of w80_heii4687 [km/s]';
COMMENT ON COLUMN catalog.asym_heii4687 IS 'He II 4687, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_heii4687_err IS 'He II 4687, broad: 1 sigma error of asym_heii4687';
COMMENT ON COLUMN catalog.logl_heii4687 IS 'He II 4687, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_heii4687_err IS 'He II 4687, broad: 1 sigma error of logl_heii4687 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_heii4687 IS 'He II 4687, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_heii4687 IS 'He II 4687, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_heii4687 IS 'He II 4687, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_heii4687_na IS 'He II 4687, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of flux_heii4687_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_heii4687_na IS 'He II 4687, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of ew_heii4687_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_heii4687_na IS 'He II 4687, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of fwhm_heii4687_na [km/s]';
COMMENT ON COLUMN catalog.sigma_heii4687_na IS 'He II 4687, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of sigma_heii4687_na [km/s]';
COMMENT ON COLUMN catalog.voff_heii4687_na IS 'He II 4687, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of voff_heii4687_na [km/s]';
COMMENT ON COLUMN catalog.centroid_heii4687_na IS 'He II 4687, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of centroid_heii4687_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_heii4687_na IS 'He II 4687, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of w80_heii4687_na [km/s]';
COMMENT ON COLUMN catalog.asym_heii4687_na IS 'He II 4687, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of asym_heii4687_na';
COMMENT ON COLUMN catalog.logl_heii4687_na IS 'He II 4687, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_heii4687_na_err IS 'He II 4687, narrow: 1 sigma error of logl_heii4687_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_heii4687_na IS 'He II 4687, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_heii4687_na IS 'He II 4687, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_heii4687_na IS 'He II 4687, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hb IS 'Hβ, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hb_err IS 'Hβ, broad: 1 sigma error of flux_hb [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_hb IS 'Hβ, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_hb_err IS 'Hβ, broad: 1 sigma error of ew_hb [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_hb IS 'Hβ, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_hb_err IS 'Hβ, broad: 1 sigma error of fwhm_hb [km/s]';
COMMENT ON COLUMN catalog.sigma_hb IS 'Hβ, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_hb_err IS 'Hβ, broad: 1 sigma error of sigma_hb [km/s]';
COMMENT ON COLUMN catalog.voff_hb IS 'Hβ, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_hb_err IS 'Hβ, broad: 1 sigma error of voff_hb [km/s]';
COMMENT ON COLUMN catalog.centroid_hb IS 'Hβ, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_hb_err IS 'Hβ, broad: 1 sigma error of centroid_hb [Angstrom]';
COMMENT ON COLUMN catalog.w80_hb IS 'Hβ, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_hb_err IS 'Hβ, broad: 1 sigma error of w80_hb [km/s]';
COMMENT ON COLUMN catalog.asym_hb IS 'Hβ, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_hb_err IS 'Hβ, broad: 1 sigma error of asym_hb';
COMMENT ON COLUMN catalog.logl_hb IS 'Hβ, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_hb_err IS 'Hβ, broad: 1 sigma error of logl_hb [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_hb IS 'Hβ, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_hb IS 'Hβ, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_hb IS 'Hβ, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.w50_hb IS 'Hβ, broad: Velocity width that holds the middle 50 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w50_hb_err IS 'Hβ, broad: 1 sigma error of w50_hb [km/s]';
COMMENT ON COLUMN catalog.kurtosis_hb IS 'Hβ, broad: Excess kurtosis of the profile: 0 for a Gaussian, positive for a narrow core with wings';
COMMENT ON COLUMN catalog.kurtosis_hb_err IS 'Hβ, broad: 1 sigma error of kurtosis_hb';
COMMENT ON COLUMN catalog.peak_hb IS 'Hβ, broad: Rest-frame wavelength of the maximum of the profile [Angstrom]';
COMMENT ON COLUMN catalog.peak_hb_err IS 'Hβ, broad: 1 sigma error of peak_hb [Angstrom]';
COMMENT ON COLUMN catalog.c50_hb IS 'Hβ, broad: Rest-frame centroid wavelength of the flux above half of the maximum [Angstrom]';
COMMENT ON COLUMN catalog.c50_hb_err IS 'Hβ, broad: 1 sigma error of c50_hb [Angstrom]';
COMMENT ON COLUMN catalog.voff_sys_hb IS 'Hβ, broad: Velocity offset of the centroid against z_sys, positive toward the red; voff is against the redshift of the fit [km/s]';
COMMENT ON COLUMN catalog.voff_sys_hb_err IS 'Hβ, broad: 1 sigma error of voff_sys_hb [km/s]';
COMMENT ON COLUMN catalog.flux_hb_na IS 'Hβ, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hb_na_err IS 'Hβ, narrow: 1 sigma error of flux_hb_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_hb_na IS 'Hβ, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_hb_na_err IS 'Hβ, narrow: 1 sigma error of ew_hb_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_hb_na IS 'Hβ, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_hb_na_err IS 'Hβ, narrow: 1 sigma error of fwhm_hb_na [km/s]';
COMMENT ON COLUMN catalog.sigma_hb_na IS 'Hβ, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_hb_na_err IS 'Hβ, narrow: 1 sigma error of sigma_hb_na [km/s]';
COMMENT ON COLUMN catalog.voff_hb_na IS 'Hβ, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_hb_na_err IS 'Hβ, narrow: 1 sigma error of voff_hb_na [km/s]';
COMMENT ON COLUMN catalog.centroid_hb_na IS 'Hβ, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_hb_na_err IS 'Hβ, narrow: 1 sigma error of centroid_hb_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_hb_na IS 'Hβ, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_hb_na_err IS 'Hβ, narrow: 1 sigma error of w80_hb_na [km/s]';
COMMENT ON COLUMN catalog.asym_hb_na IS 'Hβ, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_hb_na_err IS 'Hβ, narrow: 1 sigma error of asym_hb_na';
COMMENT ON COLUMN catalog.logl_hb_na IS 'Hβ, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_hb_na_err IS 'Hβ, narrow: 1 sigma error of logl_hb_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_hb_na IS 'Hβ, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_hb_na IS 'Hβ, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_hb_na IS 'Hβ, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii4960 IS '[O III] 4960, total: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii4960_err IS '[O III] 4960, total: 1 sigma error of flux_oiii4960 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii4960 IS '[O III] 4960, total: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii4960_err IS '[O III] 4960, total: 1 sigma error of ew_oiii4960 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii4960 IS '[O III] 4960, total: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii4960_err IS '[O III] 4960, total: 1 sigma error of fwhm_oiii4960 [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii4960 IS '[O III] 4960, total: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii4960_err IS '[O III] 4960, total: 1 sigma error of sigma_oiii4960 [km/s]';
COMMENT ON COLUMN catalog.voff_oiii4960 IS '[O III] 4960, total: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii4960_err IS '[O III] 4960, total: 1 sigma error of voff_oiii4960 [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii4960 IS '[O III] 4960, total: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii4960_err IS '[O III] 4960, total: 1 sigma error of centroid_oiii4960 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii4960 IS '[O III] 4960, total: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii4960_err IS '[O III] 4960, total: 1 sigma error of w80_oiii4960 [km/s]';
COMMENT ON COLUMN catalog.asym_oiii4960 IS '[O III] 4960, total: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii4960_err IS '[O III] 4960, total: 1 sigma error of asym_oiii4960';
COMMENT ON COLUMN catalog.logl_oiii4960 IS '[O III] 4960, total: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii4960_err IS '[O III] 4960, total: 1 sigma error of logl_oiii4960 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii4960 IS '[O III] 4960, total: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii4960 IS '[O III] 4960, total: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii4960 IS '[O III] 4960, total: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008 IS '[O III] 5008, total: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008_err IS '[O III] 5008, total: 1 sigma error of flux_oiii5008 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii5008 IS '[O III] 5008, total: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii5008_err IS '[O III] 5008, total: 1 sigma error of ew_oiii5008 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii5008 IS '[O III] 5008, total: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii5008_err IS '[O III] 5008, total: 1 sigma error of fwhm_oiii5008 [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008 IS '[O III] 5008, total: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008_err IS '[O III] 5008, total: 1 sigma error of sigma_oiii5008 [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008 IS '[O III] 5008, total: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008_err IS '[O III] 5008, total: 1 sigma error of voff_oiii5008 [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii5008 IS '[O III] 5008, total: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii5008_err IS '[O III] 5008, total: 1 sigma error of centroid_oiii5008 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii5008 IS '[O III] 5008, total: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii5008_err IS '[O III] 5008, total: 1 sigma error of w80_oiii5008 [km/s]';
COMMENT ON COLUMN catalog.asym_oiii5008 IS '[O III] 5008, total: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii5008_err IS '[O III] 5008, total: 1 sigma error of asym_oiii5008';
COMMENT ON COLUMN catalog.logl_oiii5008 IS '[O III] 5008, total: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii5008_err IS '[O III] 5008, total: 1 sigma error of logl_oiii5008 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii5008 IS '[O III] 5008, total: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii5008 IS '[O III] 5008, total: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii5008 IS '[O III] 5008, total: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008_na IS '[O III] 5008, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of flux_oiii5008_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii5008_na IS '[O III] 5008, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of ew_oiii5008_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii5008_na IS '[O III] 5008, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of fwhm_oiii5008_na [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008_na IS '[O III] 5008, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of sigma_oiii5008_na [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008_na IS '[O III] 5008, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of voff_oiii5008_na [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii5008_na IS '[O III] 5008, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of centroid_oiii5008_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii5008_na IS '[O III] 5008, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of w80_oiii5008_na [km/s]';
COMMENT ON COLUMN catalog.asym_oiii5008_na IS '[O III] 5008, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of asym_oiii5008_na';
COMMENT ON COLUMN catalog.logl_oiii5008_na IS '[O III] 5008, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii5008_na_err IS '[O III] 5008, narrow: 1 sigma error of logl_oiii5008_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii5008_na IS '[O III] 5008, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii5008_na IS '[O III] 5008, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii5008_na IS '[O III] 5008, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008_wing IS '[O III] 5008, wing: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of flux_oiii5008_wing [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oiii5008_wing IS '[O III] 5008, wing: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of ew_oiii5008_wing [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oiii5008_wing IS '[O III] 5008, wing: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of fwhm_oiii5008_wing [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008_wing IS '[O III] 5008, wing: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of sigma_oiii5008_wing [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008_wing IS '[O III] 5008, wing: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of voff_oiii5008_wing [km/s]';
COMMENT ON COLUMN catalog.centroid_oiii5008_wing IS '[O III] 5008, wing: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of centroid_oiii5008_wing [Angstrom]';
COMMENT ON COLUMN catalog.w80_oiii5008_wing IS '[O III] 5008, wing: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of w80_oiii5008_wing [km/s]';
COMMENT ON COLUMN catalog.asym_oiii5008_wing IS '[O III] 5008, wing: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of asym_oiii5008_wing';
COMMENT ON COLUMN catalog.logl_oiii5008_wing IS '[O III] 5008, wing: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oiii5008_wing_err IS '[O III] 5008, wing: 1 sigma error of logl_oiii5008_wing [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oiii5008_wing IS '[O III] 5008, wing: Flux over its error';
COMMENT ON COLUMN catalog.quality_oiii5008_wing IS '[O III] 5008, wing: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oiii5008_wing IS '[O III] 5008, wing: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_ha IS 'Hα, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_ha_err IS 'Hα, broad: 1 sigma error of flux_ha [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_ha IS 'Hα, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_ha_err IS 'Hα, broad: 1 sigma error of ew_ha [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_ha IS 'Hα, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_ha_err IS 'Hα, broad: 1 sigma error of fwhm_ha [km/s]';
COMMENT ON COLUMN catalog.sigma_ha IS 'Hα, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_ha_err IS 'Hα, broad: 1 sigma error of sigma_ha [km/s]';
COMMENT ON COLUMN catalog.voff_ha IS 'Hα, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_ha_err IS 'Hα, broad: 1 sigma error of voff_ha [km/s]';
COMMENT ON COLUMN catalog.centroid_ha IS 'Hα, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_ha_err IS 'Hα, broad: 1 sigma error of centroid_ha [Angstrom]';
COMMENT ON COLUMN catalog.w80_ha IS 'Hα, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_ha_err IS 'Hα, broad: 1 sigma error of w80_ha [km/s]';
COMMENT ON COLUMN catalog.asym_ha IS 'Hα, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_ha_err IS 'Hα, broad: 1 sigma error of asym_ha';
COMMENT ON COLUMN catalog.logl_ha IS 'Hα, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_ha_err IS 'Hα, broad: 1 sigma error of logl_ha [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_ha IS 'Hα, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_ha IS 'Hα, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_ha IS 'Hα, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.w50_ha IS 'Hα, broad: Velocity width that holds the middle 50 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w50_ha_err IS 'Hα, broad: 1 sigma error of w50_ha [km/s]';
COMMENT ON COLUMN catalog.kurtosis_ha IS 'Hα, broad: Excess kurtosis of the profile: 0 for a Gaussian, positive for a narrow core with wings';
COMMENT ON COLUMN catalog.kurtosis_ha_err IS 'Hα, broad: 1 sigma error of kurtosis_ha';
COMMENT ON COLUMN catalog.peak_ha IS 'Hα, broad: Rest-frame wavelength of the maximum of the profile [Angstrom]';
COMMENT ON COLUMN catalog.peak_ha_err IS 'Hα, broad: 1 sigma error of peak_ha [Angstrom]';
COMMENT ON COLUMN catalog.c50_ha IS 'Hα, broad: Rest-frame centroid wavelength of the flux above half of the maximum [Angstrom]';
COMMENT ON COLUMN catalog.c50_ha_err IS 'Hα, broad: 1 sigma error of c50_ha [Angstrom]';
COMMENT ON COLUMN catalog.voff_sys_ha IS 'Hα, broad: Velocity offset of the centroid against z_sys, positive toward the red; voff is against the redshift of the fit [km/s]';
COMMENT ON COLUMN catalog.voff_sys_ha_err IS 'Hα, broad: 1 sigma error of voff_sys_ha [km/s]';
COMMENT ON COLUMN catalog.flux_ha_na IS 'Hα, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_ha_na_err IS 'Hα, narrow: 1 sigma error of flux_ha_na [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_ha_na IS 'Hα, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_ha_na_err IS 'Hα, narrow: 1 sigma error of ew_ha_na [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_ha_na IS 'Hα, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_ha_na_err IS 'Hα, narrow: 1 sigma error of fwhm_ha_na [km/s]';
COMMENT ON COLUMN catalog.sigma_ha_na IS 'Hα, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_ha_na_err IS 'Hα, narrow: 1 sigma error of sigma_ha_na [km/s]';
COMMENT ON COLUMN catalog.voff_ha_na IS 'Hα, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_ha_na_err IS 'Hα, narrow: 1 sigma error of voff_ha_na [km/s]';
COMMENT ON COLUMN catalog.centroid_ha_na IS 'Hα, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_ha_na_err IS 'Hα, narrow: 1 sigma error of centroid_ha_na [Angstrom]';
COMMENT ON COLUMN catalog.w80_ha_na IS 'Hα, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_ha_na_err IS 'Hα, narrow: 1 sigma error of w80_ha_na [km/s]';
COMMENT ON COLUMN catalog.asym_ha_na IS 'Hα, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_ha_na_err IS 'Hα, narrow: 1 sigma error of asym_ha_na';
COMMENT ON COLUMN catalog.logl_ha_na IS 'Hα, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_ha_na_err IS 'Hα, narrow: 1 sigma error of logl_ha_na [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_ha_na IS 'Hα, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_ha_na IS 'Hα, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_ha_na IS 'Hα, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nii6550 IS '[N II] 6550, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of flux_nii6550 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_nii6550 IS '[N II] 6550, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of ew_nii6550 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_nii6550 IS '[N II] 6550, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of fwhm_nii6550 [km/s]';
COMMENT ON COLUMN catalog.sigma_nii6550 IS '[N II] 6550, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of sigma_nii6550 [km/s]';
COMMENT ON COLUMN catalog.voff_nii6550 IS '[N II] 6550, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of voff_nii6550 [km/s]';
COMMENT ON COLUMN catalog.centroid_nii6550 IS '[N II] 6550, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of centroid_nii6550 [Angstrom]';
COMMENT ON COLUMN catalog.w80_nii6550 IS '[N II] 6550, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of w80_nii6550 [km/s]';
COMMENT ON COLUMN catalog.asym_nii6550 IS '[N II] 6550, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of asym_nii6550';
COMMENT ON COLUMN catalog.logl_nii6550 IS '[N II] 6550, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_nii6550_err IS '[N II] 6550, narrow: 1 sigma error of logl_nii6550 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_nii6550 IS '[N II] 6550, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_nii6550 IS '[N II] 6550, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_nii6550 IS '[N II] 6550, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nii6585 IS '[N II] 6585, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of flux_nii6585 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_nii6585 IS '[N II] 6585, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of ew_nii6585 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_nii6585 IS '[N II] 6585, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of fwhm_nii6585 [km/s]';
COMMENT ON COLUMN catalog.sigma_nii6585 IS '[N II] 6585, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of sigma_nii6585 [km/s]';
COMMENT ON COLUMN catalog.voff_nii6585 IS '[N II] 6585, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of voff_nii6585 [km/s]';
COMMENT ON COLUMN catalog.centroid_nii6585 IS '[N II] 6585, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of centroid_nii6585 [Angstrom]';
COMMENT ON COLUMN catalog.w80_nii6585 IS '[N II] 6585, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of w80_nii6585 [km/s]';
COMMENT ON COLUMN catalog.asym_nii6585 IS '[N II] 6585, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of asym_nii6585';
COMMENT ON COLUMN catalog.logl_nii6585 IS '[N II] 6585, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_nii6585_err IS '[N II] 6585, narrow: 1 sigma error of logl_nii6585 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_nii6585 IS '[N II] 6585, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_nii6585 IS '[N II] 6585, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_nii6585 IS '[N II] 6585, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_sii6718 IS '[S II] 6718, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of flux_sii6718 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_sii6718 IS '[S II] 6718, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of ew_sii6718 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_sii6718 IS '[S II] 6718, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of fwhm_sii6718 [km/s]';
COMMENT ON COLUMN catalog.sigma_sii6718 IS '[S II] 6718, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of sigma_sii6718 [km/s]';
COMMENT ON COLUMN catalog.voff_sii6718 IS '[S II] 6718, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of voff_sii6718 [km/s]';
COMMENT ON COLUMN catalog.centroid_sii6718 IS '[S II] 6718, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of centroid_sii6718 [Angstrom]';
COMMENT ON COLUMN catalog.w80_sii6718 IS '[S II] 6718, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of w80_sii6718 [km/s]';
COMMENT ON COLUMN catalog.asym_sii6718 IS '[S II] 6718, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of asym_sii6718';
COMMENT ON COLUMN catalog.logl_sii6718 IS '[S II] 6718, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_sii6718_err IS '[S II] 6718, narrow: 1 sigma error of logl_sii6718 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_sii6718 IS '[S II] 6718, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_sii6718 IS '[S II] 6718, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_sii6718 IS '[S II] 6718, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_sii6733 IS '[S II] 6733, narrow: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of flux_sii6733 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_sii6733 IS '[S II] 6733, narrow: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of ew_sii6733 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_sii6733 IS '[S II] 6733, narrow: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of fwhm_sii6733 [km/s]';
COMMENT ON COLUMN catalog.sigma_sii6733 IS '[S II] 6733, narrow: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of sigma_sii6733 [km/s]';
COMMENT ON COLUMN catalog.voff_sii6733 IS '[S II] 6733, narrow: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of voff_sii6733 [km/s]';
COMMENT ON COLUMN catalog.centroid_sii6733 IS '[S II] 6733, narrow: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of centroid_sii6733 [Angstrom]';
COMMENT ON COLUMN catalog.w80_sii6733 IS '[S II] 6733, narrow: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of w80_sii6733 [km/s]';
COMMENT ON COLUMN catalog.asym_sii6733 IS '[S II] 6733, narrow: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of asym_sii6733';
COMMENT ON COLUMN catalog.logl_sii6733 IS '[S II] 6733, narrow: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_sii6733_err IS '[S II] 6733, narrow: 1 sigma error of logl_sii6733 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_sii6733 IS '[S II] 6733, narrow: Flux over its error';
COMMENT ON COLUMN catalog.quality_sii6733 IS '[S II] 6733, narrow: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_sii6733 IS '[S II] 6733, narrow: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pad IS 'Paδ, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pad_err IS 'Paδ, broad: 1 sigma error of flux_pad [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_pad IS 'Paδ, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_pad_err IS 'Paδ, broad: 1 sigma error of ew_pad [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_pad IS 'Paδ, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_pad_err IS 'Paδ, broad: 1 sigma error of fwhm_pad [km/s]';
COMMENT ON COLUMN catalog.sigma_pad IS 'Paδ, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_pad_err IS 'Paδ, broad: 1 sigma error of sigma_pad [km/s]';
COMMENT ON COLUMN catalog.voff_pad IS 'Paδ, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_pad_err IS 'Paδ, broad: 1 sigma error of voff_pad [km/s]';
COMMENT ON COLUMN catalog.centroid_pad IS 'Paδ, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_pad_err IS 'Paδ, broad: 1 sigma error of centroid_pad [Angstrom]';
COMMENT ON COLUMN catalog.w80_pad IS 'Paδ, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_pad_err IS 'Paδ, broad: 1 sigma error of w80_pad [km/s]';
COMMENT ON COLUMN catalog.asym_pad IS 'Paδ, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_pad_err IS 'Paδ, broad: 1 sigma error of asym_pad';
COMMENT ON COLUMN catalog.logl_pad IS 'Paδ, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_pad_err IS 'Paδ, broad: 1 sigma error of logl_pad [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_pad IS 'Paδ, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_pad IS 'Paδ, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_pad IS 'Paδ, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hei10833 IS 'He I 10833, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_hei10833_err IS 'He I 10833, broad: 1 sigma error of flux_hei10833 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_hei10833 IS 'He I 10833, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_hei10833_err IS 'He I 10833, broad: 1 sigma error of ew_hei10833 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_hei10833 IS 'He I 10833, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_hei10833_err IS 'He I 10833, broad: 1 sigma error of fwhm_hei10833 [km/s]';
COMMENT ON COLUMN catalog.sigma_hei10833 IS 'He I 10833, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_hei10833_err IS 'He I 10833, broad: 1 sigma error of sigma_hei10833 [km/s]';
COMMENT ON COLUMN catalog.voff_hei10833 IS 'He I 10833, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_hei10833_err IS 'He I 10833, broad: 1 sigma error of voff_hei10833 [km/s]';
COMMENT ON COLUMN catalog.centroid_hei10833 IS 'He I 10833, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_hei10833_err IS 'He I 10833, broad: 1 sigma error of centroid_hei10833 [Angstrom]';
COMMENT ON COLUMN catalog.w80_hei10833 IS 'He I 10833, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_hei10833_err IS 'He I 10833, broad: 1 sigma error of w80_hei10833 [km/s]';
COMMENT ON COLUMN catalog.asym_hei10833 IS 'He I 10833, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_hei10833_err IS 'He I 10833, broad: 1 sigma error of asym_hei10833';
COMMENT ON COLUMN catalog.logl_hei10833 IS 'He I 10833, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_hei10833_err IS 'He I 10833, broad: 1 sigma error of logl_hei10833 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_hei10833 IS 'He I 10833, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_hei10833 IS 'He I 10833, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_hei10833 IS 'He I 10833, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pag IS 'Paγ, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pag_err IS 'Paγ, broad: 1 sigma error of flux_pag [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_pag IS 'Paγ, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_pag_err IS 'Paγ, broad: 1 sigma error of ew_pag [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_pag IS 'Paγ, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_pag_err IS 'Paγ, broad: 1 sigma error of fwhm_pag [km/s]';
COMMENT ON COLUMN catalog.sigma_pag IS 'Paγ, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_pag_err IS 'Paγ, broad: 1 sigma error of sigma_pag [km/s]';
COMMENT ON COLUMN catalog.voff_pag IS 'Paγ, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_pag_err IS 'Paγ, broad: 1 sigma error of voff_pag [km/s]';
COMMENT ON COLUMN catalog.centroid_pag IS 'Paγ, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_pag_err IS 'Paγ, broad: 1 sigma error of centroid_pag [Angstrom]';
COMMENT ON COLUMN catalog.w80_pag IS 'Paγ, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_pag_err IS 'Paγ, broad: 1 sigma error of w80_pag [km/s]';
COMMENT ON COLUMN catalog.asym_pag IS 'Paγ, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_pag_err IS 'Paγ, broad: 1 sigma error of asym_pag';
COMMENT ON COLUMN catalog.logl_pag IS 'Paγ, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_pag_err IS 'Paγ, broad: 1 sigma error of logl_pag [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_pag IS 'Paγ, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_pag IS 'Paγ, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_pag IS 'Paγ, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oi11290 IS 'O I 11290, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_oi11290_err IS 'O I 11290, broad: 1 sigma error of flux_oi11290 [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_oi11290 IS 'O I 11290, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_oi11290_err IS 'O I 11290, broad: 1 sigma error of ew_oi11290 [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_oi11290 IS 'O I 11290, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_oi11290_err IS 'O I 11290, broad: 1 sigma error of fwhm_oi11290 [km/s]';
COMMENT ON COLUMN catalog.sigma_oi11290 IS 'O I 11290, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_oi11290_err IS 'O I 11290, broad: 1 sigma error of sigma_oi11290 [km/s]';
COMMENT ON COLUMN catalog.voff_oi11290 IS 'O I 11290, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_oi11290_err IS 'O I 11290, broad: 1 sigma error of voff_oi11290 [km/s]';
COMMENT ON COLUMN catalog.centroid_oi11290 IS 'O I 11290, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_oi11290_err IS 'O I 11290, broad: 1 sigma error of centroid_oi11290 [Angstrom]';
COMMENT ON COLUMN catalog.w80_oi11290 IS 'O I 11290, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_oi11290_err IS 'O I 11290, broad: 1 sigma error of w80_oi11290 [km/s]';
COMMENT ON COLUMN catalog.asym_oi11290 IS 'O I 11290, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_oi11290_err IS 'O I 11290, broad: 1 sigma error of asym_oi11290';
COMMENT ON COLUMN catalog.logl_oi11290 IS 'O I 11290, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_oi11290_err IS 'O I 11290, broad: 1 sigma error of logl_oi11290 [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_oi11290 IS 'O I 11290, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_oi11290 IS 'O I 11290, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_oi11290 IS 'O I 11290, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pab IS 'Paβ, broad: Flux [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.flux_pab_err IS 'Paβ, broad: 1 sigma error of flux_pab [1e-17 erg/s/cm2]';
COMMENT ON COLUMN catalog.ew_pab IS 'Paβ, broad: Rest-frame equivalent width, positive in emission [Angstrom]';
COMMENT ON COLUMN catalog.ew_pab_err IS 'Paβ, broad: 1 sigma error of ew_pab [Angstrom]';
COMMENT ON COLUMN catalog.fwhm_pab IS 'Paβ, broad: Full width at half maximum of the summed profile [km/s]';
COMMENT ON COLUMN catalog.fwhm_pab_err IS 'Paβ, broad: 1 sigma error of fwhm_pab [km/s]';
COMMENT ON COLUMN catalog.sigma_pab IS 'Paβ, broad: Second-moment width of the summed profile [km/s]';
COMMENT ON COLUMN catalog.sigma_pab_err IS 'Paβ, broad: 1 sigma error of sigma_pab [km/s]';
COMMENT ON COLUMN catalog.voff_pab IS 'Paβ, broad: Velocity offset of the centroid from the rest wavelength, positive toward the red [km/s]';
COMMENT ON COLUMN catalog.voff_pab_err IS 'Paβ, broad: 1 sigma error of voff_pab [km/s]';
COMMENT ON COLUMN catalog.centroid_pab IS 'Paβ, broad: Rest-frame centroid wavelength [Angstrom]';
COMMENT ON COLUMN catalog.centroid_pab_err IS 'Paβ, broad: 1 sigma error of centroid_pab [Angstrom]';
COMMENT ON COLUMN catalog.w80_pab IS 'Paβ, broad: Velocity width that holds 80 per cent of the flux [km/s]';
COMMENT ON COLUMN catalog.w80_pab_err IS 'Paβ, broad: 1 sigma error of w80_pab [km/s]';
COMMENT ON COLUMN catalog.asym_pab IS 'Paβ, broad: Asymmetry of the profile';
COMMENT ON COLUMN catalog.asym_pab_err IS 'Paβ, broad: 1 sigma error of asym_pab';
COMMENT ON COLUMN catalog.logl_pab IS 'Paβ, broad: Log10 luminosity [dex(erg/s)]';
COMMENT ON COLUMN catalog.logl_pab_err IS 'Paβ, broad: 1 sigma error of logl_pab [dex(erg/s)]';
COMMENT ON COLUMN catalog.snr_pab IS 'Paβ, broad: Flux over its error';
COMMENT ON COLUMN catalog.quality_pab IS 'Paβ, broad: 0 good, else a sum of the bits of fit_quality that concern this line';
COMMENT ON COLUMN catalog.flux_limit_pab IS 'Paβ, broad: Upper limit of the flux of a line that is not detected: flux plus three errors; NULL where it is detected [1e-17 erg/s/cm2]';
