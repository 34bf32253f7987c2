"""The ``ganpipe`` program. Heavy imports stand inside the commands that need them, so that each starts quickly."""

from __future__ import annotations

import gc
import logging
import sys

import typer

from ganpipe.cli import catalogue, published, reporting, runs, stages, theory
from ganpipe.errors import GanpipeError

app = typer.Typer(
    help="Train, evaluate and compare remedies for GAN mode collapse under one protocol.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for group in (catalogue, stages, reporting, runs, published, theory):
    group.register(app)


def main() -> None:
    """Run the program: errors of the user become one line and exit status 1."""
    # Importing torch makes many objects that stay; looking for garbage among them takes a sixth of the import.
    gc.set_threshold(100_000, 20, 20)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    try:
        app()
    except GanpipeError as error:
        problem = str(error)
    except OSError as error:
        # A full disk, a folder that may not be written: what the system says, about which file.
        # Of a file that is put in its place, the place and not the temporary name.
        problem = f"{error.filename2 or error.filename}: {error.strerror}" if error.filename else str(error)
    except (MemoryError, RuntimeError) as error:
        if not _is_out_of_memory(error):
            raise
        said = " ".join(str(error).split())
        problem = f"out of memory ({said:.200}); a smaller training.batch_size or narrower networks need less"
    else:
        return
    print(f"ganpipe: {' '.join(problem.splitlines())}", file=sys.stderr)
    sys.exit(1)


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory was short: NumPy's, a GPU's, or PyTorch's on a CPU, for which it has no exception of its own."""
    # By name: PyTorch is not imported for the commands that do without it.
    known = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
    return known or "DefaultCPUAllocator" in str(error)
