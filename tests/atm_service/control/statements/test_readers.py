"""camt.053 and MT940: real-shaped files are read to the đồng, everything else is refused with line and reason."""

import tracemalloc
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atm_service.control.statements import domain, reading, simulated
from atm_service.control.statements.domain import Line, Statement, StatementRefused
from tests.atm_service.control.statements.banks import MONDAY, NUMBER, a_line, a_statement

BYTES_MAX: Final = 16_000_000
LINES_MAX: Final = 1_000
ORDER: Final = "0193314F1B3A7C4D8E2F0A1B2C3D4E5F"
DASHED: Final = "0193314f-1b3a-7c4d-8e2f-0a1b2c3d4e5f"

# As Vietnamese banks send it: a batch of two, a charge, a reversal, words over lines, the 08's Cd in Sts, DtTm, CLAV.
CAMT: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-16T23:59:00+07:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>320</ElctrncSeqNb><LglSeqNb>7</LglSeqNb>
<Acct><Id><Othr><Id>0011 0040 00001</Id></Othr></Id><Ccy>VND</Ccy><Ownr><Nm>Bưu điện</Nm></Ownr></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1000000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-16</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1489000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><DtTm>2026-11-16T23:59:59+07:00</DtTm></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLAV</Cd></CdOrPrtry></Tp><Amt Ccy="VND">1489000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-16</Dt></Dt></Bal>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="VND">500000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-16</Dt></BookgDt><ValDt><Dt>2026-11-17</Dt></ValDt><AcctSvcrRef>FT26320001</AcctSvcrRef>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><Amt Ccy="VND">300000</Amt><RmtInf><Ustrd>NAP TIEN {DASHED[:20]}</Ustrd><Ustrd>{DASHED[20:]}</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><Amt Ccy="VND">200000</Amt></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="VND">11000</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>false</RvslInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-11-16</Dt></BookgDt><Chrgs><TtlChrgsAndTaxAmt Ccy="VND">1000</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="VND">1000</Amt></Rcrd></Chrgs>
<NtryDtls><TxDtls><Amt Ccy="VND">10000</Amt></TxDtls></NtryDtls><AddtlNtryInf>PHI</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="VND">5000</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><DtTm>2026-11-16T10:00:00</DtTm></BookgDt></Ntry>
<Ntry><Amt Ccy="VND">5000</Amt><CdtDbtInd>DBIT</CdtDbtInd><RvslInd>true</RvslInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-16</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""  # noqa: E501
MT940: Final = f"""{{1:F01BFTVVNVXAXXX0000000000}}{{2:I940BFTVVNVXXXXXN}}{{4:\r
:20:STMT\r
:25:BFTVVNVX/0011004000001\r
:28C:00007/001\r
:60F:C261116VND1000000,\r
:61:2611171116CD500000,00NTRFE2//FT26320001\r
extra words\r
:86:NAP TIEN {DASHED[:20]}\r
{DASHED[20:]}\r
:61:261116D11000,NCHGNONREF\r
:61:2611161116C5000,NTRFNONREF\r
:86:one\r
:61:2611161116RC5000,NTRFNONREF\r
:62F:C261116VND1489000,\r
:64:C261116VND1489000,\r
:86:a word on all of it\r
-}}\r
"""


def read(content: bytes | str) -> list[Statement]:
    raw = content.encode() if isinstance(content, str) else content
    return reading.read(raw, BYTES_MAX, LINES_MAX)[1]


def refusal(content: bytes | str) -> tuple[int, str]:
    with pytest.raises(StatementRefused) as refused:
        read(content)
    return refused.value.line, refused.value.reason


@pytest.mark.parametrize(
    "content", [CAMT, CAMT.replace("001.08", "001.02").replace("<Cd>BOOK</Cd>", "BOOK"), MT940]
)
def test_real_shapes_are_read(content: str) -> None:
    """Both formats: batches, charges, reversals, words over lines, value dates, accounts with blanks or a BIC."""
    (one,) = read(content)
    assert (one.account, one.sequence, one.opening, one.closing) == (NUMBER, 7, 1_000_000, 1_489_000)
    assert (one.opening_on, one.closing_on) == (MONDAY, MONDAY)
    first, charge, wrong, back = one.lines
    assert (first.amount, first.booked_on, first.value_on) == (500_000, MONDAY, MONDAY + timedelta(days=1))
    assert {ORDER, "E2", "FT26320001"} <= set(first.references)
    assert not {"NOTPROVIDED", "NONREF"} & {name for line in one.lines for name in line.references}
    assert (charge.amount, wrong.amount, back.amount) == (-11_000, 5_000, -5_000)
    assert [line.reversal for line in one.lines] == [False, False, False, True]
    domain.check(one, None, MONDAY)
    assert content == MT940 or charge.charges == 1_000


