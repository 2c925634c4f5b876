"""How the standing of a thing is shown: in plain words, on a colour. The words say it; the colour only helps."""

COLOURS = {
    "green": (
        "met",
        "paid",
        "accepted",
        "submitted",
        "signed off",
        "active",
        "won",
        "sent",
        "done",
        "sealed",
        "on file",
    ),
    "teal": ("approved", "filled", "corrected", "ended"),
    "yellow": ("owed", "due", "due soon", "held", "open", "opened", "prepared", "tried", "answered by a nil return"),
    "orange": ("sent back", "suspended", "not signed off", "incomplete"),
    "red": ("overdue", "late", "refused", "failed", "lost", "over-committed", "damaged", "missing"),
    "purple": ("transferred", "waived", "nil return"),
    "grey": ("closed", "withdrawn", "cancelled", "dropped", "passed over", "ceased", "not started"),
}
"""The colours of GOV.UK tags, and the standings on each. Any other standing is on blue."""

_COLOUR_OF = {standing: colour for colour, standings in COLOURS.items() for standing in standings}


def in_plain_words(standing: str) -> str:
    """``Sent back`` of ``sent-back``."""
    words = standing.replace("-", " ") if " " not in standing else standing
    return words[:1].upper() + words[1:]


def colour(standing: str) -> str:
    """The colour of a standing, however it is written: ``orange`` of ``sent-back``."""
    return _COLOUR_OF.get(standing.lower(), _COLOUR_OF.get(in_plain_words(standing).lower(), "blue"))
