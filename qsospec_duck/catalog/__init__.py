"""Long-form measurements become wide catalogs."""
