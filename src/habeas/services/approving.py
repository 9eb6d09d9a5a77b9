"""A second person: whoever asks for a bulk export has to be joined by somebody else, where there is somebody else who could."""

import msgspec

from habeas.vault.compartment import Compartment, new_id
from habeas.vault.errors import NotAllowedError, SecondPersonError
from habeas.vault.events import Touched, What
from habeas.vault.roster import Role

_ROLES = (Role.ADMIN, Role.CASEWORKER)


def _people(comp: Compartment) -> set[str]:
    return {one.code for one in comp.roster.active() if one.role in _ROLES}


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was not used yet: its id, who asked, and whether somebody else agreed to this one."""

    id: str
    code: str
    agreed: bool = False


def ask(comp: Compartment, what: What) -> str:
    """Ask the others to agree to one use of this kind; the request's id."""
    rid = new_id()
    draft = comp.draft()
    draft.events.append(Touched(what=What.ASKED, ids=(rid,), about=what.value))
    comp.commit(draft)
    return rid


def agree(comp: Compartment, what: What) -> str:
    """Agree to what somebody else asked for last; that person's code. Raises NotAllowedError where nobody else asked."""
    others = [one for one in requests(comp, what) if one.code != comp.me.code and not one.agreed]
    if not others or comp.me.role not in _ROLES:
        raise NotAllowedError("nobody else asked for it")
    draft = comp.draft()
    draft.events.append(Touched(what=What.AGREED, ids=(others[-1].id,), about=what.value))
    comp.commit(draft)
    return others[-1].code


def requests(comp: Compartment, what: What) -> tuple[Request, ...]:
    """Requests that wait or were agreed to, oldest first. An agreement is to one request, by somebody else whose role allows it; a use takes one."""
    standing: dict[str, Request] = {}
    for device, _, _, line in comp.index.events(("Touched",)):
        member = comp.roster.member(device)
        if not isinstance(line, Touched) or member is None:
            continue
        if line.what is What.ASKED and line.about == what.value and len(line.ids) == 1:
            standing[line.ids[0]] = Request(id=line.ids[0], code=member.code)
        elif line.what is What.AGREED and line.about == what.value and member.role in _ROLES:
            for rid in line.ids:
                if rid in standing and standing[rid].code != member.code:
                    standing[rid] = msgspec.structs.replace(standing[rid], agreed=True)
        elif line.what is what and line.about == "folder":
            used = next((one.id for one in standing.values() if one.code == member.code and one.agreed), "")
            standing.pop(used, None)
    return tuple(standing.values())


def need_second_person(comp: Compartment, what: What) -> None:
    """Raise SecondPersonError unless somebody else agreed to a request of this person, or there is nobody else."""
    if comp.me.role not in _ROLES:
        raise NotAllowedError(f"role {comp.me.role}")
    if len(_people(comp)) < 2:  # noqa: PLR2004
        return
    if not any(one.code == comp.me.code and one.agreed for one in requests(comp, what)):
        raise SecondPersonError(f"ask with 'habeas case ask {comp.cid}'; another member agrees with 'habeas case agree {comp.cid}', then repeat")
