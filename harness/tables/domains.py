"""Domains: which part of a host somebody registered, and what can stand for a domain in an app file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Container
from functools import cache

import tldextract

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_DOMAIN = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})+", re.ASCII)


@cache
def _extractor() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


@cache
def _with_private_part() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(
        suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True, include_psl_private_domains=True
    )


def owned(host: str) -> str:
    """The domain that one owner has registered over `host`, by the Public Suffix List with its private part, where `github.io`
    is a suffix too; "" where there is none, as of an address, a suffix, and a reserved top level."""
    parts = _with_private_part()(host.rstrip(".").lower())
    return f"{parts.domain}.{parts.suffix}" if parts.domain and parts.suffix else ""


def registrable(host: str) -> str:
    """The registrable domain by the Public Suffix List that tldextract ships; an address stays itself.

    A reserved top level such as .example (RFC 2606) is taken as a suffix of one label.
    """
    host = host.rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        pass
    parts = _extractor()(host)
    if parts.suffix:
        return f"{parts.domain}.{parts.suffix}" if parts.domain else parts.suffix
    return ".".join(host.split(".")[-2:])


def domain_over(host: str, domains: Container[str]) -> str:
    """The longest of these domains that `host` is or lies under, or "".

    A domain is written in small letters, without `*.`. The lookups are as many as `host` has labels.
    """
    rest = host.rstrip(".").lower()
    while rest and rest not in domains:
        rest = rest.partition(".")[2]
    return rest


def why_no_domain(text: str) -> str:
    """Why this cannot stand for a domain and all below it; "" where it can. A leading `*.` changes nothing."""
    if "/" in text or ":" in text:
        return "It is an address; a domain has neither scheme nor port nor path."
    if not text.isascii():
        return "It is not ASCII: hosts are compared as they are sent, so write it as xn--..."
    if not _DOMAIN.fullmatch(text.lower()):
        return "A domain is two or more words of letters, digits and hyphens, joined by dots."
    parts = _extractor()(text.lower().removeprefix("*."))
    if parts.suffix and not parts.domain:
        return "It is a public suffix: everybody's domains are under it."
    return ""
