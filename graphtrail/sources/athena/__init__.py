"""Athena: the table of a trail bucket, and records unloaded from it as Parquet."""
