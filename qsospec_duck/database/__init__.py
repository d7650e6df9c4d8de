"""DuckDB ground floor: SQL files are loaded here."""
