"""Every order of the catalogue as a form: made from the command's own fields, read, and shown again with its faults.

::

    form = form_for(CompleteMilestone, address={"award": "MOJ-2017-07"}, choices=ViewChoices(views), version=12)
    sent = read(form, (await request.form()).multi_items())         # raises Forged
    said = order(form, sent)                                        # a command, or what is wrong
    page = shown_again(form, sent, wrong)                           # nothing that was typed is lost
"""

from services.web.forms.choices import ViewChoices
from services.web.forms.form import Choices, Form, Options, Wrong, form_for
from services.web.forms.ordering import order, refused
from services.web.forms.reading import Forged, Read, read, shown_again
from services.web.forms.view import faults_of, fields_of

__all__ = [
    "Choices",
    "Forged",
    "Form",
    "Options",
    "Read",
    "ViewChoices",
    "Wrong",
    "faults_of",
    "fields_of",
    "form_for",
    "order",
    "read",
    "refused",
    "shown_again",
]
