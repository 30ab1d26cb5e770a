"""What can be wrong with the journal's file, in words that say what to do: Vietnamese first, on one line."""

# ruff: noqa: E501 - a sentence stays whole.

import sqlite3
from pathlib import Path
from typing import Final

_TOO_NEW: Final = (
    "Nhật ký của quầy do ứng dụng mới hơn ghi. Hãy chạy ứng dụng quầy mới nhất đã cài ở máy này, không xoá tệp: trong đó "
    "có thể còn lần chi chưa rõ kết quả. / Start the newest counter app that ran here, and do not delete the file: it may "
    "hold payments whose outcome is not known yet."
)
_DAMAGED: Final = (
    "Nhật ký của quầy bị hỏng. Không xoá tệp: trong đó có thể còn lần chi chưa rõ kết quả. Hãy cất tệp, hỏi khu vực những "
    "lần chi nào của điểm này đã ghi sổ, rồi chạy với thư mục dữ liệu mới. / The counter's journal is damaged. Do not delete "
    "the file: it may hold payments whose outcome is not known yet. Keep it, ask the area which payments of this office "
    "are paid, and start in a new data folder."
)
_UNWRITABLE: Final = (
    "Không ghi được nhật ký của quầy. Hãy cho ứng dụng quyền ghi vào thư mục này rồi chạy lại; chưa mất gì. / The counter's "
    "journal cannot be written. Give the app the right to write in this folder and start again; nothing is lost."
)
_FULL: Final = (
    "Ổ đĩa đầy, không ghi được nhật ký của quầy. Hãy giải phóng dung lượng rồi chạy lại; chưa mất gì. / The disk is full and "
    "the counter's journal cannot be written. Make room and start again; nothing is lost."
)
EMPTIED: Final = (
    "Nhật ký của quầy trống dù máy này đã từng làm việc. Lần chi chưa rõ kết quả trước đó có thể không còn ở đây: đối chiếu "
    "biên nhận trong ngày với ngăn kéo trước khi chi. / The counter's journal is empty though this machine has worked. "
    "Payments whose outcome was not known may be missing from it: compare the day's receipts with the drawer before paying."
)
_WHAT_TO_DO: Final = {
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
}


class NewerFileError(Exception):
    """A newer app has written the file."""


class JournalFileError(Exception):
    """The file is not one that this app can keep. The message says which file and what to do."""

    def __init__(self, path: Path, wrong: Exception) -> None:
        code = getattr(wrong, "sqlite_errorcode", 0) & 0xFF  # the primary one
        todo = _TOO_NEW if isinstance(wrong, NewerFileError) else _WHAT_TO_DO.get(code, _DAMAGED)
        super().__init__(f"{path}: {wrong}. {todo}")


class JournalWriteError(Exception):
    """The disk did not take what was to be written: it is full, or may not be written. Nothing of it was sent."""
