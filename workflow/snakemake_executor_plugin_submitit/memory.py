"""Whether the kernel has killed a process of this task for want of memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

MOUNT = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def out_of_memory_kills(mount: Path = MOUNT, membership: Path = MEMBERSHIP) -> int:
    """How many processes of this process's control group the kernel has killed so far; 0 where it does not count."""
    try:
        lines = membership.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    for line in lines:
        _, controllers, path = line.split(":", 2)
        folder = path.lstrip("/")
        # The second version of control groups has one tree for everything, the first one for each controller.
        for file in (
            [mount / folder / "memory.events"]
            if not controllers
            else [mount / "memory" / folder / "memory.oom_control"]
            if "memory" in controllers.split(",")
            else []
        ):
            with suppress(OSError, ValueError):
                counts = dict(pair.split(maxsplit=1) for pair in file.read_text(encoding="ascii").splitlines())
                if "oom_kill" in counts:
                    return int(counts["oom_kill"])
    return 0
