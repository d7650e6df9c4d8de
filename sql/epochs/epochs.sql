-- epochs: which fitted spectra are of the same source, one row a fitted spectrum with a position.
--
-- Spectra closer than 1.5 arcsec are one source (fibres are 1.5 to 3 arcsec wide); it is named by the smallest of its
-- keys. Take another radius with crossmatch(objects, objects, radius).
CREATE OR REPLACE VIEW epochs AS
    WITH named AS (
        SELECT c.a.object_key AS object_key, min(c.b.object_key) AS source_key
        FROM crossmatch(objects, objects, 1.5e0 / 3600e0) AS c
        GROUP BY c.a.object_key
    )
    SELECT
        n.object_key AS object_key,
        n.source_key AS source_key,
        count(*) OVER (PARTITION BY n.source_key)::BIGINT AS n_epochs
    FROM named AS n;

COMMENT ON COLUMN epochs.object_key IS 'Deterministic key of the spectrum';
COMMENT ON COLUMN epochs.source_key IS 'Smallest object_key of all spectra of the source';
COMMENT ON COLUMN epochs.n_epochs IS 'Spectra of the source in this run';
