"""`python app.py`: sets itself up where need be, then serves the whole product on one port."""

import runpy
import sys
from pathlib import Path

BOOTSTRAP = Path(__file__).resolve().parent / "src" / "rag" / "bootstrap.py"

if __name__ == "__main__":
    runpy.run_path(str(BOOTSTRAP))["enter"](__file__)  # by path: the package itself needs what is yet to be installed
    from rag.cli import main

    sys.exit(main(["serve", *sys.argv[1:]]))
