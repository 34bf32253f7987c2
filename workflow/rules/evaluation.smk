# One run under one protocol, one job.


def classifier(wildcards):
    classifier = INDEX.classifier_of_evaluation(wildcards.evaluation)
    return f"results/classifiers/{classifier}/result.json" if classifier else []


rule evaluate:
    input:
        run="results/runs/{run}/result.json",
        classifier=classifier,
    output:
        "results/evaluations/{run}/{evaluation}.parquet",
    log:
        "results/logs/evaluate/{run}-{evaluation}.log",
    threads: 1
    shell:
        "{GANPIPE} evaluate {wildcards.run} {wildcards.evaluation} --threads {threads} > {log} 2>&1"
