"""Names of the programs that talk to a board."""

import enum


class ExperimentBackendType(enum.Enum):
    """Which program would run the experiment; here, always this one."""

    SPINNMAN2 = "spinnman2"
    CPP = "cpp"
