-- tile_failures: tiles whose last attempt failed, the most frequent reason first.
CREATE OR REPLACE VIEW tile_failures AS
    SELECT
        reason,
        count(*) OVER (PARTITION BY reason) AS tiles_with_reason,
        release,
        survey,
        program,
        tile,
        message,
        finished_at
    FROM tile_ledger
    WHERE status = 'failed'
    ORDER BY tiles_with_reason DESC, reason, release, survey, program, tile;

COMMENT ON COLUMN tile_failures.reason IS 'Why it failed, of the failure taxonomy';
COMMENT ON COLUMN tile_failures.tiles_with_reason IS 'Tiles that failed for the same reason';
COMMENT ON COLUMN tile_failures.release IS 'Data release';
COMMENT ON COLUMN tile_failures.survey IS 'Survey';
COMMENT ON COLUMN tile_failures.program IS 'Observing program';
COMMENT ON COLUMN tile_failures.tile IS 'Name of the tile';
COMMENT ON COLUMN tile_failures.message IS 'What the error said';
COMMENT ON COLUMN tile_failures.finished_at IS 'UTC, ISO 8601';
