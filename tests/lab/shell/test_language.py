"""The shell reads command lines as Android's does."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.errors import RigError
from harness.lab.adbd.ownership import ROOT
from harness.lab.shell.call import Call
from harness.lab.shell.parser import parse
from harness.lab.shell.syntax import ShellSyntaxError

Out = Callable[..., str]

SAME_AS_SH = [
    "echo a b   c", "echo 'a  b' \"c  d\" e\\ f", "x=1; echo $x ${x} \"$x\" '$x'", "x='a  b'; echo $x; echo \"$x\"",
    "echo ${y:-unset} ${y-u2} ${y:=set} $y", "x=; echo [${x:-e}] [${x-e}] [${x:+p}] [${z+q}]",
    "x=path/to/file.tar.gz; echo ${x##*/} ${x#*/} ${x%.*} ${x%%.*} ${#x}",
    "true && echo yes || echo no", "false && echo yes || echo no", "false || echo b && echo c", "! false && echo neg",
    "echo one; echo two >&2 2>/dev/null; echo three", "(echo sub; exit 3); echo $?", "{ echo g; echo h; } | tr gh GH",
    "for i in 1 2 3; do echo $i; done", "for i in; do echo $i; done; echo none",
    "i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i -eq 2 ] && continue; echo $i; done",
    "until false; do echo once; break; done", "if false; then echo a; elif true; then echo b; else echo c; fi",
    "case abc.txt in *.c) echo c;; a*.txt|b) echo txt;; *) echo other;; esac",
    "echo $(echo nested $(echo deep)) `echo back`", "x=$(printf 'a\\n\\n'); echo \"[$x]\"",
    "echo $((2+3*4)) $((10/3)) $((-7/2)) $((7%3)) $((1<<4)) $((5>3)) $((1&&0))",
    "set -- a 'b c' d; echo $# \"$2\"; shift; echo $1",
    "set -- a 'b c'; for x in \"$@\"; do echo [$x]; done; for x in $*; do echo [$x]; done",
    "f() { echo in $1; return 4; }; f x; echo $?", "cat <<E\nhi $((1+1))\nE\necho after", "cat <<'E'\n$x `y`\nE",
    "printf '%s-%d|' a 1 b 2; echo", "echo a | { read x; echo got $x; }",
    "printf 'l1\\nl2\\n' | while read l; do echo [$l]; done",
    "echo \"a\\\"b\\$c\\`d\"", "echo a#b #comment", "echo 'multi\nline'", "x=5 sh -c 'echo $x'", "exit 9",
    "sh -c 'exit 5'; echo $?",
    "echo x > /dev/null && echo ok", "[ a = a ] && [ ! a = b ] && [ -n x -a -z '' ] && echo tests", "echo \\$HOME \\\\",
    "eval 'a=1; echo $a'", "x='*'; echo \"$x\"", "echo a;echo b&&echo c", "true; echo $?; false; echo $?",
    "trap 'echo bye' EXIT; echo hi",
    "set -e; true; false; echo unreachable", "y=${x:-$(echo dflt)}; echo $y", "echo {a,b}c | wc -w >/dev/null; echo ok",
]  # fmt: skip


@pytest.mark.parametrize("script", SAME_AS_SH)
def test_it_says_what_a_posix_shell_says(sh: Callable[..., object], script: str) -> None:
    host = subprocess.run(["sh", "-c", script], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    ours = sh(script)
    assert (ours.status, ours.out) == (host.returncode, host.stdout), ours  # type: ignore[attr-defined]


_word = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, blacklist_categories=("Cs",)), max_size=30)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(words=st.lists(_word, min_size=1, max_size=4))
def test_quoted_words_arrive_unchanged(out: Out, words: list[str]) -> None:
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
    assert out(f"printf '%s\\n' {quoted}") == "".join(word + "\n" for word in words)


@settings(max_examples=300)
@given(st.text(st.sampled_from("ab$(){}[]|&;<>'\"`\\ \n\t#=*?!/-1234 echo if fi do done"), max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    with contextlib.suppress(ShellSyntaxError):
        parse(text)


@pytest.mark.parametrize("text", ["(" * 5000, "$(" * 5000, "${a:-" * 5000, "if " * 5000, "`" * 5001, "{ " * 3000])
def test_deep_nesting_is_an_error_of_syntax(text: str) -> None:
    with pytest.raises(ShellSyntaxError):
        parse(text)


@pytest.mark.parametrize(
    ("script", "status", "error"),
    [
        ("nosuch", 127, "/system/bin/sh: nosuch: inaccessible or not found\n"),
        ("/no/such", 127, "/system/bin/sh: /no/such: not found\n"),
        ("dex2oat64", 127, "/system/bin/sh: dex2oat64: a command of Android that this lab device does not have\n"),
        ("echo 'x", 1, "/system/bin/sh: syntax error: no closing quote\n"),
        ("echo x | | y", 1, "/system/bin/sh: syntax error: unexpected '|'\n"),
        ("cat < /nope", 1, "/system/bin/sh: can't open /nope: No such file or directory\n"),
        ("echo x > /system/y", 1, "/system/bin/sh: can't create /system/y: Read-only file system\n"),
        ("echo $((1/0))", 1, "/system/bin/sh: 1/0: zero divisor\n"),
        ("echo ${x:?gone}", 1, "/system/bin/sh: x: gone\n"),
    ],
)
def test_errors_are_worded_as_on_android(sh: Callable[..., object], script: str, status: int, error: str) -> None:
    result = sh(script)
    assert (result.status, result.err) == (status, error)  # type: ignore[attr-defined]


def test_redirections(out: Out) -> None:
    script = """cd /data/local/tmp
    echo one > f; echo two >> f; cat < f
    (echo o; echo e >&2) > both 2>&1; cat both
    cat nothing 2> errors; cat errors
    echo lost > /dev/null 2>&1
    wc -l < f > count; cat count"""
    result = "one\ntwo\no\ne\ncat: nothing: No such file or directory\n2\n"
    assert out(script) == result


def test_globs_match_names_and_stay_themselves_otherwise(out: Out) -> None:
    script = "cd /data/local/tmp; touch b.txt a.txt .hidden 'c d.txt'; echo *.txt; echo '*.txt'; echo no*; ls -a | head -1"
    assert out(script) == "a.txt b.txt c d.txt\n*.txt\nno*\n.\n"


def test_a_script_file_runs_and_a_program_does_not(sh: Callable[..., object], out: Out) -> None:
    script = "cd /data/local/tmp; echo 'echo args $# $1; exit 3' > s.sh; sh s.sh a b; echo $?; chmod 755 s.sh; ./s.sh c; echo $?"
    assert out(script) == "args 2 a\n3\nargs 1 c\n3\n"
    result = sh("cd /data/local/tmp; printf '\\x7fELF\\0' > p; chmod 755 p; ./p")
    assert result.status == 126  # type: ignore[attr-defined]
    assert "no native programs" in result.err  # type: ignore[attr-defined]


def test_a_reader_that_stops_ends_its_writer(out: Out) -> None:
    assert out("yes | head -n 2; echo done") == "y\ny\ndone\n"


def test_runaway_recursion_ends(sh: Callable[..., object]) -> None:
    for script in ("f() { f; }; f", "x='eval $x'; eval \"$x\" < /dev/null & sleep 0; kill $!", "f() { $(f); }; f"):
        assert sh(script).status in (0, 1, 143)  # type: ignore[attr-defined]


def test_too_many_processes_are_refused_and_the_shell_goes_on(sh: Callable[..., object]) -> None:
    result = sh("i=0; while [ $i -lt 600 ]; do sleep 100 & i=$((i+1)); done; echo alive")
    assert "can't fork" in result.err  # type: ignore[attr-defined]
    assert "alive" in result.out  # type: ignore[attr-defined]


def test_su_is_root_and_the_shell_is_not(out: Out) -> None:
    assert out("id -u; su -c 'id -u; echo $0'; su 0 id -u; su root -c 'id -un'; su shell whoami; id -un") == (
        "2000\n0\nsh\n0\nroot\nshell\nshell\n"
    )
    assert out("whoami", who=ROOT) == "root\n"


def test_a_command_that_the_device_fails_in_says_so_and_the_script_goes_on(sh: Any) -> None:
    async def fail(call: Call) -> int:
        raise RigError("The device failed.", "No memory.")

    sh.commands["id"] = replace(sh.commands["id"], run=fail)
    result = sh("id; echo $?")
    assert (result.out, result.err) == ("1\n", "id: The device failed. No memory.\n")
