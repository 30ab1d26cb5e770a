"""The peer: django-hordak, the ledger that a Django team would pick, by the call its documentation gives.

`Account.transfer_to` makes a transaction of two legs, which its triggers check at the commit. It keeps no running
balance, refuses no overdraft and knows no reference, so it does less than an entry of ours.

Run by the peer's own Python (bench/requirements.in) as a program: `prepare URL ACCOUNTS`, then
`post URL ACCOUNTS CLIENTS SECONDS HOT`, which prints a JSON object.
"""

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

from bench import clients
from bench.clients import Step

CURRENCY = "EUR"  # its converter knows no đồng


def main(arguments: list[str]) -> None:
    """Do what the arguments say."""
    what, url, accounts, *numbers = arguments
    _configure(url)
    if what == "prepare":
        _prepare(int(accounts))
        return
    number, seconds, is_hot = (int(text) for text in numbers)
    done = clients.processes(
        lambda client: _poster(client, int(accounts), is_hot=bool(is_hot)), number, seconds
    )
    print(json.dumps({"rate": done.rate, "total": done.total}))


def _configure(url: str) -> None:
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": parts.username or "",
        "PASSWORD": parts.password or "",
        "HOST": query["host"][0] if "host" in query else parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
    }
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "djmoney", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DEFAULT_CURRENCY=CURRENCY,
        CURRENCIES=[CURRENCY],
        HORDAK_INTERNAL_CURRENCY=CURRENCY,
        HORDAK_CURRENCIES=[CURRENCY],
        USE_TZ=True,
    )
    django.setup()


def _prepare(accounts: int) -> None:
    from django.core.management import call_command
    from hordak.models import Account

    call_command("migrate", verbosity=0)
    for number in range(Account.objects.count(), accounts):
        Account.objects.create(name=f"account {number}", type="LI", currencies=[CURRENCY])


@contextmanager
def _poster(number: int, accounts: int, *, is_hot: bool) -> Iterator[Step]:
    from django.db import connection, transaction
    from hordak.models import Account
    from moneyed import Money

    every = list(Account.objects.order_by("id")[:accounts])
    chance, amount = random.Random(number + time.time_ns()), Money(1, CURRENCY)

    def step() -> int:
        debit, credit = chance.sample(every[1:], 2)
        with transaction.atomic():
            debit.transfer_to(every[0] if is_hot else credit, amount)
        return 1

    yield step
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(0)
