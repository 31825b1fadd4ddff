"""A strict fake of Microsoft Dataverse's Web API and its token service, serving an org folder.

It answers as the real one is documented to, refuses what the real one refuses, and makes trouble on demand. Tests use
`DataverseServer` in their own process or start `python flitstack_pipeline_tests/support/dataverse_server` as another.
"""

from support.dataverse_server.control import Control, RemoteControl
from support.dataverse_server.errors import OrgError
from support.dataverse_server.server import DataverseServer
from support.dataverse_server.tokens import Identity

__all__ = ["Control", "DataverseServer", "Identity", "OrgError", "RemoteControl"]
