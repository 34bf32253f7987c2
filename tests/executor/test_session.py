from __future__ import annotations

from pathlib import Path

from snakemake_executor_plugin_submitit.session import JOURNAL, Entry, Session, key_of


def entry(session: Session, token: str, task: str) -> Entry:
    log = session.log(f"job {token}", token)
    return Entry(key_of([f"made/{token}"]), token, task, f"job {token}", str(log), str(session.folder))


def test_the_next_process_finds_what_a_killed_one_submitted(tmp_path: Path) -> None:
    first = Session(tmp_path)
    first.prepare()
    submitted = [entry(first, "1.1", "7_0"), entry(first, "2.1", "7_1")]
    first.record(submitted)
    with (first.folder / JOURNAL).open("a") as journal:
        journal.write('{"key": "cut off he')
    second = Session(tmp_path)
    assert second.earlier() == submitted
    second.tidy({first.folder})
    assert second.earlier() == submitted
    second.tidy(set())
    assert not list(tmp_path.iterdir())


def test_a_process_that_came_to_its_end_leaves_nothing(tmp_path: Path) -> None:
    first = Session(tmp_path)
    first.prepare()
    first.record([entry(first, "1.1", "7_0")])
    first.close(keep_logs=False)
    assert not list(tmp_path.iterdir())
    assert Session(tmp_path).earlier() == []


def test_of_failed_jobs_the_logs_are_kept(tmp_path: Path) -> None:
    session = Session(tmp_path)
    session.prepare()
    jobs = [entry(session, "1.1", "7_0"), entry(session, "2.1", "7_1")]
    session.record(jobs)
    for job in jobs:
        Path(job.log).parent.mkdir(exist_ok=True)
        Path(job.log).write_text("said")
        (session.tasks / f"{job.task}_0_log.err").write_text("said")
        (session.tasks / f"{job.task}_submitted.pkl").touch()
    session.forget(jobs[0])
    session.failed.add("7_1")
    session.close(keep_logs=False)
    kept = {path.name for path in session.folder.rglob("*") if path.is_file()}
    assert kept == {"job-2.1.2.1.log", "7_1_0_log.err"}


def test_the_name_of_a_log_is_not_too_long_in_any_script(tmp_path: Path) -> None:
    name = Session(tmp_path).log("job sample=" + "\u6c34" * 200, "1.1").name
    assert name.startswith("job-sample=")
    assert len(name.encode()) <= 255


def test_a_job_is_known_by_what_it_makes() -> None:
    assert key_of(["a", "b"]) == key_of(["b", "a"])
    assert key_of(["a", "b"]) != key_of(["ab"])
