-- Objects that need the Python functions which qsospec_duck.connect() registers; the duckdb shell cannot load them.

-- part: python - need the registered function fit_quasar_udf
.read sql/python/fit_quasar.sql
.read sql/python/fit_all.sql
.read sql/python/fit_measurements.sql

-- part: python_run - need the registered function render_qa_udf
.read sql/python/render_qa.sql
