"""Warnings on standard error, one JSON object a line, without personal data."""

import logging
from pathlib import Path
from traceback import extract_tb

import structlog


def handler() -> logging.Handler:
    """Make what writes the lines, of libraries too; of an error its name and place, since its words may quote."""
    made = logging.StreamHandler()
    made.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _error_by_place,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    return made


def _error_by_place(
    _logger: object, _method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    raised = line.pop("exc_info", None)
    if isinstance(raised, tuple) and raised[0] is not None:
        frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(raised[2])[-3:]]
        line.update(error=raised[0].__name__, at=" ".join(frames))
    return line
