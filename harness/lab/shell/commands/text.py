"""echo, cat, grep and their kin."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator

from harness.lab.shell.call import Call, Usage, command
from harness.lab.shell.pipes import Pipe, Source

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v"}


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] == "x":
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        return _ESCAPES.get(code, "\\" + code)

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)", replace, text, flags=re.DOTALL)


@command("echo", builtin=True)
async def echo(call: Call) -> int:
    args = list(call.args)
    newline, escapes = True, False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        flags = args.pop(0)
        newline = newline and "n" not in flags
        escapes = "e" in flags or (escapes and "E" not in flags)
    text = " ".join(args)
    await call.out((_unescape(text) if escapes else text) + ("\n" if newline else ""))
    return 0


@command("printf", builtin=True)
async def print_formatted(call: Call) -> int:
    if not call.args:
        raise Usage("printf: Needs 1 argument")
    layout, values = _unescape(call.args[0]), list(call.args[1:])
    while True:
        before = len(values)
        await call.out(_format(layout, values))
        if not values or len(values) == before:
            return 0


def _format(layout: str, values: list[str]) -> str:
    def replace(match: re.Match[str]) -> str:
        flags, kind = match.group(1), match.group(2)
        if kind == "%":
            return "%"
        value = values.pop(0) if values else ""
        if kind in "di":
            return f"%{flags}d" % _integer(value)
        if kind in "uxXo":
            return f"%{flags}{'d' if kind == 'u' else kind}" % _integer(value)
        if kind in "feg":
            try:
                return f"%{flags}{kind}" % float(value or 0)
            except ValueError:
                return f"%{flags}{kind}" % 0.0
        return f"%{flags}s" % (_unescape(value) if kind == "b" else value[:1] if kind == "c" else value)

    return re.sub(r"%([-+ 0#]*[0-9]{0,4}(?:\.[0-9]{1,4})?)([%diuxXofegsbc])", replace, layout)


def _integer(text: str) -> int:
    try:
        return int(text or "0", 0)
    except ValueError:
        return ord(text[1]) if text[:1] in "'\"" and len(text) > 1 else 0


@command("cat")
async def concatenate(call: Call) -> int:
    found, names = call.options("uevnt", stop_early=False)

    async def copy(name: str, source: Source) -> None:
        number = 0
        if "n" in found:
            async for line in _lines(source):
                number += 1
                await call.out_bytes(b"%6d\t%s" % (number, line))
            return
        while chunk := await source.read():
            await call.out_bytes(chunk)

    return await call.each_input(names, copy)


async def _lines(source: Source) -> AsyncIterator[bytes]:
    """Lines with their line feeds. A line may be 16 MiB long; then it is cut."""
    rest = b""
    while chunk := await source.read():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > 16 * 1024 * 1024:
            yield rest
            rest = b""
    if rest:
        yield rest


@command("head")
async def head(call: Call) -> int:
    args = [f"-n{arg[1:]}" if re.fullmatch(r"-[0-9]+", arg) else arg for arg in call.args]
    found, names = Call(call.name, args, call.streams, call.shell, call.process).options("qv", "nc")
    count, size = _count(call, found.get("n", "10")), _count(call, found["c"]) if "c" in found else None

    async def show(name: str, source: Source) -> None:
        if len(names) > 1 and "q" not in found:
            await call.out(f"==> {name} <==\n")
        left = size if size is not None else count
        if size is not None:
            while left > 0 and (chunk := await source.read(left)):
                await call.out_bytes(chunk)
                left -= len(chunk)
        elif left > 0:
            async for line in _lines(source):
                await call.out_bytes(line)
                left -= 1
                if left <= 0:
                    break
        if isinstance(source, Pipe):
            source.abandon()

    return await call.each_input(names, show)


def _count(call: Call, text: str) -> int:
    match = re.fullmatch(r"([+-]?[0-9]+)([kKmMgG]?)", text)
    if not match:
        raise Usage(f"{call.name}: bad number '{text}'")
    return int(match.group(1)) * {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}[match.group(2).lower()]


@command("tail")
async def tail(call: Call) -> int:
    args = [f"-n{arg[1:]}" if re.fullmatch(r"-[0-9]+", arg) else arg for arg in call.args]
    found, names = Call(call.name, args, call.streams, call.shell, call.process).options("fq", "nc")
    if "f" in found:
        raise Usage("tail: -f is not provided by this lab device")
    text = found.get("c", found.get("n", "10"))
    count = _count(call, text)

    async def show(name: str, source: Source) -> None:
        data = await call.input_bytes(source)
        pieces = [data[i : i + 1] for i in range(len(data))] if "c" in found else data.splitlines(keepends=True)
        first = max(0, count - 1) if text.startswith("+") else max(0, len(pieces) - abs(count))
        await call.out_bytes(b"".join(pieces[first:]))

    return await call.each_input(names, show)


@command("wc")
async def count_words(call: Call) -> int:
    found, names = call.options("lwcm", stop_early=False)
    columns = [letter for letter in "lwmc" if letter in found] or ["l", "w", "c"]
    totals = dict.fromkeys("lwcm", 0)

    async def count(name: str, source: Source) -> None:
        sums = dict.fromkeys("lwcm", 0)
        inside = False
        while chunk := await source.read():
            sums["l"] += chunk.count(b"\n")
            sums["c"] += len(chunk)
            sums["m"] += sum(byte & 0xC0 != 0x80 for byte in chunk) if "m" in found else 0
            if "w" in columns:
                sums["w"] += len(chunk.split()) - (inside and not chunk[:1].isspace())
                inside = not chunk[-1:].isspace()
        for key, value in sums.items():
            totals[key] += value
        await _show_counts(call, [sums[c] for c in columns], "" if name == "-" else name)

    status = await call.each_input(names, count)
    if len(names) > 1:
        await _show_counts(call, [totals[c] for c in columns], "total")
    return status


async def _show_counts(call: Call, values: list[int], name: str) -> None:
    text = " ".join(str(value) for value in values) if len(values) == 1 else " ".join(f"{v:7}" for v in values)
    await call.out(f"{text} {name}".rstrip() + "\n")


@command("grep", "egrep", "fgrep")
async def search(call: Call) -> int:
    """Status 0 where a line matched, 1 where none did, 2 after an error."""
    found, rest = call.options("EFivncqolsHhrwx", "efmABC", stop_early=False)
    if "e" not in found and not rest:
        raise Usage("grep: no REGEX")
    text = found["e"] if "e" in found else rest.pop(0)
    pattern = _pattern(call, text, found)
    names = _below(call, rest or ["."]) if "r" in found else rest
    show_name = ("H" in found or len(names) > 1 or "r" in found) and "h" not in found
    limit = _count(call, found["m"]) if "m" in found else None
    after = _count(call, found.get("A", found.get("C", "0")))
    before = _count(call, found.get("B", found.get("C", "0")))
    matched = False

    async def scan(name: str, source: Source) -> None:
        nonlocal matched
        prefix = f"{name}:" if show_name else ""
        hits = number = trailing = 0
        held: list[tuple[int, str]] = []
        async for raw in _lines(source):
            number += 1
            line = raw.decode(errors="surrogateescape").rstrip("\n")
            hit = bool(pattern.search(line)) != ("v" in found)
            if hit:
                hits += 1
                matched = True
                if "q" in found or "l" in found:
                    break
                if "c" not in found:
                    for old, context in held:
                        await call.out(f"{prefix.replace(':', '-')}{_numbered(found, old, '-')}{context}\n")
                    shown = [m.group() for m in pattern.finditer(line)] if "o" in found else [line]
                    for piece in shown:
                        await call.out(f"{prefix}{_numbered(found, number, ':')}{piece}\n")
                held.clear()
                trailing = after
                if limit is not None and hits >= limit:
                    break
            elif trailing:
                trailing -= 1
                await call.out(f"{prefix.replace(':', '-')}{_numbered(found, number, '-')}{line}\n")
            elif before:
                held = [*held, (number, line)][-before:]
        if "c" in found:
            await call.out(f"{prefix}{hits}\n")
        if "l" in found and hits:
            await call.out(f"{name}\n")

    failed = await call.each_input(names, scan)
    if matched and "q" in found:
        return 0
    return 2 if failed and "s" not in found else int(not matched)


def _numbered(found: dict[str, str], number: int, mark: str) -> str:
    return f"{number}{mark}" if "n" in found else ""


def _pattern(call: Call, text: str, found: dict[str, str]) -> re.Pattern[str]:
    extended = "E" in found or call.name == "egrep"
    pieces = []
    for line in text.split("\n"):
        if "F" in found or call.name == "fgrep":
            pieces.append(re.escape(line))
        else:
            pieces.append(_from_posix(line, extended=extended))
    joined = "|".join(f"(?:{piece})" for piece in pieces)
    joined = rf"\b(?:{joined})\b" if "w" in found else f"^(?:{joined})$" if "x" in found else joined
    try:
        return re.compile(joined, re.IGNORECASE if "i" in found else 0)
    except re.error as error:
        raise Usage(f"grep: bad REGEX '{text}': {error}") from None


def _from_posix(text: str, *, extended: bool) -> str:
    """A POSIX expression in Python's notation: bracket classes, and for basic ones the reversed escapes."""
    classes = {"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "space": r"\s", "upper": "A-Z",
               "lower": "a-z", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9a-fA-F", "blank": r" \t"}  # fmt: skip
    text = re.sub(r"\[:([a-z]+):\]", lambda m: classes.get(m.group(1), m.group()), text)
    if extended:
        return text
    pieces = re.findall(r"\\.|\[\^?\]?[^\]]*\]|.", text)
    turned = {"\\(": "(", "\\)": ")", "\\{": "{", "\\}": "}", "\\|": "|", "\\+": "+", "\\?": "?"}
    plain = set("(){}|+?")
    out = [turned.get(p, "\\" + p if p in plain else p) for p in pieces]
    if out[:1] == ["*"]:
        out[0] = r"\*"
    return "".join(out)


def _below(call: Call, names: list[str]) -> list[str]:
    """The files below the folders among `names`."""
    files: list[str] = []
    waiting = list(reversed(names))
    while waiting and len(files) < 100_000:
        name = waiting.pop()
        try:
            info = call.files.lstat(call.path(name))
            if info.is_folder:
                waiting += [f"{name.rstrip('/')}/{child}" for child in reversed(call.files.list(call.path(name)))]
                continue
        except OSError:
            pass  # grep itself says what is wrong with it
        files.append(name)
    return files


@command("sort")
async def sort_lines(call: Call) -> int:
    found, names = call.options("rnufb", "tk", stop_early=False)
    lines: list[bytes] = []

    async def take(name: str, source: Source) -> None:
        lines.extend((await call.input_bytes(source)).splitlines())

    status = await call.each_input(names, take)
    column = _count(call, re.split(r"[.,]", found["k"])[0]) - 1 if "k" in found else None
    separator = found["t"].encode() if "t" in found else None

    def key(line: bytes) -> tuple[float, bytes]:
        fields = line.split(separator)
        text = line if column is None else fields[column] if column < len(fields) else b""
        number = re.match(rb"\s*-?[0-9]*\.?[0-9]+", text) if "n" in found else None
        return (float(number.group()) if number else 0.0, text.lower() if "f" in found else text)

    ordered = sorted(lines, key=key, reverse="r" in found)
    if "u" in found:
        ordered = [line for i, line in enumerate(ordered) if not i or key(line) != key(ordered[i - 1])]
    await call.out_bytes(b"".join(line + b"\n" for line in ordered))
    return status


@command("uniq")
async def drop_repeats(call: Call) -> int:
    found, names = call.options("cdu")
    groups: list[tuple[bytes, int]] = []

    async def take(name: str, source: Source) -> None:
        async for raw in _lines(source):
            line = raw.rstrip(b"\n")
            if groups and groups[-1][0] == line:
                groups[-1] = (line, groups[-1][1] + 1)
            else:
                groups.append((line, 1))

    status = await call.each_input(names, take)
    for line, count in groups:
        if ("d" in found and count < 2) or ("u" in found and count > 1):
            continue
        await call.out_bytes((b"%7d " % count if "c" in found else b"") + line + b"\n")
    return status


@command("cut")
async def cut_columns(call: Call) -> int:
    found, names = call.options("s", "dfcb")
    spec = found.get("f", found.get("c", found.get("b", "")))
    ranges = re.findall(r"([0-9]*)(-?)([0-9]*)(?:,|$)", spec)
    if not spec:
        raise Usage("cut: no -cCFfD")
    wanted = [
        (int(low or 1), int(high) if high else (10**9 if dash else int(low or 1)))
        for low, dash, high in ranges if low or dash
    ]  # fmt: skip
    separator = found.get("d", "\t")

    async def show(name: str, source: Source) -> None:
        async for raw in _lines(source):
            line = raw.decode(errors="surrogateescape").rstrip("\n")
            fields = line.split(separator) if "f" in found else list(line)
            if "f" in found and len(fields) == 1:
                chosen = [] if "s" in found else fields
            else:
                chosen = [f for i, f in enumerate(fields, 1) if any(low <= i <= high for low, high in wanted)]
            if chosen or "s" not in found:
                await call.out((separator if "f" in found else "").join(chosen) + "\n")

    return await call.each_input(names, show)


@command("tr")
async def translate(call: Call) -> int:
    found, sets = call.options("dsc")
    if not sets:
        raise Usage("tr: Needs 1 argument")
    first = _character_set(sets[0])
    second = _character_set(sets[1]) if len(sets) > 1 else ""
    if "c" in found:
        first = "".join(chr(c) for c in range(256) if chr(c) not in first)
    if "d" in found:
        table: dict[int, str | None] = dict.fromkeys(map(ord, first))
    else:
        table = {ord(c): second[min(i, len(second) - 1)] for i, c in enumerate(first)} if second else {}
    squeezed = re.escape(second or first) if "s" in found else ""
    last = ""
    while chunk := await call.streams.stdin.read():
        text = chunk.decode("latin-1").translate(table)
        if squeezed and text:
            joined = re.sub(f"([{squeezed}])\\1+", r"\1", last + text)
            text, last = joined[len(last) :], joined[-1]
        await call.out_bytes(text.encode("latin-1", "replace"))
    return 0


def _character_set(text: str) -> str:
    text = _unescape(text)
    for name, chars in (("upper", "A-Z"), ("lower", "a-z"), ("digit", "0-9"), ("space", " \t\n\r\f\v")):
        text = text.replace(f"[:{name}:]", chars)
    return re.sub(r"(.)-(.)", lambda m: "".join(map(chr, range(ord(m.group(1)), ord(m.group(2)) + 1))), text, flags=re.DOTALL)


@command("tee")
async def copy_to_files(call: Call) -> int:
    found, names = call.options("ai")
    parts = [await call.input_bytes(call.streams.stdin)]
    await call.out_bytes(parts[0])
    status = 0
    for name in names:
        try:
            old = call.files.read_bytes(call.path(name)) if "a" in found and call.shell.exists(name) else b""
            call.files.write_bytes(call.path(name), old + parts[0])
        except OSError as error:
            status = await call.complain(name, error)
    return status


@command("seq")
async def count_up(call: Call) -> int:
    numbers = [_count(call, arg) for arg in call.args]
    if not 1 <= len(numbers) <= 3:
        raise Usage("seq: Needs 1 argument")
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    if step == 0:
        raise Usage("seq: increment 0")
    for number in range(first, numbers[-1] + (1 if step > 0 else -1), step):
        await call.out(f"{number}\n")
        if number % 100 == 0:
            await call.pause()
    return 0


@command("yes")
async def repeat(call: Call) -> int:
    line = (" ".join(call.args) or "y") + "\n"
    while True:
        await call.out(line * 100)
        await call.pause()


@command("md5sum", "sha1sum", "sha256sum")
async def digest(call: Call) -> int:
    found, names = call.options("bc")
    kind = call.name.removesuffix("sum")

    async def show(name: str, source: Source) -> None:
        digesting = hashlib.new(kind)
        while chunk := await source.read():
            digesting.update(chunk)
            await call.pause()
        text = digesting.hexdigest()
        await call.out(f"{text}\n" if "b" in found else f"{text}  {name}\n")

    return await call.each_input(names, show)


@command("base64")
async def encode_base64(call: Call) -> int:
    import base64
    import binascii

    found, names = call.options("di", "w")
    width = _count(call, found.get("w", "76"))

    async def show(name: str, source: Source) -> None:
        data = await call.input_bytes(source)
        if "d" in found:
            try:
                await call.out_bytes(base64.b64decode(b"".join(data.split())))
            except binascii.Error:
                raise Usage("base64: bad input") from None
            return
        text = base64.b64encode(data)
        lines = [text[i : i + width] for i in range(0, len(text), width)] if width else [text]
        await call.out_bytes(b"".join(line + b"\n" for line in lines))

    return await call.each_input(names, show)
