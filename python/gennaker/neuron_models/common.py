"""How scripts choose the clock of cores."""

import enum


class PmgtMode(enum.Enum):
    """When a core runs fast."""

    PL_MODE_LOW = "low"
    PL_MODE_HIGH = "high"
    #: Fast in ticks with more than ``pl_threshold`` waiting packets.
    PL_MODE_AUTO = "auto"


class DVFSParams:
    """Clock management of a chip program."""

    def __init__(self, mode=PmgtMode.PL_MODE_AUTO, pl_threshold=0):
        self.mode = mode
        self.pl_threshold = pl_threshold
