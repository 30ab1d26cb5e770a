"""Banks and linked accounts for the wallet."""

from fastapi import APIRouter

from atm_service.platform.callers import InCustomer
from atm_service.platform.context import InContext, InNow
from atm_service.platform.problems import refuses
from atm_service.registers.banks import data, service
from atm_service.registers.banks.errors import BankLinkExists, BankUnknown, TooManyBankLinks
from atm_service.registers.banks.schemas import BankLinkRequest, BankLinks, BankLinkView, Banks, BankView

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
    responses=refuses(BankUnknown, BankLinkExists, TooManyBankLinks, posted=True),
)
def link(body: BankLinkRequest, customer: InCustomer, context: InContext, now: InNow) -> BankLinkView:
    """Link a bank account. Repeated, it is refused with the id of the link that exists."""
    with context.transaction() as session:
        added = service.link(session, context, customer, body.bin, body.account_number, now)
    return BankLinkView.of(added)
