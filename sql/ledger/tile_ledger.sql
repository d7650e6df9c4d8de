-- tile_ledger: one row a tile, its last attempt: which files became it, when, with which software and options.
--
-- Reads _ledger/log.jsonl of the tile root that the variable qsospec_tile_root names. A tile whose last attempt has
-- not ended is 'started'. A line that a crash cut short is left out.
CREATE OR REPLACE VIEW tile_ledger AS
    WITH attempt AS (
        SELECT *
        FROM read_json(
            getvariable('qsospec_tile_root') || '/_ledger/log.jsonl',
            format := 'newline_delimited',
            ignore_errors := true,
            columns := {
            release: 'VARCHAR',
            survey: 'VARCHAR',
            program: 'VARCHAR',
            tile: 'VARCHAR',
            status: 'VARCHAR',
            reason: 'VARCHAR',
            message: 'VARCHAR',
            path: 'VARCHAR',
            spectra: 'BIGINT',
            n_targets: 'BIGINT',
            n_without_redshift: 'BIGINT',
            cameras: 'VARCHAR',
            missing: 'VARCHAR[]',
            parquet_bytes: 'BIGINT',
            sha256: 'VARCHAR',
            logical_bytes: 'BIGINT',
            fits_bytes: 'BIGINT',
            fetched_bytes: 'BIGINT',
            sources: 'STRUCT(kind VARCHAR, name VARCHAR, bytes BIGINT, checksum VARCHAR)[]',
            options: 'VARCHAR',
            options_hash: 'VARCHAR',
            software: 'VARCHAR',
            batch: 'INTEGER',
            started_at: 'VARCHAR',
            finished_at: 'VARCHAR',
            seconds: 'DOUBLE',
            seconds_download: 'DOUBLE',
            published: 'VARCHAR[]'
            }
        )
        WHERE tile IS NOT NULL
    )
    SELECT
        release,
        survey,
        program,
        tile,
        status,
        reason,
        message,
        path,
        spectra,
        n_targets,
        n_without_redshift,
        cameras,
        missing,
        parquet_bytes,
        sha256,
        logical_bytes,
        fits_bytes,
        fetched_bytes,
        sources,
        options,
        options_hash,
        software,
        batch,
        started_at,
        finished_at,
        seconds,
        seconds_download,
        published
    FROM attempt
    QUALIFY row_number() OVER (
        PARTITION BY release, survey, program, tile
        ORDER BY coalesce(finished_at, started_at) DESC, finished_at DESC NULLS LAST
    ) = 1;

COMMENT ON COLUMN tile_ledger.release IS 'Data release';
COMMENT ON COLUMN tile_ledger.survey IS 'Survey';
COMMENT ON COLUMN tile_ledger.program IS 'Observing program';
COMMENT ON COLUMN tile_ledger.tile IS 'Name of the tile: its HEALPix pixel, or tile-petal-night';
COMMENT ON COLUMN tile_ledger.status IS 'converted, failed, or started (an attempt that has not ended)';
COMMENT ON COLUMN tile_ledger.reason IS 'Why it failed, of the failure taxonomy; zero_selected for a valid tile without spectra';
COMMENT ON COLUMN tile_ledger.message IS 'What the error said';
COMMENT ON COLUMN tile_ledger.path IS 'Tile Parquet, relative to the root';
COMMENT ON COLUMN tile_ledger.spectra IS 'Spectra in the tile';
COMMENT ON COLUMN tile_ledger.n_targets IS 'Targets of the coadd that are no sky';
COMMENT ON COLUMN tile_ledger.n_without_redshift IS 'Of those, without a row in redrock';
COMMENT ON COLUMN tile_ledger.cameras IS 'Cameras that the coadd has, such as BRZ';
COMMENT ON COLUMN tile_ledger.missing IS 'Companions that were not there; their columns are NULL';
COMMENT ON COLUMN tile_ledger.parquet_bytes IS 'Size of the tile [byte]';
COMMENT ON COLUMN tile_ledger.sha256 IS 'SHA-256 of the tile';
COMMENT ON COLUMN tile_ledger.logical_bytes IS 'Flux, ivar and mask of the selected spectra at 12 bytes a pixel [byte]';
COMMENT ON COLUMN tile_ledger.fits_bytes IS 'Size of the source files [byte]';
COMMENT ON COLUMN tile_ledger.fetched_bytes IS 'Bytes that were downloaded [byte]';
COMMENT ON COLUMN tile_ledger.sources IS 'Files that went into the tile';
COMMENT ON COLUMN tile_ledger.options IS 'Options of the conversion, JSON';
COMMENT ON COLUMN tile_ledger.options_hash IS 'Hash of the options and of the tile format';
COMMENT ON COLUMN tile_ledger.software IS 'Version that made the tile';
COMMENT ON COLUMN tile_ledger.batch IS 'Batch of the run';
COMMENT ON COLUMN tile_ledger.started_at IS 'UTC, ISO 8601';
COMMENT ON COLUMN tile_ledger.finished_at IS 'UTC, ISO 8601';
COMMENT ON COLUMN tile_ledger.seconds IS 'Conversion and validation [s]';
COMMENT ON COLUMN tile_ledger.seconds_download IS 'Download [s]';
COMMENT ON COLUMN tile_ledger.published IS 'Name and SHA-256 of the source files, as the release publishes them';
