"""Each fault of TLS has its own page: real servers on loopback, whose certificate or protocol has one fault."""

import ssl
from pathlib import Path

import pytest

from tests.support.examined import a_profile, examined, slugs
from tests.support.tls_servers import TlsFault, serving

KEY = "sk-ant-api03-" + "a" * 95
FAULTS = {
    "another name": (TlsFault(names=("gw.example.com",)), "127.0.0.1", "tls-hostname-mismatch"),
    "another address": (TlsFault(names=("10.0.0.7",)), "127.0.0.1", "tls-hostname-mismatch"),
    "a wildcard of another domain": (TlsFault(names=("*.example.com",)), "localhost", "tls-hostname-mismatch"),
    "expired yesterday": (TlsFault(begins=-30, ends=-1), "127.0.0.1", "tls-certificate-expired"),
    "expired years ago": (TlsFault(begins=-900, ends=-700), "localhost", "tls-certificate-expired"),
    "not valid before tomorrow": (TlsFault(begins=1), "127.0.0.1", "clock-skew"),
    "an unknown issuer": (TlsFault(trusted=False), "127.0.0.1", "tls-intercepted"),
    "an unknown issuer, at a name": (TlsFault(trusted=False), "localhost", "tls-intercepted"),
    "TLS 1.1 at most": (TlsFault(newest=ssl.TLSVersion.TLSv1_1), "127.0.0.1", "tls-protocol-refused"),
    "a client certificate is wanted": (TlsFault(wants_certificate=True), "127.0.0.1", "tls-protocol-refused"),
    "ciphers of another kind of key": (TlsFault(ciphers="AES128-SHA256"), "127.0.0.1", "tls-protocol-refused"),
}


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("surface", ["api-key", "gateway"])
def test_fault_of_tls_leads_to_its_own_page(tmp_path: Path, surface: str, name: str) -> None:
    fault, host, slug = FAULTS[name]
    with serving(fault, tmp_path, host) as (url, ca_file):
        secret = {"api-key": "key", "gateway": "auth_token"}[surface]
        profile = a_profile(surface, set={secret: "env:MY_KEY", "base_url": url})
        environment = {"MY_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(ca_file)}
        report = examined(tmp_path, environment, {"p": profile})["p"]
    assert (report.verdict, report.root) == ("error", slug)
    assert slugs(report, "error") == [slug]


def test_sound_certificate_is_not_a_fault_of_tls(tmp_path: Path) -> None:
    with serving(TlsFault(), tmp_path) as (url, ca_file):
        profile = a_profile("gateway", set={"auth_token": "env:MY_KEY", "base_url": url})
        environment = {"MY_KEY": KEY, "NODE_EXTRA_CA_CERTS": str(ca_file)}
        report = examined(tmp_path, environment, {"p": profile})["p"]
    assert [slug for slug in slugs(report) if slug.startswith(("tls", "clock"))] == []
