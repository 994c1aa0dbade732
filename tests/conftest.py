"""What holds for all tests: settings of the machine they run on do not reach them."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the cores are shared out already

# The same examples in every run: what blocks a change was caused by it. More are a developer's to ask for:
# `pytest --hypothesis-profile default --hypothesis-seed random`.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> None:
    """Forget `RAG_*` and a key of the developer's, here and in the processes that tests start."""
    for name in [name for name in os.environ if name.startswith("RAG_")] + ["OPENAI_API_KEY", "OPENAI_BASE_URL"]:
        os.environ.pop(name, None)
