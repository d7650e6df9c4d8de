-- spectra: the spectra relation over tile Parquet, one row a spectrum.
--
-- Reads the files that the variable qsospec_tiles names: a glob such as 'tiles/**/*.parquet', or a list of globs.
-- Columns of the relation that a tile lacks are NULL; columns that tiles have beyond it follow at the end. Filters on
-- scalars skip whole row groups; the arrays are read only when they are selected.
-- Generated from columns.csv by python -m qsospec_duck.catalog.generate; change that, not this file.
CREATE OR REPLACE VIEW spectra AS
    SELECT
        NULL::VARCHAR AS object_key,
        NULL::VARCHAR AS object_id,
        NULL::BIGINT AS target_id,
        NULL::VARCHAR AS survey,
        NULL::VARCHAR AS program,
        NULL::BIGINT AS healpix,
        NULL::VARCHAR AS release,
        NULL::VARCHAR AS source,
        NULL::BIGINT AS row_index,
        NULL::DOUBLE AS ra,
        NULL::DOUBLE AS dec,
        NULL::DOUBLE AS z,
        NULL::BIGINT AS zwarn,
        NULL::VARCHAR AS spectype,
        NULL::DOUBLE AS ebv,
        NULL::DOUBLE[] AS wavelength,
        NULL::FLOAT[] AS flux,
        NULL::FLOAT[] AS ivar,
        NULL::INTEGER[] AS mask_array
    WHERE false
    UNION ALL BY NAME
    SELECT *
    FROM read_parquet(getvariable('qsospec_tiles'), union_by_name := true);

COMMENT ON COLUMN spectra.object_key IS 'Deterministic key of source and row; the same input gives the same key on any machine';
COMMENT ON COLUMN spectra.object_id IS 'Scientific name; need not be unique';
COMMENT ON COLUMN spectra.target_id IS 'DESI TARGETID where there is one';
COMMENT ON COLUMN spectra.survey IS 'Survey: main, sv1, sv2, sv3, cmx or special for DESI; sdss, lamost or table elsewhere';
COMMENT ON COLUMN spectra.program IS 'Observing program: dark, bright, backup or other for DESI';
COMMENT ON COLUMN spectra.healpix IS 'HEALPix pixel of the tile, nested; NSIDE 64 unless nside says another';
COMMENT ON COLUMN spectra.release IS 'Data release';
COMMENT ON COLUMN spectra.source IS 'Name of the file it was read from';
COMMENT ON COLUMN spectra.row_index IS 'Row in that file';
COMMENT ON COLUMN spectra.ra IS 'Right ascension, ICRS [deg]';
COMMENT ON COLUMN spectra.dec IS 'Declination, ICRS [deg]';
COMMENT ON COLUMN spectra.z IS 'Redshift';
COMMENT ON COLUMN spectra.zwarn IS 'Redshift warning bits of the survey pipeline';
COMMENT ON COLUMN spectra.spectype IS 'Spectral class';
COMMENT ON COLUMN spectra.ebv IS 'Galactic E(B-V); NULL where the survey gives none [mag]';
COMMENT ON COLUMN spectra.wavelength IS 'Vacuum wavelength, observed frame, strictly increasing [Angstrom]';
COMMENT ON COLUMN spectra.flux IS 'Flux density, observed frame [1e-17 erg/s/cm2/Angstrom]';
COMMENT ON COLUMN spectra.ivar IS 'Inverse variance of flux; 0 = do not use [1e+34 s2 cm4 Angstrom2 erg-2]';
COMMENT ON COLUMN spectra.mask_array IS 'Survey mask bits';
