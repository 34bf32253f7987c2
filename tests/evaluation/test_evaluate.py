from __future__ import annotations

import json
import math
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from ganpipe.data.mixtures import Ring
from ganpipe.data.prepare import prepare
from ganpipe.data.presets import PRESETS
from ganpipe.data.stand_ins import standing_in
from ganpipe.errors import GanpipeError
from ganpipe.evaluation.evaluate import evaluate
from ganpipe.evaluation.presets import CLASSIFIERS, PROTOCOLS
from ganpipe.evaluation.protocols import protocol
from ganpipe.evaluation.protocols.mixture import MixtureModes
from ganpipe.files import read_json

CPU = torch.device("cpu")


def read(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def on_one_mode(rng, count: int, step: int) -> torch.Tensor:
    return torch.tensor([[1.0, 0.0]]).repeat(count, 1)


def test_a_complete_run_gives_headlines_and_curves(fake_run, tmp_path: Path) -> None:
    run = fake_run(Ring(), on_one_mode, steps=(10, 20))
    target = tmp_path / "run" / "abc.parquet"
    evaluate(run, "mixture-500", "abc", target, CPU, data_folder=tmp_path)
    table = read(target)
    rows = table.to_pylist()
    assert [(row["metric"], row["step"]) for row in rows] == [
        (metric, step) for step in (None, 10, 20) for metric in MixtureModes().metrics
    ]
    for column, value in (("run_id", run.run_id), ("evaluation_id", "abc"), ("protocol", "mixture-500"), ("n", 500)):
        assert {row[column] for row in rows} == {value}
    assert {row["status"] for row in rows} == {"complete"}
    assert rows[0]["value"] == 1
    assert rows[1]["value"] == pytest.approx(math.log(8))
    origin = json.loads(table.schema.metadata[b"provenance"])
    assert origin["torch"] == torch.__version__
    assert origin["run"] == {"torch": "2"}
    assert origin["classifier_accuracy"] is None
    assert [path.name for path in target.parent.iterdir()] == ["abc.parquet"]


def test_images_are_measured_with_the_classifier(fake_run, tmp_path: Path, classifier_folder: Path) -> None:
    digits = PRESETS["digits"]
    prepare(digits, tmp_path / "data", None)
    run = fake_run(digits, lambda rng, count, step: torch.full((count, 1, 8, 8), -1.0))
    evaluate(
        run,
        "modes-1k",
        "abc",
        tmp_path / "abc.parquet",
        CPU,
        data_folder=tmp_path / "data",
        classifier_folder=classifier_folder,
    )
    table = read(tmp_path / "abc.parquet")
    modes, reverse, _ = table.to_pylist()[:3]
    assert (modes["value"], reverse["value"]) == (1, pytest.approx(math.log(10)))
    origin = json.loads(table.schema.metadata[b"provenance"])
    assert origin["classifier_accuracy"] > 0.9
    assert origin["classifier_weights"] == read_json(classifier_folder / "result.json")["weights_sha256"]


def test_a_picture_stands_beside_the_rows(fake_run, tmp_path: Path, classifier_folder: Path) -> None:
    digits = PRESETS["digits"]
    prepare(digits, tmp_path / "data", None)
    run = fake_run(digits, lambda rng, count, step: torch.zeros(count, 1, 8, 8), steps=(10, 20))
    target = tmp_path / "run" / "abc.parquet"
    evaluate(
        run,
        "collision-64-classifier",
        "abc",
        target,
        CPU,
        data_folder=tmp_path / "data",
        classifier_folder=classifier_folder,
    )
    assert sorted(path.name for path in target.parent.iterdir()) == ["abc.parquet", "abc.png"]
    rows = read(target).to_pylist()
    assert [row["metric"] for row in rows[:3]] == [
        f"collision_rate{which}_classifier" for which in ("", "_low", "_high")
    ]
    assert (rows[0]["value"], rows[0]["n"], rows[0]["floor"]) == (1, 5 * 64, 0.05)


def test_weights_that_are_nowhere_are_one_line(fake_run, tmp_path: Path) -> None:
    run = fake_run(PRESETS["digits"], lambda rng, count, step: torch.zeros(count, 1, 8, 8))
    with pytest.raises(GanpipeError, match="inception"):
        evaluate(run, "fid-10k-inception", "abc", tmp_path / "x.parquet", CPU, data_folder=tmp_path)
    with pytest.raises(GanpipeError, match=r"pt_inception-2015-12-05-6726825d\.pth: no such file"):
        evaluate(
            run, "fid-10k-inception", "abc", tmp_path / "x.parquet", CPU, data_folder=tmp_path, weights_folder=tmp_path
        )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("protocol", ["mixture-2500-late5", "mixture-500"])
def test_a_diverged_run_is_rows_without_values(fake_run, tmp_path: Path, protocol: str) -> None:
    run = fake_run(Ring(), on_one_mode, steps=(), status="diverged")
    evaluate(run, protocol, "abc", tmp_path / "abc.parquet", CPU, data_folder=tmp_path)
    rows = read(tmp_path / "abc.parquet").to_pylist()
    assert [row["metric"] for row in rows] == list(MixtureModes().metrics)
    for row in rows:
        assert (row["step"], row["value"], row["n"], row["status"]) == (None, None, 0, "diverged")


def test_the_rows_say_which_published_files_others_stood_in_for(fake_run, tmp_path: Path) -> None:
    stand_ins = {"mnist": {"a": "sha256:0"}, "inception": {"b": "sha256:1"}}
    target = tmp_path / "abc.parquet"
    for given, named in (({}, []), (stand_ins, ["inception", "mnist"])):
        run = fake_run(standing_in(PRESETS["mnist"], given), on_one_mode, steps=(), status="diverged")
        evaluate(run, "fid-10k-inception", "abc", target, CPU, data_folder=tmp_path, stand_ins=given)
        assert json.loads(read(target).schema.metadata[b"provenance"])["stand_ins"] == named


def test_a_diverged_run_needs_no_classifier(fake_run, tmp_path: Path) -> None:
    run = fake_run(PRESETS["digits"], on_one_mode, status="diverged")
    evaluate(
        run,
        "modes-1k",
        "abc",
        tmp_path / "abc.parquet",
        CPU,
        data_folder=tmp_path,
        classifier_folder=tmp_path / "missing",
    )
    assert read(tmp_path / "abc.parquet").num_rows == 3


@pytest.mark.parametrize(
    ("dataset", "protocol", "message"),
    [
        ("ring8_pacgan", "modes-2k", "unknown protocol 'modes-2k'; there are mixture-2500, "),
        ("digits", "mixture-500", "run 0123456789ab: mixture-500 measures distances"),
        ("ring8_pacgan", "modes-1k", "run 0123456789ab: modes-1k needs images"),
        ("digits", "modes-1k", "run 0123456789ab: modes-1k needs a classifier"),
    ],
)
def test_what_does_not_fit_is_one_line_and_writes_nothing(
    fake_run, tmp_path: Path, dataset: str, protocol: str, message: str
) -> None:
    with pytest.raises(GanpipeError, match=message):
        evaluate(
            fake_run(PRESETS[dataset], on_one_mode), protocol, "abc", tmp_path / "x.parquet", CPU, data_folder=tmp_path
        )
    assert not list(tmp_path.iterdir())


def test_a_classifier_of_other_images_is_refused(fake_run, tmp_path: Path, classifier_folder: Path) -> None:
    run = fake_run(PRESETS["mnist"], on_one_mode)
    with pytest.raises(GanpipeError, match="does not name the modes of run 0123456789ab's dataset"):
        evaluate(
            run,
            "modes-1k",
            "abc",
            tmp_path / "x.parquet",
            CPU,
            data_folder=tmp_path,
            classifier_folder=classifier_folder,
        )


def test_a_classifier_below_its_floor_is_refused(fake_run, tmp_path: Path, classifier_folder: Path) -> None:
    folder = tmp_path / "poor"
    folder.mkdir()
    result = json.loads((classifier_folder / "result.json").read_text())
    (folder / "result.json").write_text(json.dumps(result | {"accuracy": 0.5}))
    (folder / "classifier.safetensors").write_bytes((classifier_folder / "classifier.safetensors").read_bytes())
    with pytest.raises(GanpipeError, match=r"accuracy 0\.5000 is below 0\.93"):
        evaluate(
            fake_run(PRESETS["digits"], on_one_mode),
            "modes-1k",
            "abc",
            tmp_path / "x.parquet",
            CPU,
            data_folder=tmp_path,
            classifier_folder=folder,
        )
    assert not (tmp_path / "x.parquet").exists()
    assert result["spec"]["minimum_accuracy"] == CLASSIFIERS["digits_smoke"].minimum_accuracy


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_plans_without_its_data(protocol: str) -> None:
    fitting = [name for name, dataset in PRESETS.items() if PROTOCOLS[protocol].applies_to(dataset) is None]
    assert fitting


def test_an_evaluation_that_is_killed_goes_on_with_the_next_snapshot(
    fake_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "WORTH_KEEPING", -1.0)
    measured: list[int] = []

    def killed_at_20(rng, count: int, step: int) -> torch.Tensor:
        measured.append(step)
        if measured.count(20) == 1 and step == 20:
            raise KeyboardInterrupt
        return on_one_mode(rng, count, step) * step

    target, undisturbed = tmp_path / "run" / "abc.parquet", tmp_path / "other.parquet"
    run = fake_run(Ring(), killed_at_20, steps=(10, 20, 30))
    with pytest.raises(KeyboardInterrupt):
        evaluate(run, "mixture-500", "abc", target, CPU, data_folder=tmp_path)
    assert not target.exists()
    evaluate(run, "mixture-500", "abc", target, CPU, data_folder=tmp_path)
    assert measured == [10, 20, 20, 30]
    assert [path.name for path in target.parent.iterdir()] == ["abc.parquet"]
    evaluate(run, "mixture-500", "abc", undisturbed, CPU, data_folder=tmp_path)
    assert read(target) == read(undisturbed)
    # What the killed process took is not known.
    taken = [
        json.loads(read(path).schema.metadata[b"provenance"])["evaluation_seconds"] for path in (target, undisturbed)
    ]
    assert taken[0] is None
    assert taken[1] > 0


def test_what_is_kept_of_another_training_of_the_run_is_forgotten(
    fake_run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "WORTH_KEEPING", -1.0)
    target = tmp_path / "run" / "abc.parquet"

    def killed(rng, count: int, step: int) -> torch.Tensor:
        if step == 20:
            raise KeyboardInterrupt
        return on_one_mode(rng, count, step) * 10

    run = fake_run(Ring(), killed, steps=(10, 20))
    with pytest.raises(KeyboardInterrupt):
        evaluate(run, "mixture-500", "abc", target, CPU, data_folder=tmp_path)
    again = fake_run(Ring(), on_one_mode, steps=(10, 20))
    again.result["provenance"] = {"torch": "3"}
    evaluate(again, "mixture-500", "abc", target, CPU, data_folder=tmp_path)
    modes = [row["value"] for row in read(target).to_pylist() if row["metric"] == "modes"]
    assert modes == [1, 1, 1]
