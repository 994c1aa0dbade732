"""Errors meant for people. Each message says what is wrong, where, and how to mend it.

RagError
├── InputError        wrong usage or bad input; the command line exits with 2
│   └── DocumentError a file that cannot be read
├── IndexFileError    no index, or one that does not fit
├── RecordsError      the database of records cannot be used
└── ModelError        the language model did not answer
"""


class RagError(Exception):
    """Any error of this package that is meant for people."""


class InputError(RagError):
    """Wrong usage or bad input."""


class DocumentError(InputError):
    """A file that cannot be read as a document."""


class IndexFileError(RagError):
    """The index is missing, damaged, or made by another version or encoder."""


class ModelError(RagError):
    """The language model did not answer: time-out, refusal, rate limit, broken stream."""


class RecordsError(RagError):
    """The database of records cannot be reached, or is of a newer version."""
