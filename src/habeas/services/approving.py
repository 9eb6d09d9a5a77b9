"""A second person: whoever asks for a bulk export has to be joined by somebody else, where there is somebody else who could."""

from habeas.vault.compartment import Compartment
from habeas.vault.errors import NotAllowedError, SecondPersonError
from habeas.vault.events import Touched, What
from habeas.vault.roster import Role


def _people(comp: Compartment) -> set[str]:
    return {one.code for one in comp.roster.active() if one.role in (Role.ADMIN, Role.CASEWORKER)}


def ask(comp: Compartment, what: What) -> None:
    """Ask the others to agree to one use of this kind."""
    draft = comp.draft()
    draft.events.append(Touched(what=What.ASKED, ids=(), about=what.value))
    comp.commit(draft)


def agree(comp: Compartment, what: What) -> str:
    """Agree to what somebody else asked for last; that person's code. Raises NotAllowedError where nobody else asked."""
    asked = _standing(comp, what)
    others = [code for code in asked if code != comp.me.code]
    if not others or comp.me.role not in (Role.ADMIN, Role.CASEWORKER):
        raise NotAllowedError("nobody else asked for it")
    draft = comp.draft()
    draft.events.append(Touched(what=What.AGREED, ids=(), about=what.value))
    comp.commit(draft)
    return others[-1]


def _standing(comp: Compartment, what: What) -> dict[str, bool]:
    """Who asked for what and has not used it: code → whether somebody else agreed."""
    standing: dict[str, bool] = {}
    for device, _, _, line in comp.index.events(("Touched",)):
        if not isinstance(line, Touched):
            continue
        code = comp.code(device)
        if line.what is What.ASKED and line.about == what.value:
            standing[code] = False
        elif line.what is What.AGREED and line.about == what.value:
            standing = {one: agreed or one != code for one, agreed in standing.items()}
        elif line.what is what:
            standing.pop(code, None)
    return standing


def need_second_person(comp: Compartment, what: What) -> None:
    """Raise SecondPersonError unless somebody else agreed to this person's last request, or there is nobody else."""
    if comp.me.role not in (Role.ADMIN, Role.CASEWORKER):
        raise NotAllowedError(f"role {comp.me.role}")
    if len(_people(comp)) < 2:  # noqa: PLR2004
        return
    if not _standing(comp, what).get(comp.me.code):
        raise SecondPersonError(f"ask with 'habeas case ask {comp.cid}'; another member agrees with 'habeas case agree {comp.cid}', then repeat")
