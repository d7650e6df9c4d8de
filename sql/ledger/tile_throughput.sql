-- tile_throughput: tiles, spectra and megabytes of every hour in which tiles were made.
CREATE OR REPLACE VIEW tile_throughput AS
    SELECT
        date_trunc('hour', finished_at::TIMESTAMPTZ) AS hour,
        count(*) FILTER (status = 'converted') AS tiles,
        count(*) FILTER (status = 'failed') AS failures,
        sum(spectra)::BIGINT AS spectra,
        sum(fits_bytes) / 1e6 AS fits_mb,
        sum(fetched_bytes) / 1e6 AS fetched_mb,
        sum(parquet_bytes) / 1e6 AS parquet_mb,
        sum(logical_bytes) / nullif(sum(parquet_bytes), 0) AS compression,
        sum(seconds) AS seconds_converting,
        sum(seconds_download) AS seconds_downloading,
        fetched_mb / nullif(seconds_downloading, 0) AS download_mb_per_s
    FROM tile_ledger
    WHERE finished_at IS NOT NULL
    GROUP BY hour
    ORDER BY hour;

COMMENT ON COLUMN tile_throughput.hour IS 'Begin of the hour';
COMMENT ON COLUMN tile_throughput.tiles IS 'Tiles that were made';
COMMENT ON COLUMN tile_throughput.failures IS 'Tiles that failed';
COMMENT ON COLUMN tile_throughput.spectra IS 'Spectra in them';
COMMENT ON COLUMN tile_throughput.fits_mb IS 'Source files [Mbyte]';
COMMENT ON COLUMN tile_throughput.fetched_mb IS 'Of those, downloaded [Mbyte]';
COMMENT ON COLUMN tile_throughput.parquet_mb IS 'Tiles [Mbyte]';
COMMENT ON COLUMN tile_throughput.compression IS 'Logical bytes of the selected spectra by bytes of the tiles';
COMMENT ON COLUMN tile_throughput.seconds_converting IS 'Time in conversion and validation, all workers together [s]';
COMMENT ON COLUMN tile_throughput.seconds_downloading IS 'Time in downloads, all workers together [s]';
COMMENT ON COLUMN tile_throughput.download_mb_per_s IS 'Effective rate of one download [Mbyte/s]';
