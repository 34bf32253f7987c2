"""A step's work recorded once and replayed: CUDA graphs, for networks whose kernels end sooner than they are launched.

Nothing in a step waits for a number to come back from the device or is decided by one; everything random is handed to
it, and what outlasts it changes in place. So a recording of one step is every step, on other numbers at the same
addresses. Whether that holds for a method on a device is not believed but tried: a recording is used only after it has
done what the step did, to the last bit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import torch
from torch import Tensor

log = logging.getLogger(__name__)

Chances = list[dict[str, Tensor]]
"""What is random in each update of a step, by name; of the same names and shapes in every step."""
PLAIN_STEPS = 3
"""Steps before one is recorded, in which libraries choose kernels and take the memory they work in."""


class Recorder(Protocol):
    """Records what a piece of work has a device do."""

    def beside(self) -> AbstractContextManager[None]:
        """What work is done within that is recorded later, and its recording."""

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        """A function that does what ``work`` does, on the same tensors. ``work`` may have been done or not.

        Raises:
            RuntimeError: the work cannot be recorded.
        """


class CudaGraphs:
    """Recordings on a GPU, on a stream of its own, as PyTorch asks of work that is to be recorded."""

    def __init__(self, device: torch.device) -> None:
        self.stream: torch.cuda.Stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]

    @contextmanager
    def beside(self) -> Iterator[None]:
        usual = torch.cuda.current_stream(self.stream.device)
        self.stream.wait_stream(usual)
        with torch.cuda.stream(self.stream):
            yield
        usual.wait_stream(self.stream)

    def record(self, work: Callable[[], None]) -> Callable[[], None]:
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self.stream):
            work()
        return graph.replay


class Replayed:
    """A step's work, replayed from the moment on at which a recording of it has proven to do the same.

    Args:
        work: makes the updates of a step; it changes ``state`` in place, and nothing else.
        state: the tensors that outlast a step.
        recorder: what records.
    """

    def __init__(
        self, work: Callable[[Chances], None], state: Callable[[], Sequence[Tensor]], recorder: Recorder
    ) -> None:
        self.work, self.state, self.recorder = work, state, recorder
        self.plain_steps = 0
        self.recording: tuple[Chances, Callable[[], None]] | None = None

    def __call__(self, chances: Chances) -> None:
        """Make one step."""
        with self.recorder.beside():
            if self.recording is not None:
                recorded, replay = self.recording
                _write(recorded, chances)
                replay()
                return
            if self.plain_steps == PLAIN_STEPS:
                self._record(chances)
            else:
                self.work(chances)
            self.plain_steps += 1

    @torch.no_grad()
    def _record(self, chances: Chances) -> None:
        """Make one step plainly and by a recording, and keep the recording if both come to the same."""
        before = self._copied_state()
        with torch.enable_grad():
            self.work(chances)
        expected = self._copied_state()
        recorded = [{name: tensor.clone() for name, tensor in update.items()} for update in chances]
        try:
            with torch.enable_grad():
                replay = self.recorder.record(lambda: self.work(recorded))
            self._restore(before)
            replay()
        except RuntimeError as error:
            refused = str(error).partition("\n")[0]
        else:
            same = all(map(torch.equal, self.state(), expected))
            refused = "" if same else "a recording of one does not do the same"
        if refused:
            log.warning("steps are not replayed: %s", refused)
            self._restore(expected)
        else:
            self.recording = recorded, replay

    def _copied_state(self) -> list[Tensor]:
        return [tensor.detach().clone() for tensor in self.state()]

    def _restore(self, copies: list[Tensor]) -> None:
        for tensor, copy in zip(self.state(), copies, strict=True):
            tensor.copy_(copy)


def _write(recorded: Chances, chances: Chances) -> None:
    for kept, given in zip(recorded, chances, strict=True):
        for name, tensor in kept.items():
            tensor.copy_(given[name])
