"""``outturn check`` and ``outturn rebuild``: proving the log, and making the read models again."""

import sys

from services.cli.console import BROKEN, err, out, progress_bar, the_office
from services.settings import Settings


def check() -> None:
    """Read every event, and name those that cannot be read; compare the read models with a fresh fold of the log.

    Every document on record is read as well, and named if it is not on file as it was attached. Of a log that was
    sealed, it is said whether anything before the seal was changed, removed or cut off.
    """
    from services.checks import check_documents, check_log, check_read_models, check_seals, check_signatures
    from services.documents import Documents

    with the_office(to_read=True) as office:
        with progress_bar() as bar:
            task = bar.add_task("Reading", total=None)
            result = check_log(office.log, lambda done, all_of_it: bar.update(task, completed=done, total=all_of_it))
        sealed = check_seals(office.log, Settings().documents)
        faults, on_file = [*result.faults, *sealed.faults], 0
        if not result.faults:  # what cannot be read cannot be folded either
            on_file, documents = check_documents(office, Documents(Settings().documents))
            faults += [*check_read_models(office), *check_signatures(office), *documents]
    for fault in faults:
        err.print(fault, markup=False)
    out.print(f"{result.read} events read; {len(faults)} fault{'' if len(faults) == 1 else 's'}.")
    if faults:
        sys.exit(BROKEN)
    out.print("The read models equal a fresh fold of the log, and every signed return has its digest.")
    out.print(f"Documents on file as they were attached: {on_file}.")
    if sealed.position:
        out.print(f"The log is as it was when it was sealed, up to position {sealed.position}.")


def rebuild() -> None:
    """Make the read models again, beside the ones in use, and put them in use when they have caught up."""
    with the_office(to_read=True) as office, progress_bar() as bar:
        task = bar.add_task("Folding", total=None)
        name = office.read_models.rebuild(lambda done, all_of_it: bar.update(task, completed=done, total=all_of_it))
    out.print(f"Rebuilt, and in use: {name}", markup=False)
