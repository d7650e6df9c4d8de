-- finalize_run(run): verify a run directory, seal it and return the number of its objects.
--
-- SELECT finalize_run('runs/hb');
CREATE OR REPLACE MACRO finalize_run(run) AS
    finalize_run_udf(run::VARCHAR);
