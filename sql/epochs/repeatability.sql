-- repeatability: how well measurements of one source agree between its epochs, one row a source and quantity.
--
-- For every measurement with an error in two epochs or more: the mean weighted by 1/error^2, the scatter about it, and
-- chi2 = sum of ((value - mean) / error)^2 with n_epochs - 1 degrees of freedom. A quasar varies: broad lines and
-- continuum may differ by more than their errors, narrow lines should not.
-- SELECT quantity, median(sqrt(chi2 / dof)) FROM repeatability GROUP BY quantity;
CREATE OR REPLACE VIEW repeatability AS
    WITH measured AS (
        SELECT
            e.source_key, m.section, m.recipe_id, m.quantity, m.unit, m.value, m.error::DOUBLE AS error,
            1e0 / pow(m.error::DOUBLE, 2) AS weight
        FROM epochs AS e
        JOIN named_measurements AS m ON m.object_key = e.object_key
        WHERE e.n_epochs > 1 AND m.error > 0 AND isfinite(m.value) AND isfinite(m.error)
    ),
    one_row_per_quantity AS (
        SELECT
            m.source_key, m.section, m.recipe_id, m.quantity, any_value(m.unit) AS unit, count(*) AS n_epochs,
            sum(m.weight * m.value) / sum(m.weight) AS mean, 1e0 / sqrt(sum(m.weight)) AS mean_err,
            stddev_samp(m.value) AS scatter, sqrt(avg(m.error * m.error)) AS expected_scatter
        FROM measured AS m
        GROUP BY m.source_key, m.section, m.recipe_id, m.quantity
        HAVING count(*) > 1
    )
    SELECT
        q.source_key AS source_key,
        q.section AS section,
        q.recipe_id AS recipe_id,
        q.quantity AS quantity,
        q.unit AS unit,
        q.n_epochs::BIGINT AS n_epochs,
        q.mean AS mean,
        q.mean_err AS mean_err,
        q.scatter AS scatter,
        q.expected_scatter AS expected_scatter,
        sum(pow((m.value - q.mean) / m.error, 2)) AS chi2,
        (q.n_epochs - 1)::BIGINT AS dof
    FROM one_row_per_quantity AS q
    JOIN measured AS m
        ON m.source_key = q.source_key
        AND m.section = q.section
        AND m.recipe_id IS NOT DISTINCT FROM q.recipe_id
        AND m.quantity = q.quantity
    GROUP BY ALL;

COMMENT ON COLUMN repeatability.source_key IS 'Smallest object_key of all spectra of the source';
COMMENT ON COLUMN repeatability.section IS 'Section of the measurement';
COMMENT ON COLUMN repeatability.recipe_id IS 'Line complex; NULL outside complexes';
COMMENT ON COLUMN repeatability.quantity IS 'Name of the measurement';
COMMENT ON COLUMN repeatability.unit IS 'Unit of mean and scatter';
COMMENT ON COLUMN repeatability.n_epochs IS 'Epochs that have it with an error';
COMMENT ON COLUMN repeatability.mean IS 'Mean weighted by 1/error^2';
COMMENT ON COLUMN repeatability.mean_err IS '1 sigma error of mean if nothing varies';
COMMENT ON COLUMN repeatability.scatter IS 'Standard deviation between epochs';
COMMENT ON COLUMN repeatability.expected_scatter IS 'What the errors alone give: root mean square of them';
COMMENT ON COLUMN repeatability.chi2 IS 'Sum of squared deviations from mean over errors';
COMMENT ON COLUMN repeatability.dof IS 'Degrees of freedom, n_epochs - 1';
