"""Values of the source to values for Odoo. Importing the package registers every transform."""

from flitstack_pipeline.transform import collections, contact, dates, files, html, identifiers, numbers, places, text

__all__ = ["collections", "contact", "dates", "files", "html", "identifiers", "numbers", "places", "text"]
