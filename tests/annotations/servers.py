"""The annotation page's server, run as its users run it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx


class Server:
    """`nianbao annotate serve` as a process of its own."""

    def __init__(self, store: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.store = store
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        program = Path(sys.executable).with_name("nianbao")
        self.process = subprocess.Popen(
            [program, "annotate", "serve", self.store, "--port", str(self.port)], stderr=subprocess.DEVNULL
        )
        while True:
            try:
                httpx.get(f"{self.address}/api/setup")
                return
            except httpx.TransportError:
                assert self.process.poll() is None
                time.sleep(0.1)

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
