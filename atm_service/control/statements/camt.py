"""ISO 20022 camt.053, versions 001.02 and 001.08: read strictly, one entry in memory at a time.

No document type, entity or other encoding than UTF-8; nothing deeper, longer or more than the bounds. An element that
is not asked for is passed by; one that is asked for stands once and is what it should be.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from xml.sax import SAXException
from xml.sax.handler import ContentHandler, feature_namespaces
from xml.sax.xmlreader import Locator

from defusedxml import DefusedXmlException
from defusedxml.expatreader import create_parser

from atm_service.control.statements import domain
from atm_service.control.statements.domain import Line, Statement, StatementRefused
from atm_service.platform.calendar import VIETNAM

NAMESPACES: Final = {
    f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}": version for version in ("02", "08")
}
DEPTH_MAX: Final = 24
NODES_MAX: Final = 100_000
"""In memory at a time: a batch of several thousand."""
_STATEMENT: Final = ["Document", "BkToCstmrStmt", "Stmt"]
_DECLARED: Final = re.compile(r"\s*<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_REFERENCES: Final = ("AcctSvcrRef", "InstrId", "EndToEndId", "TxId", "UETR", "ChqNb")
_PIECE: Final = 65_536


class _Node:
    """An element with what is in it."""

    __slots__ = ("attributes", "children", "line", "tag", "text")

    def __init__(self, tag: str, line: int, attributes: dict[str, str]) -> None:
        self.tag, self.line, self.attributes = tag, line, attributes
        self.text: list[str] = []
        self.children: list[_Node] = []

    def all(self, path: str) -> Iterable["_Node"]:
        """Give the elements at a path below this one."""
        head, _, rest = path.partition("/")
        for child in self.children:
            if child.tag == head:
                yield from child.all(rest) if rest else (child,)

    def find(self, path: str) -> "_Node | None":
        """Give the one element at a path; None: there is none. Raises `StatementRefused` for a second one."""
        first, second, *_ = [*self.all(path), None, None]
        if second is not None:
            raise StatementRefused(second.line, f"a second {path}")
        return first

    def one(self, *paths: str) -> "_Node":
        """Give the element at the first path where there is one. Raises `StatementRefused`."""
        found = next(filter(None, map(self.find, paths)), None)
        if found is None:
            raise StatementRefused(self.line, f"{self.tag} without {paths[0]}")
        return found

    @property
    def said(self) -> str:
        """Give what is written in it; in place of what cannot be seen stands a mark, for it may turn words round.

        Raises `StatementRefused` where elements are.
        """
        if self.children:
            raise StatementRefused(self.line, f"{self.tag} with more in it than words")
        said = "".join(self.text).strip()
        if said.isprintable():
            return said
        return "".join(one if one.isprintable() or one.isspace() else "\ufffd" for one in said)


class _Reader(ContentHandler):
    """Gathers what stands beside the entries of a statement, and makes a line of each entry as it ends."""

    def __init__(self, locator: Locator, lines_max: int) -> None:
        super().__init__()
        self._place = locator
        self.statements: list[Statement] = []
        self._open: list[_Node] = []
        self._lines: list[Line] = []
        self._nodes = self._beside = self._left = 0  # elements in memory, and of these beside the entry
        self._lines_max = lines_max
        self._space: str | None = None

    @property
    def _path(self) -> list[str]:
        return [one.tag for one in self._open]

    @property
    def at(self) -> int:
        return self._place.getLineNumber() or 0

    def startElementNS(self, name: tuple[str | None, str], _: str | None, attributes: object) -> None:  # noqa: N802
        space, tag = name
        if not self._open and (tag != "Document" or space not in NAMESPACES):
            raise StatementRefused(self.at, "not a camt.053.001.02 or .08 document")
        if self._open and space != self._space:
            raise StatementRefused(self.at, "an element of another namespace")
        self._space = space
        if tag == "Ntry" and self._path == _STATEMENT:
            self._beside = self._nodes
        self._nodes += 1
        if len(self._open) >= DEPTH_MAX or self._nodes > NODES_MAX:
            raise StatementRefused(self.at, "more elements in one, or deeper, than any statement has")
        given = {key[1]: value for key, value in attributes.items()}  # type: ignore[attr-defined]
        node = _Node(tag, self.at, given)
        if self._open:
            self._open[-1].children.append(node)
        self._open.append(node)

    def characters(self, content: str) -> None:
        if not self._open[-1].children:
            self._open[-1].text.append(content)

    def endElementNS(self, _: tuple[str | None, str], __: str | None) -> None:  # noqa: N802
        node = self._open.pop()
        if node.tag == "Ntry" and self._path == _STATEMENT:
            if self._left + len(self._lines) >= self._lines_max:
                raise StatementRefused(node.line, f"more than {self._lines_max} lines: ask for smaller files")
            self._lines.append(_line(node))
            self._open[-1].children.pop()
            self._nodes = self._beside
        if node.tag == "Stmt" and self._path == _STATEMENT[:-1]:
            self.statements.append(_statement(node, tuple(self._lines)))
            self._left += len(self._lines)
            self._lines = []
            self._open[-1].children.pop()


def read(content: bytes, lines_max: int) -> list[Statement]:
    """Read a file. Raises `StatementRefused`."""
    text = domain.decoded(content)
    declared = _DECLARED.match(text)
    if declared and declared[1].upper() != "UTF-8":
        raise StatementRefused(1, "another encoding than UTF-8")
    parser = create_parser(forbid_dtd=True)
    reader = _Reader(parser, lines_max)
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(reader)
    try:
        for start in range(0, len(text), _PIECE):
            parser.feed(
                text[start : start + _PIECE]
            )  # as text, so that the parser takes no other encoding for it
        parser.close()
    except DefusedXmlException:
        raise StatementRefused(reader.at, "a document type or an entity: no statement has one") from None
    except SAXException as wrong:
        raise StatementRefused(reader.at, f"not well-formed XML: {wrong.getMessage()}") from None
    if not reader.statements:
        raise StatementRefused(0, "no statement in it")
    return reader.statements


def _statement(node: _Node, lines: tuple[Line, ...]) -> Statement:
    number = node.one("Acct/Id/IBAN", "Acct/Id/Othr/Id")
    sequence = node.one("LglSeqNb", "ElctrncSeqNb")
    currency = node.find("Acct/Ccy")
    if currency is not None and currency.said != "VND":
        raise StatementRefused(currency.line, "an account in another currency than VND")
    if node.find("StmtPgntn/LastPgInd") is not None and node.one("StmtPgntn/LastPgInd").said != "true":
        raise StatementRefused(node.line, "a page of a statement: ask for whole ones")
    balances: dict[str, _Node] = {}
    for balance in node.all("Bal"):
        kind = balance.one("Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry").said
        if kind in balances and kind in ("OPBD", "PRCD", "CLBD"):
            raise StatementRefused(balance.line, f"a second balance {kind}")
        balances[kind] = balance
    opening, closing = balances.get("OPBD") or balances.get("PRCD"), balances.get("CLBD")
    if opening is None or closing is None:
        raise StatementRefused(node.line, "no opening or no closing balance")
    return Statement(
        at=node.line,
        account=domain.account(number.said, number.line),
        sequence=_sequence(sequence),
        opening=_signed(opening),
        opening_on=_day(opening.one("Dt")),
        closing=_signed(closing),
        closing_on=_day(closing.one("Dt")),
        lines=lines,
    )


def _line(node: _Node) -> Line:
    status = node.one("Sts/Cd", "Sts").said
    if status != "BOOK":
        raise StatementRefused(node.line, f"an entry that is not booked ({status[:8]})")
    booked_on = _day(node.one("BookgDt"))
    value = node.find("ValDt")
    details = list(node.all("NtryDtls/TxDtls"))
    names = [one.said for path in ("NtryRef", "AcctSvcrRef") for one in node.all(path)]
    names += [one.said for detail in details for name in _REFERENCES for one in detail.all(f"Refs/{name}")]
    words = [*node.all("AddtlNtryInf")]
    for detail in details:
        words += [*detail.all("RmtInf/Ustrd"), *detail.all("AddtlTxInf")]
        names += [one.said for one in detail.all("RmtInf/Strd/CdtrRefInf/Ref")]
    text = "\n".join(one.said for one in words)
    if len(text) > domain.TEXT_MAX * max(1, len(details)):
        raise StatementRefused(node.line, f"a text of more than {domain.TEXT_MAX} characters")
    amount = _signed(node)
    if not amount:
        raise StatementRefused(node.line, "an entry of nothing")
    charges = sum(_money(one) for path in ("Chrgs/Amt", "Chrgs/Rcrd/Amt") for one in node.all(path))
    _check_details(node, details, abs(amount), charges)
    return Line(
        at=node.line,
        booked_on=booked_on,
        value_on=booked_on if value is None else _day(value),
        amount=amount,
        references=domain.references(names, text, node.line),
        text=text[: domain.TEXT_MAX],
        reversal=_flag(node.find("RvslInd")),
        charges=charges,
    )


def _check_details(node: _Node, details: list[_Node], amount: int, charges: int) -> None:
    """Refuse parts that come neither to their entry nor to it with the bank's charges; they need not name sums."""
    parts = [detail.find("Amt") or detail.find("AmtDtls/TxAmt/Amt") for detail in details]
    if not parts or None in parts:
        return
    total = sum(_money(part) for part in parts if part is not None)
    if abs(total - amount) not in (0, charges):
        raise StatementRefused(node.line, f"its parts come to {total}, not to {amount}")


