"""A machine that stands still in the middle of a payment: nobody waits for it long, and it is told what happened."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Event

from sqlalchemy import text

from atm_service.platform import database
from tests.simulation.people import OFFICE, Town, clock, known, slug
from tests.simulation.processes import Service, started

DRAWERS = text("SELECT place FROM service.note_stock FOR UPDATE")
STATE = text("""
    SELECT coalesce(wait_event_type, state) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%note_stock%'
        AND state <> 'idle'
""")


def test_a_paused_process_gives_the_drawer_back(town: Town) -> None:
    """It holds the drawer for ten seconds and no more; awake, it says 503, and the same key pays under the new time."""
    service = Service(town.url, town.data_dir)
    owner = database.owner_engine(town.url)

    def stands_at(state: str) -> None:
        with owner.connect() as eye:
            while state not in eye.execute(STATE).scalars().all():  # the holder's own row may come first
                assert not asked.done()
                eye.rollback()
                Event().wait(0.02)

    with started(service), ThreadPoolExecutor(1) as one:
        line = town.line(service.url)
        clerk, customer = town.clerk(line, OFFICE), town.customer(line, 1_000_000)
        code = customer.code()
        known(clerk.present(code["code"]))
        with owner.connect() as holder:
            holder.execute(DRAWERS)
            asked = one.submit(clerk.pay, code["id"], customer.id_number, "paused")
            stands_at("Lock")
            os.kill(service.pid, signal.SIGSTOP)
        stands_at("Client")
        try:
            with owner.connect() as another:
                another.execute(text("SET lock_timeout = '60s'"))
                another.execute(DRAWERS)
                free_at = clock()
        finally:
            os.kill(service.pid, signal.SIGCONT)
        assert slug(asked.result()) == "unavailable"
        receipt = known(clerk.pay(code["id"], customer.id_number, "paused"))
        assert datetime.fromisoformat(receipt["paid_at"]) > free_at
    owner.dispose()
