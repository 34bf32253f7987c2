# Tables, figures and the front page.


rule table:
    input:
        "results/{scale}/{experiment}/metrics.parquet",
    output:
        report(
            "results/{scale}/{experiment}/table.html",
            caption="../report/table.rst",
            category=lambda wildcards: chapter(wildcards.experiment),
            subcategory="{experiment}",
            labels={"what": "table"},
        ),
        "results/{scale}/{experiment}/table.md",
        "results/{scale}/{experiment}/table.csv",
        "results/{scale}/{experiment}/table.tex",
    log:
        "results/logs/table/{scale}-{experiment}.log",
    localrule: True
    shell:
        "{GANPIPE} table results/{wildcards.scale}/{wildcards.experiment} > {log} 2>&1"


# Which figures there are differs from one experiment to the next, hence one rule each.
for name, experiment in EXPERIMENTS.items():

    rule:
        name:
            f"figures_{name}"
        input:
            f"results/{SCALE}/{name}/metrics.parquet",
        output:
            [
                report(
                    f"results/{SCALE}/{name}/{figure}.png",
                    caption=f"../report/{figure.partition('_')[0]}.rst",
                    category=chapter(name),
                    subcategory=name,
                    labels={"what": figure.replace("_", " ")},
                )
                for figure in experiment["figures"]
            ],
            [f"results/{SCALE}/{name}/{figure}.svg" for figure in experiment["figures"]],
            number_files(name),
        log:
            f"results/logs/figures/{SCALE}-{name}.log",
        localrule: True
        params:
            folder=f"results/{SCALE}/{name}",
        shell:
            "{GANPIPE} figures {params.folder} > {log} 2>&1"


rule overview:
    input:
        [products(name) for name in DEFAULT],
    output:
        report(
            "results/{scale}/index.html",
            caption="../report/overview.rst",
            category="Overview",
            labels={"what": "front page"},
        ),
    log:
        "results/logs/overview/{scale}.log",
    localrule: True
    params:
        experiments=DEFAULT,
        # What is linked: an experiment may lose its claims, and nothing that is left is newer then.
        pages=[claim_files(name) for name in DEFAULT],
    shell:
        "{GANPIPE} overview results/{wildcards.scale} {params.experiments} > {log} 2>&1"
