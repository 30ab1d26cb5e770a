"""What must be true of the province: the books say what lies there, every control holds, nobody's money is lost."""

from sqlalchemy import text

from atm_service.control.audit import watching
from atm_service.platform import chart
from atm_service.registers.notes import stock
from atm_service.registers.notes.domain import total
from ledger import reading
from tests.simulation.province import Province

_CLOSED = text("""
    SELECT DISTINCT ON (office) office, closing_total FROM service.shift WHERE closed_at IS NOT NULL
    ORDER BY office, closed_at DESC
""")
_WALLETS = text("SELECT sum(credits - debits) FROM ledger.account WHERE starts_with(code, 'customer/')")


def differences(province: Province, in_wallets: int) -> list[str]:
    """List where the books and the world differ, and which controls are broken. In the evening: no shift is open."""
    found: list[str] = []
    with province.context.transaction() as session:
        places = [
            (account, lies)
            for one in province.places
            for account, lies in (
                (chart.drawer(one.code, 1), total(one.drawer)),
                (chart.vault(one.code), total(one.vault)),
                (chart.transit(one.code), sum(bag.sent for bag in one.bags.values())),
            )
        ]
        balances = {one.code: one.normal for one in reading.balances(session, [code for code, _ in places])}
        found += [
            f"{code}: {balances[code]} in the books, {lies} there"
            for code, lies in places
            if balances[code] != lies
        ]
        counted = {row.office: row.closing_total for row in session.execute(_CLOSED)}
        for one in province.places:
            if counted.get(one.code, 0) != total(one.drawer):
                found.append(
                    f"{one.code}: the last count was {counted.get(one.code)}, {total(one.drawer)} lie there"
                )
            known = {code: notes for code, _, notes in stock.of_office(session, one.code)}
            if known != {chart.drawer(one.code, 1): one.drawer, chart.vault(one.code): one.vault}:
                found.append(f"{one.code}: other notes lie there than are known")
        wallets = session.execute(_WALLETS).scalar_one()
        if wallets != in_wallets:
            found.append(f"wallets: {wallets} in the books, {in_wallets} should be")
        controls = watching.controls(session, province.context.policy, province.clock.now)
        found += [f"control {one.name}: {one.breaks} breaks" for one in controls if not one.holds]
    return found
