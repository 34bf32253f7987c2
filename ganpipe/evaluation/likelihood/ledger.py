"""Results of single test points that outlive the process which computed them."""

from __future__ import annotations

import logging
from pathlib import Path

from ganpipe.errors import GanpipeError
from ganpipe.evaluation.likelihood.importance import LogLikelihoodEstimate
from ganpipe.files import read_json, write_json

log = logging.getLogger(__name__)


class Ledger:
    """Estimates by the test point's index, in a JSON file that is whole after every addition.

    Args:
        path: the file; None to keep nothing beyond this process.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._estimates: dict[int, LogLikelihoodEstimate] = {}
        if path is not None and path.exists():
            try:
                content = read_json(path)
                self._estimates = {int(index): LogLikelihoodEstimate(*values) for index, values in content.items()}
            except (GanpipeError, AttributeError, TypeError, ValueError) as error:
                log.warning("%s: cannot be read, its points are computed again (%s)", path, error)

    def __contains__(self, index: int) -> bool:
        return index in self._estimates

    def __getitem__(self, index: int) -> LogLikelihoodEstimate:
        return self._estimates[index]

    def add(self, estimates: dict[int, LogLikelihoodEstimate]) -> None:
        """Write down what has been computed."""
        self._estimates |= estimates
        if self.path is not None:
            rows = {
                str(index): [estimate.log_likelihood, estimate.effective_sample_size]
                for index, estimate in self._estimates.items()
            }
            write_json(self.path, rows, indent=None)
