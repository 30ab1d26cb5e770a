"""The two texts of a made-up citizen card, each part as a test wants it."""

from datetime import date

from kyc import names
from kyc.cards import check_digit


def qr(
    id_number: str = "020085004321",
    *,
    old: str = "",
    name: str = "Nông Văn Thắng",
    born: date = date(1985, 4, 12),
    sex: str = "Nam",
    issued: date = date(2025, 4, 20),
    more: str = "",
) -> str:
    """Write the text of the QR."""
    days = (f"{day:%d%m%Y}" for day in (born, issued))
    return (
        "|".join((id_number, old, name, next(days), sex, "Thôn Nà Sầm, Xã Đồng Đăng, Lạng Sơn", next(days)))
        + more
    )


def zone(
    id_number: str = "020085004321",
    *,
    name: str = "Nông Văn Thắng",
    born: str = "850412",
    sex: str = "M",
    until: str = "450412",
    state: str = "VNM",
    nationality: str = "VNM",
    kind: str = "ID",
    document: str = "",
    wrong: str = "",
) -> str:
    """Write the three lines of the back; `wrong` names the one check digit that is not right."""

    def digit(which: str, field: str) -> str:
        return str((check_digit(field) + (which == wrong)) % 10)

    document = document or id_number[3:]
    upper = f"{kind}{state}{document}{digit('document', document)}{id_number}<<8"
    dates = f"{born}{digit('born', born)}{sex}{until}{digit('until', until)}{nationality}{'<' * 11}"
    middle = dates + digit("all", upper[5:] + dates[0:7] + dates[8:15] + dates[18:29])
    family, *given = names.plain(name).upper().split()
    return "\n".join((upper, middle, f"{family}<<{'<'.join(given)}".ljust(30, "<")[:30]))
