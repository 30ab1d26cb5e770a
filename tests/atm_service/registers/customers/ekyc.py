"""The matrix of applications: what is sent, and what becomes of it. docs/ekyc.md shows this table; a test says so."""

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from tests.kyc.card_texts import qr, zone

NUMBER: Final = "020085900001"
PHONE: Final = "0987654321"
OTHER_PHONE: Final = "0987654322"
OLD: Final = "081234567"
EXPIRED: Final = date(2021, 5, 12)  # made at 36, so good until 40, which was in April 2025
BORN_1966: Final = {"date_of_birth": "1966-04-12", "id_number": "020066900001"}
FOR_LIFE: Final = zone("020066900001", born="660412", until="991231")
ENDS_IN_NOVEMBER: Final = {
    "date_of_birth": "1986-11-20",
    "id_number": "020086900001",
    "mrz": zone("020086900001", born="861120", until="261120"),
}
BORN_2010: Final = {"date_of_birth": "2010-03-08", "id_number": "020210900001"}  # sixteen
PASSPORT: Final = "P<VNMNONG<<VAN<THANG".ljust(44, "<") + "C1234567<8VNM8504124M3504127".ljust(44, "<")


@dataclass(frozen=True)
class Case:
    """One application: `changes` to one that is right. `before` is sent first. `told`: the applicant's reasons."""

    what: str
    decision: str
    reason: str = ""
    field: str = ""
    told: str = ""
    changes: dict[str, Any] = dataclasses.field(default_factory=dict)
    before: dict[str, Any] | None = None

    def row(self) -> str:
        """Write the row of docs/ekyc.md."""
        cells = (f"`{cell}`" if cell else "" for cell in (self.decision, self.reason, self.field, self.told))
        return " | ".join(("| " + self.what, *cells)) + " |"


def _refused(what: str, field: str, reason: str, **changes: Any) -> Case:
    return Case(what, "refused", reason, field, reason, changes)


def _review(what: str, reason: str, told: str = "looked-at", field: str = "", **changes: Any) -> Case:
    return Case(what, "review", reason, field, told, changes)


def _rejected(what: str, reason: str, **changes: Any) -> Case:
    return Case(what, "rejected", reason, "", reason, changes)


