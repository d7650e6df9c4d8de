-- fit_plan(inputs, run): tasks of a batch, a row each; nothing is fitted or written.
--
--   inputs          a file, glob, directory or manifest, a query over the spectra relation, or a list of those
--   run             run directory that the results go to: what it holds is left out. It need not exist
--   reader          reader of survey files; default by content
--   workers         processes that run_fit_task will use; NULL is at most eight and leaves one core free
--   task_size       most spectra of a task
--   retry_failures  false leaves out what failed before
--   returns         run, task, spectra (a file that nobody has opened counts as one), first_input, workers, config_hash,
--                   items (JSON: files, rows and keys)
--
-- SELECT count(*), sum(spectra) FROM fit_plan('SELECT * FROM spectra WHERE z < 0.9', 'runs/hb');
CREATE OR REPLACE MACRO fit_plan(
    inputs, run, reader := 'auto', workers := NULL, task_size := NULL, retry_failures := true
) AS TABLE
    SELECT unnest(p.tasks, recursive := true)
    FROM (
        SELECT
            fit_plan_udf(
                CASE WHEN typeof(inputs) = 'VARCHAR' THEN [inputs::VARCHAR] ELSE inputs::VARCHAR[] END,
                run::VARCHAR, reader::VARCHAR, workers::INTEGER, task_size::INTEGER, retry_failures::BOOLEAN
            ) AS tasks
    ) AS p;
