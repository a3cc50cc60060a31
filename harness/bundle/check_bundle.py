"""Checks a bundle of evidence without the tool that made it, by Python 3.9 alone: python check_bundle.py FOLDER-OR-ZIP
Says intact (exit status 0), altered (1), incomplete or unverifiable (3; 2: no bundle), what differs, and which key sealed it."""
import hashlib
import json
import os
import sys
import zipfile

P, Q = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493    # Ed25519, RFC 8032
D, ROOT = -121665 * pow(121666, -1, P) % P, pow(2, (P - 1) // 4, P)
SIGNED = {"manifest.sig": "manifest_sha256", "report/report.sig": "files manifest_sha256",
          "custody.sig": "entries head manifest_sha256", "redaction.sig": "cut manifest_sha256 removed",
          "entry": "action by data entry note previous"}
LATER = {"manifest.json", ".manifest.json", ".manifest.sig", "custody.jsonl", *SIGNED}
JOURNALS = {"calls": "c", "stacks": "s", "flows": "f", "screens": "v", "steps": "t", "gaps": "g", "run": "r", "proxy": "p"}
REMOVABLE = ("objects/", "sample/", "attachments/", "device.log", "proxy.log", "redaction.seed")
STARTS, BROKEN = ("run.jsonl", "manifest.json"), (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


def point(packed):
    y, sign = int.from_bytes(packed, "little") % 2**255, packed[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * ROOT % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    x = x if x % 2 == sign else P - x
    return x, y, 1, x * y % P


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (f - e) * (h - g) % P, (h + g) * (f + e) % P, (h - g) * (h + g) % P, (f - e) * (f + e) % P


def times(n, a):
    rest = times(n >> 1, add(a, a)) if n else (0, 1, 1, 0)
    return add(rest, a) if n & 1 else rest


def canonical(value, line=False):
    how = {"separators": (",", ":")} if line else {"indent": 1}
    return json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False, **how).encode("ascii") + b"\n"


def read_signed(content, name):    # {} where a byte is other than it was signed
    try:
        value, named = json.loads(content), {"algorithm", "created", "format", "public_key", "signature", "software"}
        told = canonical({k: v for k, v in value.items() if k != "signature"})
        key, signature = bytes.fromhex(value["public_key"]), bytes.fromhex(value["signature"])
        k = int.from_bytes(hashlib.sha512(signature[:32] + key + told).digest(), "little")
        s, base = int.from_bytes(signature[32:], "little"), point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
        left, right = times(s, base), add(point(signature[:32]), times(k % Q, point(key)))
        holds = len(key) == 32 and s < Q and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))
        form = canonical(value, line=name == "entry") == content and set(value) == named.union(SIGNED[name].split())
        return value if holds and form and (value["algorithm"], value["format"], len(signature)) == ("Ed25519", 1, 64) else {}
    except BROKEN:
        return {}


class Files:
    def __init__(self, path):
        self.zip = zipfile.ZipFile(path) if zipfile.is_zipfile(path) else None
        walked = [(f, files + [d for d in dirs if os.path.islink(os.path.join(f, d))]) for f, dirs, files in os.walk(path)]
        there = [os.path.relpath(os.path.join(f, n), path).replace(os.sep, "/") for f, ns in walked for n in ns]
        there += [i.filename for i in self.zip.infolist() if not i.is_dir()] if self.zip else []
        starts = [n[:n.rfind("/") + 1] for n in sorted(there, key=len) if n.count("/") < 2 and n.endswith(STARTS)]
        self.start, self.inside = os.path.join(path, ""), starts[0] if self.zip and starts else ""
        names = [n[len(self.inside):] if n.startswith(self.inside) else n for n in there]
        self.names, self.twice = set(names), {a for a, b in zip(sorted(names), sorted(names)[1:]) if a == b}  # noqa: B905

    def read(self, name, limit=1 << 62):    # content, SHA-256, length; nothing of what is longer, or is no plain file
        digest, size, parts = hashlib.sha256(), 0, []
        try:
            if name not in self.names or name in self.twice or (not self.zip and os.path.islink(self.start + name)):
                return b"", "", -1
            with self.zip.open(self.inside + name) if self.zip else open(self.start + name, "rb") as file:
                while (part := file.read(1 << 20)) and size <= limit:
                    size += len(part)
                    digest.update(part)
                    parts.append(part if size <= 1 << 28 else b"")
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not what was signed
            size = limit + 1
        return (b"".join(parts), digest.hexdigest(), size) if size <= limit else (b"", "", -1)


