"""The simulated bank's own statement of a day, in both formats, for demonstrations and tests.

It tells what the bank's book says (`registers/banks/simulated.py`), whose orders carry their moment in their ids. It
may be told to disagree with the service, as banks do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from atm_service.control.statements.domain import Line, Statement
from atm_service.platform.calendar import VIETNAM
from atm_service.registers.banks.simulated import SimulatedBank

_WIDTH: Final = 65
"""Of a line of :86:."""

Disagreement = Callable[[list[Line]], list[Line]]


def day(
    bank: SimulatedBank,
    bin: str,
    account: str,
    day: date,
    disagree: Sequence[Disagreement] = (),
    told: int = 0,
) -> Statement:
    """Give a bank's statement of a day: it follows that of the day before, from the first with a movement on.

    `told`: what it has said on days before that is not in its book.
    """
    moved = sorted(
        ((_day_of(id), id, amount) for id, amount in bank.moved(bin)), key=lambda one: (one[0], one[1].int)
    )
    first = min((on for on, _, _ in moved), default=day)
    lines = [_line(id, amount, on) for on, id, amount in moved if on == day]
    for change in disagree:
        lines = change(lines)
    opening = told + sum(amount for on, _, amount in moved if on < day)
    closing = opening + sum(line.amount for line in lines)
    return Statement(0, account, max(1, (day - first).days + 1), opening, day, closing, day, tuple(lines))


def without(number: int) -> Disagreement:
    """Leave a line out; lines are counted from 0 as the bank has them."""
    return lambda lines: [*lines[:number], *lines[number + 1 :]]


def doubled(number: int) -> Disagreement:
    """Book a line twice."""
    return lambda lines: [*lines, lines[number]]


def changed(number: int, by: int) -> Disagreement:
    """Book another amount."""
    return lambda lines: [replace(one, amount=one.amount + by * (n == number)) for n, one in enumerate(lines)]


def charged(amount: int, on: date) -> Disagreement:
    """Take a fee that nobody has ordered."""
    fee = Line(0, on, on, -amount, (), "PHI QUAN LY TAI KHOAN")
    return lambda lines: [*lines, fee]


def reversed_(number: int) -> Disagreement:
    """Take a line back."""
    return lambda lines: [*lines, replace(lines[number], amount=-lines[number].amount, reversal=True)]


def _day_of(id: UUID) -> date:
    """Give the day of a UUIDv7, by its first 48 bits."""
    return datetime.fromtimestamp((id.int >> 80) / 1000, UTC).astimezone(VIETNAM).date()


def _line(id: UUID, amount: int, on: date) -> Line:
    words = "NAP TIEN VI BUU DIEN" if amount > 0 else "RUT TIEN VI BUU DIEN"
    return Line(0, on, on, amount, (id.hex.upper(),), f"{words} {id}")


def camt(statements: Iterable[Statement], version: str = "02") -> bytes:
    """Write camt.053.001.02 or .08. An account of letters first is an IBAN."""
    whole = "".join(_stmt(one, version) for one in statements)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt>
<GrpHdr><MsgId>SIMULATED</MsgId><CreDtTm>2026-01-01T00:00:00+07:00</CreDtTm></GrpHdr>
{whole}</BkToCstmrStmt>
</Document>
"""
    return text.encode()


def _stmt(one: Statement, version: str) -> str:
    kind, end = ("<IBAN>", "</IBAN>") if one.account[:2].isalpha() else ("<Othr><Id>", "</Id></Othr>")
    lines = "".join(_ntry(line, version) for line in one.lines)
    return f"""<Stmt>
<Id>{one.account}-{one.sequence}</Id><ElctrncSeqNb>{one.sequence}</ElctrncSeqNb>
<CreDtTm>{one.closing_on}T23:59:00+07:00</CreDtTm>
<Acct><Id>{kind}{one.account}{end}</Id><Ccy>VND</Ccy></Acct>
{_bal("OPBD", one.opening, one.opening_on)}{_bal("CLBD", one.closing, one.closing_on)}{lines}</Stmt>
"""


def _bal(code: str, amount: int, on: date) -> str:
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amt(amount)}<Dt><Dt>{on}</Dt></Dt></Bal>\n"


def _amt(amount: int) -> str:
    return f'<Amt Ccy="VND">{abs(amount)}</Amt><CdtDbtInd>{"CRDT" if amount >= 0 else "DBIT"}</CdtDbtInd>'


def _ntry(line: Line, version: str) -> str:
    status = "<Sts>BOOK</Sts>" if version == "02" else "<Sts><Cd>BOOK</Cd></Sts>"
    names = "".join(f"<EndToEndId>{escape(name)}</EndToEndId>" for name in line.references[:1])
    reversal = "<RvslInd>true</RvslInd>" if line.reversal else ""
    words = "".join(f"<Ustrd>{escape(part)}</Ustrd>" for part in line.text.split("\n") if part)
    days = f"<BookgDt><Dt>{line.booked_on}</Dt></BookgDt><ValDt><Dt>{line.value_on}</Dt></ValDt>"
    code = "<BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>"
    return f"""<Ntry>{_amt(line.amount)}{reversal}{status}
{days}{code}
<NtryDtls><TxDtls><Refs>{names}</Refs><RmtInf>{words}</RmtInf></TxDtls></NtryDtls></Ntry>
"""


def mt940(statements: Iterable[Statement]) -> bytes:
    """Write MT940, a message each, in SWIFT's envelope."""
    return "".join(map(_message, statements)).encode()


def _message(one: Statement) -> str:
    rows = [
        "{1:F01BFTVVNVXAXXX0000000000}{2:I940BFTVVNVXXXXXN}{4:",
        ":20:SIMULATED",
        f":25:{one.account}",
        f":28C:{one.sequence:05}/001",
        f":60F:{_balance(one.opening, one.opening_on)}",
    ]
    for line in one.lines:
        is_in = line.amount > 0
        # A reversal's mark names what it takes back: RC a credit, so money goes out.
        mark = ("RD" if is_in else "RC") if line.reversal else ("C" if is_in else "D")
        rows.append(f":61:{line.value_on:%y%m%d}{line.booked_on:%m%d}{mark}{abs(line.amount)},NTRFNONREF")
        text = " ".join([line.text, *line.references[:1]]).replace("\n", " ")
        parts = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
        rows += [f":86:{parts[0]}", *parts[1:]] if parts else []
    rows += [f":62F:{_balance(one.closing, one.closing_on)}", "-}"]
    return "".join(f"{row}\r\n" for row in rows)


def _balance(amount: int, on: date) -> str:
    return f"{'C' if amount >= 0 else 'D'}{on:%y%m%d}VND{abs(amount)},"
