"""The default channel: each message is a file ``.eml`` in a folder, to be looked at or sent on by hand."""

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from domain.kernel import utc_now
from services.channels.channel import Message, TryLater
from services.channels.mail import as_mail


class Folder:
    """A folder of messages. A message that is sent again replaces itself."""

    name = "folder"

    def __init__(
        self, folder: Path, sender: str, sender_name: str = "", clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._folder, self._sender, self._sender_name, self._clock = folder, sender, sender_name, clock

    def send(self, message: Message) -> str | None:
        """Writes the file, whole or not at all. The receipt is its name, without the domain."""
        content = as_mail(message, self._sender, self._sender_name, self._clock()).as_bytes()
        target = self._folder / f"{message.message_id[1:-1]}.eml"
        draft = self._folder / f".{target.stem}.{uuid.uuid4().hex}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # it holds a name and an address: nobody but the office's own users may read it
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o660), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise TryLater("the folder for messages cannot be written to") from None
        return message.mark