def _signed(node: _Node) -> int:
    way = node.one("CdtDbtInd")
    if way.said not in ("CRDT", "DBIT"):
        raise StatementRefused(way.line, "neither CRDT nor DBIT")
    amount = _money(node.one("Amt"))
    return amount if way.said == "CRDT" else -amount


def _money(node: _Node) -> int:
    if node.attributes.get("Ccy") != "VND":
        raise StatementRefused(node.line, "an amount in another currency than VND")
    return domain.amount(node.said, node.line)


def _flag(node: _Node | None) -> bool:
    if node is not None and node.said not in ("true", "false", "1", "0"):
        raise StatementRefused(node.line, f"{node.tag} is neither true nor false")
    return node is not None and node.said in ("true", "1")


def _sequence(node: _Node) -> int:
    written = node.said
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", written, re.ASCII):
        raise StatementRefused(node.line, "not a sequence number")
    return int(written)


def _day(node: _Node) -> date:
    """Read a day, or the day of a moment here; one without an offset is as the bank writes it."""
    written = node.one("Dt", "DtTm")
    try:
        if written.tag == "Dt":
            return date.fromisoformat(written.said)
        moment = datetime.fromisoformat(written.said)
        return (moment.astimezone(VIETNAM) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        raise StatementRefused(written.line, "not a date") from None
