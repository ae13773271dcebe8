"""Claude Code's choice of proxy, each line as 2.1.332 did it on loopback (tests/agree/routes.py has more)."""

import pytest

from ccsetup.providers.proxies import proxy_for, proxy_for_credentials, proxy_for_tokens, unreadable

ONE, TWO = "http://127.0.0.1:1", "http://127.0.0.1:2"
HTTPS, HTTP = "https://gw.corp.localhost:9", "http://gw.corp.localhost:9"


@pytest.mark.parametrize(
    ("url", "variables", "used"),
    [
        (HTTPS, {"HTTPS_PROXY": ONE}, ONE),
        (HTTP, {"HTTPS_PROXY": ONE}, ONE),
        (HTTPS, {"HTTP_PROXY": ONE}, ONE),
        ("http://127.0.0.1:9", {"HTTPS_PROXY": ONE}, ONE),
        ("http://localhost:9", {"HTTPS_PROXY": ONE}, ONE),
        ("http://[::1]:9", {"HTTPS_PROXY": ONE}, ONE),
        (HTTPS, {"HTTPS_PROXY": ONE, "https_proxy": TWO}, TWO),
        (HTTPS, {"HTTPS_PROXY": ONE, "https_proxy": ""}, ONE),
        (HTTP, {"HTTPS_PROXY": ONE, "http_proxy": TWO}, ONE),
        (HTTPS, {"ALL_PROXY": ONE}, ONE),
        (HTTP, {"ALL_PROXY": ONE, "all_proxy": TWO}, TWO),
        (HTTPS, {"ALL_PROXY": ONE, "HTTP_PROXY": TWO}, TWO),
        (HTTPS, {"HTTPS_PROXY": "127.0.0.1:1"}, ONE),
        (HTTPS, {"HTTPS_PROXY": f" {ONE} "}, ONE),
        (HTTPS, {"ALL_PROXY": "127.0.0.1:1"}, ONE),
        (HTTPS, {"ALL_PROXY": f" {ONE} "}, f" {ONE} "),  # and the request fails
        (HTTPS, {"ALL_PROXY": "socks5://127.0.0.1:1"}, None),
        (HTTPS, {"HTTPS_PROXY": "socks5://127.0.0.1:1"}, "socks5://127.0.0.1:1"),
        (HTTPS, {"HTTPS_PROXY": ONE, "HTTP_PROXY": "socks5://127.0.0.1:1"}, ONE),
        (HTTPS, {"Https_Proxy": ONE}, None),
        (HTTPS, {"CLAUDE_CODE_HTTPS_PROXY": ONE}, None),
    ],
)
def test_first_variable_is_the_proxy_for_every_url(url: str, variables: dict[str, str], used: str | None) -> None:
    chosen = proxy_for(variables, url)
    assert (chosen and chosen.url) == used


SPARED = (
    *("*", "* ", "*,a", "gw.corp.localhost", "GW.CORP.LOCALHOST", "gw.corp.localhost.", ".corp.localhost", "localhost"),
    *("corp.localhost", "*.corp.localhost", "*.localhost", "*.gw.corp.localhost", "localhost.", "gw.corp.localhost:9"),
    *("corp.localhost:9", ".corp.localhost:9", "gw.corp.localhost:09", "a,gw.corp.localhost", "a, gw.corp.localhost"),
    *("a gw.corp.localhost", "a\tgw.corp.localhost", "a\ngw.corp.localhost", " gw.corp.localhost "),
)
NOT_SPARED = (
    *("", "a", "w.corp.localhost", "gw.corp.localhost:443", "a;gw.corp.localhost", "a|gw.corp.localhost", "**", "gw.*"),
    *('"gw.corp.localhost"', "https://gw.corp.localhost", "*corp.localhost", "*:9", "*.*", "..localhost", ".", ":9"),
    *("gw.corp.localhost:", "gw.corp.localhost/", "''"),
)


@pytest.mark.parametrize("exceptions", SPARED)
def test_spared_host_is_reached_without_a_proxy(exceptions: str) -> None:
    assert proxy_for({"HTTPS_PROXY": ONE, "NO_PROXY": exceptions}, HTTPS) is None
    assert proxy_for({"ALL_PROXY": ONE, "no_proxy": exceptions}, HTTPS) is None


