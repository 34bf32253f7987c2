from __future__ import annotations

from typing import Any

from markdown_it import MarkdownIt

from ganpipe.reporting.renderers import markdown
from ganpipe.reporting.table import Table, build_table

GOLDEN = """\
# A tiny comparison

Two methods on a ring.

- **Regenerates:** PacGAN, Table 1 (section 4.2)
- **Scale:** quick (minutes on two cores)
- **Training seeds:** 0 to 2
- **Protocols:** mixture-2500 (2,500 samples)

| Method | Runs | Modes ↑ | PacGAN paper | Reverse KL (nats) ↓ |
| :-- | --: | --: | --: | --: |
| GAN | 3/3 | 6.5 ± 0.3 [6.0, 7.0] | 7.2 ± 0.1 ‡ | 0.600 ± 0.058 [0.500, 0.700] |
| PacGAN2 | 2/3 | 8.0 ± 0.0 [8.0, 8.0] |  | 0.011 ± 0.001 [0.010, 0.012] |
| ALI |  |  | 5.5 |  |
| *ideal sampler* |  |  |  | *0.001* |

- The discriminator is weak on purpose.

Mean ± standard error over training seeds \\[95 % bootstrap interval\\]. Runs: finished/planned. Intervals from few \
seeds are too narrow: on normal data they cover the truth in 50 % of cases with 2 seeds, 71 % with 3, 84 % \
with 5 and 90 % with 10.

Nothing is bold: that takes at least 5 seeds a row.

Ideal sampler: what samples of the target itself would score on average, this many at a time. For a divergence it is \
the sampling floor. What is clearly better has fooled the metric and is not bold.

Diverged runs have no number and are left out of the means, which flatters: PacGAN2 (1 of 3).

Reported ±: standard error over 10 trials.

‡ Recalled from memory, not read in the paper: a hint, no more.
"""


def test_a_tiny_table_is_exactly_this(study: Any, scores: Any) -> None:
    known = {"error": 0.1, "error_kind": "stderr", "trials": 10, "confidence": "recalled"}
    experiment = study.plan(
        reported=[study.reported("GAN", "modes", 7.2, **known), study.reported("ALI", "modes", 5.5)]
    )
    metrics = study.measure(experiment, lambda *cell: None if cell[1::2] == ("PacGAN2", 2) else scores(*cell))
    assert markdown.render(build_table(experiment, metrics)) == GOLDEN


def test_names_cannot_break_the_table(full_table: Table) -> None:
    html = MarkdownIt("commonmark").enable("table").render(markdown.render(full_table))
    assert '<td style="text-align:left">Set|GAN*</td>' in html
    assert "GAN_base &amp; 50%" in html
    assert "<h1>Modes &amp; &lt;collapse&gt;</h1>" in html
    assert {row.count("</td>") + row.count("</th>") for row in html.split("<tr>")[1:]} == {5}


def test_the_best_entry_is_bold(full_table: Table) -> None:
    assert "**8.0 ± 0.0** [8.0, 8.0]" in markdown.render(full_table)
