"""How scripts choose the clock of cores."""

import enum
import operator


class PmgtMode(enum.Enum):
    """When a core runs fast."""

    PL_MODE_LOW = "low"
    PL_MODE_HIGH = "high"
    #: Fast in ticks that begin with at least ``pl_threshold`` waiting packets, else slow.
    PL_MODE_AUTO = "auto"


class DVFSParams:
    """Clock management of a chip program: assign one to ``dvfs_params`` of its application class.

    The clock changes time and energy (``hw.run(..., record_power=True)``), never a spike.
    """

    def __init__(self, mode=PmgtMode.PL_MODE_AUTO, pl_threshold=0):
        self.mode = mode
        self.pl_threshold = pl_threshold
        self.policy()

    def policy(self):
        """The choice as the account of time and energy names it: ``low``, ``high`` or ``auto:N``."""
        if not isinstance(self.mode, PmgtMode):
            raise TypeError(f"DVFSParams: mode is {self.mode!r}; it must be PmgtMode.PL_MODE_LOW, _HIGH or _AUTO")
        if self.mode is not PmgtMode.PL_MODE_AUTO:
            return self.mode.value
        try:
            threshold = operator.index(self.pl_threshold)
        except TypeError:
            threshold = -1
        if not 0 <= threshold < 2**32:
            raise ValueError(f"DVFSParams: pl_threshold is {self.pl_threshold!r}; it must be a number of packets from 0 on")
        return f"auto:{threshold}"
