"""`policy` of a Vertex profile, as a process: no request, shell that runs, Terraform that parses."""

import json
import subprocess
from pathlib import Path

import hcl2

from tests.support.program import Program


def test_the_gcloud_commands_are_shell_that_stops_without_a_member(program: Program, tmp_path: Path) -> None:
    program.init("v", "vertex", project="acme-ml", location="global", quota_project="pays-it-all")
    script = program.ok("policy", "v", "--with", "marketplace", "--with", "doctor").out
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "gcloud").write_text('#!/bin/sh\nprintf "%s\\n" "$*"\n')
    (tools / "gcloud").chmod(0o755)

    def ran(**more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{tools}:/usr/bin:/bin", **more}
        return subprocess.run(["/bin/sh"], input=script, env=environment, capture_output=True, text=True, check=False)

    stopped = ran()
    assert (stopped.returncode != 0, stopped.stdout) == (True, "")
    lines = ran(MEMBER="user:me@example.com").stdout.splitlines()
    assert lines[0] == "services enable aiplatform.googleapis.com --project=acme-ml"
    assert "--permissions=aiplatform.endpoints.predict,resourcemanager.projects.get" in lines[1]
    assert lines[2].endswith("--member=user:me@example.com --role=projects/acme-ml/roles/claudeCode_v")
    assert "roles/consumerprocurement.entitlementManager" in lines[3]
    assert lines[4].startswith("projects add-iam-policy-binding pays-it-all")
    assert "roles/aiplatform.user" in script


def test_vertex_in_terraform_and_as_a_role(program: Program) -> None:
    program.init("v", "vertex", project="acme-ml", location="global")
    role = json.loads(program.ok("policy", "v", "--format", "json").out)
    assert role["includedPermissions"] == ["aiplatform.endpoints.predict", "serviceusage.services.use"]
    parsed = hcl2.loads(program.ok("policy", "v", "--format", "terraform", "--with", "marketplace").out)
    kinds = [kind.strip('"') for one in parsed["resource"] for kind in one]
    assert kinds == [
        "google_project_service",
        "google_project_iam_custom_role",
        "google_project_iam_member",
        "google_project_iam_member",
    ]
    assert program.run("policy", "v", "--with", "bearer").code == 2
    program.bedrock("b", "--set", "models.opus=us.anthropic.claude-opus-5-5")
    assert program.run("policy", "b", "--format", "gcloud").code == 2


def test_prices_are_granted_on_the_billing_account(program: Program) -> None:
    program.init("v", "vertex", project="acme-ml", location="global")
    least = [
        "billing.billingAccountPrice.get",
        "billing.billingAccountServices.list",
        "billing.billingAccountSkus.list",
    ]
    script = program.ok("policy", "v", "--with", "prices").out
    assert f"--permissions={','.join(least)}" in script
    assert script.index("BILLING_ACCOUNT:?") < script.index("gcloud services enable")
    assert "gcloud billing accounts add-iam-policy-binding" in script
    done = program.ok("policy", "v", "--with", "prices", "--format", "json")
    wanted = ["aiplatform.endpoints.predict", "serviceusage.services.use", "resourcemanager.projects.get"]
    assert json.loads(done.out)["includedPermissions"] == wanted
    assert all(permission in done.err for permission in least)
    parsed = hcl2.loads(program.ok("policy", "v", "--with", "prices", "--format", "terraform").out)
    kinds = [kind.strip('"') for one in parsed["resource"] for kind in one]
    assert kinds[3:] == ["google_organization_iam_custom_role", "google_billing_account_iam_member"]
    assert "billing" not in program.ok("policy", "v", "--format", "terraform").out
