-- finalize_run(run): verify a run directory, seal it and return the number of its objects.
CREATE OR REPLACE MACRO finalize_run(run) AS
    finalize_run_udf(run::VARCHAR);
