"""Encoders: how samples become latents."""

import sys

from ganpipe.spec.part import import_all

import_all(sys.modules[__name__])