@pytest.mark.parametrize("exceptions", NOT_SPARED)
def test_host_that_is_not_spared_is_reached_by_the_proxy(exceptions: str) -> None:
    assert proxy_for({"HTTPS_PROXY": ONE, "NO_PROXY": exceptions}, HTTPS) is not None


@pytest.mark.parametrize(
    ("url", "exceptions", "spared"),
    [
        ("http://127.0.0.1:9", "127.0.0.0/8", True),
        ("http://127.0.0.1:9", "126.0.0.0/7", True),
        ("http://127.0.0.1:9", "127.0.0.1/32", True),
        ("http://127.0.0.1:9", "127.0.0.1:9", True),
        ("http://127.0.0.1:9", "127.0.0.0/8:9", False),
        ("http://127.0.0.1:9", "127.0.0.1/33", False),
        ("http://127.0.0.1:9", "127.0.0.0/255.0.0.0", False),
        ("http://127.0.0.1:9", "127.0.0", False),
        ("http://127.0.0.1:9", "0.1", False),
        ("http://127.0.0.1:9", "*.0.0.1", False),
        ("http://127.0.0.1:9", "127.*", False),
        ("http://127.0.0.1:9", "localhost", False),
        ("http://localhost:9", "127.0.0.1", False),
        ("http://localhost:9", "localhost", True),
        ("http://[::1]:9", "::1", True),
        ("http://[::1]:9", "[::1]", True),
        ("http://[::1]:9", "[::1]:9", True),
        ("http://[::1]:9", "[::1]/128", True),
        ("http://[::1]:9", "::/0", True),
        ("http://[::1]:9", "0:0:0:0:0:0:0:1", True),
        ("http://[::1]:9", "[::1]:8", False),
        ("http://[::1]:9", "::2", False),
        ("https://corp.localhost:9", "*.corp.localhost", True),
        ("https://gw.corp.localhost", "gw.corp.localhost:443", True),
        ("https://GW.corp.localhost.:9", "gw.corp.localhost", True),
    ],
)
def test_exceptions_for_addresses_and_ports(url: str, exceptions: str, spared: bool) -> None:
    assert (proxy_for({"HTTPS_PROXY": ONE, "NO_PROXY": exceptions}, url) is None) is spared


