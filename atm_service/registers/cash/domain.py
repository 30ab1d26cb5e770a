"""When a count of cash stands: one rule for drawers (opening, close, hand-over, take-over) and vaults. Pure."""

from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a count."""

    STANDS = "stands"
    AGAIN = "again"
    WORD = "word"


def judge(difference: int, word_above: int | None, so_far: int, *, before: bool) -> Verdict:
    """Judge a count that differs from the books by so many đồng, or by nothing.

    A first one that differs is made again, blind; `before`: the same person has counted the same cash, and it differed.
    What still differs stands; but a supervisor's word is needed where it comes to more than `word_above`, together with
    what else counts found over or short at this office today, `so_far`: much is not written off in slices.
    Where `word_above` is None, no word is asked.
    """
    if difference == 0:
        return Verdict.STANDS
    if not before:
        return Verdict.AGAIN
    much = word_above is not None and abs(difference) + so_far > word_above
    return Verdict.WORD if much else Verdict.STANDS
