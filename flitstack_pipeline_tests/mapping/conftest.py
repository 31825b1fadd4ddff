"""A project folder for each test."""

import pytest
from support.project import Project


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)
