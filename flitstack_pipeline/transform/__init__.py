"""Values of the source to values for Odoo. Importing the package registers every transform."""

from flitstack_pipeline.transform import (
    collections,
    contact,
    dates,
    fetched_files,
    files,
    gst,
    html,
    identifiers,
    identity,
    instants,
    made_files,
    numbers,
    places,
    rows,
    text,
    weighing,
)

__all__ = [
    "collections",
    "contact",
    "dates",
    "fetched_files",
    "files",
    "gst",
    "html",
    "identifiers",
    "identity",
    "instants",
    "made_files",
    "numbers",
    "places",
    "rows",
    "text",
    "weighing",
]
