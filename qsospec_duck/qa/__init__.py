"""A selection becomes figures."""
