# Classifiers name the modes of images.


rule classifier:
    input:
        ancient(lambda wildcards: f"results/datasets/{INDEX.dataset_of_classifier(wildcards.classifier)}/manifest.json"),
    output:
        "results/classifiers/{classifier}/result.json",
    log:
        "results/logs/classifier/{classifier}.log",
    threads: 1
    shell:
        "{GANPIPE} classify {wildcards.classifier} --threads {threads} > {log} 2>&1"
