"""Cited answers to Korean and English questions from a folder of documents.

>>> from rag.chatbot import Chatbot
>>> from rag.settings import Settings
>>> answer = Chatbot.from_settings(Settings()).ask("How many AI start-ups are in Seoul?")  # doctest: +SKIP
"""

from rag.errors import DocumentError, IndexFileError, InputError, ModelError, RagError
from rag.settings import Settings
from rag.types import Answer, Citation, Document, Hit, Passage, Sentence, Source, Turn

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "DocumentError",
    "Hit",
    "IndexFileError",
    "InputError",
    "ModelError",
    "Passage",
    "RagError",
    "Sentence",
    "Settings",
    "Source",
    "Turn",
]
