"""Regularisers: what is added to the game of one player or another."""

import sys

from ganpipe.spec.part import import_all

import_all(sys.modules[__name__])
