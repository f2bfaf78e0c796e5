"""Where the archive keeps its (encrypted) files, and for how long."""

from datetime import timedelta

from .environment import DEBUG, VAR_DIR, env

_bucket = env.str("ARCHIVE_S3_BUCKET", default="")
if _bucket:
    _archive = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _bucket,
            "endpoint_url": env.str("ARCHIVE_S3_ENDPOINT", default=None),
            "region_name": env.str("ARCHIVE_S3_REGION", default=None),
            "default_acl": "private",
            "file_overwrite": False,
        },
    }
else:
    _archive = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("ARCHIVE_FOLDER", default=str(VAR_DIR / "archive"))},
    }

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "archive": _archive,
    # Names with a digest, cached for ever; in development plain ones, so that a change shows at the next reload.
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Signed documents and their proof: ten years from completion (c.c. 2946 and 2220; no article says ten
# for a simple signature, so it is a setting and a legal hold can stretch it).
RETENTION_YEARS: int = env.int("RETENTION_YEARS", default=10)
# Uploads that were never sent are nobody's proof.
DRAFT_RETENTION = timedelta(days=env.int("DRAFT_RETENTION_DAYS", default=90))
# Pictures of ID documents are kept until identification is over and so long after, then erased (domain, section 6).
ID_IMAGE_GRACE = timedelta(days=env.int("ID_IMAGE_GRACE_DAYS", default=30))
UPLOAD_MAX_BYTES: int = 50 * 1024 * 1024
PICTURE_MAX_BYTES: int = 25 * 1024 * 1024
UPLOAD_MAX_PAGES: int = env.int("UPLOAD_MAX_PAGES", default=2000)
# Folder of PEM files: the authorities whose document signatures we trust.
TRUST_ROOTS: str = env.str("TRUST_ROOTS", default="")
# A signed PDF is an addition to the one that was sent, as PAdES makes it. Off only for a provider that is known to
# rewrite documents before they are signed.
SIGNED_BEGINS_WITH_ORIGINAL: bool = env.bool("SIGNED_BEGINS_WITH_ORIGINAL", default=True)
