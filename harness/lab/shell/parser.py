"""Reads a command line of sh (POSIX Shell Command Language, the parts that people type at adb)."""

from __future__ import annotations

import re

from harness.lab.shell.syntax import (
    AndOr,
    Arithmetic,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Parameter,
    Part,
    Pipeline,
    Redirect,
    Sequence,
    ShellSyntaxError,
    Simple,
    Substitution,
    Text,
    While,
    Word,
)

_OPERATORS = ("<<-", "&&", "||", ";;", "<<", ">>", ">&", "<&", "<>", ">|", "&", "|", ";", "<", ">", "(", ")", "\n")
_REDIRECTS = {"<", ">", ">>", ">&", "<&", "<>", ">|", "<<", "<<-"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=")
_BRACED = re.compile(r"(#?)([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])(:?[-=+?]|##?|%%?)?")
_STOP = frozenset(" \t\n;&|<>()")
MAX_NESTING = 64


def parse(source: str) -> Sequence:
    """Raises ShellSyntaxError."""
    parser = _Parser(source)
    try:
        sequence = parser.sequence(())
    except RecursionError:
        raise ShellSyntaxError("syntax error: nested too deeply") from None
    parser.skip_blank(newlines=True)
    if not parser.at_end():
        raise ShellSyntaxError(f"syntax error: unexpected '{parser.peek_text()}'")
    return sequence


def parse_word(source: str) -> Word:
    """All of `source` as one double-quoted word: here-documents and the words of ${NAME:-word}."""
    parser = _Parser(source)
    return Word(tuple(parser.parts_until(None, quoted=True)))


class _Parser:
    def __init__(self, source: str, depth: int = 0) -> None:
        self.source = source
        self.at = 0
        self.depth = depth
        self._documents: list[tuple[int, str, bool]] = []
        self._read_documents: dict[int, Word] = {}

    # characters

    def at_end(self) -> bool:
        return self.at >= len(self.source)

    def peek_text(self) -> str:
        text = self._operator() or self.source[self.at : self.at + 1]
        return "newline" if text == "\n" else text or "EOF"

    def skip_blank(self, *, newlines: bool = False) -> None:
        while not self.at_end():
            char = self.source[self.at]
            if self.source.startswith("\\\n", self.at):
                self.at += 2
            elif char in " \t\r" or (newlines and char == "\n"):
                self.at += 1
            elif char == "#":
                end = self.source.find("\n", self.at)
                self.at = len(self.source) if end < 0 else end
            else:
                return

    def _operator(self) -> str:
        return next((op for op in _OPERATORS if self.source.startswith(op, self.at)), "")

    def _take(self, operator: str) -> bool:
        self.skip_blank()
        if self._operator() != operator:
            return False
        self.at += len(operator)
        return True

    def _keyword(self) -> str:
        """The unquoted name that starts here, where a command may begin."""
        self.skip_blank()
        if self.source.startswith(("{", "}", "!"), self.at):
            following = self.source[self.at + 1 : self.at + 2]
            return self.source[self.at] if not following or following in _STOP else ""
        match = _NAME.match(self.source, self.at)
        if not match or (match.end() < len(self.source) and self.source[match.end()] not in _STOP):
            return ""
        return match.group()

    def _expect(self, keyword: str) -> None:
        self.skip_blank(newlines=True)
        if self._keyword() != keyword:
            raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}', expected '{keyword}'")
        self.at += len(keyword)

    # grammar

    def sequence(self, enders: tuple[str, ...]) -> Sequence:
        """Up to one of the keywords or operators `enders`, which is left standing."""
        items: list[AndOr] = []
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise ShellSyntaxError("syntax error: nested too deeply")
        while True:
            self.skip_blank(newlines=True)
            if self.at_end() or self._keyword() in enders or self._operator() in (")", ";;"):
                break
            item = self._and_or()
            self.skip_blank()
            if self._take("&"):
                item = AndOr(item.first, item.rest, background=True)
            elif self._operator() == "\n":
                self.at += 1
                self._read_pending_documents()
            elif not self._take(";") and not (self.at_end() or self._operator() in (")", ";;") or self._keyword() in enders):
                raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
            items.append(item)
        self.depth -= 1
        self._read_pending_documents()
        return Sequence(tuple(items))

    def _and_or(self) -> AndOr:
        first = self._pipeline()
        rest: list[tuple[str, Pipeline]] = []
        while True:
            self.skip_blank()
            operator = self._operator()
            if operator not in ("&&", "||"):
                return AndOr(first, tuple(rest))
            self.at += 2
            self.skip_blank(newlines=True)
            rest.append((operator, self._pipeline()))

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._keyword() == "!":
            negated = not negated
            self.at += 1
        commands = [self._command()]
        while self._take("|"):
            self.skip_blank(newlines=True)
            commands.append(self._command())
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Command:
        keyword = self._keyword()
        if self._operator() == "(":
            self.at += 1
            body = self.sequence(())
            if not self._take(")"):
                raise ShellSyntaxError("syntax error: unmatched '('")
            return Command(Group(body, subshell=True), self._redirects())
        if keyword == "{":
            self.at += 1
            body = self.sequence(("}",))
            self._expect("}")
            return Command(Group(body, subshell=False), self._redirects())
        if keyword == "if":
            return Command(self._if(), self._redirects())
        if keyword in ("while", "until"):
            self.at += len(keyword)
            condition, loop = self.sequence(("do",)), self._loop_body()
            return Command(While(condition, loop, keyword == "until"), self._redirects())
        if keyword == "for":
            return Command(self._for(), self._redirects())
        if keyword == "case":
            return Command(self._case(), self._redirects())
        if keyword in ("then", "else", "elif", "fi", "do", "done", "esac", "}"):
            raise ShellSyntaxError(f"syntax error: unexpected '{keyword}'")
        function = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\([ \t]*\)\s*").match(self.source, self.at)
        if function:
            self.at = function.end()
            return Command(Function(function.group(1), self._command()))
        return self._simple()

    def _if(self) -> If:
        self.at += 2
        branches = []
        while True:
            condition = self.sequence(("then",))
            self._expect("then")
            branches.append((condition, self.sequence(("elif", "else", "fi"))))
            keyword = self._keyword()
            self.at += len(keyword)
            if keyword == "elif":
                continue
            otherwise = self.sequence(("fi",)) if keyword == "else" else None
            if keyword != "fi":
                self._expect("fi")
            return If(tuple(branches), otherwise)

    def _loop_body(self) -> Sequence:
        self._expect("do")
        body = self.sequence(("done",))
        self._expect("done")
        return body

    def _for(self) -> For:
        self.at += 3
        self.skip_blank()
        match = _NAME.match(self.source, self.at)
        if not match:
            raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
        self.at = match.end()
        words: list[Word] | None = None
        self.skip_blank(newlines=True)
        if self._keyword() == "in":
            self.at += 2
            words = []
            while (word := self._word()) is not None:
                words.append(word)
        self.skip_blank()
        if not self._take(";"):
            self.skip_blank(newlines=True)
        return For(match.group(), None if words is None else tuple(words), self._loop_body())

    def _case(self) -> Case:
        self.at += 4
        subject = self._word()
        if subject is None:
            raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
        self._expect("in")
        arms: list[tuple[tuple[Word, ...], Sequence]] = []
        while True:
            self.skip_blank(newlines=True)
            if self._keyword() == "esac":
                self.at += 4
                return Case(subject, tuple(arms))
            self._take("(")
            patterns = [self._word()]
            while self._take("|"):
                patterns.append(self._word())
            if not self._take(")") or None in patterns:
                raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
            body = self.sequence(("esac",))
            self._take(";;")
            arms.append((tuple(p for p in patterns if p is not None), body))

    def _simple(self) -> Command:
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirects: list[Redirect] = []
        while True:
            redirect = self._redirect()
            if redirect is not None:
                redirects.append(redirect)
                continue
            match = _ASSIGNMENT.match(self.source, self.at) if not words else None
            if match:
                self.at = match.end()
                assignments.append((match.group(1), Word(tuple(self.parts_until(_STOP, quoted=False)))))
                continue
            word = self._word()
            if word is None:
                break
            words.append(word)
        if not (assignments or words or redirects):
            raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
        return Command(Simple(tuple(assignments), tuple(words)), self._with_documents(redirects))

    def _redirects(self) -> tuple[Redirect, ...]:
        redirects = []
        while (redirect := self._redirect()) is not None:
            redirects.append(redirect)
        return self._with_documents(redirects)

    def _redirect(self) -> Redirect | None:
        self.skip_blank()
        number = re.compile(r"[0-9]+(?=[<>])").match(self.source, self.at)
        start = self.at
        if number:
            self.at = number.end()
        operator = self._operator()
        if operator not in _REDIRECTS:
            self.at = start
            return None
        self.at += len(operator)
        descriptor = int(number.group()) if number else 0 if operator.startswith("<") else 1
        target = self._word()
        if target is None:
            raise ShellSyntaxError(f"syntax error: unexpected '{self.peek_text()}'")
        if operator.startswith("<<"):
            quoted = target.literal() is None
            delimiter = "".join(part.text for part in target.parts if isinstance(part, Text))
            self._documents.append((start, delimiter, quoted))
            return Redirect(descriptor, f"{operator}{start}", target)
        return Redirect(descriptor, ">" if operator == ">|" else operator, target)

    # here-documents: their text stands after the line's end, so it is filled in when that is reached

    def _with_documents(self, redirects: list[Redirect]) -> tuple[Redirect, ...]:
        if not any(r.operator.startswith("<<") for r in redirects):
            return tuple(redirects)
        end = self.source.find("\n", self.at)
        if end < 0:
            raise ShellSyntaxError("syntax error: here document unclosed")
        at, self.at = self.at, end + 1
        self._read_pending_documents()
        self.source = self.source[: end + 1] + self.source[self.at :]
        self.at = at
        filled = []
        for redirect in redirects:
            key = redirect.operator.removeprefix("<<").removeprefix("-")
            if redirect.operator.startswith("<<"):
                redirect = Redirect(redirect.descriptor, "<<", self._read_documents[int(key)])
            filled.append(redirect)
        return tuple(filled)

    def _read_pending_documents(self) -> None:
        for start, delimiter, quoted in self._documents:
            lines: list[str] = []
            while True:
                if self.at_end():
                    raise ShellSyntaxError(f"syntax error: here document '{delimiter}' unclosed")
                end = self.source.find("\n", self.at)
                end = len(self.source) if end < 0 else end
                line, self.at = self.source[self.at : end], min(end + 1, len(self.source))
                stripped = line.lstrip("\t") if self.source.startswith("<<-", start) else line
                if stripped == delimiter:
                    break
                lines.append(stripped + "\n")
            text = "".join(lines)
            self._read_documents[start] = Word((Text(text, True),)) if quoted else parse_word(text)
        self._documents.clear()

    # words

    def _word(self) -> Word | None:
        self.skip_blank()
        if self.at_end() or self.source[self.at] in _STOP:
            return None
        return Word(tuple(self.parts_until(_STOP, quoted=False)))

    def parts_until(self, stop: frozenset[str] | None, *, quoted: bool) -> list[Part]:
        """Parts up to a character of `stop` (None: the end); `quoted` as inside double quotes."""
        parts: list[Part] = []
        text: list[str] = []

        def flush() -> None:
            if text:
                parts.append(Text("".join(text), quoted))
                text.clear()

        while not self.at_end() and (stop is None or self.source[self.at] not in stop):
            char = self.source[self.at]
            if char == "\\":
                following = self.source[self.at + 1 : self.at + 2]
                self.at += 2
                if quoted and following not in '$`"\\\n':
                    text.append("\\" + following)
                elif following != "\n":
                    flush()
                    parts.append(Text(following or "\\", True))
            elif char == "'" and not quoted:
                flush()
                end = self.source.find("'", self.at + 1)
                if end < 0:
                    raise ShellSyntaxError("syntax error: no closing quote")
                parts.append(Text(self.source[self.at + 1 : end], True))
                self.at = end + 1
            elif char == '"' and not quoted:
                flush()
                self.at += 1
                inner = self.parts_until(frozenset('"'), quoted=True)
                if self.at_end():
                    raise ShellSyntaxError("syntax error: no closing quote")
                self.at += 1
                parts.extend(inner or [Text("", True)])
            elif char == "$" and (part := self._dollar(quoted)) is not None:
                flush()
                parts.append(part)
            elif char == "`":
                flush()
                parts.append(self._backquoted(quoted))
            else:
                text.append(char)
                self.at += 1
        flush()
        return parts

    def _dollar(self, quoted: bool) -> Part | None:
        """What begins with "$"; None where it stands for itself."""
        rest = self.source[self.at + 1 : self.at + 2]
        if self.source.startswith("$((", self.at):
            end = self._matching(self.at + 1)
            if self.source[end - 1] == ")":
                expression = self.source[self.at + 3 : end - 1]
                self.at = end + 1
                return Arithmetic(expression)
        if rest == "(":
            end = self._matching(self.at + 1)
            script = self.source[self.at + 2 : end]
            self.at = end + 1
            return Substitution(script, quoted)
        if rest == "{":
            return self._braced(quoted)
        match = _NAME.match(self.source, self.at + 1)
        if match:
            self.at = match.end()
            return Parameter(match.group(), quoted)
        if rest and rest in "0123456789@*#?$!-":
            self.at += 2
            return Parameter(rest, quoted)
        return None

    def _braced(self, quoted: bool) -> Part:
        match = _BRACED.match(self.source, self.at + 2)
        if not match:
            raise ShellSyntaxError(f"{self.source[self.at : self.at + 12]}: bad substitution")
        self.at = match.end()
        operator = match.group(3) or ""
        operand = Word(tuple(self.parts_until(frozenset("}"), quoted=quoted))) if operator else None
        if not self.source.startswith("}", self.at):
            raise ShellSyntaxError("bad substitution")
        self.at += 1
        return Parameter(match.group(2), quoted, "#length" if match.group(1) else operator, operand)

    def _backquoted(self, quoted: bool) -> Part:
        script: list[str] = []
        self.at += 1
        while not self.at_end() and self.source[self.at] != "`":
            if self.source[self.at] == "\\" and self.source[self.at + 1 : self.at + 2] in "`\\$":
                self.at += 1
            script.append(self.source[self.at : self.at + 1])
            self.at += 1
        if self.at_end():
            raise ShellSyntaxError("syntax error: no closing quote")
        self.at += 1
        return Substitution("".join(script), quoted)

    def _matching(self, opening: int) -> int:
        """Where the parenthesis opened at `opening` closes, quotes skipped."""
        depth, at, quote = 0, opening, ""
        while at < len(self.source):
            char = self.source[at]
            if char == "\\" and quote != "'":
                at += 1
            elif quote:
                quote = "" if char == quote else quote
            elif char in "'\"":
                quote = char
            elif char == "(":
                depth += 1
            elif char == ")":
                depth -= 1
                if depth == 0:
                    return at
            at += 1
        raise ShellSyntaxError("syntax error: unmatched '('")
