"""From an application to a customer: ask watch list and eKYC provider, decide once, open the wallet with the decision.

The application is committed before the provider is asked, and the provider is asked outside any transaction,
so a crash or a silent provider leaves a pending row that `resolve_pending` takes up. Whoever has the row's
lock and finds it undecided decides: exactly one of a request, housekeeping in any process, and the staff.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import Connection

import ledger
from atm_service.platform import attempts, chart, ids, standing, trail
from atm_service.platform.context import Context
from atm_service.platform.keys.tokens import Caller
from atm_service.platform.refusals import NotFound, Unavailable
from atm_service.platform.trail import Deed
from atm_service.platform.visitors import Visitor
from atm_service.registers.customers import application_store, at_rest, domain, store
from atm_service.registers.customers.application_store import Application, Decision
from atm_service.registers.customers.domain import Applicant, ApplicationStatus
from atm_service.registers.customers.errors import AlreadyDecided
from atm_service.registers.messages import domain as words
from atm_service.registers.messages import service as messages
from atm_service.registers.messages.domain import MessageKind, Told
from atm_service.registers.phones import service as phones
from atm_service.registers.phones.domain import Purpose
from atm_service.registers.phones.errors import PhoneNotProved
from atm_service.registers.phones.service import Issued
from kyc import cards, decision
from kyc.decision import Doubt, Facts, Outcome
from kyc.errors import ProviderRefused, ProviderUnavailable, WatchListUnavailable
from kyc.identity import Identity
from kyc.provider import CheckRequest, CheckResult, Reason
from kyc.watch_list import Screened

ASKED_AT_ONCE: Final = 20
LIST_RETRY_S: Final = 60

log = structlog.get_logger("kyc")


def ask_phone(
    context: Context,
    purpose: Purpose,
    mobile: str,
    asker: Visitor | Caller,
    now: datetime,
    deeds: Sequence[Deed] = (),
) -> Issued:
    """Send a code to a number; where it is of no use, the message says why instead. `deeds` go on the trail with it.

    Of none is one for a number that shall have an account, or be an account's, and has one; and one for the forgotten
    PIN of a number that has none. What the caller learns is the same. Raises `TooManyAttempts`.
    """
    cipher = context.cipher
    fingerprint = at_rest.phone_print(cipher, mobile)
    with context.transaction() as session:
        issued = phones.ask(session, context, purpose, fingerprint, asker, now)
        known = store.find_by_phone(session, fingerprint)
        kind, said = _said(context, purpose, issued, has_account=known is not None)
        told = Told(kind, known.id if known else None, mobile, said, issued.expires_at)
        messages.tell(session, cipher, [told], now)
        trail.record_each(session, now, deeds)
    return issued


def _said(
    context: Context, purpose: Purpose, issued: Issued, *, has_account: bool
) -> tuple[MessageKind, str]:
    hotline, minutes = context.settings.hotline, context.policy.phone_code.lifetime_min
    if purpose is Purpose.PIN_RESET:
        if not has_account:
            return MessageKind.NO_ACCOUNT, words.no_account(hotline)
        return MessageKind.CODE, words.reset_code(issued.digits, minutes, hotline)
    if has_account:
        return MessageKind.HAS_ACCOUNT, words.has_account(hotline)
    code = words.opening_code if purpose is Purpose.OPENING else words.change_code
    return MessageKind.CODE, code(issued.digits, minutes)


def apply(
    context: Context, applicant: Applicant, capture: str, phone_proof: UUID, visitor: Visitor, now: datetime
) -> Application:
    """Keep the application, ask the provider, and give the application as it then stands.

    Sent again with the same proof for the same card, it is the same application. Raises `TooManyAttempts` when it was
    applied too often for this card number, or from this address, and `PhoneNotProved`.
    """
    application = _application(context, applicant, capture, now)
    patience = timedelta(seconds=context.settings.kyc_timeout_s)
    with context.transaction() as session:
        person = application.id_print.hex()
        # A check costs money and a clerk's time: each is counted, whoever applies.
        doors = ((attempts.APPLICANT, visitor.address), (attempts.APPLICATION, person))
        for door, subject in doors:
            if subject is not None:
                attempts.count(session, context.policy.attempts, door, subject, now)
        mobile = at_rest.phone_print(context.cipher, applicant.phone)
        made = phones.use(session, context, phone_proof, Purpose.OPENING, mobile, application.id, now)
        if made != application.id:
            return _repeated(session, made, application)
        # Housekeeping keeps off until this request must have its answer.
        application_store.add(session, application, now + patience + domain.pause(1))
        # A picture that opens a wallet is seen by others: it is no fresh face afterwards.
        store.use_capture(
            session, at_rest.capture_print(context.cipher, capture), f"application {application.id}", now
        )
    _ask(context, application, now)
    with context.transaction() as session:
        return found(session, application.id)


def _repeated(session: Connection, id: UUID, application: Application) -> Application:
    """Give the application that this proof was used for. Raises `PhoneNotProved` where it was another person's."""
    before = found(session, id)
    if before.id_print != application.id_print:
        raise PhoneNotProved
    return before


