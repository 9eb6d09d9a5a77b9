"""What a reader outside reads instead of the closed words: titles of findings, labels of certainty, acts and sides."""

from habeas.domain.finding import Certainty, Kind
from habeas.domain.statement import Act
from habeas.locale import tr


def kind_title(kind: Kind) -> str:
    """The heading of a finding."""
    return {
        Kind.PRESENCE_CONFLICT: tr("Said to be there, said not to be there"),
        Kind.CUSTODY_CONFLICT: tr("At liberty in the accusation, in custody in the record"),
        Kind.ACCUSATION_AFTER_CUSTODY: tr("The accusation begins after custody had begun"),
        Kind.ACT_AFTER_DEATH: tr("Acts dated after a recorded death"),
        Kind.DENIAL_CONTRADICTED: tr("A denial that the record contradicts"),
        Kind.SHIFTING_VERSION: tr("The state's versions differ"),
        Kind.DATE_CONFLICT: tr("One act, different dates"),
        Kind.IDENTITY_CONFLICT: tr("Numbers and birth dates that do not match"),
        Kind.ACCUSATION_FOLLOWS: tr("The accusation follows a complaint or another event"),
        Kind.SINGLE_ORIGIN: tr("Several papers, one voice"),
        Kind.SHARED_WORDING: tr("Shared wording"),
        Kind.SUPPORTS_ACCUSATION: tr("What supports the accusation"),
        Kind.UNTESTABLE: tr("What the accusation leaves untestable"),
    }[kind]


def certainty_label(certainty: Certainty) -> str:
    """The label for lawyers."""
    return {
        Certainty.CERTAIN: tr("irreconcilable"),
        Certainty.ON_PRESUMPTION: tr("irreconcilable unless the presumption fails"),
        Certainty.IMPROBABLE: tr("hard to reconcile"),
        Certainty.POSSIBLE: tr("open"),
    }[certainty]


def finding_label(kind: Kind, certainty: Certainty) -> str:
    """The label on a finding; findings that tell a sequence or a source are not called irreconcilable."""
    return {
        Kind.SINGLE_ORIGIN: tr("established on this file"),
        Kind.SHARED_WORDING: tr("shared beyond chance; why is open"),
        Kind.SUPPORTS_ACCUSATION: tr("for the accusation"),
        Kind.UNTESTABLE: tr("cannot be tested"),
        Kind.ACCUSATION_FOLLOWS: tr("sequence, unless an earlier record exists"),
        Kind.IDENTITY_CONFLICT: tr("details differ"),
    }.get(kind, certainty_label(certainty))


def act_words(act: Act) -> str:
    """An act, in words."""
    return {
        Act.DETAINED: tr("arrested"),
        Act.HELD_AT: tr("held"),
        Act.SEEN_IN_CUSTODY: tr("seen in custody"),
        Act.TRANSFERRED: tr("transferred"),
        Act.RELEASED: tr("released"),
        Act.ESCAPED: tr("escaped"),
        Act.DEPARTED: tr("left the country"),
        Act.PRESENT: tr("present"),
        Act.WANTED: tr("wanted"),
        Act.CHARGED: tr("charged"),
        Act.DIED: tr("died"),
        Act.BURIED: tr("buried"),
        Act.CUSTODY_DENIED: tr("custody denied"),
        Act.APPEAL_SENT: tr("complaint made"),
        Act.REPLY: tr("reply"),
        Act.SEARCHED_PREMISES: tr("home searched"),
        Act.STATEMENT_TAKEN: tr("statement taken"),
        Act.THREATENED: tr("threatened"),
        Act.OTHER: tr("recorded"),
    }[act]


def point_words(points: str) -> str:
    """On which points a source would have to be wrong."""
    words = {
        "day": tr("the day"),
        "place": tr("the place"),
        "identity": tr("the identity of the person"),
        "genuineness": tr("the genuineness of the record"),
    }
    return tr(" or ").join(words[point] for point in points.split(", ") if point in words)


def identifier_words(key: str) -> str:
    """The name of an identifier, in words."""
    return {
        "id_number": tr("identity number"),
        "passport_number": tr("passport number"),
        "birth_date": tr("date of birth"),
        "name_as_written": tr("name as written"),
        "seat": tr("seat"),
        "ticket": tr("ticket"),
        "flight": tr("flight"),
        "vehicle": tr("vehicle"),
        "article": tr("article"),
    }.get(key, key.replace("_", " "))
