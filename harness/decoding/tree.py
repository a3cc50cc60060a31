"""Takes a message apart: every decoder is asked about every layer, breadth first, within a budget."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.decoding.budget import Broken, Budget, Spent
from harness.decoding.decoder import decoders_of, named
from harness.decoding.layer import Found, Layer
from harness.decoding.opacity import LEAST, looks_random, random_text, unread
from harness.decoding.places import path_of
from harness.decoding.spans import STANDARD, marked

CONTENT_CODINGS = {
    "gzip": "gzip", "x-gzip": "gzip", "deflate": "zlib", "br": "brotli", "zstd": "zstd", "snappy": "snappy", "x-snappy-framed":
    "snappy", "lz4": "lz4", "bzip2": "bzip2", "x-bzip2": "bzip2", "xz": "xz", "zlib": "zlib",
}  # fmt: skip


_TO_THE_END = frozenset({
    "avro", "base64", "base64-own-alphabet", "base32", "base85", "brotli", "bzip2", "deflate", "grpc", "gzip", "hex", "latin1",
    "length-prefixed", "lz4", "multipart", "percent", "quoted-printable", "snappy", "xor", "xz", "zip", "zlib", "zstd",
})  # fmt: skip
"""Decoders behind which stands what the sender put there, and no value of a structure that chance read."""
_WHOLE_BODY = 48  # bytes; a body that is nothing but so many of base64 or hexadecimal digits is no session's name
_EMBEDDED = 128  # bytes of base64 or digits inside a text that nothing reads: shorter ones may be words
_READ = 5  # letters in a structure's texts that chance does not put there
_AT_ITS_END = 4  # bytes; of so many a text may have more than what was decoded

TOKEN = 64  # bytes; what is shorter inside a text is a session's name or a signature as often as something encrypted

# Rows of what base64 and numbers are made of. In longer layers there are some.
_LONG, _ROW = 4096, b"aaaaaa"
_IN_ROWS = marked((b"a", STANDARD + b"-_."))


@dataclass(frozen=True)
class Trouble:
    """A layer that could not be read to its end. `where`: its place in the message; `decoder`: which encoding it bears."""

    where: str
    decoder: str
    why: str


@dataclass(frozen=True)
class Opaque:
    """Bytes of no known form: too even for any, as encrypted ones are, or in a form that no decoder knows. `size` in bytes."""

    where: str
    size: int
    root: str


@dataclass
class Tree:
    """Layers in the order in which they were found; the message's own parts come first."""

    layers: list[Layer] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    spent: str = ""  # what of the budget was used up; "" where it sufficed
    seen: set[bytes] = field(default_factory=set, repr=False)

    def tell(self, trouble: Trouble) -> None:
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def opaque(self) -> list[Opaque]:
        """The pieces that stay dark: too even for any text or structure, and no compression that is known; or what was sent as a
        whole, and nothing of it could be read. Of one inside another the inner one is told; a structure that was read out of
        such bytes was read by chance."""
        dark = [one for one in self.layers if not one.explained and not one.accounted and _dark(one)] + self._dark_texts()
        dark = [one for one in dark if not _token(one) and not _between_escapes(one)
                and not any(above.accounted for above in one.above())]
        around = {id(above) for layer in dark for above in layer.above()}
        ends = [layer for layer in dark if id(layer) not in around]
        return [Opaque(path_of(layer), len(layer.data), layer.root) for layer in ends]


    def _dark_texts(self) -> list[Layer]:
        """Texts that hold digits of random bytes to some base which nothing undid."""
        found = []
        for layer in self.layers:
            if layer.text and not layer.accounted and _sent(layer) and (piece := random_text(layer.data)) is not None:
                below = [one for one in self.layers if one.parent is layer]
                itself = any(one.text and not one.found.end and one.decoder in _TO_THE_END for one in below)  # asked instead
                undone = sum(
                    max(0, min(one.found.end, piece[1]) - max(one.found.start, piece[0]))
                    for one in below
                    if one.text or not (_token(one) or _between_escapes(one))
                )
                if undone * 2 < piece[1] - piece[0] and not itself:
                    found.append(layer)
        return found


def _dark(layer: Layer) -> bool:
    if layer.text or len(layer.data) < LEAST or _beside_fields(layer):
        return False
    return looks_random(layer.data) or (not layer.written and _sent(layer) and unread(layer.data))


def _sent(layer: Layer) -> bool:
    """Whether the sender put it there as a whole: a body, and what was made of all of it."""
    one = layer
    while one.parent is not None:
        if one.decoder not in _TO_THE_END:
            return False
        if one.decoder in _OF_DIGITS and len(one.data) < (_WHOLE_BODY if _is_all(one) else _EMBEDDED):
            return False
        one = one.parent
    return one.root == "body"


def _beside_fields(layer: Layer) -> bool:
    """Whether it was read out of the letters of a structure that is written out besides, with what stands around them."""
    above = layer.parent
    return layer.decoder in _OF_DIGITS and above is not None and not above.text and above.explained


_OF_DIGITS = frozenset({"base64", "hex", "base64-own-alphabet", "base64-other-signs", "base32", "base85"})


def _is_all(layer: Layer) -> bool:
    """Whether it was made of all of the body, but for line ends and quotation marks around it."""
    above = layer.parent
    if above is None or above.root != "body" or above.depth:
        return False
    return layer.found.end == 0 or len(above.data) - (layer.found.end - layer.found.start) <= _AT_ITS_END


