"""What the commands say beside their results: on standard error, as it is, without markup."""

from typing import NoReturn

import typer
from rich.console import Console

console = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Print a line."""
    console.print(message, markup=False, soft_wrap=True)


def complain(message: str) -> None:
    """Print what is wrong."""
    console.print(f"nianbao: {message}", style="red", markup=False, soft_wrap=True)


def fail(message: str, status: int = 2) -> NoReturn:
    """Print what is wrong and end with an exit status."""
    complain(message)
    raise typer.Exit(status)


def needs(error: ModuleNotFoundError, what: str, extra: str) -> NoReturn:
    """Say which extra to install for `what`, of which a library is missing, and end."""
    fail(f"{what} needs {error.name}; install it with: pip install 'nianbao[{extra}]'")
