"""Whole workflows on submitit's local cluster: processes of this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path

from tests.executor.workflows import Workflow, processes_in, wait_until

UNEVEN = """
rule job:
    output:
        "made/{i}",
    resources:
        pack=4,
        attempt=lambda wildcards, attempt: attempt,
    shell:
        # Job 1 fails once, job 2 always.
        "echo {wildcards.i}.{resources.attempt} >> started;"
        " case {wildcards.i}.{resources.attempt} in 1.1|2.*) echo no luck; exit 3;; esac; touch {output}"
"""
LONG = """
rule job:
    output:
        "made/{i}",
    shell:
        "echo $$ >> started; sleep 60 & wait; touch {output}"
"""


def test_packed_jobs_succeed_fail_and_are_retried_each_on_its_own(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path / "w", UNEVEN)
    said = workflow.run("--keep-going", "--retries", "1", wanted=4, succeeds=False)
    assert workflow.made() == {"0", "1", "3"}
    assert sorted(workflow.lines("started")) == ["0.1", "1.1", "1.2", "2.1", "2.2", "3.1"]
    assert "Submitted 4 job(s) as 1 task(s) of job" in said
    assert "failed with exit status 1 on" in said
    # Snakemake's message points to logs, which are there.
    (log,) = {name for name in re.findall(r"log: (\S+)", said) if "i=2" in name and name.endswith(".2.log")}
    assert "no luck" in (workflow.folder / log).read_text()
    # Of jobs that succeeded nothing is kept.
    assert not list(workflow.folder.glob(".snakemake/submitit/*/logs/*i=0*"))
    assert not list(workflow.folder.glob(".snakemake/submitit/*/tasks/*.pkl"))


def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path / "w", LONG)
    main = workflow.start(wanted=2)
    wait_until(lambda: len(workflow.lines("started")) == 2, "two jobs started")
    assert any("sleep 60" in command for command in processes_in(workflow.folder))
    said = workflow.interrupt(main)
    assert main.returncode != 0
    assert "Terminating processes on user request" in said
    assert processes_in(workflow.folder) == []
    assert workflow.made() == set()


def test_a_killed_task_takes_its_jobs_processes_with_it_and_is_told(tmp_path: Path) -> None:
    workflow = Workflow(tmp_path / "w", LONG)
    main = workflow.start()
    workflow.wait_for("started")
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text()
        except OSError:
            continue
        if str(workflow.folder) in command and "submitit" in command:
            os.kill(int(process.name), signal.SIGKILL)
    said = workflow.said(main, 90)
    assert main.returncode != 0
    assert "ended before it could say how its jobs fared" in said
    assert processes_in(workflow.folder) == []


def test_jobs_of_a_killed_main_process_are_taken_over_and_not_started_again(tmp_path: Path) -> None:
    snakefile = """
    rule job:
        output:
            "made/{i}",
        shell:
            "echo {wildcards.i} >> started; for k in $(seq 900); do test -e go && break; sleep 0.1; done;"
            " touch {output}"
    """
    workflow = Workflow(tmp_path / "w", snakefile)
    main = workflow.start(wanted=2)
    wait_until(lambda: len(workflow.lines("started")) == 2, "two jobs started")
    main.kill()
    main.wait()
    workflow.run("--unlock", wanted=2)
    again = workflow.start("--rerun-incomplete", wanted=3)
    wait_until(lambda: len(workflow.lines("started")) == 3, "the third job started")
    (workflow.folder / "go").touch()
    said = workflow.said(again, 90)
    assert again.returncode == 0, said
    assert said.count("taken over from an earlier Snakemake process") == 2
    assert sorted(workflow.lines("started")) == ["0", "1", "2"]
    assert workflow.made() == {"0", "1", "2"}


def test_a_preempted_job_saves_and_goes_on_and_the_others_of_its_task_are_not_run_again(tmp_path: Path) -> None:
    snakefile = f"""
    rule job:
        output:
            "made/{{i}}",
        resources:
            pack=3,
        shell:
            "{sys.executable} {Path(__file__).with_name("resumable.py")} {{wildcards.i}} {{output}}"
    """
    workflow = Workflow(tmp_path / "w", snakefile)
    (workflow.folder / "long").write_text("1")
    main = workflow.start(wanted=3)
    wait_until(lambda: any(line.startswith("1 starts") for line in workflow.lines("diary")), "job 1 started")
    time.sleep(0.5)
    (task,) = {
        json.loads(line)["task"]
        for journal in workflow.folder.glob(".snakemake/submitit/*/journal.jsonl")
        for line in journal.read_text().splitlines()
    }
    children = Path(f"/proc/{task}/task/{task}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGUSR2)
    said = workflow.said(main, 90)
    assert main.returncode == 0, said
    diary = workflow.lines("diary")
    assert sum(line == "1 starts at 0" for line in diary) == 1
    (resumed,) = (line for line in diary if line.startswith("1 starts at") and line != "1 starts at 0")
    assert resumed.replace("starts at", "saves at") in diary
    assert sorted(line for line in diary if "starts at 0" in line) == [
        "0 starts at 0",
        "1 starts at 0",
        "2 starts at 0",
    ]
