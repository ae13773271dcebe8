"""Pages: everything in them is escaped, and they load and run nothing."""

import base64
import hashlib
import re
import socket
import threading
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from ccsetup.report.cost import cost_page
from ccsetup.report.page import render
from ccsetup.usage.remarks import remarks
from tests.support import browser, cost_documents

HTML = {"html", "head", "meta", "title", "style", "body", "a", "header", "h1", "p", "main", "dl", "div", "dt", "dd"}
HTML |= {
    "strong",
    "span",
    "section",
    "h2",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "ul",
    "li",
}
HTML |= {"footer"}
SVG = {"svg", "g", "rect", "path", "text", "title", "desc"}
HOSTILE = (
    "<script>document.title='ran'</script>",
    '"><img src=http://{address}/a onerror="document.title=\'ran\'">',
    "'/><svg onload=document.title='ran'><use href=http://{address}/b#x></svg>",
    "</style><style>@import url(http://{address}/c);</style><link rel=stylesheet href=http://{address}/d>",
    "</title></desc></text></svg><iframe src=http://{address}/e></iframe>",
    "{{{{ 7*7 }}}}{{% raw %}}<base href=http://{address}/>",
    "javascript:document.title='ran'",
)


class Elements(HTMLParser):
    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def page(name: str, amount: str | None = "12.50") -> bytes:
    return render(cost_page(cost_documents.document(name, amount)))


@pytest.mark.thorough
@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60) | st.sampled_from(HOSTILE))
def test_only_known_elements_and_attributes(name: str) -> None:
    plain = Elements(page("plain")).found
    known = {attribute for _, attributes in plain for attribute in attributes}
    for tag, attributes in Elements(page(name)).found:
        assert tag in HTML | SVG
        assert attributes.keys() <= known
        assert (attributes.get("href") or "#").startswith("#")
    assert not known & {"style", "src", "onload", "xlink:href"}


def test_policy_comes_first_and_allows_the_style_alone() -> None:
    content = page("work")
    policy = re.search(rb'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', content)
    style = re.search(rb"<style>(.*?)</style>", content, re.DOTALL)
    assert policy is not None
    assert style is not None
    assert policy.end() < content.index(b"<style>")
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    directives = policy[1].decode().replace("&#39;", "'").split("; ")
    assert directives[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]
    assert b"<script" not in content
    assert content.count(b"<style") == 1


def test_every_chart_has_a_title_a_description_and_a_table() -> None:
    found = Elements(page("work")).found
    ids = {attributes["id"] for _, attributes in found if "id" in attributes}
    charts = [attributes for tag, attributes in found if tag == "svg"]
    assert len(charts) == 9
    for chart in charts:
        assert chart["role"] == "img"
        assert set((chart["aria-labelledby"] or "").split()) <= ids
    assert sum(tag == "table" for tag, _ in found) == 10
    assert len(ids) == sum("id" in attributes for _, attributes in found)


def test_money_comes_first_with_the_share_of_the_misses() -> None:
    form = r"<dt>(.*?)</dt><dd><strong>(.*?)</strong><span>(.*?)</span>"
    first, second = re.findall(form, page("work").decode())[:2]
    assert first[:2] == ("Cost (USD)", "12.50")
    assert second == ("Cache misses (USD)", "0.10", "1% of the cost, without first writes")


def test_first_writes_of_a_session_are_not_among_the_misses() -> None:
    shown = cost_documents.document("work")
    shown["profiles"][0]["cache"]["misses"] += [
        {"cause": cause, "times": 1, "tokens": 9_000, "extra": "5.00"} for cause in ("session-start", "subagent-start")
    ]
    page = render(cost_page(shown)).decode()
    assert "<dt>Cache misses (USD)</dt><dd><strong>0.10</strong>" in page
    assert "session start" in page


def test_without_prices_tokens_are_shown() -> None:
    text = page("work", None).decode()
    assert "Cache misses (USD)" not in text
    assert "Cost by day" not in text
    assert "no price" in text
    assert "Tokens by day" in text


def test_page_says_what_the_terminal_says() -> None:
    """Where the prices are from, what is an estimate and what is at least, and what would have cost less."""
    shown = cost_documents.document("work")
    shown["profiles"][0]["cost"] |= {"reasons": {"m": "no price was read"}}
    notes = render(cost_page(shown)).decode()
    for sentence in remarks(shown):
        assert str(escape(sentence)) in notes
    assert "by the seller&#39;s list prices at work, the profile&#39;s place today" in notes


def test_small_amounts_are_not_nothing() -> None:
    shown = cost_documents.document("work", "0.0042")
    text = render(cost_page(shown)).decode()
    assert "&lt;0.01 USD" in text
    assert "at least, at list prices" in text


def test_a_plan_is_not_billed_by_the_token() -> None:
    document = cost_documents.document("work", None)
    plan = {**cost_documents.cost(None), "unpriced": []}
    document["profiles"][0] |= {"cost": plan, "api_equivalent": cost_documents.cost("3.20")}
    text = render(cost_page(document)).decode()
    assert "plan (3.20 USD by API)" in text
    assert "Cost (USD)" not in text


def test_characters_that_cannot_be_seen_are_spelled_out() -> None:
    text = page("a\u202eb\x1b[31mc\x00d").decode()
    assert not re.search("[\u202e\x1b\x00]", text)


@pytest.mark.parametrize("amount", ["12.50", None])
def test_browser_runs_and_requests_nothing(tmp_path: Path, amount: str | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        address = "{}:{}".format(*server.getsockname())
        path = tmp_path / "page.html"
        path.write_bytes(page(" ".join(HOSTILE).format(address=address), amount))
        tree = browser.dom(path, tmp_path / "browser")
        assert "<title>What Claude Code used</title>" in tree
        assert not re.search("<(script|img|link|iframe|base|use|object)", tree)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_browser_would_have_run_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "{}:{}".format(*server.getsockname())
        path = tmp_path / "control.html"
        path.write_text(HOSTILE[0] + f"<img src=http://{address}/a>", encoding="utf-8")
        server.settimeout(60)
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        assert "<title>ran</title>" in browser.dom(path, tmp_path / "browser")


def _hang_up(server: socket.socket) -> None:
    server.accept()[0].close()
