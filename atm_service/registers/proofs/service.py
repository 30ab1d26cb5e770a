"""Give a receipt's or voucher's code as it is printed and sent: one place for paper, counter and wallet."""

from datetime import datetime
from typing import Final, cast
from uuid import UUID

from atm_service.platform.context import Context
from atm_service.registers.proofs import codes
from atm_service.registers.proofs.codes import PaperKind, ReceiptCode

PAGE: Final = "/verify/#"


def printed(
    context: Context, number: str, kind: str, amount: int, at: datetime, entry_id: UUID, undone_by: str | None
) -> str | None:
    """Give the text of the QR on a paper: the address of the page that checks it with the code behind `#`.

    The code alone where no address is set; None for what was undone, which proves nothing any more.
    """
    if undone_by is not None:
        return None
    code = ReceiptCode(number, cast("PaperKind", kind), amount, at, entry_id)
    text = codes.issue(code, context.keys.held(context.clock()).signing("proof"))
    address = context.settings.public_url
    return text if address is None else f"{str(address).rstrip('/')}{PAGE}{text}"
