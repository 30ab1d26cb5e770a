"""Banks and linked accounts for the wallet."""

from uuid import UUID

from fastapi import APIRouter, Response

from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.platform.refusals import NotFound, TooManyAttempts
from atm_service.registers.banks import data, service
from atm_service.registers.banks.errors import (
    BankAccountOfAnother,
    BankAccountUnknown,
    BankLinkExists,
    BankLinkInUse,
    BankUnknown,
    HolderDiffers,
    TooManyBankLinks,
)
from atm_service.registers.banks.schemas import (
    BankLinkRequest,
    BankLinks,
    BankLinkView,
    Banks,
    BankView,
    RemovalRequest,
)
from atm_service.registers.withdrawals.errors import WalletFrozen, WrongPin

router = APIRouter(prefix="/wallet/v1", tags=["wallet"])


@router.get("/banks", responses=refuses())
def banks(customer: InCustomer) -> Banks:  # noqa: ARG001  asked for its check of the token
    """List the banks."""
    return Banks(items=[BankView.of(bank) for bank in data.BANKS.values()])


@router.get("/bank-links", responses=refuses())
def bank_links(customer: InCustomer, context: InContext) -> BankLinks:
    """List the customer's linked accounts, newest first."""
    with context.reading() as session:
        links = service.links(session, customer.subject)
    return BankLinks(items=[BankLinkView.of(one) for one in links])


@router.post(
    "/bank-links",
    status_code=201,
    responses=refuses(
        NotFound,
        WalletFrozen,
        BankUnknown,
        BankLinkExists,
        TooManyBankLinks,
        TooManyAttempts,
        BankAccountUnknown,
        HolderDiffers,
        BankAccountOfAnother,
        posted=True,
    ),
)
def link(body: BankLinkRequest, customer: InCustomer, context: InContext, now: InNow) -> BankLinkView:
    """Link a bank account that is in the customer's own name. Repeated, it is refused with the id of the link."""
    return BankLinkView.of(service.link(context, customer, body.bin, body.account_number, now))


@router.post(
    "/bank-links/{id}/removal",
    status_code=204,
    responses=refuses(NotFound, WrongPin, TooManyAttempts, BankLinkInUse, posted=True),
)
def remove_link(
    id: UUID, body: RemovalRequest, customer: InCustomer, context: InContext, now: InNow
) -> Response:
    """Remove a linked account. It stays the customer's own: nobody else can link it."""
    with context.transaction() as session:
        refused = service.remove(session, context, customer, id, body.pin, now)
    if refused is not None:  # raised only now: a wrong PIN must be counted
        raise refused
    return Response(status_code=204)
