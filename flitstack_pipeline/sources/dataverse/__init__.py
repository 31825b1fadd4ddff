"""Reads Microsoft Dataverse, the database of Dynamics 365, through its Web API."""

from flitstack_pipeline.sources.dataverse.access import DataverseAccess
from flitstack_pipeline.sources.dataverse.source import DataverseSource

__all__ = ["DataverseAccess", "DataverseSource"]
