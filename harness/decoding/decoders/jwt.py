"""JSON Web Tokens: header and claims."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.decoding.budget import Budget
from harness.decoding.decoder import Decoder
from harness.decoding.decoders.base64 import text_of
from harness.decoding.layer import Found, Layer

_LEAST = 11  # letters of a header
_RUN = re.compile(rb"([A-Za-z0-9_-]++)(?:\.([A-Za-z0-9_-]{8,}+)\.[A-Za-z0-9_-]*+)?+")


def find(layer: Layer, budget: Budget) -> Iterable[Found]:
    """It is looked for once in each run of its letters, wherever in the run it begins."""
    data = layer.data
    at = data.find(b"eyJ")
    while at >= 0:
        run = _RUN.match(data, at)
        assert run is not None
        if run[2] and len(run[1]) >= _LEAST:
            for group, name in ((1, "header"), (2, "claims")):
                if (plain := text_of(run[group])) is not None:
                    yield Found(plain, run.start(group), run.end(group), key=name)
        at = data.find(b"eyJ", run.end() if run[2] and len(run[1]) >= _LEAST else run.end(1))


decoder = Decoder(
    id="jwt",
    title="JSON Web Token",
    title_zh="JSON Web Token",
    of="text",
    find=find,
    holds=b"eyJ",
    source="RFC 7519",
    order=35,
)
