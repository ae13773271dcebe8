"""A world may reach for the providers' hosts, which its lab plays, and for the lab itself: for nothing else."""

import re
from collections.abc import Iterable, Iterator

from tests.agree.world import World

_PLAYED = re.compile(
    r"(^|\.)(anthropic\.com|claude\.(ai|com)|amazonaws\.com|api\.aws|awsapps\.com|googleapis\.com|ai\.azure\.com)$"
    r"|^169\.254\.169\.254$|^metadata\.google\.internal$|^\[?::1\]?$"
)
_URL = re.compile(r"https?://(\[[^\]]*\]|[^/\s\"'\\:@]+)")


def strange_hosts(hosts: Iterable[str]) -> tuple[str, ...]:
    """Return the hosts that the lab does not play, each once."""
    return tuple(dict.fromkeys(host for host in hosts if not (host == "127.0.0.1" or _PLAYED.search(host))))


def named_strangers(world: World) -> tuple[str, ...]:
    """Return the strange hosts in the URLs that a world's files, variables and profile name."""
    return strange_hosts(_hosts((*world.files.values(), *world.environment.values(), world.profile)))


def _hosts(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _URL.findall(text)
