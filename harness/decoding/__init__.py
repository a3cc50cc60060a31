"""Takes what left a device apart: encodings, compressions and formats, one inside another (docs/decoding.md)."""

from harness.decoding.budget import Broken, Budget, Spent
from harness.decoding.decoder import Decoder, all_decoders
from harness.decoding.layer import Found, Layer, as_bytes, is_text
from harness.decoding.places import key_at, path_of
from harness.decoding.tree import Opaque, Tree, Trouble, unwrap

__all__ = [
    "Broken",
    "Budget",
    "Decoder",
    "Found",
    "Layer",
    "Opaque",
    "Spent",
    "Tree",
    "Trouble",
    "all_decoders",
    "as_bytes",
    "is_text",
    "key_at",
    "path_of",
    "unwrap",
]
