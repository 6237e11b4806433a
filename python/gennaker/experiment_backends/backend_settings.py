"""Settings of the connection to a board; kept, and without effect."""

import enum


class ROUTING(enum.Enum):
    """How spikes travel."""

    #: Multicast within a chip.
    MC = "mc"
    #: From chip to chip.
    C2C = "c2c"


class BackendSettings:
    """Attributes that scripts set."""

    def __init__(self):
        self.routing_type = ROUTING.MC
        self.rebuild_apps = False
        self.switch_serial = None
        self._single_chip = False
