"""The reports as JUnit XML, which any CI can show."""

from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from ccsetup.doctor.report import Report
from ccsetup.knowledge import pages
from ccsetup.system import bounds, display
from ccsetup.system.display import visible
from ccsetup.system.redact import without_secrets


def junit(reports: Iterable[Report]) -> str:
    """Return one suite per profile and one case per check: an error is a failure, a check that could not run is an
    error."""
    top = Xml.Element("testsuites", name="ccsetup doctor")
    for report in reports:
        _suite(top, report)
    Xml.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(top, encoding="unicode") + "\n"


def _suite(top: Xml.Element, report: Report) -> None:
    failed = [finding for finding in report.findings if finding.weight == "error"]
    total = len(report.findings) + len(report.passed) + len(report.skipped) + len(report.broken)
    counts = {"tests": total, "failures": len(failed), "errors": len(report.broken), "skipped": len(report.skipped)}
    attributes = {"name": report.profile, **{name: str(count) for name, count in counts.items()}}
    suite = Xml.SubElement(top, "testsuite", attributes)
    for finding in report.findings:
        title, remedy = pages.load_page(finding.check).filled(finding.facts)
        case = Xml.SubElement(suite, "testcase", classname=report.profile, name=finding.check)
        message = bounds.short(visible(without_secrets(finding.facts.get("words", ""))))
        quote = (f"message: {message}",) if message and message not in title else ()
        text = "\n".join(map(display.line, (title, *quote, remedy.text, *remedy.commands)))
        if finding.weight == "error":
            Xml.SubElement(case, "failure", message=visible(title), type=finding.check).text = text
        else:
            Xml.SubElement(case, "system-out").text = f"{finding.weight}: {text}"
    for passed in report.passed:
        Xml.SubElement(suite, "testcase", classname=report.profile, name=passed.check)
    for kind, unseen in (("skipped", report.skipped), ("error", report.broken)):
        for check in unseen:
            case = Xml.SubElement(suite, "testcase", classname=report.profile, name=check.check)
            Xml.SubElement(case, kind, message=bounds.short(visible(without_secrets(check.reason))))
