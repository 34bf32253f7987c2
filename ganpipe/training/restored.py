"""The mark of a run that was trained elsewhere: ``restored.json`` in the folder of the run.

It stands in the place of ``result.json``, which such a run does not have: a run that claimed to be here would have to
hold snapshots. So whatever needs them finds no run, the workflow plans its training, and training it removes the mark.
"""

from __future__ import annotations

from pathlib import Path

from ganpipe.layout import COMPLETE, RESTORED, RESULT


def is_restored(folder: Path) -> bool:
    """Whether this run's numbers were published elsewhere and the run itself is not here."""
    return (folder / RESTORED).is_file() and not is_trained_here(folder)


def is_trained_here(folder: Path) -> bool:
    """Whether the run has ended on this machine."""
    return (folder / RESULT).is_file() or (folder / COMPLETE).is_file()
