from __future__ import annotations

from typing import Any

import pytest

from ganpipe.errors import GanpipeError
from ganpipe.plan.settings import read_settings


def test_the_command_line_goes_over_the_file(project: Any) -> None:
    project.settings.write_text("scale: paper\ncheckpoint_every: 5\n")
    settings = read_settings(project.settings, {"scale": "smoke"})
    assert (settings.scale, settings.checkpoint_every, settings.experiments) == ("smoke", 5.0, [])


def test_an_empty_mapping_is_all_defaults_and_an_empty_file_is_refused_as_snakemake_does(project: Any) -> None:
    project.settings.write_text("{}\n")
    assert read_settings(project.settings, {}).scale == "quick"
    project.settings.write_text("# nothing yet\n")
    with pytest.raises(
        GanpipeError, match=r"config/config\.yaml: says nothing; `\{\}` leaves everything at its default"
    ):
        read_settings(project.settings, {})


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        ("scal: quick\n", {}, "config/config.yaml: scal: unknown key; did you mean scale?"),
        ("scale: quik\n", {}, "config/config.yaml: scale: should be 'smoke', 'quick' or 'paper', got 'quik'"),
        ("scale: quick\nscale: paper\n", {}, "config/config.yaml, line 2: scale stands twice"),
        ("scale: [\n", {}, "config/config.yaml, line 2: did not find expected node content"),
        ("- scale\n", {}, "config/config.yaml: should be a mapping, got a list"),
        ("experiments: one\n", {}, "config/config.yaml: experiments: should be a list, got 'one'"),
        ("experiments: [one, one]\n", {}, "config/config.yaml: experiments: 'one' stands twice"),
        (
            "experiments: [onne]\n",
            {},
            "config/config.yaml or command line: experiments: 'onne' is not in config/experiments; did you mean one?",
        ),
        (
            "raw: {celebA: /x}\n",
            {},
            "config/config.yaml: raw: 'celebA' are no source files of a dataset; did you mean celeba?",
        ),
        ("raw: {celeba: 3}\n", {}, "config/config.yaml: raw.celeba: should be a string, got 3"),
        ("raw: /x\n", {}, "config/config.yaml: raw: should be a mapping, got '/x'"),
        ("mnist_dir: 3\n", {}, "config/config.yaml: mnist_dir: should be a string, got 3"),
        ("checkpoint_every: 0\n", {}, "config/config.yaml: checkpoint_every: should be greater than 0, got 0"),
        ("{}\n", {"scale": "quik"}, "command line: scale: should be 'smoke', 'quick' or 'paper', got 'quik'"),
        ("{}\n", {"scal": "quick"}, "command line: scal: unknown key; did you mean scale?"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(
    project: Any, text: str, overrides: dict[str, Any], message: str
) -> None:
    project.settings.write_text(text)
    with pytest.raises(GanpipeError) as caught:
        project.plan(**overrides)
    assert str(caught.value) == message
    assert not project.results.exists()


def test_a_missing_file_is_named(project: Any) -> None:
    project.settings.unlink()
    with pytest.raises(GanpipeError, match=r"config/config\.yaml: no such file"):
        project.plan()
