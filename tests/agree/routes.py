"""Random routes: proxies, exceptions and certificates in the shell and in settings layers, and a base URL.

Everything is on loopback: three labs, one of them the host; other hosts end in .localhost, at a port without a server,
so that a request gets there by a proxy or not at all."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.agree.world import LAYERS

BEGINNING = 3_000_000
URLS = (
    *("@HOST", "@HOST", "@TLS-HOST", "http://localhost:@PORT", "https://gw.corp.localhost:9", "https://gw.corp.localhost:9"),
    *("https://GW.Corp.localhost:9/llm", "https://gw.corp.localhost", "https://corp.localhost:9", "http://[::1]:9"),
)  # fmt: skip
_PROXIES = ("@ONE", "@ONE", "@ONE", "@TWO", "@TWO", "@ONE/", " @ONE ", "", "@DEAD", "http://me:secret@@ONE-ADDRESS")
_ODD_PROXIES = ("@ONE-ADDRESS", "socks5://@ONE-ADDRESS", "not a url", "  ", "ftp://127.0.0.1:9", "proxy.corp:8080")
_NAMES = (
    *("HTTPS_PROXY", "HTTPS_PROXY", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"),
    *("ALL_PROXY", "all_proxy"),
)  # fmt: skip
_EXCEPTIONS = (
    *("127.0.0.1", "localhost", "127.0.0.0/8", "10.0.0.0/8", "::1", "[::1]", "127.0.0.1:@PORT", "localhost:@PORT", "*"),
    *("gw.corp.localhost", ".corp.localhost", "corp.localhost", "*.corp.localhost", "GW.CORP.LOCALHOST"),
    *("gw.corp.localhost.", "gw.corp.localhost:9", "gw.corp.localhost:443", "corp.localhost:9", "gw.*", "*:9"),
    *("*corp.localhost", "orp.localhost", "https://gw.corp.localhost", '"gw.corp.localhost"', "example.com", "127.*"),
    *("0.0.1", ".0.0.1", "127.0.0.1/33", "::/0"),
)  # fmt: skip
_BETWEEN = (",", ",", ",", ", ", " ", ";", ",,", "\t")
_STORES = ("bundled", "system", "bundled,system", "other")
_KEY = "sk-ant-api03-lab-console-AAAA"


@dataclass(frozen=True, slots=True)
class Route:
    """A set-up: the shell's variables, and the `env` of settings layers."""

    seed: int
    environment: Mapping[str, str]
    layers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, str]:
        state = {"hasCompletedOnboarding": True, "env": self.layers.get("global", {})}
        others = {LAYERS[name]: json.dumps({"env": env}) for name, env in self.layers.items() if name != "global"}
        return {LAYERS["global"]: json.dumps(state), **others}

    @property
    def is_led_by_a_folder(self) -> bool:
        """Whether a project's or local file moves it, which doctor does not follow."""
        return any(self.layers.get(name) for name in ("project", "local"))


def make_route(seed: int) -> Route:
    """The route of this seed."""
    chance = random.Random(seed)
    shell = {"ANTHROPIC_API_KEY": _KEY, "ANTHROPIC_BASE_URL": chance.choice(URLS)}
    layers: dict[str, dict[str, str]] = {}

    def put(name: str, value: str) -> None:
        layer = chance.choice(
            ("shell", "shell", "shell", "shell", "shell", "user", "user", "global", "project", "local")
        )
        (shell if layer == "shell" else layers.setdefault(layer, {}))[name] = value

    for _ in range(chance.choice((0, 1, 1, 1, 1, 2, 2, 3))):
        put(chance.choice(_NAMES), chance.choice(_ODD_PROXIES if chance.random() < 0.15 else _PROXIES))
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        entries = [chance.choice(_EXCEPTIONS) for _ in range(chance.choice((1, 1, 2, 3)))]
        put(chance.choice(("NO_PROXY", "NO_PROXY", "no_proxy")), chance.choice(_BETWEEN).join(entries))
    if chance.random() < 0.95:
        put(chance.choice(("NODE_EXTRA_CA_CERTS", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")), "@CA")
    if chance.random() < 0.15:
        put("CLAUDE_CODE_CERT_STORE", chance.choice(_STORES))
    if chance.random() < 0.1:
        put("CLAUDE_CODE_PROXY_RESOLVES_HOSTS", "1")
    return Route(seed, shell, layers)
