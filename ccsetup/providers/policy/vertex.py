"""The permissions for Vertex AI: a role of one permission, bound to the user of Claude Code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ccsetup.providers.policy import hcl, least_privilege
from ccsetup.providers.policy.least_privilege import Block
from ccsetup.system.display import pasted

MEMBER = "user:ada@example.com"
_BILLING_VARIABLES = (
    ': "${BILLING_ACCOUNT:?say which, see: gcloud billing accounts list}"',
    ': "${ORGANIZATION:?say which, see: gcloud organizations list}"',
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a profile needs: a custom role on `project`, the blocks' further roles there, and permission to charge the
    project `charged`, which may be the same."""

    name: str
    project: str
    charged: str
    blocks: tuple[Block, ...] = ()

    @property
    def role(self) -> str:
        """The custom role's id: letters, digits, dots and underscores."""
        return "claudeCode_" + re.sub(r"[^A-Za-z0-9_.]", "_", self.name)[:50]

    @property
    def permissions(self) -> tuple[str, ...]:
        google = least_privilege.load_policy().google
        own = (google.charge,) if self.charged == self.project else ()
        more = (action for block in self.blocks for action in block.actions)
        return tuple(dict.fromkeys((*google.invoke, *own, *more)))

    @property
    def billing(self) -> tuple[str, ...]:
        """What is granted on the billing account, where a project's custom role does not reach."""
        return tuple(dict.fromkeys(action for block in self.blocks for action in block.billing))

    @property
    def roles(self) -> tuple[tuple[str, str, str], ...]:
        """Further roles: (project, role, purpose)."""
        google = least_privilege.load_policy().google
        found = [(self.project, block.role, block.about) for block in self.blocks if block.role]
        if self.charged != self.project:
            found.append((self.charged, google.charge_role, "the project that is charged"))
        return tuple(found)

    def document(self) -> dict[str, object]:
        """The custom role in the format of `gcloud iam roles create --file`."""
        return {
            "title": least_privilege.load_policy().google.title,
            "description": f"For the ccsetup profile {self.name}",
            "stage": "GA",
            "includedPermissions": list(self.permissions),
        }


def gcloud(grant: Grant) -> str:
    """A script for the project's administrator. It stops until MEMBER is set."""
    google = least_privilege.load_policy().google
    project = pasted(grant.project)
    return "\n".join(
        (
            "# Who runs Claude Code: user:…, group:… or serviceAccount:…",
            f': "${{MEMBER:?say who, for example: MEMBER={MEMBER}}}"',
            *(_BILLING_VARIABLES if grant.billing else ()),
            f"gcloud services enable {google.service} --project={project}",
            f"gcloud iam roles create {grant.role} --project={project} --stage=GA \\",
            f"  --title={pasted(google.title)} --permissions={','.join(grant.permissions)}",
            *_bind(grant.project, f"projects/{grant.project}/roles/{grant.role}"),
            *(line for at, role, about in grant.roles for line in (f"# {about}", *_bind(at, role))),
            *(_billing(grant) if grant.billing else ()),
            f"# Instead of the custom role, the one that the documentation names; it allows much more: {google.role}",
            "",
        )
    )


def terraform(grant: Grant) -> str:
    """Like `gcloud`, for Terraform's google provider."""
    google, here = least_privilege.load_policy().google, hcl.label(grant.name)
    return (
        "\n\n".join(
            (
                'variable "member" {\n'
                '  description = "Who runs Claude Code: user:…, group:… or serviceAccount:…"\n'
                "  type        = string\n}",
                f'resource "google_project_service" "{here}" {{\n'
                f"  project            = {hcl.quote_text(grant.project)}\n"
                f"  service            = {hcl.quote_text(google.service)}\n"
                "  disable_on_destroy = false\n}",
                f'resource "google_project_iam_custom_role" "{here}" {{\n'
                f"  project     = {hcl.quote_text(grant.project)}\n"
                f"  role_id     = {hcl.quote_text(grant.role)}\n"
                f"  title   = {hcl.quote_text(google.title)}\n"
                f"  permissions = {hcl.format_list(grant.permissions, '  ')}\n}}",
                _member(here, grant.project, f"google_project_iam_custom_role.{here}.id"),
                *(
                    f"# {about}\n{_member(f'{here}_{number}', at, hcl.quote_text(role))}"
                    for number, (at, role, about) in enumerate(grant.roles, 1)
                ),
                *(_billing_blocks(grant, here) if grant.billing else ()),
            )
        )
        + "\n"
    )


def _billing(grant: Grant) -> Iterator[str]:
    """A role of the organisation's, as a project's cannot be granted on a billing account."""
    yield f"# Prices are the billing account's; instead of this custom role there is {_viewer()}, which allows more"
    yield f'gcloud iam roles create {grant.role}_prices --organization="$ORGANIZATION" --stage=GA \\'
    yield f"  --title='Prices of Claude' --permissions={','.join(grant.billing)}"
    yield 'gcloud billing accounts add-iam-policy-binding "$BILLING_ACCOUNT" \\'
    yield f'  --member="$MEMBER" --role="organizations/$ORGANIZATION/roles/{grant.role}_prices"'


def _viewer() -> str:
    return least_privilege.load_policy().google.billing_role


def _billing_blocks(grant: Grant, here: str) -> Iterator[str]:
    for name, words in (("billing_account", "The billing account's id"), ("organization", "The organisation's number")):
        yield f'variable "{name}" {{\n  description = {hcl.quote_text(words)}\n  type        = string\n}}'
    yield (
        f"# Instead of this custom role there is {_viewer()}, which allows more\n"
        f'resource "google_organization_iam_custom_role" "{here}_prices" {{\n'
        f"  org_id      = var.organization\n"
        f"  role_id     = {hcl.quote_text(f'{grant.role}_prices')}\n"
        f'  title       = "Prices of Claude"\n'
        f"  permissions = {hcl.format_list(grant.billing, '  ')}\n}}"
    )
    yield (
        f'resource "google_billing_account_iam_member" "{here}_prices" {{\n'
        f"  billing_account_id = var.billing_account\n"
        f"  role               = google_organization_iam_custom_role.{here}_prices.id\n"
        f"  member             = var.member\n}}"
    )


def _bind(project: str, role: str) -> Iterator[str]:
    yield f"gcloud projects add-iam-policy-binding {pasted(project)} --condition=None \\"
    yield f'  --member="$MEMBER" --role={pasted(role)}'


def _member(label: str, project: str, role: str) -> str:
    return (
        f'resource "google_project_iam_member" "{label}" {{\n'
        f"  project = {hcl.quote_text(project)}\n  role    = {role}\n  member  = var.member\n}}"
    )
