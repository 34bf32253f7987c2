from __future__ import annotations

from pathlib import Path

from snakemake_executor_plugin_submitit.memory import out_of_memory_kills


def test_kills_are_counted_by_either_version_of_control_groups(tmp_path: Path) -> None:
    membership = tmp_path / "membership"
    (tmp_path / "job_7").mkdir()
    (tmp_path / "memory" / "job_7").mkdir(parents=True)
    membership.write_text("0::/job_7\n")
    (tmp_path / "job_7" / "memory.events").write_text("low 0\noom 4\noom_kill 3\n")
    assert out_of_memory_kills(tmp_path, membership) == 3
    membership.write_text("5:cpu:/other\n4:memory:/job_7\n0::/elsewhere\n")
    (tmp_path / "memory" / "other").mkdir()
    (tmp_path / "memory" / "other" / "memory.oom_control").write_text("oom_kill 9\n")
    (tmp_path / "memory" / "job_7" / "memory.oom_control").write_text("under_oom 0\noom_kill 2\n")
    assert out_of_memory_kills(tmp_path, membership) == 2


def test_where_nothing_is_counted_there_are_none(tmp_path: Path) -> None:
    assert out_of_memory_kills(tmp_path, tmp_path / "membership") == 0
    (tmp_path / "membership").write_text("0::/job_7\n")
    assert out_of_memory_kills(tmp_path, tmp_path / "membership") == 0
