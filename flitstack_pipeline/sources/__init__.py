"""Reads source systems: whatever form the data comes in, it leaves as one Parquet file per object, with its rejects beside it."""
