-- run_progress: how the batches of a run stand, one row a share of its objects; may be read while they run.
--
-- Reads events-*.jsonl of the run that the variable qsospec_run names; a share shows its latest session. A line that a
-- crash cut short is left out. A killed coordinator says nothing: its session stays running, see last_event_at.
CREATE OR REPLACE VIEW run_progress AS
    WITH line AS (
        SELECT unnest(string_split(content, chr(10))) AS text
        FROM read_text(coalesce(getvariable('qsospec_run'), '.') || '/*.json*')
        WHERE filename LIKE '%.jsonl'
    ),
    event AS (
        SELECT
            text ->> 'share' AS share,
            text ->> 'session' AS session,
            text ->> 'event' AS event,
            (text ->> 'at')::TIMESTAMPTZ AS moment,
            (text ->> 'spectra')::BIGINT AS spectra,
            (text ->> 'skipped')::BIGINT AS skipped,
            (text ->> 'fitted')::BIGINT AS fitted,
            (text ->> 'failed')::BIGINT AS failed,
            text ->> 'reason' AS reason
        FROM (SELECT CASE WHEN json_valid(text) THEN text END AS text FROM line)
        WHERE text IS NOT NULL
    ),
    session AS (
        SELECT
            share,
            arg_max(event, moment) AS last_event,
            max(spectra) AS spectra,
            coalesce(sum(fitted) FILTER (event = 'task'), 0)::BIGINT AS fitted,
            coalesce(sum(failed) FILTER (event = 'task'), 0)::BIGINT AS failed,
            max(skipped) AS skipped,
            min(moment) AS started_at,
            max(moment) AS last_event_at,
            max(moment) FILTER (event = 'task') AS last_task_at,
            max(reason) FILTER (event = 'stopped') AS reason
        FROM event
        GROUP BY share, session
        QUALIFY row_number() OVER (PARTITION BY share ORDER BY started_at DESC) = 1
    )
    SELECT
        share,
        CASE WHEN last_event IN ('stopped', 'finished') THEN last_event ELSE 'running' END AS status,
        spectra,
        fitted,
        failed,
        skipped,
        (fitted + failed) / nullif(epoch(last_task_at) - epoch(started_at), 0) AS spectra_per_second,
        CASE WHEN status = 'running' THEN greatest(spectra - fitted - failed, 0) / spectra_per_second END AS seconds_left,
        started_at,
        last_event_at,
        reason
    FROM session
    ORDER BY share;

COMMENT ON COLUMN run_progress.share IS 'Share of the objects: all, or its number of how many';
COMMENT ON COLUMN run_progress.status IS 'running, stopped (Ctrl-C, a full disk) or finished';
COMMENT ON COLUMN run_progress.spectra IS 'Spectra that this session set out to fit; an unopened file counts as one';
COMMENT ON COLUMN run_progress.fitted IS 'Spectra fitted';
COMMENT ON COLUMN run_progress.failed IS 'Spectra that could not be read or fitted';
COMMENT ON COLUMN run_progress.skipped IS 'Spectra that were done before';
COMMENT ON COLUMN run_progress.spectra_per_second IS 'Rate from the start to the last task [1/s]';
COMMENT ON COLUMN run_progress.seconds_left IS 'Time left at this rate; NULL unless it runs [s]';
COMMENT ON COLUMN run_progress.started_at IS 'UTC';
COMMENT ON COLUMN run_progress.last_event_at IS 'UTC';
COMMENT ON COLUMN run_progress.reason IS 'Why it stopped';
