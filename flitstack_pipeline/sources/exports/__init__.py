"""Reads the export files of systems without an API: CSV, workbooks, HTML tables, JSON, and archives of them."""

from flitstack_pipeline.sources.exports.source import ExportSource

__all__ = ["ExportSource"]
