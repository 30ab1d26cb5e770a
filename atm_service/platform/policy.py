"""Limits and rules are data: a file in `policies/`, loaded and validated at start, each figure with its source."""

import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kyc import decision
from kyc.provider import SCORE_MAX

POLICIES: Final = Path(__file__).parents[2] / "policies"
AMOUNT_MAX: Final = 1_000_000_000_000  # đồng: no single amount in any request or rule is larger
FLOAT_MAX: Final = 10_000_000_000  # đồng: no office holds more, and no delivery brings more

TRIES_WITHIN_MAX: Final = 1_440  # minutes: wrong guesses are kept for a day

Dong = Annotated[int, Field(strict=True, ge=0, le=AMOUNT_MAX)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=60 * 24 * 31)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Customer(_Rules):
    """What one customer may take out and pay in together: a calendar day and a calendar month in Vietnam.

    And to how many bank accounts the wallet may be linked.
    """

    per_day: Dong
    per_month: Dong | None = None
    bank_links_max: Annotated[int, Field(strict=True, ge=1, le=100)]


class Office(_Rules):
    """What one office may pay out and take in together."""

    per_day: Dong
    per_month: Dong


class Withdrawal(_Rules):
    """Amounts, lifetimes and the lease of a withdrawal. Whoever names no lifetime gets `default_lifetime`."""

    multiple: Annotated[int, Field(strict=True, ge=1)]
    amount_min: Dong
    amount_max: Dong
    step_up_above: Dong
    live_codes_max: Annotated[int, Field(strict=True, ge=1, le=100)]
    fee: Dong
    lease_min: Minutes
    default_lifetime: Literal["counter", "journey"]
    counter_min: Minutes
    journey_min: Minutes
    scheduled_min: Minutes
    extension_min: Minutes

    @property
    def lease(self) -> timedelta:
        """Give how long a drawer has the sole right to pay."""
        return timedelta(minutes=self.lease_min)

    def lifetime(self, name: str) -> timedelta:
        """Give the life of a code: `counter`, `journey` or `scheduled`."""
        minutes = {
            "counter": self.counter_min,
            "journey": self.journey_min,
            "scheduled": self.scheduled_min,
        }
        return timedelta(minutes=minutes[name])

    @property
    def extension(self) -> timedelta:
        """Give how long a code lives on when its office cannot keep its word."""
        return timedelta(minutes=self.extension_min)

    @property
    def longest_appointment(self) -> timedelta:
        """Give the longest life of a scheduled code: what it was given, and one extension."""
        return timedelta(minutes=self.scheduled_min) + self.extension

    @property
    def longest_lifetime(self) -> timedelta:
        """Give the longest time for which a code must be verifiable: the longest life, and one lease."""
        longest = timedelta(minutes=max(self.counter_min, self.journey_min))
        return max(longest, self.longest_appointment) + self.lease


class BankPayment(_Rules):
    """What one top-up, payout or bill may move and costs, and how old it is given up when nobody has heard of it.

    For half of that time the bank is told to move the money, for the other half only asked whether it has.
    """

    amount_min: Dong
    amount_max: Dong
    fee: Dong
    given_up_after_min: Minutes

    @property
    def given_up_after(self) -> timedelta:
        """Give how old it is when the bank's having never heard of it is believed."""
        return timedelta(minutes=self.given_up_after_min)


class Bill(BankPayment):
    """As a payout; and for how long what was due at the look-up may be paid."""

    offer_min: Minutes

    @property
    def offer(self) -> timedelta:
        """Give for how long what was looked up may be paid."""
        return timedelta(minutes=self.offer_min)


class TopUp(BankPayment):
    """A top-up is free: what would be taken beside it is not in the wallet yet."""

    fee: Literal[0]


class Deposit(_Rules):
    """What one deposit may bring in, and how the customer confirms it.

    Up to `by_name_max` the account holder's whole name, said, is enough; above it, the account holder's card or PIN.
    """

    amount_min: Dong
    amount_max: Dong
    by_name_max: Dong


class Transfer(_Rules):
    """What one transfer may move, at the counter or from the phone, and all of a customer's in a day.

    From the phone: what it costs the payer, and for how long a payee who was looked up may be paid.
    """

    amount_min: Dong
    amount_max: Dong
    per_day: Dong
    wallet_fee: Dong
    intention_min: Minutes

    @property
    def intention(self) -> timedelta:
        """Give for how long a payee who was looked up may be paid."""
        return timedelta(minutes=self.intention_min)


