"""Reads the export files of systems without an API: CSV in every dialect, workbooks, HTML tables, JSON, archives of them."""

from flitstack_pipeline.sources.exports.source import ExportSource

__all__ = ["ExportSource"]