CASES: Final = [
    # Valid.
    Case("form alone", "approved"),
    Case("form and QR", "approved", changes={"card_qr": qr(NUMBER)}),
    Case("form and zone", "approved", changes={"mrz": zone(NUMBER)}),
    Case("form, QR and zone", "approved", changes={"card_qr": qr(NUMBER), "mrz": zone(NUMBER)}),
    Case(
        "a name typed without marks",
        "approved",
        changes={"full_name": "nong van thang", "card_qr": qr(NUMBER)},
    ),
    Case(
        "an old number, which the QR names",
        "approved",
        changes={"old_id_number": OLD, "card_qr": qr(NUMBER, old=OLD)},
    ),
    Case("a card for life, at 60", "approved", changes=BORN_1966 | {"mrz": FOR_LIFE}),
    # Each field wrong.
    _refused("a name of other characters", "full_name", "wrong-characters", full_name="Nông Văn 7"),
    _refused(
        "a name with a letter that looks alike", "full_name", "wrong-characters", full_name="Ngô Dаnh Sách"
    ),
    _refused("a name of one letter", "full_name", "wrong-length", full_name="N"),
    _refused(
        "another birth year than the number's", "id_number", "birth-date-mismatch", date_of_birth="1986-04-12"
    ),
    _refused("nine digits alone", "id_number", "nine-digits", id_number=OLD),
    _refused("a landline", "phone", "not-mobile-number", phone="0243826400"),
    _refused("a PIN that is guessed first", "pin", "weak", pin="123456"),
    _refused("a QR that is none", "card_qr", "unreadable", card_qr="https://example.org/?a=1|2|3"),
    _refused("a zone with a wrong check digit", "mrz", "unreadable", mrz=zone(NUMBER, wrong="born")),
    _refused("a zone with a card for life, at 41", "mrz", "unreadable", mrz=zone(NUMBER, until="991231")),
    _refused("a zone with room left in its name", "mrz", "unreadable", mrz=zone(NUMBER)[:-1] + "T"),
    # Each disagreement.
    _review("the QR names another number", "form-qr-differ", field="id_number", card_qr=qr("020085900002")),
    _review(
        "the QR names another name",
        "form-qr-differ",
        field="full_name",
        card_qr=qr(NUMBER, name="Nông Văn Thắm"),
    ),
    _review(
        "the QR names another birth date",
        "form-qr-differ",
        field="date_of_birth",
        card_qr=qr(NUMBER, born=date(1985, 4, 13)),
    ),
    _review(
        "the QR names another old number",
        "form-qr-differ",
        field="old_id_number",
        old_id_number=OLD,
        card_qr=qr(NUMBER, old="081234568"),
    ),
    _review(
        "the QR names no old number, the form does",
        "form-qr-differ",
        field="old_id_number",
        old_id_number=OLD,
        card_qr=qr(NUMBER),
    ),
    _review("the zone names another number", "form-mrz-differ", field="id_number", mrz=zone("020085900002")),
    _review(
        "the zone names another name",
        "form-mrz-differ",
        field="full_name",
        mrz=zone(NUMBER, name="Nông Văn Tú"),
    ),
    _review(
        "the zone names another birth date",
        "form-mrz-differ",
        field="date_of_birth",
        mrz=zone(NUMBER, born="850413"),
    ),
    _review(
        "the QR names another sex than the number",
        "form-qr-differ",
        field="sex",
        card_qr=qr(NUMBER, sex="Nữ"),
    ),
    _review(
        "the zone names another sex than the number",
        "form-mrz-differ",
        field="sex",
        mrz=zone(NUMBER, sex="F"),
    ),
    _review(
        "QR and zone name another day of expiry",
        "qr-mrz-differ",
        field="expires_on",
        card_qr=qr(NUMBER),
        mrz=zone(NUMBER, until="440412"),
    ),
    # Age.
    _refused("under 15", "date_of_birth", "under-age", date_of_birth="2011-11-17", id_number="020211900001"),
    _review("15 today", "minor", "minor", date_of_birth="2011-11-16", id_number="020211900001"),
    _review(
        "16, with a card", "minor", "minor", **BORN_2010, card_qr=qr("020210900001", born=date(2010, 3, 8))
    ),
    _review("17 until tomorrow", "minor", "minor", date_of_birth="2008-11-17", id_number="020208900001"),
    Case("18 today", "approved", changes={"date_of_birth": "2008-11-16", "id_number": "020208900001"}),
    # Expired.
    _refused("a card that has expired, by its zone", "mrz", "expired", mrz=zone(NUMBER, until="250412")),
    _refused("a card that has expired, by the law", "card_qr", "expired", card_qr=qr(NUMBER, issued=EXPIRED)),
    _refused(
        "a card that has expired, by the law and not by its zone",
        "card_qr",
        "expired",
        card_qr=qr(NUMBER, issued=EXPIRED),
        mrz=zone(NUMBER),
    ),
    _rejected("a card that the provider says has expired", "document-expired", capture="sample-expired-card"),
    # Not a citizen's card.
    _refused("a passport", "mrz", "not-identity-card", mrz=PASSPORT),
    _refused("a residence card", "mrz", "not-identity-card", mrz=zone(NUMBER, kind="AR")),
    _refused("another state's card", "mrz", "not-vietnamese", mrz=zone(NUMBER, state="LAO")),
    _refused("a foreigner's card", "mrz", "not-vietnamese", mrz=zone(NUMBER, nationality="CHN")),
    # Who has a wallet already.
    Case(
        "the same card again",
        "rejected",
        "duplicate-person",
        "",
        "duplicate-person",
        {"phone": OTHER_PHONE},
        before={},
    ),
    Case(
        "the same phone again",
        "rejected",
        "phone-taken",
        "",
        "phone-taken",
        {"id_number": "020085900002"},
        before={},
    ),
    Case(
        "an old number that is another customer's",
        "review",
        "old-number-known",
        "",
        "looked-at",
        {"id_number": "020085900002", "phone": OTHER_PHONE, "card_qr": qr("020085900002", old=OLD)},
        before={"card_qr": qr(NUMBER, old=OLD)},
    ),
    # The list.
    _review("on the watch list", "watch-list", full_name="Ngô Danh Sách"),
    Case("the watch list is down", "pending", changes={"full_name": "Ngô Sách Hỏng"}),
    Case("the watch list is a year old", "pending", changes={"full_name": "Ngô Sách Cũ"}),
    # The provider.
    Case("the provider is slow", "approved", changes={"capture": "sample-slow"}),
    Case("the provider is down", "pending", changes={"capture": "sample-down"}),
    _rejected("pictures that cannot be read", "document-unreadable", capture="sample-blurred"),
    _rejected("a card that was altered", "document-tampered", capture="sample-tampered"),
    _rejected("another face", "face-mismatch", capture="sample-other-face"),
    _review("a face in doubt", "face-doubtful", "face-doubtful", capture="sample-doubtful"),
    _review(
        "the provider's yes, with a low score of the face",
        "face-doubtful",
        "face-doubtful",
        capture="sample-weak-face",
    ),
    _rejected("the provider's yes, with no sign of life", "liveness-failed", capture="sample-no-life"),
]