def test_several_accounts_a_file_and_an_iban() -> None:
    """Each statement has its own account; an IBAN is one."""
    both = [a_statement(a_line(5)), a_statement(account="AL35202111090000000001234567")]
    for written in (simulated.camt(both), simulated.camt(both, "08"), simulated.mt940(both)):
        assert [one.account for one in read(written)] == [NUMBER, "AL35202111090000000001234567"]


def test_pages_of_one_statement_are_put_together() -> None:
    """`:60M:` and `:62M:` tie pages; one that is missing, or comes twice, refuses the file."""
    whole = MT940.replace("60F", "60X")
    first = whole.replace("60X", "60F").replace(":62F:C261116VND1489000", ":62M:C261116VND1489000")
    second = "".join(
        f"{row}\r\n"
        for row in (
            ":20:S",
            f":25:{NUMBER}",
            ":28C:7/2",
            ":60M:C261116VND1489000,",
            ":62F:C261116VND1489000,",
            "-",
        )
    )
    (one,) = read(first + second)
    assert (one.closing, len(one.lines)) == (1_489_000, 4)
    follows = "a page that does not follow the one before"
    assert refusal(first + second.replace("7/2", "7/3")) == (18, follows)
    assert refusal(second)[1] == follows
    assert refusal(first)[1] == "the last page of a statement is not in it"