def _between_escapes(layer: Layer) -> bool:
    """Whether it, or what it was made of, is digits that break off at a percent escape: what the escapes stand for is a layer of
    its own, and has the whole."""
    for one in (layer, *layer.above()):
        if one.decoder in _OF_DIGITS and one.parent is not None:
            around, start, end = one.parent.data, one.found.start, one.found.end
            if b"%" in around[max(0, start - 3) : start] or around[end : end + 1] == b"%":
                return True
    return False


def _token(layer: Layer) -> bool:
    """Whether it is one of the many short tokens that texts hold, such as a signature: these name a session, not a person. Of
    what was read out of one in some charset its own bytes are asked: letters that chance makes are longer than these."""
    if layer.decoder == "charset" and layer.parent is not None:
        return _token(layer.parent)
    if layer.decoder not in _OF_DIGITS or layer.parent is None:
        return False
    around, start = layer.parent.data, layer.found.start
    behind_a_jwt = around[max(0, start - 1) : start] == b"." and b"eyJ" in around[:start]
    return len(layer.data) < (_WHOLE_BODY if _is_all(layer) else TOKEN) or behind_a_jwt


def unwrap(parts: Sequence[tuple[str, bytes]], *, codings: str = "", budget: Budget | None = None) -> Tree:
    """`parts`: (name, bytes) of a message: url, headers, body. `codings`: the Content-Encoding of its body.

    Nothing that a message holds makes this raise: what could not be read is in `troubles`, and `spent` says where the budget
    ended.
    """
    budget = budget or Budget()
    tree = Tree()
    waiting: deque[Layer] = deque()
    for name, data in parts:
        if data:
            most = min(budget.part, budget.room)
            if len(data) > most:
                tree.spent = "bytes"
            layer = Layer(data[:most], name)
            tree.layers.append(layer)
            tree.seen.add(layer.data)
            waiting.append(layer)
            budget.used_bytes += len(layer.data)
            if name == "body":
                _content_codings(layer, codings, tree, waiting, budget)
    try:
        while waiting:
            layer = waiting.popleft()
            budget.check_time()
            if layer.depth >= budget.depth:
                if layer.text or len(layer.data) >= 16:
                    tree.spent = tree.spent or "depth"
                continue
            _ask(layer, tree, waiting, budget)
    except Spent as spent:
        tree.spent = spent.what
    return tree


def _content_codings(layer: Layer, codings: str, tree: Tree, waiting: deque[Layer], budget: Budget) -> None:
    """Undoes what the header names, last applied first, as far as the bytes are what it says."""
    for coding in reversed([c.strip().lower() for c in codings.split(",") if c.strip()]):
        decoder = named(CONTENT_CODINGS.get(coding, ""))
        if coding == "identity":
            continue
        if decoder is None:
            tree.tell(Trouble(path_of(layer), coding, "this content coding is not known here"))
            return
        if layer.depth >= budget.depth:
            tree.spent = "depth"
            return
        made = _take(layer, decoder.id, tree, waiting, budget)
        if coding == "deflate" and not made:
            made = _take(layer, "deflate", tree, waiting, budget)
        if not made:
            return  # as in captures that hold bodies with their coding undone
        layer = made[0]


def _take(layer: Layer, identity: str, tree: Tree, waiting: deque[Layer], budget: Budget) -> list[Layer]:
    decoder = named(identity)
    assert decoder is not None
    made: list[Layer] = []
    try:
        for found in decoder.find(layer, budget):
            if (child := _child(layer, found, identity, tree, budget)) is not None:
                made.append(child)
                waiting.append(child)
    except Broken as broken:
        tree.tell(Trouble(path_of(layer), identity, str(broken)))
        layer.explained = True
    except Spent as spent:
        tree.spent = spent.what
    return made


def _ask(layer: Layer, tree: Tree, waiting: deque[Layer], budget: Budget) -> None:
    """Raises Spent."""
    if layer.found.fields and layer.decoder != "plist":
        budget.check_time()
    data = layer.data
    if not data:
        return
    rows = len(data) > _LONG or _ROW in data.translate(_IN_ROWS)
    for decoder in decoders_of(layer.text, data[0]):
        if (
            (decoder.rows and not rows)
            or (decoder.begins and not data.startswith(decoder.begins))
            or (decoder.holds and decoder.holds not in data)
        ):
            continue
        claimed = False
        try:
            for found in decoder.find(layer, budget):
                layer.written = layer.written or found.fields
                layer.explained = layer.explained or decoder.claims or decoder.explains or found.letters >= _READ
                claimed = claimed or (decoder.claims and not found.end)
                if (child := _child(layer, found, decoder.id, tree, budget)) is not None:
                    waiting.append(child)
        except Broken as broken:
            if not _between_escapes(layer):
                tree.tell(Trouble(path_of(layer), decoder.id, str(broken)))
            layer.explained = claimed = True
        if claimed:
            return


def _child(parent: Layer, found: Found, decoder: str, tree: Tree, budget: Budget) -> Layer | None:
    """The new layer; None where the same bytes were met before in this message. Raises Spent."""
    if found.data in tree.seen or not found.data:
        return None
    budget.take(len(found.data))
    tree.seen.add(found.data)
    layer = Layer(found.data, parent.root, parent, decoder, found, parent.depth + 1)
    tree.layers.append(layer)
    return layer
