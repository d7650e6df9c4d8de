"""One survey file becomes Arrow rows of the spectra relation."""
