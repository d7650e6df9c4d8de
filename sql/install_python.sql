-- Objects that need the Python functions which qsospec_duck.connect() registers; the duckdb shell cannot load them.

-- part: python - need the registered functions fit_quasar_udf and render_qa_udf
.read sql/python/fit_quasar.sql
.read sql/python/fit_all.sql
.read sql/python/fit_measurements.sql
