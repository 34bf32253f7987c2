from __future__ import annotations

from pathlib import Path

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.yaml_file import read_yaml


def test_anchors_and_merged_mappings_are_yaml_as_ever(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("base: &base {steps: 1, size: 2}\nother: {<<: *base, size: 3}\n")
    assert read_yaml(path)["other"] == {"steps": 1, "size": 3}


def test_digits_may_be_grouped(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("[25_000, 1__0, 0, -3]\n")
    assert read_yaml(path) == [25_000, 10, 0, -3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml, line 3: a stands twice"),
        ("x:\n  a: 1\n  a: 1\n", "a.yaml, line 3: a stands twice"),
        ("a: [1\n", "a.yaml, line 2: did not find expected"),
        ("a:\n\tb: 1\n", "a.yaml, line 2: found character that cannot start any token"),
        ("a: 2024-01-01\n", "a.yaml, line 1: 2024-01-01 is a timestamp in YAML; put it in quotes"),
        ("a: 1\nb: [.inf]\n", "a.yaml, line 2: .inf is not a number"),
        ("a: {On: 1}\n", "a.yaml, line 1: YAML reads the key On as bool; put it in quotes"),
        ("a: 0\n1: 2\n", "a.yaml, line 2: YAML reads the key 1 as int; put it in quotes"),
        (
            "a: [007]\n",
            "a.yaml, line 1: 007 is a number that is not plainly written; if it is a text, put it in quotes",
        ),
        ("a: 1:30\n", "a.yaml, line 1: 1:30 is a number that is not plainly written"),
        (
            "a: 1" + "0" * 5000 + "\n",
            "a.yaml, line 1: 1000000000000000000000000000000000000000 is a number that is not",
        ),
        ("{a: " * 2000 + "1" + "}" * 2000, "a.yaml: cannot be read (nested too deeply)"),
        ("? [a]\n: 1\n", "a.yaml, line 1: a key must be a name"),
        ("a: !!set {b}\n", "a.yaml, line 1: !!set is not known"),
        ("a: !!python/object/apply:os.getcwd []\n", "a.yaml, line 1: could not determine a constructor"),
        ("a: 1\n---\nb: 1\n", "a.yaml, line 2: but found another document"),
        ("a: &a [*a]\n", "a.yaml, line 1: found unconstructable recursive node"),
    ],
)
def test_what_is_not_meant_as_it_reads_is_one_line_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(text)
    with pytest.raises(GanpipeError) as caught:
        read_yaml(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \xff\n")
    with pytest.raises(GanpipeError, match=r"a\.yaml: cannot be read"):
        read_yaml(path)
    with pytest.raises(GanpipeError, match=r"b\.yaml: no such file"):
        read_yaml(tmp_path / "b.yaml")
