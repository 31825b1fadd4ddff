"""Look before anything is done: is the source complete, is the Odoo fit to receive it? Nothing is changed anywhere."""

from flitstack_pipeline.stages.doctor.findings import BLOCKING, OK, WARNING, Finding
from flitstack_pipeline.stages.doctor.verb import doctor

__all__ = ["BLOCKING", "OK", "WARNING", "Finding", "doctor"]
