"""The command `harness`. Commands are the files of this folder that have a `register` function."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys

import typer

import harness.cli
from harness.cli.output import fail, interrupted
from harness.errors import HarnessError

# Newer typers carry a click of their own, so that click's exceptions are not the ones that typer raises.
_WRONG_USE: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
_EPILOG = (
    "Exit status: 0 no violation, 1 violations, 2 wrong use or the tool failed, 3 inconclusive only, "
    "4 the rig failed (worth a retry), 5 nothing selected."
)


def build() -> typer.Typer:
    """The whole command line. Raises TypeError where a file of this folder is no command."""
    app = typer.Typer(
        name="harness",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        epilog=_EPILOG,
        help="Prove, clause by clause, what an Android app does with personal information.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for module in sorted(m.name for m in pkgutil.iter_modules(harness.cli.__path__)):
        if module not in {"comparison", "main", "options", "output"}:
            importlib.import_module(f"harness.cli.{module}").register(app)
    return app


def main() -> None:
    """Run it: a HarnessError prints what, why and what to do; Ctrl-C exits 130; anything else is a bug and shows."""
    try:
        app = build()
        logging.getLogger().setLevel(logging.WARNING)  # apkInspector sets it to DEBUG when it is imported
        status = app(standalone_mode=False)
    except HarnessError as error:
        sys.exit(fail(error))
    except typer.Abort:
        sys.exit(interrupted())
    except KeyboardInterrupt:
        sys.exit(interrupted())
    except _WRONG_USE as error:
        error.show(file=sys.stderr)  # type: ignore[attr-defined]
        sys.exit(2)
    sys.exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    main()
