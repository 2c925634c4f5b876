"""What reminders say, in the words that people read. They are read aloud before they are changed."""

from typing import NamedTuple

from domain.monitoring.policy import Part


class Words(NamedTuple):
    """What is said of one kind of thing: to the provider before, on and after its day, then how; and to the staff."""

    ahead: str
    due: str
    late: str
    how: str
    then: str
    told: str


SENT = Words(
    ahead="Please send us this by {day}. That is {when}.",
    due="Please send us this today, {day}.",
    late="We have not received this. It was due on {day} and is {when}. Please send it now.",
    how="How to send it: {how}",
    then="If you have just sent it, thank you: there is nothing more to do.",
    told="{who} has not sent this. It was due on {day} and is {when}.",
)
WORDS = {
    "report": SENT,
    "obligation": SENT,
    "milestone": Words(
        ahead="You agreed to reach this milestone by {day}. That is {when}. Please tell us when you have reached it.",
        due="You agreed to reach this milestone by today, {day}. Please tell us when you have reached it.",
        late="You agreed to reach this milestone by {day}. It is {when}, and we have not heard that you reached it. "
        "Please tell us how it stands.",
        how="How to tell us: {how}",
        then="If you have just told us, thank you: there is nothing more to do.",
        told="{who} has not told us that it reached this milestone. It was due on {day} and is {when}.",
    ),
    "condition": Words(
        ahead="A payment to you depends on this condition. Please meet it by {day}. That is {when}.",
        due="A payment to you depends on this condition. Please meet it today, {day}.",
        late="A payment to you depends on this condition. It was to be met by {day}. It is {when}, and we cannot make "
        "the payment until it is met.",
        how="How to show that it is met: {how}",
        then="If you have just met it, thank you: there is nothing more to do.",
        told="{who} has not met this condition of a payment. It was due on {day} and is {when}. "
        "The payment cannot be made until it is met.",
    ),
}
STAFF_AHEAD = "{who} is to do this by {day}. That is {when}."
STAFF_NOT_REACHED = (
    "A reminder about this could not be delivered to one of the people it is for. Please look at the address book, and "
    "ask {who} yourself. It is due on {day}."
)
STAFF_DUE = "This is due from {who} today, {day}, and is still open."
STOPS = "The reminders stop once it is recorded as done, moved to a later day, or no longer needed."
REMINDED = "The provider has been reminded. To learn what has been done, ask {ask}."
NOT_REMINDED = "No reminder has reached the provider. To learn what has been done, ask {ask}."

AS_WHAT = {
    Part.PROVIDER: "a contact of the provider",
    Part.CONTRACT_MANAGER: "the contract manager",
    Part.HEAD_OF_COMMISSIONING: "the head of commissioning",
}
