"""`python app.py`: the whole product on one port, on a fresh machine too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from rag.bootstrap import enter  # noqa: E402 - found through the line above

if __name__ == "__main__":
    enter(__file__)
    from rag.cli import main

    sys.exit(main(["serve", *sys.argv[1:]]))
