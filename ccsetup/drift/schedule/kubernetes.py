"""A Kubernetes CronJob: profiles from a ConfigMap, identity from the pod; one pod, or an indexed Job of shards."""

import re
from collections.abc import Sequence

from ccsetup.drift.schedule.model import Job, Machine, Target, Text, filled
from ccsetup.drift.schedule.portable import Portable
from ccsetup.drift.schedule.record import Disk
from ccsetup.drift.schedule.yaml import block, quote_scalar
from ccsetup.shells import posix
from ccsetup.system.errors import UserError

MANIFEST = "ccsetup-drift.yaml"
SEE = "kubectl logs -l app.kubernetes.io/name=ccsetup-drift --tail=-1"
LARGEST_MAP = 1 << 20  # bytes; https://kubernetes.io/docs/concepts/configuration/configmap/
HOME = "/home/ccsetup"
_PARTS = f"{HOME}/state/report"
_IMAGE = re.compile(r"[a-z0-9][\w.:/-]*(@sha256:[0-9a-f]{64})?", re.ASCII)


def kubernetes_target(
    machine: Machine,
    profiles: Sequence[Portable],
    secrets: Sequence[str],
    bundle: str,
    *,
    image: str,
    shards: int,
    claim: str,
    aws_role: str,
    google_account: str,
    report: str = "",
) -> Target:
    if not _IMAGE.fullmatch(image):
        raise UserError(
            f"{image!r} is not a valid image name" if image else "the image with ccsetup in it is missing",
            "give it, with a tag or a digest: --image HOST/PATH:TAG",
        )
    if len(bundle.encode()) > LARGEST_MAP:
        raise UserError("the profiles are more than a ConfigMap holds (1 MiB)", "name fewer of them")

    if report and not claim:
        raise UserError("--report needs a volume for the page", "name a volume claim: --claim NAME")

    def texts(job: Job) -> tuple[Text, ...]:
        annotations = {"eks.amazonaws.com/role-arn": aws_role, "iam.gke.io/gcp-service-account": google_account}
        lines = [f"    {name}: {quote_scalar(value)}\n" for name, value in annotations.items() if value]
        manifest = filled(
            "kubernetes.yaml",
            {
                "annotations": "  annotations:\n" + "".join(lines) if lines else "",
                "profiles": block(bundle, 4),
                "cron": quote_scalar(job.cron),
                "image": quote_scalar(image),
                "indexed": _indexed(shards),
                "action": "FailIndex" if shards else "FailJob",
                "retries": "backoffLimitPerIndex: 2" if shards else "backoffLimit: 2",
                "trust": "".join(_trust(profile.name, image) for profile in profiles if profile.trust),
                "command": ", ".join(map(quote_scalar, _command(job, shards, report))),
                "secrets": "".join(map(_secret, secrets)),
                "mounted": _lines(16, "- name: state", f"  mountPath: {HOME}/state") if claim else "",
                "claimed": _lines(
                    12, "- name: state", "  persistentVolumeClaim:", f"    claimName: {quote_scalar(claim)}"
                )
                if claim
                else "",
            },
        )
        if report and shards:
            merge = ", ".join(map(quote_scalar, _merge(report)))
            later = {"later": quote_scalar(_half_an_hour_later(job)), "claim": quote_scalar(claim), "merge": merge}
            manifest += filled("kubernetes-report.yaml", {**later, "image": quote_scalar(image)})
        return (Text(Disk(machine.cwd / MANIFEST), manifest.encode()),)

    literals = "".join(f" --from-file={name}=FILE" for name in secrets)
    need = f"; it needs: kubectl create secret generic ccsetup-drift{literals}" if secrets else ""
    return Target(
        name="kubernetes",
        tool=None,
        texts=texts,
        see=SEE,
        notes=(f"apply it with: kubectl apply -f {MANIFEST}{need}",),
        folder=machine.cwd,
    )


def _command(job: Job, shards: int, report: str) -> tuple[str, ...]:
    words = job.words
    if shards:
        # The index counts from 0, shards count from 1.
        part = f' --shard "$((JOB_COMPLETION_INDEX + 1))/{shards}"'
        collect = ""
        if report:  # an old collection goes first, so that it is never merged with new ones
            file, program = f'"{_PARTS}/$JOB_COMPLETION_INDEX.json"', " ".join(map(posix.quote, job.program))
            collect = f"mkdir -p {_PARTS}; rm -f {file}; "
            collect += f"{program} report --json{part} > {file}.new && mv {file}.new {file}; "
        shell = " ".join(map(posix.quote, words)) + part
        words = ("/bin/sh", "-c", f"{collect}exec {shell}")
    elif report:
        words = (*words, "--report", f"{HOME}/state/{report}")
    return tuple(word.replace("$(", "$$(") for word in words)  # Kubernetes would expand $(NAME)


def _merge(report: str) -> tuple[str, ...]:
    """The last job's command: one page of all shards, whose collections are then deleted."""
    page = posix.quote(f"{HOME}/state/{report}")
    return ("/bin/sh", "-c", f"ccsetup report --merge {_PARTS}/*.json --html {page} && rm -f {_PARTS}/*.json")


def _half_an_hour_later(job: Job) -> str:
    minute = job.minute + 30
    hour = "*" if job.every == "hourly" else str(job.hour + minute // 60)
    return f"{minute % 60} {hour} * * {job.weekday if job.every == 'weekly' else '*'}"


def _indexed(shards: int) -> str:
    if not shards:
        return ""
    return _lines(6, "completionMode: Indexed", f"completions: {shards}", f"parallelism: {min(shards, 10)}")


def _secret(name: str) -> str:
    reference = (
        "- name: " + name,
        "  valueFrom:",
        "    secretKeyRef:",
        "      name: ccsetup-drift",
        f"      key: {name}",
    )
    return _lines(16, *reference)


def _lines(indent: int, *lines: str) -> str:
    return "".join(f"\n{' ' * indent}{line}" for line in lines)


def _trust(name: str, image: str) -> str:
    return filled(
        "kubernetes-trust.yaml", {"image": quote_scalar(image), "label": _label(name), "name": quote_scalar(name)}
    )


def _label(name: str) -> str:
    """Return the name of a container: at most 63 characters of a-z, 0-9 and dash."""
    import hashlib

    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"trust-{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}" if plain != name else f"trust-{plain}"
