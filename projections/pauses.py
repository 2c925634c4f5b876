"""Long folds without the pauses in which Python looks for circles to throw away."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_pauses() -> Iterator[None]:
    """Events, rows and cells hold no circles: to look for some after every few hundred costs a fifth of a long fold,
    and more the longer it is."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()
