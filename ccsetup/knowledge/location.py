"""The location of `profiles/` and `checks/`: inside the wheel, or next to the package in a checkout.

Imports only `os`, because `ccsetup env` loads it in shell start-up.
"""

import os

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def folder(name: str) -> str:
    """The absolute path of the content folder `name` ("profiles" or "checks").

    `sys.path` and the working folder are never searched: another `profiles` folder there must not be used.
    """
    shipped = os.path.join(_PACKAGE, "_content", name)
    return shipped if os.path.isdir(shipped) else os.path.join(os.path.dirname(_PACKAGE), name)
