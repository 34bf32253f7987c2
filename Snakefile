# The front door: what can be asked for. How each thing is made stands in workflow/rules/, one file a stage.
from snakemake.utils import min_version

min_version("9.14")


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/plan.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/classifiers.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/aggregation.smk"
include: "workflow/rules/reporting.smk"


# The experiments named in config.yaml, and a front page for them.
rule all:
    default_target: True
    input:
        [products(name) for name in DEFAULT],
        f"results/{SCALE}/index.html",


# `snakemake <experiment>` makes one experiment, whether config.yaml names it or not.
for name in EXPERIMENTS:

    rule:
        name:
            name
        input:
            products(name),


# `snakemake all_<paper>` makes everything planned for one paper, `snakemake papers` everything for all of them.
for paper in PAPERS:

    rule:
        name:
            f"all_{paper.lower()}"
        input:
            [products(name) for name in PAPERS[paper]],


rule papers:
    input:
        [products(name) for names in PAPERS.values() for name in names],
