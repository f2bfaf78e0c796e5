"""How an upload comes in: on a disk, never more of it than can be taken, under a name that fits the disk."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class BoundedUploadHandler(TemporaryFileUploadHandler):
    """Keeps what is too large only as far as is needed to say so.

    Of all files of a request together one byte more than ``UPLOAD_MAX_BYTES`` is written; ``size`` tells how large
    each was. Django's own handler writes whatever anybody sends, and lets its file on the disk end as the sender's
    does, which no disk takes when that is long.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.room = settings.UPLOAD_MAX_BYTES + 1

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, "upload", *args, **kwargs)
        self.file.name = self.file_name = file_name

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.file.write(raw_data[: self.room])
        self.room -= min(self.room, len(raw_data))
