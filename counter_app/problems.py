"""What each refusal means to a clerk: what happened, and what to do next.

One table, total over the refusals that the counter's and the staff's routes may answer. A refusal that is not in it (a
newer service) gets the cautious default. Texts are in English here and translated by the catalogues.
"""

# ruff: noqa: E501 - a sentence stays whole: it is the key of its translations.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from counter_app.languages import later as _

Tone = Literal["stop", "wait", "done", "fix"]


@dataclass(frozen=True)
class Advice:
    """`tone` picks colour and icon: stop (do not pay), wait, done (it is over), fix (try again here)."""

    tone: Tone
    happened: str
    todo: str


DEFAULT: Final = Advice(
    "stop",
    _("The service said no"),
    _(
        "Do not pay. Try once more; if it says no again, call your supervisor and give the name of this refusal."
    ),
)

ADVICE: Final[Mapping[str, Advice]] = {
    # The code.
    "code-malformed": Advice(
        "fix",
        _("This is not a withdrawal code"),
        _("Scan the QR in the customer's wallet again, or type the ten digits under it."),
    ),
    "digits-mistyped": Advice(
        "fix",
        _("One of the ten digits is wrong"),
        _("Ask the customer to read the digits again, three, three and four, and type them."),
    ),
    "keyboard-not-plain": Advice(
        "fix",
        _("The keyboard is set to Vietnamese typing"),
        _("Switch Vietnamese typing (Telex, VNI) off, then scan again: it changes the letters of the code."),
    ),
    "caps-lock-on": Advice(
        "fix",
        _("Caps Lock is on"),
        _("Switch Caps Lock off, then scan again: it changes the letters of the code."),
    ),
    "card-for-code": Advice(
        "fix",
        _("This is an identity card, not a code"),
        _("First scan the customer's code, or type its ten digits. The card comes in the next step."),
    ),
    "code-for-card": Advice(
        "fix",
        _("This is a withdrawal's code, not an identity card"),
        _("Scan the QR on the customer's card, or type its twelve digits."),
    ),
    "code-not-genuine": Advice(
        "stop",
        _("This code was not issued by us"),
        _(
            "Do not pay. Ask the customer to open the wallet and show the code there. Tell your supervisor if it is refused again."
        ),
    ),
    "code-not-yet-valid": Advice(
        "wait",
        _("The code is not valid yet"),
        _("Do not pay yet. The wallet shows from when the code is valid."),
    ),
    "code-unknown": Advice(
        "stop",
        _("No withdrawal has these digits"),
        _(
            "Do not pay. Compare the digits with the wallet. A code that has ended has no digits any more: the customer makes a new one."
        ),
    ),
    "code-expired": Advice(
        "done",
        _("The code has expired"),
        _("Do not pay. The money is back in the customer's wallet: the customer makes a new code there."),
    ),
    "already-paid": Advice(
        "stop",
        _("Already paid – do not pay again"),
        _("This withdrawal has been paid. The receipt says when and where."),
    ),
    "already-presented": Advice(
        "wait",
        _("Another drawer is paying this code"),
        _("Do not pay here. Send the customer to that drawer, or scan again when it has let go."),
    ),
    "withdrawal-cancelled": Advice(
        "done",
        _("The customer has cancelled this withdrawal"),
        _("Do not pay. The money is back in the customer's wallet: the customer makes a new code there."),
    ),
    "withdrawal-reversed": Advice(
        "stop",
        _("This withdrawal was paid and then reversed"),
        _("Do not pay. The customer makes a new code in the wallet."),
    ),
    "wrong-office": Advice(
        "stop",
        _("This code is for another office"),
        _(
            "Do not pay. The customer goes to that office, or cancels in the wallet and makes a code for any office."
        ),
    ),
    "wrong-day": Advice(
        "stop",
        _("This code is for a later day"),
        _(
            "Do not pay today. The customer comes on the day of the appointment, or changes it to today in the wallet, if there is cash."
        ),
    ),
    "code-replaced": Advice(
        "fix",
        _("The appointment was moved: this is its old code"),
        _("Ask the customer to open the wallet and show the code that is there now, then scan again."),
    ),
    "cash-reserved": Advice(
        "stop",
        _("The cash that is left is reserved for others"),
        _(
            "Do not pay. Ask the area for cash, or send the customer to an office that has some: the wallet shows which."
        ),
    ),
    "not-presented": Advice(
        "wait",
        _("The time for this withdrawal is over"),
        _("Do not pay. Scan the code again and go through the steps once more."),
    ),
    "not-found": Advice(
        "stop",
        _("There is no such record at this office"),
        _("Go back to the day's list and look there."),
    ),
    # The person.
    "card-unreadable": Advice(
        "fix",
        _("The identity card was not read"),
        _("Scan the QR again (on the back of cards since July 2024), or type its twelve digits."),
    ),
    "wrong-identity": Advice(
        "stop",
        _("This card is not the account holder's"),
        _("Do not pay. Ask for the account holder's own card. Only the account holder can be paid."),
    ),
    "pin-required": Advice(
        "fix",
        _("The customer's PIN is needed"),
        _("Turn the keypad to the customer and ask for the six digits of the PIN."),
    ),
    "wrong-pin": Advice(
        "fix",
        _("The PIN is wrong"),
        _(
            "Turn the keypad to the customer again. After too many wrong PINs the account is locked for a while."
        ),
    ),
    "too-many-attempts": Advice(
        "wait",
        _("Too many wrong attempts"),
        _(
            "Wait, then try again. Scanning the QR in the wallet is the surer way. A deposit can be confirmed in another way."
        ),
    ),
    # The drawer, the shift, the office.
    "drawer-short": Advice(
        "stop",
        _("This drawer does not hold enough cash"),
        _("Do not pay or hand over. Send the customer to another drawer, or take cash from the vault first."),
    ),
    "no-open-shift": Advice(
        "fix",
        _("No shift is open"),
        _("Count the drawer and open a shift first."),
    ),
    "shift-already-open": Advice(
        "fix",
        _("You already have an open shift"),
        _("Go to the start page and go on with it, or close it first."),
    ),
    "count-again": Advice(
        "fix",
        _("The count differs – count once more"),
        _("Take the notes out and count each kind again."),
    ),
    "count-needs-word": Advice(
        "wait",
        _("The count still differs, by much"),
        _("Leave the cash as it is, and ask a supervisor for a word on the count."),
    ),
    "colleague-has-no-drawer": Advice(
        "fix",
        _("The colleague has no open shift"),
        _("Nothing was moved. The colleague counts a drawer and opens a shift first."),
    ),
    "wrong-name": Advice(
        "fix",
        _("This is not the account holder's name"),
        _(
            "Nothing was taken in. Ask once more for the whole name, or take the account holder's card or PIN."
        ),
    ),
    "cash-asked": Advice(
        "wait",
        _("This office has asked for cash already"),
        _("Wait for the area's word, or call the supervisor."),
    ),
    "request-unknown": Advice(
        "fix",
        _("There is no such request for cash"),
        _("Look at the list again."),
    ),
    "request-decided": Advice(
        "done",
        _("This request for cash is decided already"),
        _("Look at the list again: somebody was faster."),
    ),
    "own-cash-request": Advice(
        "fix",
        _("You asked for this cash yourself"),
        _("Nothing was ordered or refused. Let another supervisor of the area decide it."),
    ),
    "exchange-differs": Advice(
        "fix",
        _("The two sides are not the same sum"),
        _("Nothing was changed. Count both sides again: what goes out must be what comes in."),
    ),
    "count-first": Advice(
        "fix",
        _("The last count differed"),
        _("Nothing was moved or shown. Count the same cash once more; when a count stands, do this again."),
    ),
    "nothing-to-approve": Advice(
        "fix",
        _("This count needs no word"),
        _("Go on, or count again."),
    ),
    "drawer-in-use": Advice(
        "fix",
        _("Somebody else has a shift at this drawer"),
        _("Choose another drawer, or ask the colleague to close the shift."),
    ),
    "drawer-unknown": Advice(
        "fix",
        _("This office has no drawer with that number"),
        _("Look at the number on the drawer and type it again."),
    ),
    "office-limit-reached": Advice(
        "stop",
        _("This office has paid out what the law allows"),
        _(
            "Do not pay this sum. Send the customer to another office, or ask the customer to come back in the next period. What is left can still be paid."
        ),
    ),
    "customer-limit-reached": Advice(
        "stop",
        _("The customer's limit of the day or month is reached"),
        _("Do not pay. The customer comes back in the next period."),
    ),
    "office-unknown": Advice(
        "stop",
        _("No office has this code here"),
        _("Do not pay. Look at the code and type it again. If it is your own office, call your supervisor."),
    ),
    "office-not-active": Advice(
        "stop",
        _("This office is not open for payments"),
        _("Do not pay. Call your supervisor."),
    ),
    "office-suspended": Advice(
        "stop",
        _("Your office is suspended and pays nobody"),
        _(
            "Do not pay. Send the customer to an office named here, or to the list of offices in the wallet. Then count and close your drawer."
        ),
    ),
    "drawer-frozen": Advice(
        "stop",
        _("This drawer is frozen"),
        _(
            "Do not pay. Take nothing in and nothing out. Count the drawer, close the shift and call your supervisor."
        ),
    ),
    "wallet-frozen": Advice(
        "stop",
        _("The customer's wallet is frozen"),
        _(
            "Do not pay and take no cash in. If the customer has frozen it, it is thawed under Help a customer; if the post office has, the customer calls the hotline that the wallet shows."
        ),
    ),
    "withdrawals-still-presented": Advice(
        "wait",
        _("A withdrawal is still being paid at this drawer"),
        _("Finish it or give it back, then close the shift. It lets go by itself when its time is over."),
    ),
    "shift-unknown": Advice(
        "fix",
        _("This shift is not open any more"),
        _("Look at the list of open shifts again: somebody has closed it."),
    ),
    "take-over-not-granted": Advice(
        "wait",
        _("This shift is another clerk's"),
        _("Call a supervisor, who lets you close it. Then count the drawer."),
    ),
    "own-shift": Advice("fix", _("This shift is your own"), _("Close it on the start page.")),
    "colleague-not-proved": Advice(
        "fix",
        _("The colleague's name or password is wrong"),
        _("Nothing was handed over. The other clerk of this office types both again."),
    ),
    "colleague-first-password": Advice(
        "fix",
        _("The colleague still has the password that somebody else has given"),
        _(
            "Nothing was handed over. The colleague signs in once, chooses an own password, and types it here."
        ),
    ),
    "already-ended": Advice(
        "fix",
        _("This has ended: it cannot be paid any more"),
        _("Nothing is printed. If the customer still wants cash, make another slip."),
    ),
    "colleague-busy": Advice(
        "fix",
        _("The colleague already has an open shift"),
        _("Nothing was handed over. The colleague closes that shift first."),
    ),
    "notes-cannot-make": Advice(
        "stop",
        _("The drawer's notes cannot make this amount"),
        _(
            "Do not pay. Bring other notes from the vault and scan again, or let the customer make a code for one of these amounts."
        ),
    ),
    "mix-of-other-sum": Advice(
        "fix",
        _("The chosen notes do not come to the amount"),
        _("Count the notes again: together they must be the amount."),
    ),
    # The vault and the road.
    "notes-not-there": Advice(
        "fix",
        _("These notes are not there"),
        _("Nothing was moved. Look again which notes there are, and count those."),
    ),
    "vault-count-due": Advice(
        "fix",
        _("The vault has not been counted for too long"),
        _("Nothing was moved. Count the vault first, note by note; then do this again."),
    ),
    "vault-short": Advice(
        "fix",
        _("There is not so much cash"),
        _("Nothing was moved. Count again, or ask the area for a delivery."),
    ),
    "area-unknown": Advice(
        "fix",
        _("You do not look after this area"),
        _("Choose an area of the list."),
    ),
    "delivery-unknown": Advice(
        "fix",
        _("There is no such delivery at this office"),
        _("Look at the list of deliveries again."),
    ),
    "delivery-not-at-step": Advice(
        "fix",
        _("The delivery has gone on without this step"),
        _("Look at the list again: somebody has done it, or the delivery was called off."),
    ),
    "delivery-other-side": Advice(
        "wait",
        _("This step is the other side's"),
        _("Leave the cash sealed until the other side has done it."),
    ),
    "delivery-sum-differs": Advice(
        "fix",
        _("The notes do not come to the ordered sum"),
        _("Nothing was sent. Count again; for another sum a supervisor orders it anew."),
    ),
    "sender-ordered": Advice(
        "wait",
        _("You ordered so large a sum: another supervisor sends it"),
        _(
            "Nothing was sent. Keep the cash where it is and call another supervisor of its area, who has it in the list."
        ),
    ),
    "receiver-sent": Advice(
        "wait",
        _("You may be the one who sent this: another supervisor counts it"),
        _(
            "Nothing was written. Keep the bag shut and call another supervisor of its area, who has it in the list."
        ),
    ),
    "explainer-handled": Advice(
        "wait",
        _("You sent or counted this delivery: another supervisor explains it"),
        _("Nothing was written. Tell the other one what you know."),
    ),
    "nothing-to-explain": Advice(
        "fix",
        _("There is no difference to explain"),
        _("Look at the list again: it has its explanation."),
    ),
    "already-decided": Advice(
        "done",
        _("This application has been decided already"),
        _("There is nothing left to do. The list shows what still waits."),
    ),
    # Deposits, transfers, reversals and approvals.
    "payee-unknown": Advice(
        "fix",
        _("No customer has this phone number or card"),
        _("Ask for the number again. Take no cash before the name is shown."),
    ),
    "payer-card-unknown": Advice(
        "fix",
        _("No customer has this card"),
        _("Look at the card again. Only somebody with an account can send money from here."),
    ),
    "same-account": Advice(
        "fix",
        _("Payer and payee are the same"),
        _("Ask the customer whom the money is for, and type that number."),
    ),
    "amount-unreadable": Advice(
        "fix",
        _("The amount cannot be read"),
        _("Nothing was done. Type whole đồng: 1.500.000 or 1500000, without a part after a comma."),
    ),
    "amount-out-of-range": Advice(
        "fix",
        _("The amount is too small or too large"),
        _("Nothing was done. Take an amount within the limits of one transaction."),
    ),
    "transfer-limit-reached": Advice(
        "stop",
        _("The customer's transfers of today are used up"),
        _("Do not pay. The customer sends less, or comes back tomorrow."),
    ),
    "insufficient-funds": Advice(
        "stop",
        _("There is not enough money in the account"),
        _("Do not pay. The customer sends less, or pays cash in first."),
    ),
    "confirmation-needed": Advice(
        "fix",
        _("The account holder must confirm an amount as large as this"),
        _("Ask for the account holder's card, or turn the keypad to the account holder for the PIN."),
    ),
    "proposal-lapsed": Advice(
        "fix",
        _("This was begun in another shift"),
        _("Nothing has moved. Begin again from the start page."),
    ),
    "voucher-exists": Advice(
        "done",
        _("This was done already"),
        _("Do not pay and take no cash again. The voucher is in the list of the day."),
    ),
    "not-yours": Advice(
        "stop",
        _("Another clerk did this"),
        _("Do not pay. Only the clerk who did it can ask to undo it."),
    ),
    "not-today": Advice(
        "stop",
        _("This was done on another day"),
        _("Do not pay. Nothing is undone after its day: call your supervisor."),
    ),
    "not-paid": Advice(
        "stop",
        _("This withdrawal was not paid"),
        _("Do not pay. There is nothing to undo."),
    ),
    "already-reversed": Advice(
        "done",
        _("This was undone already"),
        _("Do not pay and do not undo it again. The voucher is in the list of the day."),
    ),
    "count-differs": Advice(
        "fix",
        _("The counted notes do not come to the amount"),
        _("Nothing was undone. Count again: the whole amount must be there."),
    ),
    "money-spent": Advice(
        "stop",
        _("The customer has spent this money"),
        _("Do not pay the cash back. Call your supervisor."),
    ),
    "approval-needed": Advice(
        "fix",
        _("A supervisor must approve this first"),
        _("Ask for approval on the page before, and wait for the decision."),
    ),
    "approval-waiting": Advice(
        "wait",
        _("The supervisor has not decided yet"),
        _("Do nothing with the cash yet. The page of the request changes by itself."),
    ),
    "approval-refused": Advice(
        "stop",
        _("The supervisor said no"),
        _("Do not pay and do not undo it. The supervisor's reason stands on the request."),
    ),
    "approval-expired": Advice(
        "stop",
        _("The day of this request is over"),
        _("Do not pay. Call your supervisor."),
    ),
    "approval-used": Advice(
        "done",
        _("What was approved has been done"),
        _("Do not pay and do not do it again. The voucher is in the list of the day."),
    ),
    "already-requested": Advice(
        "wait",
        _("Approval was asked for already"),
        _("Look at that request on the start page: it waits, or it can be acted on."),
    ),
    "approval-decided": Advice(
        "fix",
        _("Another supervisor has decided this request"),
        _("There is nothing left to do. The list shows what still waits."),
    ),
    "own-request": Advice(
        "fix",
        _("Nobody decides for the own office"),
        _("Leave this request to a supervisor elsewhere."),
    ),
    # Made at the counter.
    "amount-not-multiple": Advice(
        "fix",
        _("Notes cannot make this amount"),
        _("Ask the customer for an amount that notes can make."),
    ),
    "too-many-live-codes": Advice(
        "stop",
        _("The customer has as many open codes as may be"),
        _("Do not pay by card now. Pay an open slip, or wait until one has lapsed."),
    ),
    "office-required": Advice(
        "fix",
        _("An appointment needs an office"),
        _("Choose the office that is to pay."),
    ),
    "cannot-reserve": Advice(
        "fix",
        _("This office cannot promise the money for that day"),
        _("Have a slip made for any office, or for less."),
    ),
    "day-not-possible": Advice(
        "fix",
        _("The office does not pay on that day"),
        _("Have a slip made for any office."),
    ),
    # Delegates.
    "delegate-is-customer": Advice(
        "fix",
        _("The delegate's card is the customer's own"),
        _("Take the delegate's own card, or its number, and type it again."),
    ),
    "delegation-too-long": Advice(
        "fix",
        _("A delegation lasts twelve months at most"),
        _("Choose a last day within twelve months from today."),
    ),
    "delegation-too-large": Advice(
        "fix",
        _("The delegation is for too much"),
        _("Choose less, and no less a month than at a time."),
    ),
    "delegation-revoked": Advice(
        "stop",
        _("The customer has revoked this delegation"),
        _("Do not pay. The delegate asks the customer."),
    ),
    "delegation-ended": Advice(
        "stop",
        _("The last day of this delegation is over"),
        _("Do not pay. The customer comes in person and makes a new one."),
    ),
    "delegation-ceiling": Advice(
        "stop",
        _("More than the delegate may collect at a time"),
        _("Do not pay. The customer has a slip made for less."),
    ),
    "delegation-month": Advice(
        "stop",
        _("The delegate's month is used up"),
        _("Do not pay. The customer has a slip made for what is left, or next month."),
    ),
    "delegate-required": Advice(
        "fix",
        _("This money is for a delegate"),
        _("Read both cards: the customer's as on the delegation, and the delegate's own."),
    ),
    "delegate-not-asked": Advice(
        "stop",
        _("This money is for the customer alone"),
        _("Do not pay anybody else. Scan the code again with the customer here."),
    ),
    "wrong-delegate": Advice(
        "stop",
        _("This card is not the delegate's"),
        _("Do not pay. Look whether the right card was read, then read it again."),
    ),
    # The caller.
    "wrong-credentials": Advice(
        "fix",
        _("The user name or the password is wrong"),
        _("Type both again. Look whether Caps Lock or Vietnamese typing is on."),
    ),
    "password-must-be-changed": Advice(
        "fix",
        _("This password was given to you by somebody else"),
        _("Choose one of your own here. Nobody else may know it."),
    ),
    "password-unfit": Advice(
        "fix",
        _("This cannot be your new password"),
        _("Choose 12 characters or more, other than the old ones, and type them twice alike."),
    ),
    "password-common": Advice(
        "fix",
        _("This password is easy to guess"),
        _("Choose four words that do not belong together, and nothing of your name or office."),
    ),
    "second-factor-needed": Advice(
        "fix",
        _("A second proof is needed too"),
        _(
            "Use a passkey if you have one here; or type the password again, and the six digits that the authenticator shows now."
        ),
    ),
    "second-factor-wrong": Advice(
        "fix",
        _("This code is wrong, or was used already"),
        _(
            "Wait until the authenticator shows the next one, then type the password and the code again. Look whether the phone's clock is right."
        ),
    ),
    "passkey-wrong": Advice(
        "fix",
        _("The passkey was not accepted"),
        _(
            "Begin again with the password, and use your own device; the page waits for minutes only. If it stays so, use the code of the authenticator."
        ),
    ),
    "passkeys-full": Advice(
        "fix",
        _("You have as many passkeys as one person may have"),
        _("Remove one that you do not use any more, then add the new one."),
    ),
    "instruction-needed": Advice(
        "wait",
        _("A second person must approve this first"),
        _("Nothing was done. An operator proposes it, and a colleague approves it."),
    ),
    "instruction-decided": Advice(
        "fix",
        _("This has its decision already"),
        _("There is nothing left to do. The list shows what still waits."),
    ),
    "instruction-lapsed": Advice(
        "fix",
        _("The time of this proposal is over"),
        _("Nothing was done. The proposer proposes it anew, if it is still wanted."),
    ),
    "own-instruction": Advice(
        "fix",
        _("You proposed this yourself"),
        _("Leave the decision to a colleague."),
    ),
    "complaint-answered": Advice(
        "fix",
        _("This complaint is answered already"),
        _("There is nothing left to do. The list shows what still waits."),
    ),
    "answered-by-you": Advice(
        "fix",
        _("You gave the answer that is contested"),
        _("Another supervisor gives the last answer. Leave this one to a colleague."),
    ),
    "decider-tied": Advice(
        "fix",
        _("You and whoever asked may be one person"),
        _(
            "One of you, or one colleague for both, has lately given the other's rights or password. Leave the decision to somebody else."
        ),
    ),
    "again-not-confirmed": Advice(
        "fix",
        _("Some of these lines are like ones that were credited lately"),
        _("Look at them. To credit them once more nevertheless, go back and type how many they are."),
    ),
    "second-factor-to-enrol": Advice(
        "fix",
        _("Your role needs an authenticator first"),
        _("Sign in here with the password: the page shows what the authenticator on your phone is to scan."),
    ),
    "second-factor-stands": Advice(
        "fix",
        _("You have an authenticator already"),
        _("Sign in with its code. If the phone is lost, ask an operator for a reset."),
    ),
    "session-ended": Advice(
        "fix",
        _("You have been signed out"),
        _("Sign in again and go on."),
    ),
    "unauthenticated": Advice(
        "fix",
        _("You have been signed out"),
        _("Sign in again and go on."),
    ),
    "forbidden": Advice(
        "stop",
        _("Your role may not do this"),
        _("Ask your supervisor, or sign in as the person who may."),
    ),
    # An office's life.
    "state-unchanged": Advice(
        "fix",
        _("The office is in this state already"),
        _("Look at the office again: somebody may have been quicker."),
    ),
    "rights-unchanged": Advice(
        "fix",
        _("It is so already"),
        _("Look at it again: somebody may have been quicker."),
    ),
    "cannot-close-yet": Advice(
        "fix",
        _("The wallet cannot be closed yet"),
        _("Something is left in it, or may come back: the customer sees it in the wallet."),
    ),
    "freeze-unchanged": Advice(
        "fix",
        _("It is so already"),
        _("Look at it again: somebody may have been quicker."),
    ),
    "state-does-not-follow": Advice(
        "fix",
        _("This does not follow the office's present state"),
        _("Look at the office again: what may come next is shown there."),
    ),
    "for-operator": Advice(
        "fix", _("This is the operator's to say"), _("Ask the operator of the province to do it.")
    ),
    "checklist-incomplete": Advice(
        "fix", _("The checklist is not complete"), _("Check the missing items off first.")
    ),
    "shifts-still-open": Advice(
        "fix", _("A shift is open at the office"), _("Let it be closed by a count first.")
    ),
    "deliveries-still-open": Advice(
        "fix",
        _("Cash of the office is ordered or on the road"),
        _("Let each delivery be received or called off first."),
    ),
    "cash-still-there": Advice("fix", _("The office still has cash"), _("Let it be sent to the area first.")),
    "office-closed": Advice(
        "fix", _("The office is closed for good"), _("A new office gets the next number; ask the operator.")
    ),
    "hours-unreadable": Advice(
        "fix",
        _("These are no opening hours"),
        _("Write a day as 07:30-11:30 13:30-17:00, and nothing for a day off."),
    ),
    # The request.
    "malformed-request": Advice(
        "fix",
        _("Something on the form was not understood"),
        _("Nothing was paid. Go back, look at what was typed and try again."),
    ),
    "idempotency-key-missing": Advice(
        "fix", _("The request was not complete"), _("Nothing was paid. Go back and try again.")
    ),
    # Mending a wallet.
    "frozen-by-customer": Advice(
        "fix",
        _("The customer has frozen this wallet"),
        _(
            "Only the customer has it thawed, in person at a counter, under Help a customer. Where no face can be matched, two supervisors of the province do it: one freezes it, too, and another thaws both."
        ),
    ),
    "face-not-matched": Advice(
        "fix",
        _("The face is not that of the card"),
        _(
            "Nothing was changed. Take another picture in good light, without hat or glasses. If it fails again, call your supervisor: it may be somebody else."
        ),
    ),
    "phone-code-wrong": Advice(
        "fix",
        _("This is not the code of the message"),
        _("Ask the customer to look at the newest message, and begin again for another code."),
    ),
    "phone-code-over": Advice(
        "fix",
        _("The code is good no more"),
        _("Wait a minute, then send a new one, and use the newest message."),
    ),
    "phone-not-proved": Advice(
        "fix",
        _("The code proves nothing for this number"),
        _("Nothing was changed. Send a new code; a code is good once, and a number belongs to one wallet."),
    ),
    "pin-weak": Advice(
        "fix",
        _("This PIN is guessed too easily"),
        _("The customer chooses six digits that are no date, no row, and no part of card or phone number."),
    ),
    "applicant-refused": Advice(
        "fix",
        _("This is not a mobile number of ten digits"),
        _("Ask the customer for the number again, and type it."),
    ),
    "new-number-missing": Advice(
        "fix",
        _("The new number is missing"),
        _("Type the number that the wallet shall have, then go on."),
    ),
    "cooling-off": Advice(
        "stop",
        _("Large sums wait for a day after a new PIN or a new number"),
        _("Do not pay this amount. Offer the customer what is left, or the day after."),
    ),
    "card-lapsed": Advice(
        "stop",
        _("The identity card that the wallet knows has expired"),
        _(
            "Do not pay. The customer has the new card verified in the wallet, then comes back. The money stays there."
        ),
    ),
    "idempotency-key-reused": Advice(
        "stop",
        _("This page was used before for something else"),
        _("Do not pay. Look in the day's list whether the withdrawal is there, then start from the scan."),
    ),
    "answer-forgotten": Advice(
        "done",
        _("This was done more than thirty days ago"),
        _("Do not pay again. Look among the receipts of that day."),
    ),
    # The refusal that stands has a name that the service has given up since.
    "refused-before": Advice(
        "stop",
        _("This was refused before"),
        _("Do not pay. Begin again from the start page: a new form is a new try."),
    ),
    "request-in-progress": Advice(
        "wait",
        _("The service is still working on this"),
        _("Do not pay. Wait a moment: this page goes on by itself."),
    ),
    "break-ended": Advice(
        "fix",
        _("This break has its end"),
        _("A colleague, or a later statement, has explained it. Look at its history."),
    ),
    "break-taken": Advice(
        "wait",
        _("A colleague works on this break"),
        _("Ask them, or take it over first: that is kept on record."),
    ),
    "breaks-apart": Advice(
        "fix",
        _("These breaks do not belong together"),
        _("Choose breaks of one bank; those that do not come to zero must be of one kind."),
    ),
    "body-too-large": Advice(
        "fix", _("What was sent is too large"), _("Nothing was paid. Scan or type again.")
    ),
}


def advice(slug: str) -> Advice:
    """Return what to tell the clerk; the cautious default for a refusal that is not known."""
    return ADVICE.get(slug, DEFAULT)
