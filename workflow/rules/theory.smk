# Figures of what the papers prove. They are computed, so no run stands behind them, and they are the same at every scale.
for name, figure in THEORY_FIGURES.items():

    rule:
        name:
            name
        output:
            report(
                f"results/theory/{name}.png",
                caption=f"../report/{name}.rst",
                category=figure.paper,
                subcategory=name,
                labels={"what": f"{figure.item}: {figure.title}"},
            ),
            f"results/theory/{name}.svg",
            f"results/theory/{name}.csv",
        log:
            f"results/logs/theory/{name}.log",
        localrule: True
        params:
            figure=name,
        shell:
            "{GANPIPE} theory {params.figure} --out results/theory > {log} 2>&1"
