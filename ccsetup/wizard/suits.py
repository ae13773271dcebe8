"""Help to choose a surface: what for, on whose bill, in which geography. The data is that of `ccsetup choose`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ccsetup.advice.differences import load_differences
from ccsetup.advice.needs import CLOUDS, parse_needs
from ccsetup.knowledge.surfaces import find_surface
from ccsetup.system import console
from ccsetup.wizard.prompts import Choice
from ccsetup.wizard.session import Session

_ANY, _GATEWAY = "", "gateway"


@dataclass(frozen=True, slots=True)
class Picked:
    """The surface, and what the help learned: a plan, and the geography that requests must stay in."""

    surface: str
    plan: str = ""
    geography: str = ""


def help_to_choose(session: Session, marks: Mapping[str, str]) -> Picked:
    """Ask what decides, propose surfaces, and return the one picked. `marks` say what was found for a surface."""
    from ccsetup.advice.suggest import suggest  # with all of prices and usage

    data, talk = load_differences(), session.talk
    uses = [Choice(row.use, row.asked, row.use) for row in data.matrix]
    uses.append(Choice(_GATEWAY, "My company gave me a URL and a token", "gateway"))
    use = talk.choose("use", "What is it for?", uses, uses[0].value)
    if use == _GATEWAY:
        gateways = [one for one in session.workspace.knowledge.surfaces.values() if one.is_gateway]
        return Picked(gateways[0].name)
    bills = [Choice(_ANY, "no preference")]
    bills += [Choice(cloud, title, _found(cloud, marks)) for cloud, title in CLOUDS.items()]
    cloud = talk.choose("bill", "Which cloud bill should it be on?", bills, _ANY)
    places = [Choice(_ANY, "no"), *(Choice(name, name, _where(name)) for name in data.residency)]
    geography = talk.choose("geography", "Must requests stay in one geography?", places, _ANY)
    needs = parse_needs([*([f"cloud={cloud}"] if cloud else []), *([f"residency={geography}"] if geography else [])])
    row = next(one for one in data.matrix if one.use == use)
    with console.busy("comparing surfaces"):
        proposed = suggest(
            session.workspace, row, needs, [name for name in marks if marks[name]], online=session.verify and talk.live
        )
    talk.tell(f"  {row.why}")
    plans = {one.surface: one.plan for one in proposed}
    choices = [Choice(one.surface, one.title, one.note, one.excluded) for one in proposed]
    surface = talk.choose("suits", "The first one suits best:", choices, choices[0].value)
    return Picked(surface, plans[surface], geography)


def region_in(geography: str, default: str, known: Collection[str]) -> str:
    """`default` if it is in the geography, else the first known region that is; `default` if none is known."""
    patterns = load_differences().residency.get(geography, ("*",))
    inside = [name for name in (default, *known) if any(fnmatchcase(name, pattern) for pattern in patterns)]
    return inside[0] if inside else default


def _where(geography: str) -> str:
    return ", ".join(load_differences().residency[geography][:3])


def _found(cloud: str, marks: Mapping[str, str]) -> str:
    return next((mark for name, mark in marks.items() if mark and find_surface(name).choose.bill == cloud), "")
