"""Datasets: recipes, preparation, and batches gathered from one tensor on the device."""

import sys

from ganpipe.data.dataset import Dataset
from ganpipe.spec.part import import_all

import_all(sys.modules[__name__])

# The presets were built while some kinds were still unknown; recipes over another dataset shall accept every kind.
for _kind in Dataset.kinds.values():
    _kind.model_rebuild(force=True)
