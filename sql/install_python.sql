-- Objects that need the Python functions which qsospec_duck.connect() registers; the duckdb shell cannot load them.

-- part: python - need the registered functions fit_quasar_udf, fit_local_udf, fit_plan_udf, run_fit_task_udf, finalize_run_udf
.read sql/python/fit_quasar.sql
.read sql/python/fit_local.sql
.read sql/python/fit_all.sql
.read sql/python/fit_measurements.sql
.read sql/python/fit_plan.sql
.read sql/python/run_fit_task.sql
.read sql/python/finalize_run.sql

-- part: python_run - need the registered function render_qa_udf
.read sql/python/render_qa.sql
