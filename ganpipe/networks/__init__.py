"""Network architectures: one file an architecture, generator and discriminator side by side."""

import sys

from ganpipe.spec.part import import_all

import_all(sys.modules[__name__])
