-- render_qa(object_key): draw the QA figure of an object of the run and return its path.
--
--   object_key  key of a fitted or failed object; an unknown one is an error
--   returns     path of the figure, in the folder qa of the run; a figure that is there and unchanged is kept. NULL for NULL
--
-- SELECT render_qa(object_key) FROM qa_by_warning('parameter_at_bound') LIMIT 20;
CREATE OR REPLACE MACRO render_qa(object_key) AS
    render_qa_udf(object_key::VARCHAR);
