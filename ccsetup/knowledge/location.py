"""Where `profiles/` and `checks/` are: inside the wheel, or beside the package in a checkout.

Imports nothing but `os`, because `ccsetup env` reads it on the way to the prompt.
"""

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def folder(name: str) -> str:
    """The absolute path of the content folder `name` ("profiles" or "checks").

    Never looked up on `sys.path` or in the working folder: a stranger's `profiles` there must not win.
    """
    shipped = os.path.join(_PACKAGE, "_content", name)
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(_PACKAGE), name)
