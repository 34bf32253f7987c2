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
        "{GANPIPE} classify {wildcards.classifier} --threads {threads} > {log} 2>&1"
