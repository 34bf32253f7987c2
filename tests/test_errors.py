from __future__ import annotations

from ganpipe.errors import suggestion


def test_a_near_miss_is_guessed() -> None:
    assert suggestion("pacgn2", ["gan", "pacgan2"]) == "; did you mean pacgan2?"


def test_else_the_known_names_are_listed_in_order() -> None:
    assert suggestion("xyz", {"gan", "abc"}) == "; known are abc, gan"
