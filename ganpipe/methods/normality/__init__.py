"""Normality: losses that make encodings of real samples look like draws of N(0, I)."""

import sys

from ganpipe.spec.part import import_all

import_all(sys.modules[__name__])
