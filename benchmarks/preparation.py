"""How fast datasets are prepared, and how little memory that takes, on generated files in the official formats.

    python -m benchmarks.preparation [IMAGES ...]          2,000 and 8,000 by default; Linux only

Each preparation is a process of its own. Its peak memory grows with the data where anything is held whole, so two sizes
tell more than one. ``idle`` is a process that imports the same and prepares nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tabulate import tabulate

from ganpipe.data import celeba, cifar, ffhq, galaxy10, stl10
from ganpipe.data.dataset import Dataset
from ganpipe.data.parallel import workers
from ganpipe.data.prepare import prepare
from ganpipe.data.presets import PRESETS
from tests.data.official import (
    matching,
    write_celeba,
    write_cifar10,
    write_cifar100,
    write_ffhq,
    write_galaxy10,
    write_stl10,
)


@dataclass(frozen=True)
class Case:
    """One dataset: where its origin is defined, and what writes so many images of it."""

    module: object
    origin: str
    write: Callable[[Path, int], object]


CASES = {
    "galaxy10": Case(galaxy10, "ORIGIN", lambda folder, count: write_galaxy10(folder, [count // 10] * 10)),
    "celeba": Case(celeba, "ORIGIN", lambda folder, count: write_celeba(folder, [0] * (count - 10) + [2] * 10)),
    "cifar10": Case(cifar, "ORIGIN10", lambda folder, count: write_cifar10(folder, count // 6)),
    "cifar10_64": Case(cifar, "ORIGIN10", lambda folder, count: write_cifar10(folder, count // 6)),
    "cifar100": Case(cifar, "ORIGIN100", lambda folder, count: write_cifar100(folder, count - 10, 10)),
    "stl10": Case(stl10, "ORIGIN", lambda folder, count: write_stl10(folder, 10, 10, count - 20)),
    "ffhq": Case(ffhq, "ORIGIN", lambda folder, count: write_ffhq(folder, count - 10, 10, zipped=True)),
}


def main() -> None:
    """Measure and print."""
    counts = [int(text) for text in sys.argv[1:]] or [2_000, 8_000]
    _, idle = measured("celeba", None)
    rows = []
    for name in CASES:
        for count in counts:
            with tempfile.TemporaryDirectory(prefix="ganpipe-bench-") as folder:
                raw = Path(folder, "raw")
                raw.mkdir()
                CASES[name].write(raw, count)
                seconds, peak = measured(name, Path(folder))
                made = sum(path.stat().st_size for path in Path(folder, "made").glob("*.npy"))
            rows.append([name, count, f"{count / seconds:.0f}", f"{made / 1e6:.0f}", f"{peak - idle:.0f}"])
    print(f"{workers()} threads; an idle process takes {idle:.0f} MB.")
    print(tabulate(rows, ["dataset", "images", "images/s", "prepared, MB", "peak memory, MB"], tablefmt="github"))


def measured(name: str, folder: Path | None) -> tuple[float, float]:
    """Seconds, and megabytes at the peak, of a process that prepares ``folder/raw`` into ``folder/made``."""
    command = [sys.executable, "-c", f"from benchmarks.preparation import child; child({name!r}, {str(folder)!r})"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def child(name: str, folder: str) -> None:
    """What the process of a preparation does."""
    import torch  # what idle processes have, too

    torch.set_num_threads(1)
    case, dataset = CASES[name], PRESETS[name]
    seconds = 0.0
    if folder != "None":
        origin = matching(getattr(case.module, case.origin), Path(folder, "raw"))
        setattr(case.module, case.origin, origin)
        seconds = prepared(dataset, Path(folder))
    print(json.dumps([seconds, peak_megabytes()]))


def peak_megabytes() -> float:
    """The most memory that this process has had; getrusage would count that of the process that started it."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def prepared(dataset: Dataset, folder: Path) -> float:
    """Seconds that a preparation takes."""
    started = time.perf_counter()
    prepare(dataset, folder / "made", folder / "raw")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