def found(session: Connection, id: UUID) -> Application:
    """Give an application. Raises `NotFound`."""
    application = application_store.find(session, id)
    if application is None:
        raise NotFound
    return application


def resolve_pending(context: Context, now: datetime) -> int:
    """Ask again about applications without an answer, the oldest that are due; give how many got one.

    For housekeeping, in any number of processes. A round ends after twenty answers, and at the first silence,
    so that it takes little more than `kyc_timeout_s` seconds.
    """
    for answered in range(ASKED_AT_ONCE):
        with context.transaction() as session:
            due = application_store.take_due(session, now, domain.pause)
        if due is None or context.stopping.is_set() or not _ask(context, due, now):
            return answered
    return ASKED_AT_ONCE


def in_review(session: Connection, before: UUID, most: int) -> Sequence[Application]:
    """List applications that wait for a person and are older than `before`, newest first."""
    return application_store.in_review(session, before, most)


def screen_again(context: Context, id: UUID, now: datetime) -> Screened | None:
    """Ask the watch list about whom a person is about to approve; None where nobody waits for that.

    Call it outside of any transaction. Raises `Unavailable` without an answer, or by a list that is too old.
    """
    with context.reading() as session:
        application = application_store.find(session, id)
    if application is None or application.status is not ApplicationStatus.REVIEW:
        return None
    with suppress(WatchListUnavailable):
        person, patience = identity_of(context, application), context.settings.watch_list_timeout_s
        screened = context.watch_list.screen(person, patience)
        if context.policy.ekyc.rules.believe(screened, now):
            return screened
    raise Unavailable(retry_after_s=LIST_RETRY_S)


def decide(
    session: Connection,
    context: Context,
    id: UUID,
    *,
    approve: bool,
    screened: Screened | None = None,
    note: str,
    supervisor: Caller,
    now: datetime,
) -> Application:
    """Decide an application that is in review. Approving may still end as rejected: the person has a wallet.

    `screened`: what `screen_again` gave, for an approval. Of whom something became known since the review began, that
    is added and the application stays in review. Raises `NotFound` (also while the provider has not answered) and
    `AlreadyDecided`.
    """
    application = application_store.lock(session, id)
    if application is None or application.status is ApplicationStatus.PENDING:
        raise NotFound
    if application.status is not ApplicationStatus.REVIEW:
        raise AlreadyDecided(decision=application.status)
    if approve:
        if screened is None:  # it was pending when the list was asked
            raise NotFound
        reference = application.provider_reference or ""
        if since := _known_since(session, application, screened):
            standing.keep(session, supervisor)
            _review(session, application, (*application.reasons, *since), reference, now)
            return found(session, id)
        made = _approve(session, context, application, reference, now, supervisor)
    else:
        standing.keep(session, supervisor)
        made = Decision(ApplicationStatus.REJECTED, (*application.reasons, domain.STAFF_DECISION))
    _end(session, id, made, now, supervisor, note)
    return found(session, id)


def identity_of(context: Context, application: Application) -> Identity:
    """Open the identity of an undecided application."""
    return Identity.from_bytes(_open(context, application, "identity", application.identity_sealed))


