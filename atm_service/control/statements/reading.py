"""Which of the two formats a file is in."""

from typing import Final, Literal

from atm_service.control.statements import camt, mt940
from atm_service.control.statements.domain import Statement, StatementRefused

Format = Literal["camt.053", "mt940"]
_BOM: Final = b"\xef\xbb\xbf"


def read(content: bytes, bytes_max: int, lines_max: int) -> tuple[Format, list[Statement]]:
    """Read a file of statements. Raises `StatementRefused` with line and reason."""
    if len(content) > bytes_max:
        raise StatementRefused(0, f"the file is larger than {bytes_max} bytes: ask for smaller ones")
    content = content.removeprefix(_BOM)
    start = content[:200].lstrip()
    if start.startswith(b"<"):
        return "camt.053", camt.read(content, lines_max)
    if start.startswith((b":20:", b"{1:")):
        return "mt940", mt940.read(content, lines_max)
    raise StatementRefused(1, "neither camt.053 nor MT940 in UTF-8")
