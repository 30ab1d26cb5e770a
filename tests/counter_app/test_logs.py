import json
import logging
from datetime import datetime

import pytest

from counter_app import logs


def test_a_line_is_json_and_quotes_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """When, how bad, where and what; of an error its name and place, and none of its words."""
    logger, handler = logging.getLogger("counter_app.resolver"), logs.handler()
    logger.addHandler(handler)
    try:
        int("Hoàng Thị Mai")
    except ValueError:
        logger.exception("the resolver failed %d times", 2)
    finally:
        logger.removeHandler(handler)
    line = json.loads(capsys.readouterr().err)
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() is not None
    assert line.pop("at").startswith("test_logs.py:")
    assert line == {
        "event": "the resolver failed 2 times",
        "level": "error",
        "logger": "counter_app.resolver",
        "error": "ValueError",
    }