def _application(context: Context, applicant: Applicant, capture: str, now: datetime) -> Application:
    application_id, cipher = ids.new(now), context.cipher

    def encrypted(column: str, plaintext: bytes) -> bytes:
        return cipher.encrypt(plaintext, at_rest.place(at_rest.APPLICATION, column, application_id))

    return Application(
        id=application_id,
        status=ApplicationStatus.PENDING,
        reasons=(),
        id_print=at_rest.id_print(cipher, applicant.identity.id_number),
        identity_sealed=encrypted("identity", applicant.identity.to_bytes()),
        phone_sealed=encrypted("phone", applicant.phone.encode()),
        pin_sealed=encrypted("pin", applicant.pin.encode()),
        capture=capture,
        provider_reference=None,
        created_at=now,
        doubt=applicant.doubt.reason if applicant.doubt else None,
        differs_in=applicant.doubt.field if applicant.doubt else None,
        card_until=applicant.card_until,
        old_id_print=None
        if applicant.old_number is None
        else at_rest.old_id_print(cipher, applicant.old_number),
    )


def _open(context: Context, application: Application, column: str, value: bytes | None) -> bytes:
    if value is None:
        raise ValueError("a decided application holds no identity")
    return context.cipher.decrypt(value, at_rest.place(at_rest.APPLICATION, column, application.id))


def _ask(context: Context, application: Application, now: datetime) -> bool:
    """Ask the list and the provider and record what they say; False: one was silent, the application stays pending."""
    identity = identity_of(context, application)
    try:
        screened = context.watch_list.screen(identity, context.settings.watch_list_timeout_s)
    except WatchListUnavailable:
        log.warning("the watch list did not answer", application=str(application.id))
        return False
    request = CheckRequest(
        application.id,
        identity.full_name,
        identity.birth_date,
        identity.id_number,
        application.capture or "",
    )
    try:
        result = context.provider.check(request, context.settings.kyc_timeout_s)
    except ProviderUnavailable as error:
        log.warning("the eKYC provider did not answer", application=str(application.id), error=str(error))
        return False
    except ProviderRefused:
        # The provider will never check this one, and nobody gets a wallet unchecked: let them apply again.
        with context.transaction() as session:
            if _undecided(session, application.id):
                _end(
                    session,
                    application.id,
                    Decision(ApplicationStatus.REJECTED, (domain.NOT_CHECKABLE,)),
                    now,
                )
        return True
    with context.transaction() as session:
        return _record(session, context, application.id, result, screened, now)


def _undecided(session: Connection, id: UUID) -> Application | None:
    """Lock an application; None when somebody else had the answer first."""
    application = application_store.lock(session, id)
    return application if application and application.status is ApplicationStatus.PENDING else None


def _record(
    session: Connection, context: Context, id: UUID, result: CheckResult, screened: Screened, now: datetime
) -> bool:
    """Decide an application that nobody has decided; False: it cannot be yet, and stays pending."""
    application = _undecided(session, id)
    if application is None:
        return True
    facts = _facts(session, context, application, result, screened, now)
    decided = decision.decide(facts, context.policy.ekyc.rules, now)
    if decided.outcome is Outcome.PENDING:
        log.warning("the watch list is too old", application=str(id), as_of=screened.as_of.isoformat())
        return False
    if decided.outcome is Outcome.REVIEW:
        _review(session, application, decided.reasons, result.reference, now)
    elif decided.outcome is Outcome.REJECTED:
        _end(session, id, Decision(ApplicationStatus.REJECTED, decided.reasons), now)
    else:
        _end(session, id, _approve(session, context, application, result.reference, now), now)
    return True


def _review(
    session: Connection, application: Application, reasons: tuple[str, ...], reference: str, now: datetime
) -> None:
    application_store.send_to_review(session, application.id, reasons, reference)
    detail = {"reasons": list(reasons), "field": application.differs_in}
    trail.record(session, now, "application.review", application.id, None, detail)


def _known_since(session: Connection, application: Application, screened: Screened) -> tuple[str, ...]:
    """Give why a person should look whom nobody has told of it yet."""
    known = (
        (decision.WATCH_LIST, screened.is_listed),
        (decision.OLD_NUMBER_KNOWN, _is_old_number_known(session, application)),
    )
    return tuple(reason for reason, holds in known if holds and reason not in application.reasons)


