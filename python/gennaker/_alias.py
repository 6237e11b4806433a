"""Serves this package under the name ``spinnaker2`` within one process."""

import importlib
import importlib.abc
import importlib.util
import sys

NAME = "spinnaker2"


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """``spinnaker2.x`` is the very module ``gennaker.x``, so classes are the same under both names."""

    def find_spec(self, name, path=None, target=None):
        if name != NAME and not name.startswith(f"{NAME}."):
            return None
        return importlib.util.spec_from_loader(name, self)

    def create_module(self, spec):
        ours = "gennaker" + spec.name[len(NAME) :]
        try:
            module = importlib.import_module(ours)
        except ModuleNotFoundError as error:
            if error.name != ours:
                raise
            raise ModuleNotFoundError(
                f"No module named '{spec.name}': gennaker, which serves `{NAME}` here, has no `{ours}`", name=spec.name
            ) from None
        # The import system is about to write the alias into the module; `exec_module` takes that back.
        self._spec = module.__spec__
        return module

    def exec_module(self, module):
        module.__spec__ = self._spec


def install():
    """From now on ``import spinnaker2`` in this process means gennaker, even where the original is installed."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
