"""Records of what was asked and answered, in a database: written behind, kept for some days, read by whoever runs the site.

`recorder_from` gives surfaces their `Recorder`; `Database` with `report`, `export` and `forget` is the reading side.
"""

from rag.records.database import Database, database_from
from rag.records.keeping import expire, forget
from rag.records.recorder import WriteBehind, recorder_from

__all__ = ["Database", "WriteBehind", "database_from", "expire", "forget", "recorder_from"]