BOMB: Final = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><Document>&b;</Document>'
)
OUTSIDE: Final = '<?xml version="1.0"?><!DOCTYPE l SYSTEM "file:///etc/passwd"><Document/>'
CAMT_REFUSED: Final = [
    (lambda _: BOMB, 1, "a document type"),
    (lambda _: OUTSIDE, 1, "a document type"),
    (lambda x: x.replace("<Document", "<!DOCTYPE Document><Document"), 2, "a document type"),
    (lambda x: x.replace("UTF-8", "ISO-8859-1"), 1, "another encoding"),
    (lambda x: x.encode("utf-16"), 1, "neither camt.053 nor MT940"),
    (lambda x: x.encode().replace("Bưu".encode(), b"B\xff\xfeu"), 5, "not UTF-8"),
    (lambda x: x.replace(" encoding", " " * 300 + "encoding").replace("UTF-8", "cp1258"), 1, "another encoding"),
    (lambda x: x.replace(" encoding", " " * 300 + "encoding").replace("UTF-8", "x-none"), 1, "another encoding"),
    (lambda x: x.replace(' encoding="UTF-8"', "").encode("utf-16-le"), 5, "not UTF-8"),
    (lambda x: x.replace(">500000<", ">500,000<"), 9, "or thousands"),
    (lambda x: x.replace(">500000<", ">5.000<"), 9, "or thousands"),
    (lambda x: x.replace(">500000<", ">50000<x/>0<"), 9, "Amt with more in it"),
    (lambda x: x.replace("0011 0040", "0011<x/>0040"), 5, "Id with more in it"),
    (lambda x: x.replace("2026-11-16T10:00:00", "0001-01-01T00:00:00+14:00"), 17, "not a date"),
    (lambda x: x.replace("PHI", "P\0HI"), 16, "not well-formed"),
    (lambda x: x.replace("camt.053.001.08", "camt.053.001.09"), 2, "not a camt.053.001.02 or .08"),
    (lambda x: x.replace("<Ntry>", '<Ntry xmlns="urn:other">', 1), 9, "of another namespace"),
    (lambda x: x.replace('<Amt Ccy="VND">500000', f"<Amt Ccy=\"VND\">{'9' * 40}"), 9, "not an amount"),
    (lambda x: x.replace(">500000<", ">500000.50<"), 9, "a fraction of a đồng"),
    (lambda x: x.replace(">500000<", ">9999999999999999<"), 9, "beyond all bounds"),
    (lambda x: x.replace(">500000<", ">-500000<"), 9, "not an amount"),
    (lambda x: x.replace(">500000<", ">0<"), 9, "an entry of nothing"),
    (lambda x: x.replace(">500000<", ">500001<"), 9, "its parts come to 500000"),
    (lambda x: x.replace('Ccy="VND">500000', 'Ccy="USD">500000'), 9, "another currency"),
    (lambda x: x.replace("<Ccy>VND", "<Ccy>USD"), 5, "another currency"),
    (lambda x: x.replace("BOOK", "PDNG", 1), 9, "not booked"),
    (lambda x: x.replace("CRDT</CdtDbtInd><Sts>", "CRED</CdtDbtInd><Sts>", 1), 9, "neither CRDT nor DBIT"),
    (lambda x: x.replace("<LglSeqNb>7", "<LglSeqNb>x"), 4, "not a sequence"),
    (lambda x: x.replace("<ElctrncSeqNb>320</ElctrncSeqNb><LglSeqNb>7</LglSeqNb>", ""), 4, "Stmt without LglSeqNb"),
    (lambda x: x.replace("OPBD", "XXXX"), 4, "no opening"),
    (lambda x: x.replace("CLAV", "CLBD"), 8, "a second balance"),
    (lambda x: x.replace("2026-11-17", "2026-11-31"), 10, "not a date"),
    (lambda x: x.replace("0011 0040 00001", "00/11"), 5, "not an account"),
    (lambda x: x.replace(">true<", ">maybe<"), 18, "neither true nor false"),
    (lambda x: x.replace("E2", "E" * 65), 9, "a reference of more"),
    (lambda x: x.replace("PHI", "P" * 20_000), 14, "a text of more"),
    (lambda x: x.replace("<AddtlNtryInf>", "<A>" * 30 + "</A>" * 30 + "<AddtlNtryInf>"), 16, "deeper"),
    (lambda x: x.replace("<AddtlNtryInf>", "<A/>" * 110_000 + "<AddtlNtryInf>"), 16, "more elements"),
    (lambda x: x.replace("<Bal>", "<A/>" * 110_000 + "<Bal>", 1), 6, "more elements"),
    (lambda x: x.replace("<Sts><Cd>", "<Sts><Cd>BOOK</Cd></Sts><Sts><Cd>", 1), 9, "a second Sts"),
    (lambda _: '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"/>', 0, "no statement"),
    (lambda x: "x" + x, 1, "neither camt.053 nor MT940"),
]  # fmt: skip
MT940_REFUSED: Final = [
    (lambda x: x.replace(":20:STMT\r\n", ""), 2, "does not begin with :20:"),
    (lambda x: x.replace("-}", ""), 2, "a message without its end"),
    (lambda x: x.replace(":64:", ":99:"), 15, "no field of MT940"),
    (lambda x: x.replace(":64:C", ":64C"), 15, "not a field"),
    (lambda x: x.replace("one\r\n", "o\0ne\r\n"), 12, "a character that is none"),
    (lambda x: x.encode().replace(b"one", b"\xff"), 12, "not UTF-8"),
    (lambda x: x.replace("CD500000,00", "CD500000,50"), 6, "a fraction of a đồng"),
    (lambda x: x.replace("CD500000,00", "CD500,000"), 6, "or thousands"),
    (lambda x: x.replace("CD500000,00", f"CD{'9' * 40},"), 6, "not an amount"),
    (lambda x: x.replace("CD500000,00", "CD5x0000,00"), 6, "not a line"),
    (lambda x: x.replace("CD500000,00", "CD0,"), 6, "an entry of nothing"),
    (lambda x: x.replace(":61:261117", ":61:261331"), 6, "not a date"),
    (lambda x: x.replace(":61:2611171116", ":61:2611170231"), 6, "not a date"),
    (lambda x: x.replace(":60F:C261116VND", ":60F:C261116USD"), 5, "another currency"),
    (lambda x: x.replace(":60F:C2", ":60F:X2"), 5, "not a balance"),
    (lambda x: x.replace("00007/001", "0/1"), 4, "not a sequence"),
    (lambda x: x.replace(":25:BFTVVNVX/0011004000001", ":25:??"), 3, "not an account"),
    (lambda x: x.replace(":25:BFTVVNVX/0011004000001\r\n", ""), 2, "no :25:"),
    (lambda x: x.replace(":62F:C261116VND1489000,\r\n", ""), 2, "no :62F:"),
    (lambda x: x.replace(":28C:", ":25:1234\r\n:28C:"), 4, "a second :25:"),
    (lambda x: x.replace("one\r\n", "one\r\n" + "words and words\r\n" * 200), 137, "a field of more"),
    (lambda x: x.replace(":28C:", "stray\r\n:28C:"), 4, "belongs to no field"),
    (lambda x: x.replace(":62F:", ":61:2611161116C5000,NTRFNONREF\r\n" * 1_001 + ":62F:"), 1_010, "more lines"),
    (lambda x: x + "and more", 18, "does not begin with :20:"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "change", "line", "reason"),
    [(CAMT, *one) for one in CAMT_REFUSED] + [(MT940, *one) for one in MT940_REFUSED],
)
def test_what_is_not_right_is_refused(
    content: str, change: Callable[[str], bytes | str], line: int, reason: str
) -> None:
    """With the line of the file and why."""
    wrong = change(content)
    assert wrong != content
    at, said = refusal(wrong)
    assert (reason in said, at) == (True, line), said


