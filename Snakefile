# The front door: what can be asked for. How each thing is made stands in workflow/rules/, one file a stage.
from snakemake.utils import min_version

min_version("9.14")


# Before the configuration is read: the planner says what is wrong with it, in one line.
include: "workflow/rules/plan.smk"


configfile: "config/config.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/restored.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/machine.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/classifiers.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/aggregation.smk"
include: "workflow/rules/reporting.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/theory.smk"


# Its limit of jobs a second has Snakemake look at all waiting jobs again one timespan after each look, without end, and
# every job that ends adds a look: after a thousand of them, the main process does nothing else. No limit, no timers.
onstart:
    workflow.scheduler.job_rate_limiter = None


# The experiments named in config.yaml, and a front page for them.
rule all:
    default_target: True
    input:
        everything(*DEFAULT),
        f"results/{SCALE}/index.html" if DEFAULT else [],


# `snakemake papers` makes everything planned for any paper, `snakemake all_<paper>` everything for one of them, with the
# verdicts on its claims and the figures of what it proves.
rule papers:
    input:
        everything(*(name for names in PAPERS.values() for name in names)),
        verdict_pages(*PAPERS),
        theory_files(*PAPERS),


for paper, names in PAPERS.items():

    rule:
        name:
            new_target(f"all_{paper.lower()}", f"paper {paper}")
        input:
            everything(*names),
            verdict_pages(paper),
            theory_files(paper),


# `snakemake <experiment>` makes one experiment, whether config.yaml names it or not.
for name in EXPERIMENTS:

    rule:
        name:
            new_target(name, f"config/experiments/{name}.yaml")
        input:
            everything(name),
