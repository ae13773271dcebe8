"""A large library that a test module names, imported when a test first uses it: collecting the tests reads them all."""

from importlib import import_module


class Lazy:
    """The library `name`, as `import name` would bind it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        if attribute.startswith("__"):  # pytest looks for a wrapped fixture in each name of a module
            raise AttributeError(attribute)
        return getattr(import_module(self._name), attribute)
