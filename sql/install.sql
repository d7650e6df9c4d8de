-- Every object of the SQL product in the order it loads; Python reads this list and runs the same files.
-- In the duckdb shell, from the top of the checkout:
--     SET VARIABLE qsospec_tiles = 'tiles/**/*.parquet'; SET VARIABLE qsospec_run = 'runs/hb';
--     .read sql/install.sql

-- part: macros - need nothing
.read sql/cosmology/flat_distance_integral.sql
.read sql/cosmology/luminosity_distance_mpc.sql
.read sql/cosmology/luminosity_distance_cm.sql
.read sql/luminosity/log_sphere.sql
.read sql/luminosity/logl_on_sphere.sql
.read sql/luminosity/logl_lambda.sql
.read sql/luminosity/logl_line.sql
.read sql/luminosity/logl_err.sql
.read sql/luminosity/loglbol_5100.sql
.read sql/luminosity/loglbol_3000.sql
.read sql/luminosity/loglbol_1350.sql
.read sql/luminosity/loglbol_5100_runnoe12.sql
.read sql/luminosity/loglbol_3000_runnoe12.sql
.read sql/luminosity/loglbol_1450_runnoe12.sql
.read sql/luminosity/loglbol_5100_netzer19.sql
.read sql/luminosity/loglbol_3000_netzer19.sql
.read sql/luminosity/loglbol_1400_netzer19.sql
.read sql/luminosity/loglbol_err.sql
.read sql/luminosity/band_by_redshift.sql
.read sql/mass/logmbh_hb.sql
.read sql/mass/logmbh_hb_err.sql
.read sql/mass/logmbh_hb_md04.sql
.read sql/mass/logmbh_hb_md04_err.sql
.read sql/mass/logmbh_mgii.sql
.read sql/mass/logmbh_mgii_err.sql
.read sql/mass/logmbh_mgii_s11.sql
.read sql/mass/logmbh_mgii_s11_err.sql
.read sql/mass/logmbh_mgii_md04.sql
.read sql/mass/logmbh_mgii_md04_err.sql
.read sql/mass/logmbh_civ.sql
.read sql/mass/logmbh_civ_err.sql
.read sql/mass/logmbh_civ_c17.sql
.read sql/mass/logmbh_civ_c17_err.sql
.read sql/mass/logmbh_ha.sql
.read sql/mass/logmbh_ha_err.sql
.read sql/mass/logmbh_ha_s11.sql
.read sql/mass/logmbh_ha_s11_err.sql
.read sql/mass/mass_relations.sql
.read sql/mass/logledd.sql
.read sql/mass/logledd_err.sql
.read sql/sampling/in_sample.sql
.read sql/sampling/ivo_histogram.sql
.read sql/sampling/gavo_histogram.sql
.read sql/spectrum/pixels_below.sql
.read sql/spectrum/rest_slice.sql
.read sql/spectrum/grid_slice.sql
.read sql/spectrum/snr_in_window.sql
.read sql/spectrum/observed_cutouts.sql
.read sql/spectrum/rest_cutouts.sql
.read sql/spectrum/composite.sql
.read sql/spectrum/get_profiles.sql
.read sql/spectrum/resample.sql
.read sql/spectrum/direct_ew.sql
.read sql/sky/sky_distance.sql
.read sql/sky/cone_search.sql
.read sql/sky/crossmatch.sql
.read sql/qa/quality_names.sql

-- part: tiles - need the variable qsospec_tiles
.read sql/tiles/spectra.sql

-- part: ledger - need the variable qsospec_tile_root
.read sql/ledger/tile_ledger.sql
.read sql/ledger/tile_failures.sql
.read sql/ledger/tile_throughput.sql

-- part: run - need the variable qsospec_run
.read sql/views/run_parts.sql
.read sql/views/inputs.sql
.read sql/views/objects.sql
.read sql/views/measurements.sql
.read sql/views/warnings.sql
.read sql/views/models.sql
.read sql/views/rest_spectra.sql
.read sql/views/failures.sql
.read sql/views/derived.sql
.read sql/views/calibrations.sql
.read sql/views/named_measurements.sql
.read sql/views/line_catalog.sql
.read sql/views/wide_measurements.sql
.read sql/views/catalog.sql
.read sql/epochs/epochs.sql
.read sql/epochs/repeatability.sql
.read sql/recalibration/calibrated_quantities.sql
.read sql/recalibration/recalibrated.sql
.read sql/recalibration/derived_masses.sql
.read sql/qa/qa_by_warning.sql
.read sql/qa/qa_failures.sql
.read sql/qa/qa_sample.sql
.read sql/qa/qa_extremes.sql
.read sql/qa/qa_query.sql
.read sql/qa/qa_bins.sql

-- part: progress - need the variable qsospec_run
.read sql/progress/run_progress.sql
