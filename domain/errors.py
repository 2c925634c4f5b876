"""What can be wrong with an order, in words fit for the person who gave it.

    OutturnError
    ├── Refusal       a rule forbids it
    ├── NotFound      there is no such thing
    └── NotAllowed    this person may not

The messages are part of the interface: they say what is wrong and what to do, in plain British English, and never
repeat free text that was submitted.
"""


class OutturnError(Exception):
    """The root of every error that is meant to be read by the person asking."""


class Refusal(OutturnError):
    """A rule forbids what was ordered. Nothing was recorded."""


class NotFound(OutturnError):
    """What was named does not exist."""


class NotAllowed(OutturnError):
    """The person asking may not give this order."""