def test_a_refusal_repeats_nothing_long() -> None:
    """It goes to the trail: a name of a million letters does not."""
    long = "a" * 1_000_000
    assert len(refusal(CAMT.replace("<Ntry>", f'<{long} xmlns="x"/><Ntry>', 1))[1]) < 100
    deep = f"<RvslInd><{long}/></RvslInd>"
    assert len(refusal(CAMT.replace("<RvslInd>false</RvslInd>", deep))[1]) < 100


def test_marks_that_turn_words_round_are_seen() -> None:
    """A payer's words cannot show another sum on the page; nor do they refuse the whole file."""
    fee = read(CAMT.replace("PHI", "PHI \u202e000.005+\u2066 \u200b\nH\u1ea5t"))[0].lines[1]
    assert fee.text == "PHI \ufffd000.005+\ufffd \ufffd\nH\u1ea5t"
    assert "E2\ufffd" in read(CAMT.replace(">E2<", ">E2\u202e<"))[0].lines[0].references


def test_a_moment_is_of_the_day_here() -> None:
    """A bank that writes UTC books after midnight here on the evening before there."""
    utc = CAMT.replace("2026-11-16T10:00:00", "2026-11-15T17:00:00Z")
    assert read(utc)[0].lines[2].booked_on == MONDAY
    assert read(utc.replace("17:00:00Z", "16:59:59Z"))[0].lines[2].booked_on == MONDAY - timedelta(days=1)


def test_too_much_is_refused() -> None:
    """A file beyond the policy's bytes or lines is refused before it takes memory."""
    many = [a_line(1) for _ in range(LINES_MAX + 1)]
    assert "more than 1000 lines" in refusal(simulated.camt([a_statement(*many)]))[1]
    assert "larger than" in refusal(b"<" * (BYTES_MAX + 1))[1]
    huge = CAMT.replace("PHI", "P" * (BYTES_MAX - 10_000)).encode()
    tracemalloc.start()
    refusal(huge)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * BYTES_MAX


DAYS: Final = st.dates(date(2020, 1, 1), date(2030, 12, 31))
WORDS: Final = st.text("ABCDEFGHIJ khongdau0123456789.", max_size=150).map(
    lambda words: " ".join(words.split())
)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Make a statement of a day as the simulated bank may write it."""
    on = draw(DAYS)
    lines = [
        Line(0, on, on - timedelta(draw(st.integers(0, 5))), amount, (draw(st.uuids()).hex.upper(),), text, reversal)
        for amount, text, reversal in draw(
            st.lists(st.tuples(st.integers(-(10**12), 10**12).filter(bool), WORDS, st.booleans()), max_size=8)
        )
    ]  # fmt: skip
    opening = draw(st.integers(-(10**12), 10**12))
    return a_statement(*lines, sequence=draw(st.integers(1, 99_999)), opening=opening, on=on)


@given(statements())
def test_what_the_simulated_bank_writes_is_read_back(one: Statement) -> None:
    """To the đồng and the day, in each format and version."""
    for written in (simulated.camt([one]), simulated.camt([one], "08"), simulated.mt940([one])):
        (back,) = read(written)
        for name in ("account", "sequence", "opening", "opening_on", "closing", "closing_on"):
            assert getattr(back, name) == getattr(one, name)
        facts = ("amount", "booked_on", "value_on", "reversal")
        got = [tuple(getattr(line, name) for name in facts) for line in back.lines]
        assert got == [tuple(getattr(line, name) for name in facts) for line in one.lines]


@given(statements(), st.data())
def test_a_file_that_is_cut_anywhere_is_refused(one: Statement, data: st.DataObject) -> None:
    """At any byte before its last one that counts."""
    for written in (simulated.camt([one]), simulated.mt940([one])):
        whole = written.rstrip()
        refusal(whole[: data.draw(st.integers(0, len(whole) - 2))])
