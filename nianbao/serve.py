"""The command `nianbao serve`: the HTTP service, the pages of records, and the annotation page behind them."""

import logging
import os
import secrets
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from inference.database import StoreError
from inference.engines.job import Limits, Reader
from inference.tagging import Backend, TaggerError, load_tagger
from nianbao.messages import fail, needs, say

_LOCAL = ("127.0.0.1", "localhost", "::1")


def serve(
    store: Annotated[
        Path, typer.Option("--store", help="The annotation store; records and jobs are kept beside it.")
    ] = Path("nianbao.sqlite"),
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at; any but this machine's own needs the token that is printed."
        ),
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8760,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read; one for each core if not given.")
    ] = None,
    max_seconds: Annotated[float, typer.Option(min=0.1, help="That one document may take.")] = 7,
    max_memory: Annotated[int, typer.Option(min=50, help="MiB that one document may take.")] = 700,
    max_size: Annotated[int, typer.Option(min=1, help="MiB that one request may have.")] = 64,
    max_pages: Annotated[int, typer.Option(min=1, help="Pages that a PDF may have.")] = 500,
    max_waiting: Annotated[int, typer.Option(min=0, help="Documents that may wait for an answer.")] = 64,
    log: Annotated[
        Path | None, typer.Option("--log", help="File for a line a request; nothing of what is in documents.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option("--model", help="Folder of a tagger; the one that comes with nianbao if not given."),
    ] = None,
    backend: Annotated[Backend, typer.Option("--backend", help="What reads the running text.")] = "onnx",
) -> None:
    """Serve pages for people and an interface for programs, on this machine or, with a token, for others."""
    try:
        import uvicorn

        from inference.service.app import Settings
        from nianbao.application import create_app
    except ModuleNotFoundError as error:
        needs(error, "serving", "serve")
    token = None if host in _LOCAL else os.environ.get("NIANBAO_TOKEN") or secrets.token_urlsafe(24)
    limits = Limits(max_seconds, max_memory << 20, max_size << 20, max_pages)
    settings = Settings(
        archive=store.with_name(store.name + "-records"),
        start=partial(Reader, model, backend, 1, limits, True),
        workers=workers or os.cpu_count() or 1,
        limits=limits,
        waiting=max_waiting,
        token=token,
    )
    try:
        if log:
            logging.getLogger("nianbao.requests").addHandler(logging.FileHandler(log, encoding="utf-8"))
            logging.getLogger("nianbao.requests").setLevel(logging.INFO)
        load_tagger(model, 1, backend)  # what is wrong with it is said before anything is served
        app = create_app(settings, store)
    except (StoreError, TaggerError, OSError) as error:
        fail(str(error))
    shown = f"[{host}]" if ":" in host else host
    say(f"http://{shown}:{port}/{f'?token={token}' if token else ''}  (Ctrl+C ends; nothing is lost)")
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False)