class Tries(_Rules):
    """How many wrong guesses within a time shut a door, and for how long.

    With `shut_max_min`, twice as long each time as the time before, up to that.
    """

    most: Annotated[int, Field(strict=True, ge=1, le=100)]
    within_min: Annotated[int, Field(strict=True, ge=1, le=TRIES_WITHIN_MAX)]
    shut_min: Minutes
    shut_max_min: Annotated[int, Field(strict=True, ge=1, le=TRIES_WITHIN_MAX)] | None = None


class Attempts(_Rules):
    """The doors at which guesses are counted: of a customer, phone, user name, clerk, withdrawal, card, address."""

    pin: Tries
    wallet_sign_in: Tries
    staff_sign_in: Tries
    second_factor: Tries
    digits: Tries
    identity: Tries
    confirmation: Tries
    confirming_clerk: Tries
    payee: Tries
    payee_address: Tries
    application: Tries
    address: Tries
    application_address: Tries
    phone_code: Tries
    phone_code_counters: Tries
    phone_code_address: Tries
    bank_holder: Tries
    bill_case: Tries
    face: Tries
    receipt_address: Tries


class Passkey(_Rules):
    """For how long what a passkey is asked may be answered, and how many passkeys one member may have."""

    challenge_min: Annotated[int, Field(strict=True, ge=1, le=15)]
    most: Annotated[int, Field(strict=True, ge=1, le=20)]


class Line(_Rules):
    """How long an open office may be silent until an answer says so, and until it cannot keep today's word."""

    silent_min: Minutes
    lost_min: Minutes

    @property
    def silent(self) -> timedelta:
        """Give after how long nobody can tell whether somebody is there."""
        return timedelta(minutes=self.silent_min)

    @property
    def lost(self) -> timedelta:
        """Give after how long appointments of the day are broken."""
        return timedelta(minutes=self.lost_min)


class Slip(_Rules):
    """What a clerk may make a code for, or pay at once, when a customer proves card and PIN at the counter."""

    amount_max: Dong


class Delegation(_Rules):
    """The most that one customer may let another collect: each time, and in a calendar month."""

    ceiling_max: Dong
    per_month_max: Dong


class Approval(_Rules):
    """Above which amounts one person does not act alone. A reversal always needs approval.

    Deposits and transfers: a supervisor elsewhere approves first. Deliveries: one supervisor orders, another sends.
    Money from outside, of any amount, and who decides for others: an instruction lapses after so many hours; for so
    many nobody approves for whoever gave them rights or a password, or got them from the same hand.
    Counts: a supervisor elsewhere has a word on what is over or short by more.
    """

    deposit_above: Dong
    transfer_above: Dong
    delivery_above: Dong
    instruction_hours: Annotated[int, Field(strict=True, ge=1, le=168)]
    cooling_hours: Annotated[int, Field(strict=True, ge=1, le=720)]
    count_above: Dong


class Float(_Rules):
    """How much cash an office holds unless an operator sets it otherwise, and how it is brought.

    Weekdays count from 1, Monday. `round_to`: deliveries are whole multiples of it, of whole millions. `trip_max`: one
    van's, out and back together. `safety_percent`: of a hundred times between deliveries, so many are to pass without a
    shortage.
    """

    minimum: Dong
    target: Dong
    maximum: Dong
    round_to: Annotated[int, Field(strict=True, ge=1_000_000, le=100_000_000, multiple_of=1_000_000)]
    delivery_weekdays: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=1, le=7)], ...], Field(min_length=1)
    ]
    safety_percent: Annotated[int, Field(strict=True, ge=50, le=100)]
    trip_max: Dong
    area_cash: Dong

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.minimum <= self.target <= self.maximum <= FLOAT_MAX:
            raise ValueError("minimum ≤ target ≤ maximum, and no office holds more than ten billion")
        return self


class Vault(_Rules):
    """After how many days without a count no cash leaves an office's vault."""

    count_every_days: Annotated[int, Field(strict=True, ge=1, le=31)]


Years = Annotated[int, Field(strict=True, ge=0, le=100)]


