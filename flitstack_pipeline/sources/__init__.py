"""Reads source systems: in whatever form data comes, it leaves as one Parquet file per object, with its rejects."""
