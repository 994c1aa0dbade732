"""What the OpenAPI document promises, tried with made-up requests (schemathesis)."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from library import shared_chatbot
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import service_for

from rag.api.app import new_app

MANY = {"rate_address": "1000000/minute", "rate_site": "1000000/minute", "streams_per_address": 1000}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
bot = shared_chatbot()
schema = schemathesis.openapi.from_asgi(
    "/api/openapi.json", new_app(service_for(bot, docs_dir=bot.settings.docs_dir, **MANY))
)


@schema.parametrize()
@settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
def test_the_interface_keeps_what_its_document_promises(case: Any) -> None:
    case.call_and_validate(checks=CHECKS)
