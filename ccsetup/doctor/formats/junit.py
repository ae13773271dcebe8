"""The reports as JUnit XML, which every CI shows."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.system import bounds
from ccsetup.system.redact import without_secrets

_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot carry


def junit(reports: Iterable[Report]) -> str:
    """One suite a profile, one case a check: errors are failures, what could not be looked at is an error."""
    top = Xml.Element("testsuites", name="ccsetup doctor")
    for one in reports:
        _suite(top, one)
    Xml.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(top, encoding="unicode") + "\n"


def _suite(top: Xml.Element, one: Report) -> None:
    failed = [found for found in one.findings if found.weight == "error"]
    total = len(one.findings) + len(one.passed) + len(one.skipped) + len(one.broken)
    counts = {"tests": total, "failures": len(failed), "errors": len(one.broken), "skipped": len(one.skipped)}
    attributes = {"name": one.profile, **{name: str(count) for name, count in counts.items()}}
    suite = Xml.SubElement(top, "testsuite", attributes)
    for found in one.findings:
        title, remedy = pages.load_page(found.check).filled(found.facts)
        case = Xml.SubElement(suite, "testcase", classname=one.profile, name=found.check)
        words = bounds.short(without_secrets(found.facts.get("words", "")))
        said = (f"said: {words}",) if words and words not in title else ()
        text = _clean("\n".join((title, *said, remedy.text, *remedy.commands)))
        if found.weight == "error":
            Xml.SubElement(case, "failure", message=_clean(title), type=found.check).text = text
        else:
            Xml.SubElement(case, "system-out").text = f"{found.weight}: {text}"
    for passed in one.passed:
        Xml.SubElement(suite, "testcase", classname=one.profile, name=passed.check)
    for kind, unseen in (("skipped", one.skipped), ("error", one.broken)):
        for check in unseen:
            case = Xml.SubElement(suite, "testcase", classname=one.profile, name=check.check)
            Xml.SubElement(case, kind, message=_clean(bounds.short(without_secrets(check.reason))))


def _clean(text: str) -> str:
    return _UNSPEAKABLE.sub("?", text)
