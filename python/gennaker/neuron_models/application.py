"""The base of py-spinnaker2's chip programs, as far as scripts set attributes of it."""


class BaseApplication:
    """A chip program; models that have no class of their own here run on this one. Class attributes may be set.

    ``dvfs_params``, a :class:`~gennaker.neuron_models.common.DVFSParams`, is the clock of the populations of its models, for
    the account of time and energy; as with any attribute, classes made from this one have it, too. ``profiling`` is accepted.
    """

    profiling = False
    dvfs_params = None
