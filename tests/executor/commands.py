"""Stand-ins for Slurm's commands."""

from __future__ import annotations

from pathlib import Path


class Commands:
    """Commands in a folder of the search path: each does what it is told to, and notes that it was called."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def say(self, command: str, *lines: str, status: int = 0) -> None:
        """Have a command print lines and end with a status."""
        said = "\n".join(lines)
        self.script(command, f"cat <<'END'\n{said}\nEND\nexit {status}")

    def script(self, command: str, text: str) -> None:
        """Have a command do what a shell script says."""
        path = self.folder / command
        path.write_text(f'#!/bin/sh\necho "$@" >> {path}.calls\n{text}\n')
        path.chmod(0o755)

    def calls(self, command: str) -> list[str]:
        """The arguments of each call so far."""
        path = self.folder / f"{command}.calls"
        return path.read_text().splitlines() if path.exists() else []
