"""``outturn check`` and ``outturn rebuild``: proving the log, and making the read models again."""

import sys

from services.cli.console import BROKEN, err, out, progress_bar, the_office


def check() -> None:
    """Read every event, name those that cannot be read, and compare the read models with a fresh fold of the log."""
    from services.checks import check_log, check_read_models, check_signatures

    with the_office(to_read=True) as office:
        with progress_bar() as bar:
            task = bar.add_task("Reading", total=None)
            result = check_log(office.log, lambda done, all_of_it: bar.update(task, completed=done, total=all_of_it))
        for fault in result.faults:
            err.print(fault, markup=False)
        number = len(result.faults)
        out.print(f"{result.read} events read; {number} fault{'' if number == 1 else 's'}.")
        if result.faults:
            sys.exit(BROKEN)
        differences = [*check_read_models(office), *check_signatures(office)]
    for difference in differences:
        err.print(difference, markup=False)
    if differences:
        sys.exit(BROKEN)
    out.print("The read models equal a fresh fold of the log, and every signed return has its digest.")


def rebuild() -> None:
    """Make the read models again, beside the ones in use, and put them in use when they have caught up."""
    with the_office(to_read=True) as office, progress_bar() as bar:
        task = bar.add_task("Folding", total=None)
        name = office.read_models.rebuild(lambda done, all_of_it: bar.update(task, completed=done, total=all_of_it))
    out.print(f"Rebuilt, and in use: {name}", markup=False)
