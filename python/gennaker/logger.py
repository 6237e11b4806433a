"""What py-spinnaker2 scripts use to choose how much is logged."""

import logging


class SpiNNaker2Logger:
    """Access to the logger of this package, ``logging.getLogger("gennaker")``."""

    @staticmethod
    def setup(level="info"):
        """Shows messages from ``level`` on: ``diagnostic`` (everything), ``debug``, ``info``, ``warning``, ``error``."""
        chosen = logging.DEBUG if str(level).lower() == "diagnostic" else getattr(logging, str(level).upper(), None)
        if not isinstance(chosen, int):
            raise ValueError(f"level is {level!r}; choose diagnostic, debug, info, warning or error")
        logging.basicConfig()
        logging.getLogger("gennaker").setLevel(chosen)
