"""Arrow tables of one task become promoted shards of a run bundle."""
