"""The command `harness`. Commands are the files of this folder that have a `register` function.

A command file imports at its top only what is needed to describe its command; what does the work is imported by the
command when it runs, so that `--help` and light commands need not wait for pandas, pytest or Frida.
"""

from __future__ import annotations

import importlib
import io
import logging
import pkgutil
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import harness.cli
from harness import __version__
from harness.cli.output import VisibleFormatter, err, fail, interrupted, out, show_bug, visible
from harness.errors import HarnessError

_NOT_COMMANDS = {"comparison", "editions", "formats", "hook_check", "lab_check", "main", "options", "output", "verdicts"}
_ORDER = (
    "demo", "run", "analyze", "report", "compare", "lists", "checklist", "verify", "export", "custody", "timestamp", "keys",
    "doctor", "selftest", "lab", "scenarios", "record", "rules", "clauses", "hooks", "screen", "policy", "traffic",
)  # fmt: skip
"""As a user meets them. A command that is not named here comes after these."""

# Newer typers carry a click of their own, so that click's exceptions are not the ones that typer raises.
_WRONG_USE: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
_EPILOG = (
    "Exit status: 0 no violation, 1 violations, 2 wrong use or the tool failed, 3 inconclusive only, "
    "4 the rig failed (worth a retry), 5 nothing selected."
)


class _InOrder(TyperGroup):
    """The commands as `--help` lists them."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(self.commands, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(f"privacy-harness {__version__}")
        raise typer.Exit


def _main_options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


def build() -> typer.Typer:
    """The whole command line. Raises AttributeError where a file of this folder is no command."""
    app = typer.Typer(
        name="harness",
        cls=_InOrder,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=_EPILOG,
        help="Prove, clause by clause, what an Android app does with personal information.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_main_options)
    for module in sorted(m.name for m in pkgutil.iter_modules(harness.cli.__path__)):
        if module not in _NOT_COMMANDS:
            importlib.import_module(f"harness.cli.{module}").register(app)
    return app


def main() -> None:
    """Run it: a HarnessError prints what, why and what to do; Ctrl-C exits 130; anything else is a bug, shows, and exits 2:
    1 would say that a violation was found."""
    sys.excepthook = show_bug
    logging.basicConfig(level=logging.WARNING)  # the first call counts: apkInspector makes one when it is imported, for DEBUG
    for handler in logging.getLogger().handlers:
        handler.setFormatter(VisibleFormatter(logging.BASIC_FORMAT))
    try:
        status = build()(standalone_mode=False)
    except HarnessError as error:
        sys.exit(fail(error))
    except typer.Abort:
        sys.exit(interrupted())
    except KeyboardInterrupt:
        sys.exit(interrupted())
    except _WRONG_USE as error:
        told = io.StringIO()
        error.show(file=told)  # type: ignore[attr-defined]
        sys.stderr.write(visible(told.getvalue()))
        sys.exit(2)
    except Exception as bug:  # noqa: BLE001 - whatever it is, it is no verdict
        show_bug(type(bug), bug, bug.__traceback__)
        err.print("harness: this is a bug of the harness, no verdict (exit status 2).", style="bold red")
        sys.exit(2)
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
