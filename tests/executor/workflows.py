"""Small workflows that Snakemake runs through the executor, and what became of their jobs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

HEADER = """
rule all:
    input:
        expand("made/{i}", i=range(int(config.get("jobs_wanted", 1)))),


"""


class Workflow:
    """A folder with a Snakefile, run with the executor on one kind of cluster."""

    def __init__(self, folder: Path, snakefile: str, cluster: str = "local", **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.write(snakefile)
        self.said_file = folder.with_name(f"{folder.name}.said")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SNAKEMAKE_")}
        self.environment = kept | environment
        self.command = [
            *(sys.executable, "-m", "snakemake", "--executor", "submitit", "--submitit-cluster", cluster),
            *("--jobs", "1000", "--seconds-between-status-checks", "1", "--latency-wait", "3"),
            *("--submitit-state-interval", "1", "--scheduler", "greedy", "--max-jobs-per-timespan", "100000/1s"),
        ]

    def write(self, snakefile: str) -> None:
        """Write the rules; ``made/0``, ``made/1``, ... are what is wanted of them."""
        (self.folder / "Snakefile").write_text(HEADER + dedent(snakefile))

    def start(self, *arguments: str, wanted: int = 1) -> subprocess.Popen[str]:
        """Start Snakemake in a process group of its own, as a shell does in the foreground."""
        # Not a pipe: its jobs inherit it, and reading to its end would mean waiting for them.
        with self.said_file.open("w") as said:
            return subprocess.Popen(
                [*self.command, *arguments, "--config", f"jobs_wanted={wanted}"],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
                text=True,
                start_new_session=True,
                preexec_fn=hear_ctrl_c,
            )

    def said(self, process: subprocess.Popen[str], seconds: float = 600) -> str:
        """What a Snakemake process has said, after its end."""
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            pytest.fail(f"Snakemake has not ended after {seconds:.0f} s:\n{self.said_file.read_text()}")
        return self.said_file.read_text()

    def run(self, *arguments: str, wanted: int = 1, succeeds: bool = True) -> str:
        """Run Snakemake to its end, and return what it said."""
        process = self.start(*arguments, wanted=wanted)
        said = self.said(process, 600 + 3 * wanted)
        assert (process.returncode == 0) == succeeds, said
        return said

    def interrupt(self, process: subprocess.Popen[str]) -> str:
        """Press Ctrl-C: the signal goes to everything in the foreground. Returns what was said, after the end."""
        os.killpg(process.pid, signal.SIGINT)
        return self.said(process, 60)

    def wait_for(self, name: str, seconds: float = 60) -> None:
        """Wait until a file is there."""
        wait_until((self.folder / name).exists, f"{name} in {self.folder}", seconds)

    def lines(self, name: str) -> list[str]:
        """The lines of a file; none when there is no file."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    def made(self) -> set[str]:
        """The targets that are there."""
        return {path.name for path in (self.folder / "made").glob("*")}


def hear_ctrl_c() -> None:
    """A shell without job control has what it starts in the background ignore Ctrl-C, and that is inherited."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    pytest.fail(f"{what}: not within {seconds:.0f} s")


def processes_in(folder: Path) -> list[str]:
    """Commands of living processes that work in a folder or name it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text().replace("\0", " ").strip()
            works_here = (process / "cwd").readlink() == folder
        except OSError:
            continue
        if command and (works_here or str(folder) in command) and int(process.name) != os.getpid():
            found.append(command)
    return found
