# Classifiers name the modes of images.


rule classifier:
    input:
        ancient(lambda wildcards: f"results/datasets/{INDEX.dataset_of_classifier(wildcards.classifier)}/manifest.json"),
    output:
        "results/classifiers/{classifier}/result.json",
    log:
        "results/logs/classifier/{classifier}.log",
    threads: 1
    resources:
        runtime={"smoke": 15, "quick": 30, "paper": 120}[SCALE],
        mem_mb=lambda wildcards, attempt: attempt * 4000,
    shell:
        "{GANPIPE} classify {wildcards.classifier} --threads {threads} {DEVICE} > {log} 2>&1"


rule confusion:
    input:
        "results/classifiers/{classifier}/result.json",
    output:
        report(
            "results/classifiers/{classifier}/confusion.png",
            caption="../report/confusion.rst",
            category="Classifiers",
            labels={"classifier": "{classifier}"},
        ),
        "results/classifiers/{classifier}/confusion.svg",
    log:
        "results/logs/confusion/{classifier}.log",
    localrule: True
    shell:
        "{GANPIPE} confusion {wildcards.classifier} > {log} 2>&1"
