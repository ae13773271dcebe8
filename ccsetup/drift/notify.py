"""Notification: the run's JSON on a command's standard input, or posted to a URL."""

import re
import shlex
from collections.abc import Mapping
from urllib.parse import urlsplit

from ccsetup.knowledge import programs
from ccsetup.providers import http
from ccsetup.system import console, display, process
from ccsetup.system.errors import UserError

SECONDS = 30


def is_url(to: str) -> bool:
    """Whether it is a URL (`scheme://…`) rather than a command."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", to) is not None


def check_recipient(to: str) -> None:
    """Raise UserError if `to` is neither a command nor a URL, before any request. Never repeats a URL: it may hold a
    token."""
    if is_url(to):
        _host(to)
        return
    try:
        words = shlex.split(to)
    except ValueError as error:
        raise UserError(f"--notify: {str(error).lower()}", "give a command line or a URL") from error
    if not words:
        raise UserError("--notify needs a command or a URL", "for example: --notify 'mail -s drift me@example.com'")


def send_notification(to: str, document: bytes, environment: Mapping[str, str]) -> str:
    """Send the document; return the error in one line, "" on success."""
    if is_url(to):
        return _post(to, document, environment)
    words = shlex.split(to)
    program = process.find(words[0], environment)
    if program is None:
        return f"{words[0]}: not found on the PATH"
    try:
        done = process.run(
            [program, *words[1:]],
            environment=programs.helper_environment(environment, to),
            seconds=SECONDS,
            stdin=document,
            heard=lambda line: console.say(display.visible(line)),
        )
    except process.TimeoutExpired:
        return f"{words[0]} had not ended after {SECONDS} seconds"
    except OSError as why:
        return f"{words[0]}: {why.strerror}"
    except process.Flood:
        return f"{words[0]} prints without end"
    return f"{words[0]} ended with exit code {done.code}" if done.code else ""


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port  # raises ValueError if it is not a port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise UserError("--notify: this URL cannot be posted to", "give one as https://HOST/PATH")
    return parts.hostname


def _post(url: str, document: bytes, environment: Mapping[str, str]) -> str:
    host = _host(url)
    try:
        way = http.pool(environment, url, secret=False)
        answer = http.send(way, "POST", url, {"content-type": "application/json"}, document, may_be_empty=True)
    except http.Unanswered as why:  # whose words would repeat the URL
        return f"{host} refused it: {why.code}"
    return f"{host} answered {answer.status}" if answer.status >= 300 else ""
