"""Wavelengths and parameters become basis columns and their derivatives."""
