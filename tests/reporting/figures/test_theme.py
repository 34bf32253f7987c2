from __future__ import annotations

from typing import Any

import pytest
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg

from ganpipe.reporting.figures import DPI, theme


@pytest.mark.parametrize("words", ["MWMW WMWM", "Modes of DCGAN and packed DCGANs", "illicit limits of little fills"])
@pytest.mark.parametrize("width", [5.0, 7.7, 11.0])
def test_a_heading_stays_within_its_figure_whatever_its_letters_and_wastes_no_line(
    words: str, width: float, study: Any
) -> None:
    many = " ".join([words] * 8)
    with rc_context(theme.STYLE):
        figure = theme.canvas(study.plan(title=many), "samples", many, width, 3.0)
        figure.set_dpi(DPI)
        renderer = FigureCanvasAgg(figure).get_renderer()
        for heading in figure.texts:
            assert 0.8 < heading.get_window_extent(renderer).x1 / figure.bbox.x1 <= 1


def test_a_word_wider_than_a_line_has_one_of_its_own() -> None:
    assert theme.lines_within("a seemingly_endless_name b c", 0.5, 14, "bold") == ["a", "seemingly_endless_name", "b c"]