def differing(files, there, entries, gone=()):
    listed = {e["path"]: (e["bytes"], e["hash"]) for e in entries}
    same = {n for n, (size, h) in listed.items() if n in there and files.read(n, size)[1:] == (h[7:], size)} | set(gone) - there
    return [f"{n} was added: nothing that was signed lists it" for n in sorted(there - listed.keys())] + [
        f"{n} is {'not as it was signed' if n in there else 'missing'}" for n in sorted(listed.keys() - same)]


def check(path):
    files, altered, unsure, cut, records, attached = Files(path), [], [], [], [], []
    content, sha, _ = files.read("manifest.json")
    signed = {name: read_signed(files.read(name)[0], name) for name in SIGNED.keys() & files.names}
    altered += [f"{name} was changed, or is of another bundle" for name, s in signed.items() if s.get("manifest_sha256") != sha]
    redacted, head, seal = (signed.get(name, {}) for name in ("redaction.sig", "custody.sig", "manifest.sig"))
    try:
        value = json.loads(content or b"{}")
        entries = [{**e, **e["redacted"]} if e["path"] in redacted.get("cut", ()) else e for e in value.get("resources", [])]
        report, added = ({n for n in files.names - LATER if n.startswith(folder)} for folder in ("report/", "attachments/"))
        mine = files.names - LATER - report - added if "manifest.json" in files.names else set()
        gone = [n for n in redacted.get("removed", ()) if n.startswith(REMOVABLE)]
        altered += differing(files, mine, entries, gone) if mine else []
        altered += ["manifest.json is of another form"] * bool(mine and canonical(value) != content)
        altered += differing(files, report, signed["report/report.sig"]["files"]) if "report/report.sig" in signed else []
        unsure += [f"{n} is not signed" for n in report if "report/report.sig" not in signed]
        unsure += ["it is of a format that this script does not know"] * bool(mine and value["format"] != 1)
        if mine and ("custody" in value or files.names & {"custody.jsonl", "custody.sig"}):
            heads = [sha]
            for line in files.read("custody.jsonl")[0].splitlines(True):
                entry = read_signed(line, "entry")
                follows = entry and (entry["entry"], entry["previous"]) == (len(heads), heads[-1])
                heads.append(hashlib.sha256(line).hexdigest() if follows else "")
                attached += entry["data"].get("attachments", []) if follows else []
            altered += ["the chain of custody breaks"] * ("" in heads or len(heads) < 2 or heads[head["entries"]] != head["head"])
        altered += differing(files, added, attached, gone) if mine else []
    except BROKEN as bad:
        altered.append(f"manifest, report or chain of custody: {bad!r}")
    stored = [n for n in files.names if n.startswith("objects/") and not n.startswith("objects/.partial/")]
    altered += [f"{n} is not what its name says" for n in stored if files.read(n)[1] != n.rsplit("/", 1)[1]]
    unsure += ["manifest.sig is missing: nobody vouches for the manifest"] if content and "manifest.sig" not in signed else []
    (altered if seal else unsure).extend(f"{n} was left over" for n in files.names if n.startswith(".manifest."))
    for stem, letter in JOURNALS.items() if not altered else ():
        *lines, rest = files.read(stem + ".jsonl")[0].split(b"\n")
        cut += [f"{stem}.jsonl ends in a line that was cut off"] if rest else []
        for number, line in enumerate(lines if stem in ("run", "proxy", "gaps") or not seal else [], 1):
            try:
                records += [{r["id"]: r for r in [json.loads(line)]}[f"{letter}{number}"]]    # a KeyError where its id is another
            except BROKEN:
                (cut if seal else altered).append(f"{stem}.jsonl, line {number}, is no record in its place")
    ends = [r["data"].get("complete") for r in records if r.get("type") == "end"]
    (unsure if ends else cut).extend([] if content else ["manifest.json is missing"])
    late = [r["id"] for r in records if r.get("kind") == "interrupted" or r.get("type") == "recovered"]
    cut += [f"{', '.join(late) or 'the run has no end'}: it was cut short"] if late or not ends or ends[-1] is not True else []
    status = "altered" if altered else "unverifiable" if unsure else "incomplete" if cut else "intact"
    return status, altered + unsure + cut, hashlib.sha256(bytes.fromhex(seal["public_key"])).hexdigest() if seal else ""


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (here := Files(sys.argv[1]).names) & {*STARTS, "manifest.sig"}:
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    said, found, sealer = check(sys.argv[1])
    told = [*("  " + ascii(one)[1:-1] for one in found), *["this is a redacted copy"] * ("redaction.sig" in here)]
    print(said, *told, f"sealed by {sealer or 'nobody whose signature holds'}", sep="\n")
    sys.exit({"intact": 0, "altered": 1}.get(said, 3))
