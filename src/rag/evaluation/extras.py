"""What the evaluation needs beside the product, and one line for whoever lacks it."""

from __future__ import annotations

from importlib.util import find_spec

from rag.errors import InputError


def require(*modules: str) -> None:
    """Raise InputError when a library of the extra `eval` is not installed."""
    missing = [module.replace("_", "-") for module in modules if find_spec(module) is None]
    if missing:
        raise InputError(f"{' and '.join(missing)} not installed, which this command needs: pip install '.[eval]'")
