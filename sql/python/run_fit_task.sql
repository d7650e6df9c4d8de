-- run_fit_task(task): work on a row of fit_plan and store the results in its run.
--
--   task     a row of fit_plan, unchanged
--   returns  STRUCT(run, task, fitted, failed, skipped, seconds)
--
-- SELECT run_fit_task(t) FROM fit_plan('tiles/*.parquet', 'runs/hb') AS t;     -- a batch on all cores
-- SELECT finalize_run('runs/hb');
-- Tasks that are stored already are skipped, so the same statement goes on after a crash. Take fields outside of a
-- subquery, or every field works again; and select the result, since count(*) over the subquery never calls it.
CREATE OR REPLACE MACRO run_fit_task(task) AS
    run_fit_task_udf(task);
