"""Tasks that wait for what does not come by itself; nobody would notice, for they have not failed and are not over."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable

from snakemake_executor_plugin_submitit.endings import Ending

log = logging.getLogger(__name__)

LOOK_EVERY = 300.0
"""Seconds between two looks at what tasks wait for."""
WHAT_TO_DO = {
    r"\w*(TimeLimit|MaxWall|MaxTimePerJob)\w*": (
        "it asks for more time than it may have. Lower resource runtime, and mind that a pack asks for the time of all "
        "its jobs; or ask for another partition or QOS"
    ),
    r"\w*Grp\w*Minutes\w*": "a budget is used up. Ask for another account or QOS, or talk to whoever grants it",
    r"\w*Grp\w*": "its group holds as much as it may. That passes, unless this task alone asks for more",
    r"(Assoc|QOS)M(ax|in)\w*PerJob\w*|PartitionNodeLimit|BadConstraints": (
        "no task may have what it asks for, or no node has it. Ask for other resources"
    ),
    r"InvalidAccount|InvalidQOS|AccountNotAllowed|QOSNotAllowed": (
        "it may not run there. Ask for another slurm_account, qos or slurm_partition"
    ),
    r"ReqNodeNotAvail|PartitionDown|PartitionInactive|NodeDown": (
        "nodes that it needs are down or reserved. sinfo shows which; ask for other nodes or another partition"
    ),
    r"JobHeld\w*|launch failed requeued held": "it is held. scontrol release lets it go on",
}
"""Slurm's reasons that do not pass by themselves, or not soon."""


class Waiting:
    """Tells a person once of each reason."""

    def __init__(self) -> None:
        self._looked_at = time.monotonic()
        self._told: set[str] = set()

    def is_due(self, known: Iterable[Ending]) -> bool:
        """Whether to ask what tasks wait for: some wait, and it was not asked for a while."""
        if time.monotonic() - self._looked_at < LOOK_EVERY or all(each.state != "PENDING" for each in known):
            return False
        self._looked_at = time.monotonic()
        return True

    def tell(self, queued: dict[str, Ending]) -> None:
        """Warn of reasons that do not pass by themselves."""
        for task, ending in queued.items():
            reason = ending.detail.partition(",")[0].strip("() ")
            if ending.state != "PENDING" or reason in self._told:
                continue
            if advice := next((advice for names, advice in WHAT_TO_DO.items() if re.fullmatch(names, reason)), None):
                self._told.add(reason)
                log.warning("Task %s waits (%s): %s.", task, reason, advice)
