"""The base of py-spinnaker2's chip programs, as far as scripts set attributes of it."""


class BaseApplication:
    """A chip program. Class attributes may be set; there is no program here that they could change."""

    profiling = False
    dvfs_params = None
