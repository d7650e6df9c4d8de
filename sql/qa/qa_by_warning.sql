-- qa_by_warning(warning_code): objects that carry a warning code.
--
--   warning_code  a code of warning_codes.csv, for example parameter_at_bound
--   returns       object_key, object_id, z, n (warnings with this code), message (the first of them)
--
-- FROM qa_by_warning('low_snr');
CREATE OR REPLACE MACRO qa_by_warning(warning_code) AS TABLE
    SELECT
        o.object_key AS object_key,
        any_value(o.object_id) AS object_id,
        any_value(o.redshift) AS z,
        count(*) AS n,
        min(w.message) AS message
    FROM warnings AS w
    JOIN objects AS o ON o.object_key = w.object_key
    WHERE w.code = (warning_code)
    GROUP BY o.object_key
    ORDER BY o.object_key;
