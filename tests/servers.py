"""A server of the program, run as its users run it."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

PROGRAM = Path(sys.executable).with_name("nianbao")


class Server:
    """`nianbao … serve` as a process of its own, at a free port of this machine."""

    def __init__(self, *arguments: object, ready: str) -> None:
        """Start it and wait.

        Args:
            arguments: Of the program, without `--port`.
            ready: A path that is answered with 200 when it can be used.
        """
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._arguments, self._ready = [str(a) for a in arguments], ready
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, again after `kill`, and wait until it is ready."""
        command = [PROGRAM, *self._arguments, "--port", str(self.port)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while not self._is_ready():
            assert self.process.poll() is None
            time.sleep(0.1)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(self.address + self._ready).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it without warning."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
