"""Why a value store did not do what it was asked for, in words for people, whatever library said it."""

from __future__ import annotations

import errno
from typing import Any, NamedTuple

from fanjet.runtime.masked_urls import mask_urls

#: The most characters that are quoted of a library's own words.
_MAX_QUOTED = 300

_REFUSED = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"}
)
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "MethodNotAllowed", "403", "Forbidden"})
_UNREACHABLE = ("Connect", "Timeout", "Endpoint", "Resolve", "DNS", "Disconnected")


class StorageFault(NamedTuple):
    """What went wrong with a value store."""

    #: The end of a sentence that begins with "because".
    reason: str
    #: What the operator can do; a sentence without its end.
    fix: str
    #: Whether another try may find it mended.
    temporary: bool = True
    #: Whether the store was reached and what was asked for is not there.
    missing: bool = False
    #: Whether the store was reached and knows who asks, who may not do this.
    denied: bool = False
    #: Whether the reason says all there is to know; otherwise the library's own words may tell more.
    known: bool = True


def explain_fault(error: BaseException) -> StorageFault:
    """What an exception of the operating system or of a storage library means."""
    code = _find_code(error)
    number = error.errno if isinstance(error, OSError) else None
    name = type(error).__name__
    if code == "NoSuchBucket":
        return StorageFault("the bucket does not exist", "create the bucket, or correct the setting values_url", False)
    if "NoCredentials" in name or "PartialCredentials" in name or "CredentialRetrieval" in name:
        fix = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, where Fanjet is started"
        return StorageFault(f"no credentials were found ({_quote(error)})", fix, False)
    if code in _REFUSED:
        reason = f"the credentials were refused ({_quote(error)})"
        return StorageFault(reason, "correct or renew the credentials", code == "ExpiredToken")
    if number in (errno.ENOSPC, errno.EDQUOT):
        return StorageFault(
            f"the store is full ({_quote(error)})", "make room there, or set values_url to a place that has some"
        )
    if number == errno.EROFS:
        return StorageFault(
            f"the store can only be read ({_quote(error)})", "make it writable, or set values_url to another place"
        )
    if isinstance(error, PermissionError) or code in _DENIED:
        return StorageFault(
            f"access is denied ({_quote(error)})",
            "allow the user or key that Fanjet runs with to read and write there, or set values_url to another place",
            denied=True,
        )
    if isinstance(error, FileNotFoundError):
        return StorageFault(f"the place is not there ({_quote(error)})", "look at the setting values_url", missing=True)
    if isinstance(error, ConnectionError | TimeoutError) or any(part in name for part in _UNREACHABLE):
        return StorageFault(
            f"the store cannot be reached ({_quote(error)})",
            "see that the service runs and that its address (for S3: AWS_ENDPOINT_URL, AWS_DEFAULT_REGION) is right",
        )
    return StorageFault(_quote(error), "look at the setting values_url and at the storage itself", known=False)


def _find_code(error: BaseException | None) -> str | None:
    """The code of an S3 answer, which libraries hand on with the exception or with what caused it."""
    while error is not None:
        response: Any = getattr(error, "response", None)
        if isinstance(response, dict):
            code = response.get("Error", {}).get("Code")
            return None if code is None else str(code)
        error = error.__cause__
    return None


def _quote(error: BaseException) -> str:
    text = " ".join(mask_urls(str(error)).split()).rstrip(".")
    if not text:
        return type(error).__name__
    return text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…"
