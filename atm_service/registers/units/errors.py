"""Why a tree is not taken. For the command line; none of these reaches HTTP."""


class TreeInvalid(ValueError):  # noqa: N818  a "no" by rule; the subclasses are the reasons
    """The file is no tree that could follow the one before. The message says where."""


class Malformed(TreeInvalid):
    """A row lacks something, or says something twice."""


class ParentUnknown(TreeInvalid):
    """Something lies in what the file does not have."""


class InCircles(TreeInvalid):
    """Something lies in itself, however far up."""


class OriginUnknown(TreeInvalid):
    """A unit is said to be made of what there was not."""


class MadeOfNothing(TreeInvalid):
    """A new unit is made of no former one."""


class GoesNowhere(TreeInvalid):
    """A former unit ends, and the file does not say where it has gone."""


class PartsWrong(TreeInvalid):
    """A unit goes whole into one, or in parts into several of which one is the main one."""


class OfficeNowhere(TreeInvalid):
    """An office would stand in no unit, or in no area."""


class OfficeUnknownHere(TreeInvalid):
    """The file names an office that there is not."""


class TooEarly(TreeInvalid):
    """A tree begins after the last one."""


class OtherBegun(TreeInvalid):
    """Another tree begins on that day already."""


class CodeUsedUp(TreeInvalid):
    """An area's code that has ended is not used again: whoever looked after it would look after the new one."""
