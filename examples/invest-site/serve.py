"""`python examples/invest-site/serve.py`: an example site with the widget on it, and the guide behind it.

The two run on ports of this machine, as a site and the guide would on two hosts: the guide admits this one site, and
the site's content security policy admits this one guide. Options: `--port` of the site, `--guide-port`.
"""

from __future__ import annotations

import argparse
import functools
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WRITTEN = "http://127.0.0.1:7860"  # where the pages say the guide is
# What the widget needs of a strict site: its script from the guide's host, and requests to it. Nothing for styles.
POLICY = (
    "default-src 'none'; script-src {guide}; connect-src {guide}; style-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def main() -> None:
    """Serve both until stopped."""
    parser = argparse.ArgumentParser(description="An example site with the Seoul AI Guide on it.")
    parser.add_argument("--port", type=int, default=8080, help="of the site (default: 8080)")
    parser.add_argument("--guide-port", type=int, default=7860, help="of the guide (default: 7860)")
    arguments = parser.parse_args()
    address, guide = f"http://127.0.0.1:{arguments.port}", f"http://127.0.0.1:{arguments.guide_port}"
    site = site_server(guide, arguments.port)
    command = [sys.executable, "-m", "rag", "serve", "--port", str(arguments.guide_port)]
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that the guide ends with this, however it is stopped
    running = subprocess.Popen(command, env=os.environ | {"RAG_ALLOWED_ORIGINS": address, "PYTHONPATH": path})
    try:
        _wait_for(f"{guide}/widget.js", running)
        print(f"Example site: {address}/en/index.html and {address}/ko/index.html (stop with Ctrl+C)", flush=True)
        site.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        running.terminate()
        running.wait(10)


def site_server(guide: str, port: int = 0, folder: Path = HERE, policy: str = POLICY) -> ThreadingHTTPServer:
    """The site on a port of this machine (0: any free one), its pages pointing at the guide of that address."""
    return ThreadingHTTPServer(("127.0.0.1", port), site_handler(guide, folder, policy))


def site_handler(guide: str, folder: Path = HERE, policy: str = POLICY) -> Callable[..., Site]:
    """What answers requests to the site."""
    return functools.partial(Site, directory=str(folder), guide=guide, policy=policy.format(guide=guide))


class Site(SimpleHTTPRequestHandler):
    """Static pages with a content security policy."""

    def __init__(self, *arguments: object, guide: str, policy: str, directory: str) -> None:
        self.guide = guide
        self.policy = policy
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """A page with the guide's address put in; anything else as it is."""
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html" or not path.is_file():
            return super().do_GET()
        body = path.read_text("utf-8").replace(WRITTEN, self.guide).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def end_headers(self) -> None:
        """The site's headers on everything it sends."""
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "strict-origin-when-cross-origin")
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing: the address was printed at the start."""


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    """Return once the address answers; exits with the guide's own status if that ends first."""
    while running.poll() is None:
        try:
            urlopen(address, timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.3)
    sys.exit(running.returncode)


if __name__ == "__main__":
    runpy.run_path(str(ROOT / "src" / "rag" / "bootstrap.py"))["enter"](__file__)
    main()