class Person(_Rules):
    """Who may have an account, from which age, and from which a provider's yes is enough to open it.

    Whoever is younger than that moves no more than `minor_per_day` on a day. For `card_grace_days` after the month in
    which a card expires money still goes out. Who has closed a wallet opens another one after `reopens_after_days`.
    """

    age_min: Years
    alone_from: Years
    minor_per_day: Dong
    card_grace_days: Annotated[int, Field(strict=True, ge=0, le=366)]
    reopens_after_days: Annotated[int, Field(strict=True, ge=31, le=366)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.age_min > self.alone_from:
            raise ValueError("age_min ≤ alone_from")
        return self


Score = Annotated[int, Field(strict=True, ge=0, le=SCORE_MAX)]


class Band(_Rules):
    """Scores that are refused, and those that are good; between, a person looks."""

    refuse_below: Score
    approve_from: Score

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.refuse_below > self.approve_from:
            raise ValueError("refuse_below ≤ approve_from")
        return self

    @property
    def band(self) -> decision.Band:
        """Give what `kyc` judges by."""
        return decision.Band(self.refuse_below, self.approve_from)


class Ekyc(_Rules):
    """Which of the eKYC provider's scores are good enough, and for how many hours a watch list is believed."""

    face: Band
    liveness: Band
    quality: Band
    list_good_for_hours: Annotated[int, Field(strict=True, ge=1, le=720)]

    @property
    def rules(self) -> decision.Rules:
        """Give what `kyc` decides by."""
        bands = (self.face.band, self.liveness.band, self.quality.band)
        return decision.Rules(*bands, timedelta(hours=self.list_good_for_hours))


class Reporting(_Rules):
    """What must be reported to the authorities."""

    per_day: Dong


class Credits(_Rules):
    """For how many days a bulk credit is remembered when another batch credits the same person."""

    again_within_days: Annotated[int, Field(strict=True, ge=1, le=366)]


class PhoneCode(_Rules):
    """A one-time code to a phone: how many digits, how long it lives, how often wrong ones may be typed.

    Another can be asked for after `again_after_s`; what it has proved is good for `proved_min`.
    """

    digits: Annotated[int, Field(strict=True, ge=6, le=8)]
    lifetime_min: Annotated[int, Field(strict=True, ge=1, le=60)]
    tries_max: Annotated[int, Field(strict=True, ge=1, le=10)]
    again_after_s: Annotated[int, Field(strict=True, ge=10, le=600)]
    proved_min: Annotated[int, Field(strict=True, ge=1, le=720)]


class Cooling(_Rules):
    """For how many hours after a PIN or a phone number was set anew no more than `most` leaves the wallet in all."""

    hours: Annotated[int, Field(strict=True, ge=1, le=168)]
    most: Dong

    @property
    def time(self) -> timedelta:
        """Give for how long it counts."""
        return timedelta(hours=self.hours)


class Message(_Rules):
    """How a message to a phone is sent: tried so often, with pauses that double from `pause_s` up to `pause_max_min`.

    One that waits longer than `late_min` is an alarm. Of one that was given up the words are kept for `dead_kept_days`,
    of all others none; that there was a message, for `kept_days`.
    """

    tries_max: Annotated[int, Field(strict=True, ge=1, le=100)]
    pause_s: Annotated[int, Field(strict=True, ge=1, le=3_600)]
    pause_max_min: Minutes
    late_min: Minutes
    dead_kept_days: Annotated[int, Field(strict=True, ge=1, le=31)]
    kept_days: Annotated[int, Field(strict=True, ge=31, le=3_660)]


class Complaint(_Rules):
    """In how many working days a complaint is answered: one about money, and one about how somebody was treated.

    For `contest_days` the answer may be contested, once. So many of one customer's may wait at once. The words are kept
    for `kept_days`, the fact for good.
    """

    answer_days: Annotated[int, Field(strict=True, ge=1, le=15)]
    service_answer_days: Annotated[int, Field(strict=True, ge=1, le=30)]
    contest_days: Annotated[int, Field(strict=True, ge=1, le=90)]
    waiting_max: Annotated[int, Field(strict=True, ge=1, le=50)]
    kept_days: Annotated[int, Field(strict=True, ge=366, le=7_320)]


class BankStatement(_Rules):
    """How large a bank's file may be, and within how many working days what we posted is to be in one."""

    file_bytes_max: Annotated[int, Field(strict=True, ge=1_000_000, le=64_000_000)]
    lines_max: Annotated[int, Field(strict=True, ge=1_000, le=100_000)]
    working_days: Annotated[int, Field(strict=True, ge=0, le=10)]


class Policy(_Rules):
    """One rule book. Immutable for the life of the process."""

    version: str
    title: str
    customer: Customer
    office: Office
    withdrawal: Withdrawal
    top_up: TopUp
    payout: BankPayment
    bill: Bill
    deposit: Deposit
    transfer: Transfer
    credits: Credits
    slip: Slip
    attempts: Attempts
    passkey: Passkey
    line: Line
    delegation: Delegation
    approval: Approval
    float: Float
    vault: Vault
    person: Person
    ekyc: Ekyc
    reporting: Reporting
    message: Message
    phone_code: PhoneCode
    cooling: Cooling
    complaint: Complaint
    statement: BankStatement


def load(name: str, folder: Path = POLICIES) -> Policy:
    """Read `policies/{name}.toml`; a missing or wrong file ends the program and says which figure and why."""
    path = folder / f"{name}.toml"
    try:
        return Policy.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValidationError) as wrong:
        sys.exit(f"soft-atm cannot start: the policy {path} cannot be used.\n{wrong}")
