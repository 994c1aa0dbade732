"""What the API tells whoever keeps records: defined in `rag.exchanges`, so that `rag.records` need not know the API."""

from rag.exchanges import Exchange, NullRecorder, Recorder

__all__ = ["Exchange", "NullRecorder", "Recorder"]
