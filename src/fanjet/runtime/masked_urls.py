"""Addresses without the passwords that may stand in them."""

from __future__ import annotations

import os
import re

from fanjet.runtime.secrets import MASK, SECRETS

#: ``name:password@`` of an address, also in the middle of a sentence.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s\"'@]*:[^/\s\"']*@")
#: Signatures and keys that stand in the query of an address.
_QUERY = re.compile(r"(?i)([?&][^=&\s\"']*(?:sig|secret|token|key|password|credential)[^=&\s\"']*)=[^&\s\"']+")

#: Variables that storage libraries read their secrets from.
_SECRET_VARIABLES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY")


def mask_urls(text: str) -> str:
    """A text, such as the error of a storage library, without credentials."""
    for name in _SECRET_VARIABLES:
        secret = os.environ.get(name)
        if secret:
            text = text.replace(secret, MASK)
    return SECRETS.mask(_QUERY.sub(rf"\1={MASK}", _CREDENTIALS.sub(f"{MASK}@", text)))


def has_credentials(url: str) -> bool:
    """Whether a password stands in an address."""
    return bool(_CREDENTIALS.search(url) or _QUERY.search(url))