def _is_old_number_known(session: Connection, application: Application) -> bool:
    old = application.old_id_print
    return old is not None and store.has_old_number(session, old)


def _facts(
    session: Connection,
    context: Context,
    application: Application,
    result: CheckResult,
    screened: Screened,
    now: datetime,
) -> Facts:
    born = identity_of(context, application).birth_date
    alone_from, today = context.policy.person.alone_from, ledger.business_date(now)
    doubt = None
    if application.doubt is not None and application.differs_in is not None:
        doubt = Doubt(application.doubt, application.differs_in)
    return Facts(
        result,
        screened,
        doubt,
        is_minor=domain.minor_until(born, alone_from, today) is not None,
        is_old_number_known=_is_old_number_known(session, application),
    )


def _approve(
    session: Connection,
    context: Context,
    application: Application,
    reference: str,
    now: datetime,
    by: Caller | None = None,
) -> Decision:
    """Open the wallet, unless the card has expired while the application waited. `by` is as in `_open_wallet`."""
    if cards.is_over(application.card_until, ledger.business_date(now)):
        if by is not None:
            standing.keep(session, by)
        return Decision(ApplicationStatus.REJECTED, (Reason.DOCUMENT_EXPIRED.value,))
    return _open_wallet(session, context, application, reference, now, by)


def _open_wallet(
    session: Connection,
    context: Context,
    application: Application,
    reference: str,
    now: datetime,
    by: Caller | None = None,
) -> Decision:
    """Make the customer and the ledger account; or the reason why this person cannot have them.

    `by`: whoever decided so, whose rights are held from here on.
    """
    customer_id, cipher = ids.new(now), context.cipher
    identity = identity_of(context, application)
    phone = _open(context, application, "phone", application.phone_sealed)
    pin = _open(context, application, "pin", application.pin_sealed).decode()
    identity_place = at_rest.place(at_rest.CUSTOMER, "identity", customer_id)
    customer = store.Customer(
        id=customer_id,
        tier=domain.TIER,
        identity_sealed=cipher.encrypt(identity.to_bytes(), identity_place),
        phone_sealed=cipher.encrypt(phone, at_rest.place(at_rest.CUSTOMER, "phone", customer_id)),
        id_print=application.id_print,
        phone_print=at_rest.phone_print(cipher, phone.decode()),
        pin_print=at_rest.pin_print(cipher, customer_id, pin),
        provider_reference=reference,
        created_at=now,
        card_until=application.card_until,
        minor_until=domain.minor_until(
            identity.birth_date, context.policy.person.alone_from, ledger.business_date(now)
        ),
        old_id_print=application.old_id_print,
    )
    made = session.begin_nested()
    added = store.add(session, customer)
    # A wallet's limits are a person's. Only now: who was just closing had the card, and was waited for.
    since = now - timedelta(days=context.policy.person.reopens_after_days)
    if was_closed := store.has_closed_since(session, application.id_print, since):
        made.rollback()
    else:
        made.commit()
    if by is not None:
        standing.keep(session, by)
    if was_closed:
        return Decision(ApplicationStatus.REJECTED, (domain.CLOSED_LATELY,))
    if not added:
        known = store.has_person(session, application.id_print)
        return Decision(
            ApplicationStatus.REJECTED, (domain.DUPLICATE_PERSON if known else domain.PHONE_TAKEN,)
        )
    ledger.open_accounts(session, chart.customer_accounts(customer_id), now)
    return Decision(ApplicationStatus.APPROVED, customer_id=customer_id)


def _end(
    session: Connection,
    id: UUID,
    decision: Decision,
    now: datetime,
    supervisor: Caller | None = None,
    note: str | None = None,
) -> None:
    by = supervisor.subject if supervisor else None
    application_store.decide(session, id, replace(decision, decided_by=by, note=note), now)
    detail = {"reasons": list(decision.reasons)}
    trail.record(session, now, f"application.{decision.status}", id, supervisor, detail)
