"""Methods are compositions of small parts: a game, a judge and an objective. One file each, read beside its paper."""
