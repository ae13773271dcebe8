"""Where a profile's secret is stored, as facts for pages: their commands differ by the kind of reference."""

from ccsetup.knowledge.surfaces import Surface
from ccsetup.profile.profile import Profile, references


def reference_facts(name: str, profile: Profile, surface: Surface) -> dict[str, str]:
    """The facts of the profile's credential; of the keyring if the profile has none yet and no cloud signs for it."""
    plain = {ask.name for ask in surface.ask if ask.plain}
    found = references(profile, surface)
    credential = next((reference for answer, reference in found.items() if answer not in plain), None)
    usual = "keyring:" if surface.signs in ("key", "login") else ""
    return describe_reference(name, credential or next(iter(found.values()), usual))


def describe_reference(name: str, reference: str) -> dict[str, str]:
    """At most one of these is not empty:

    keyring_profile  the profile whose secret `ccsetup key NAME --set` stores
    secret_file      the file that holds the secret
    secret_variable  the variable that holds it
    secret_source    another reference: 1Password's or a command
    """
    kind, _, rest = reference.partition(":")
    return {
        "keyring_profile": name if kind == "keyring" else "",
        "secret_file": rest if kind == "file" else "",
        "secret_variable": rest if kind == "env" else "",
        "secret_source": reference if kind in ("op", "cmd") else "",
    }
