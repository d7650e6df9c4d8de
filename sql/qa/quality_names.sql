-- quality_names(quality): names of the bits of fit_quality, or of the quality of a line such as quality_hb.
--
--   quality  fit_quality or quality_<line>
--   returns  VARCHAR[]: failed, coverage, bound, residuals, low_snr, absurd, absorbed, redshift; an empty list for 0,
--            NULL for NULL
--
-- SELECT object_id, quality_names(fit_quality) FROM objects WHERE fit_quality > 0;
CREATE OR REPLACE MACRO quality_names(quality) AS
    CASE WHEN quality IS NOT NULL THEN list_filter(
        [
            CASE WHEN (quality)::BIGINT & 1 <> 0 THEN 'failed' END,
            CASE WHEN (quality)::BIGINT & 2 <> 0 THEN 'coverage' END,
            CASE WHEN (quality)::BIGINT & 4 <> 0 THEN 'bound' END,
            CASE WHEN (quality)::BIGINT & 8 <> 0 THEN 'residuals' END,
            CASE WHEN (quality)::BIGINT & 16 <> 0 THEN 'low_snr' END,
            CASE WHEN (quality)::BIGINT & 32 <> 0 THEN 'absurd' END,
            CASE WHEN (quality)::BIGINT & 64 <> 0 THEN 'absorbed' END,
            CASE WHEN (quality)::BIGINT & 128 <> 0 THEN 'redshift' END
        ],
        lambda name: name IS NOT NULL
    ) END;