@pytest.mark.parametrize(
    ("url", "variables", "used"),
    [
        # Claude Code itself names no proxy, then Bun is asked, which goes by the scheme and by its own list.
        (HTTPS, {"HTTPS_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "gw.corp.localhost"}, ONE),
        (HTTPS, {"HTTPS_PROXY": ONE, "no_proxy": "gw.corp.localhost", "NO_PROXY": "a"}, None),
        (HTTPS, {"HTTPS_PROXY": ONE, "no_proxy": "", "NO_PROXY": "gw.corp.localhost"}, None),
        (HTTP, {"HTTPS_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "gw.corp.localhost"}, None),
        (HTTPS, {"HTTP_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "gw.corp.localhost"}, None),
        (HTTP, {"HTTPS_PROXY": ONE, "HTTP_PROXY": TWO, "no_proxy": "a", "NO_PROXY": "gw.corp.localhost"}, TWO),
        (HTTPS, {"HTTPS_PROXY": ONE, "https_proxy": TWO, "no_proxy": "a", "NO_PROXY": "gw.corp.localhost"}, TWO),
        ("http://127.0.0.1:9", {"HTTPS_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "*"}, None),
        ("http://127.0.0.1:9", {"HTTPS_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "*,b"}, ONE),
        ("http://127.0.0.1:9", {"HTTPS_PROXY": ONE, "NO_PROXY": ".0.0.1"}, None),
    ],
)
def test_two_lists_of_exceptions(url: str, variables: dict[str, str], used: str | None) -> None:
    chosen = proxy_for(variables, url)
    assert (chosen and chosen.url) == used


@pytest.mark.parametrize(
    ("variables", "variable"),
    [
        ({"HTTPS_PROXY": "not a url"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "not a url", "NO_PROXY": "*"}, "HTTPS_PROXY"),
        ({"https_proxy": "  ", "HTTPS_PROXY": ONE}, "https_proxy"),
        ({"HTTP_PROXY": "127.0.0.1:1"}, "HTTP_PROXY"),
        ({"HTTPS_PROXY": "proxy.corp:8080"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://proxy:port"}, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": ONE, "HTTP_PROXY": "not a url"}, None),
        ({"HTTPS_PROXY": "HTTP://127.0.0.1:1"}, None),
        ({"HTTPS_PROXY": "ftp://127.0.0.1:1"}, None),
        ({"ALL_PROXY": "not a url"}, None),
        ({}, None),
    ],
)
def test_proxy_that_keeps_the_client_from_starting(variables: dict[str, str], variable: str | None) -> None:
    found = unreadable(variables)
    assert (found and found[0]) == variable


STS, NEAR = "sts.us-east-1.amazonaws.com", "https://sts.corp.localhost"


@pytest.mark.parametrize(
    ("variables", "used"),
    [
        ({"HTTPS_PROXY": ONE}, ONE),
        ({"HTTP_PROXY": ONE}, ONE),
        ({"ALL_PROXY": ONE}, None),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": STS}, None),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": ".amazonaws.com"}, None),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": "amazonaws.com"}, ONE),  # this one is Bun's form
        ({"HTTPS_PROXY": ONE, "NO_PROXY": "portal.sso.us-east-1.amazonaws.com"}, ONE),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": "sts.eu-west-1.amazonaws.com"}, ONE),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": ".corp.localhost", "AWS_ENDPOINT_URL_STS": NEAR}, None),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": ".corp.localhost", "AWS_ENDPOINT_URL": NEAR}, None),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": STS, "AWS_ENDPOINT_URL": NEAR}, ONE),
        ({"HTTPS_PROXY": ONE, "NO_PROXY": STS, "AWS_ENDPOINT_URL_STS": ""}, None),
    ],
)
def test_proxy_of_credential_requests_is_chosen_by_the_url_of_sts(variables: dict[str, str], used: str | None) -> None:
    chosen = proxy_for_credentials(variables, "us-east-1")
    assert (chosen and chosen.url) == used


TOKEN = "https://oauth2.googleapis.com/token"


@pytest.mark.parametrize(
    ("url", "variables", "used"),
    [
        (TOKEN, {"HTTP_PROXY": ONE}, None),
        (TOKEN, {"http_proxy": ONE}, None),
        (TOKEN, {"HTTP_PROXY": ONE, "HTTPS_PROXY": ""}, None),
        (TOKEN, {"HTTPS_PROXY": ONE}, ONE),
        (TOKEN, {"https_proxy": ONE, "HTTPS_PROXY": TWO}, ONE),
        (TOKEN, {"https_proxy": "", "HTTPS_PROXY": TWO}, TWO),
        (TOKEN, {"HTTPS_PROXY": ONE, "HTTP_PROXY": TWO}, ONE),
        (TOKEN, {"HTTPS_PROXY": "127.0.0.1:1"}, ONE),
        (TOKEN, {"HTTPS_PROXY": f" {ONE} "}, f" {ONE} "),  # and the request fails
        (TOKEN, {"ALL_PROXY": ONE}, ONE),
        (TOKEN, {"ALL_PROXY": ONE, "HTTP_PROXY": TWO}, ONE),
        (TOKEN, {"HTTPS_PROXY": ONE, "NO_PROXY": "oauth2.googleapis.com"}, None),
        (TOKEN, {"HTTPS_PROXY": ONE, "NO_PROXY": ".oauth2.googleapis.com"}, None),
        (TOKEN, {"HTTPS_PROXY": ONE, "NO_PROXY": "oauth2.googleapis.com:443"}, None),
        (TOKEN, {"HTTPS_PROXY": ONE, "NO_PROXY": "uth2.googleapis.com"}, ONE),
        (TOKEN, {"HTTPS_PROXY": ONE, "no_proxy": "a", "NO_PROXY": "oauth2.googleapis.com"}, ONE),
        (TOKEN, {"HTTPS_PROXY": ONE, "no_proxy": "oauth2.googleapis.com", "NO_PROXY": "a"}, None),
        ("http://metadata.google.internal", {"HTTP_PROXY": ONE}, ONE),
    ],
)
def test_proxy_of_a_google_token_is_the_one_of_its_scheme(
    url: str, variables: dict[str, str], used: str | None
) -> None:
    chosen = proxy_for_tokens(variables, url)
    assert (chosen and chosen.url) == used
