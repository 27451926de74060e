import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.export.catalogue import PLOT_NAMES

HEADS = {"svg": b"<?xml", "pdf": b"%PDF-", "png": b"\x89PNG", "csv": b"# "}


@pytest.fixture
def run_folder(call: Callable, tiny: Path) -> Path:
    assert call("run", tiny, "--out", "mine").code == 0
    return Path("mine")


@pytest.mark.parametrize("kind", HEADS)
def test_all_of_a_run_in_every_format(call: Callable, run_folder: Path, kind: str) -> None:
    done = call("export", run_folder, "--format", kind, "--out", "figures", "--json")
    assert done.code == 0, done.err
    assert [row["plot"] for row in done.data["files"]] == [*PLOT_NAMES, "network", "cell"]
    for row in done.data["files"]:
        data = Path(row["file"]).read_bytes()
        assert data.startswith(HEADS[kind]) and len(data) > 100
        assert Path(row["file"]) == Path("figures", f"{row['plot']}.{kind}")


def test_an_experiment_is_trained_first(call: Callable, tiny: Path) -> None:
    done = call(
        "export", tiny, "--steps", 3, "--seed", 5, "--plot", "loss", "--format", "csv", "--out", "deep/loss.csv"
    )
    assert done.code == 0
    assert done.out.strip() == "deep/loss.csv"
    lines = Path("deep/loss.csv").read_text().splitlines()
    assert lines[0].startswith("#") and "Tiny race" in lines[0] and "seed 5" in lines[0]
    rows = list(csv.reader(lines[1:]))
    assert "RNN" in " ".join(rows[0]) and "LSTM" in " ".join(rows[0])
    assert float(rows[-1][0]) == 3
    assert not Path("runs").exists()


def test_pictures_are_as_large_as_asked(call: Callable, run_folder: Path) -> None:
    from PySide6.QtGui import QImage

    sizes = []
    for scale in (1, 2):
        call("export", run_folder, "--plot", "loss", "--format", "png", "--scale", scale, "--out", f"{scale}.png")
        sizes.append(QImage(f"{scale}.png").size().toTuple())
    assert sizes[0][0] >= 600 and sizes[0][1] >= 300
    assert sizes[1] == (2 * sizes[0][0], 2 * sizes[0][1])


def test_theme_and_background(call: Callable, run_folder: Path) -> None:
    from PySide6.QtGui import QImage

    def corner(name: str, *options: str) -> tuple[int, ...]:
        for plot in ("loss", "network"):
            path = f"{plot}-{name}.png"
            assert call("export", run_folder, "--plot", plot, "--format", "png", "--out", path, *options).code == 0
        return QImage(f"network-{name}.png").pixelColor(2, 2).toTuple()

    assert corner("white", "--background", "white") == (255, 255, 255, 255)
    assert corner("clear", "--background", "transparent", "--theme", "dark")[3] == 0
    assert max(corner("dark", "--theme", "dark")[:3]) < 80


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["none"], "none: this file does not exist"),
        (["{run}", "--plot", "los"], "los"),
        (["{run}", "--format", "gif"], "gif"),
        (["{run}", "--scale", "0"], "--scale"),
        (["{run}", "--scale", "x"], "--scale"),
        (["{run}", "--theme", "pink"], "--theme"),
        (["{run}", "--out", "/proc/none"], "/proc/none"),
        (["{run}", "--out", "mine/summary.json/deep"], "mine/summary.json/deep"),
        (["."], "choose the folder of a run"),
    ],
)
def test_bad_input_is_one_line_and_two(call: Callable, run_folder: Path, arguments: list[str], part: str) -> None:
    done = call("export", *(text.replace("{run}", str(run_folder)) for text in arguments), "--json")
    assert done.code == 2 and done.out == ""
    assert part in done.err and done.err.count("\n") == 1
