"""Methods are compositions of small parts: a game, a judge, an objective and regularisers.

One file each, read beside its paper.
"""
