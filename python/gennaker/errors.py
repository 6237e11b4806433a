"""Errors of our own; everything else is a built-in exception."""


class NotModelledError(NotImplementedError):
    """Something that the real system has and gennaker does not model yet. The message names it and what to use instead."""
