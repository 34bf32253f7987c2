"""What sbatch says against a submission."""

from __future__ import annotations

import re

PASSING = ("timed out", "Unable to contact", "Connection refused", "temporarily", "try again", "Slurm controller")
"""Refusals that another try may overcome."""
NO_ROOM = re.compile(r"\b\w+(Max|Grp)SubmitJob\w*")
"""The name of each limit to how many jobs a person or a group may have in the queue."""


class SubmissionError(Exception):
    """What sbatch says, in one line."""

    @property
    def may_pass(self) -> bool:
        """Whether there is a point in trying again at once."""
        return any(word in str(self) for word in PASSING)


class NoRoomError(SubmissionError):
    """There may not be so many jobs in the queue at once; ``limit`` is Slurm's name for that."""

    def __init__(self, said: str, limit: str) -> None:
        super().__init__(f"{said} (fewer jobs may be in the queue at once: lower jobs in the profile, or --jobs)")
        self.limit = limit


def refusal(said: str) -> SubmissionError:
    """What to raise when sbatch has said this."""
    line = " ".join(said.split()) or "sbatch failed without a word"
    full = NO_ROOM.search(line)
    return NoRoomError(line, full[0]) if full else SubmissionError(line)
