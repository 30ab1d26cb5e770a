"""Schemathesis over the whole document, as each role: no 5xx, nothing undocumented, no answer off its schema."""

import copy
from typing import Any, Final
from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode

from tests.contract.cast import Cast
from tests.contract.documented import document

EXAMPLES: Final = 25

CONFIG: Final = SchemathesisConfig.from_dict(
    {
        "generation": {"deterministic": True, "no-shrink": True, "with-security-parameters": False},
        "checks": {
            # Our rules say more than a schema can: digits that do not fit together (400), a code that has ended (410).
            "positive_data_acceptance": {
                "expected-statuses": ["2xx", "400", "401", "403", "404", "409", "410", "429"]
            },
            "negative_data_rejection": {
                "expected-statuses": ["400", "401", "403", "404", "405", "409", "410", "413", "422", "429"]
            },
        },
    }
)

schema = schemathesis.openapi.from_dict(copy.deepcopy(document()), config=CONFIG)


def ask(cast: Cast, case: schemathesis.Case) -> Response:
    """Ask as the role that may, with a fresh key; anything negative stays as it was made."""
    operation_id = case.operation.definition.raw["operationId"]
    case.headers["Authorization"] = f"Bearer {cast.token(operation_id)}"
    if "Idempotency-Key" in case.headers and is_positive(case):
        case.headers["Idempotency-Key"] = str(uuid4())
    answer = case.call(app=cast.service.client.app)
    case.validate_response(answer)
    return answer


def is_positive(case: schemathesis.Case) -> bool:
    return case.meta is None or case.meta.generation.mode is GenerationMode.POSITIVE


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_input_brings_an_undocumented_answer(case: schemathesis.Case, cast: Cast) -> None:
    """Good and bad data for every operation: the answer is one that the document announces."""
    ask(cast, case)
