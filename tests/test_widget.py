"""The widget's files over HTTP; what they do is tested in `browser/`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import rag.widget
from rag.widget import widget_routes
from rag.widget.routes import FILES

FOLDER = Path(rag.widget.__file__).parent


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.include_router(widget_routes())
    return TestClient(app)


@pytest.mark.parametrize("name", FILES)
def test_files_are_public_and_kept_for_a_while(client: TestClient, name: str) -> None:
    reply = client.get(f"/{name}")
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "max-age=300" in reply.headers["cache-control"]
    assert client.get(f"/{name}", headers={"If-None-Match": reply.headers["etag"]}).status_code == 304
    assert client.get(f"/{name}", headers={"If-None-Match": '"another"'}).status_code == 200
    plain = client.get(f"/{name}", headers={"Accept-Encoding": "identity"})
    assert plain.text == reply.text
    assert "content-encoding" not in plain.headers
    assert client.head(f"/{name}").status_code == 200


def test_types_are_right(client: TestClient) -> None:
    types = [client.get(f"/{name}").headers["content-type"] for name in FILES]
    assert [kind.partition(";")[0] for kind in types] == ["text/javascript"] * 2 + ["text/css"] + [
        "application/json"
    ] * 2


def test_the_panel_is_sent_as_one_module_without_comments(client: TestClient) -> None:
    script = client.get("/widget/panel.js").text
    assert [line for line in script.splitlines() if line.startswith(("//", " ", "import"))] == []
    for part in FILES["widget/panel.js"]:
        last = (FOLDER / part).read_text("utf-8").strip().splitlines()[-2].strip()
        assert last in script


def test_nothing_else_of_the_folder_is_served(client: TestClient) -> None:
    for name in ("routes.py", "answer.js", "__init__.py", "%2e%2e%2fsettings.py"):
        assert client.get(f"/widget/{name}").status_code == 404


def test_both_languages_say_the_same_things() -> None:
    korean, english = (json.loads((FOLDER / f"{code}.json").read_text("utf-8")) for code in ("ko", "en"))
    assert list(korean) == list(english)
    assert all(korean.values())
    assert all(english.values())
    scripts = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js"))
    failures = {"offline", "network", "broken", "forbidden", "limited", "busy", "refused", "server", "stopped"}
    assert {key for key in korean if f'"{key}"' not in scripts and key not in scripts} - failures == set()


def test_no_way_from_text_to_markup() -> None:
    for path in FOLDER.glob("*.js"):
        text = path.read_text("utf-8")
        for name in (
            "innerHTML",
            "outerHTML",
            "insertAdjacent",
            "document.write",
            "eval(",
            "Function(",
            "createContextual",
            "DOMParser",
        ):
            assert name not in "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("//")), path
