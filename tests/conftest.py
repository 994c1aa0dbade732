"""What holds for all tests: settings of the machine they run on do not reach them."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> None:
    """Forget `RAG_*` and a key of the developer's, here and in the processes that tests start."""
    for name in [name for name in os.environ if name.startswith("RAG_")] + ["OPENAI_API_KEY", "OPENAI_BASE_URL"]:
        os.environ.pop(name, None)
