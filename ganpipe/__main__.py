"""``python -m ganpipe`` is the ``ganpipe`` program."""

from ganpipe.cli import main

main()
