import csv
import io
import os
import re
import xml.etree.ElementTree as ElementTree
import zlib

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QGraphicsScene, QGraphicsView, QVBoxLayout, QWidget

from playground.errors import BadInput
from playground.ui.figures import Metadata, describe, render
from playground.ui.figures.clipboard import copy_picture
from playground.ui.figures.dialog import ExportDialog, export_dialog
from playground.ui.figures.headless import export_plots
from playground.ui.figures.paint import image_of
from playground.ui.plots import PLOTS
from playground.ui.plots.words import STEP
from playground.ui.theme import DARK, LIGHT, THEMES

SVG = "{http://www.w3.org/2000/svg}"


def pixels(image: QImage) -> np.ndarray:
    """[height, width, 4] red, green, blue, alpha."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.array(image.constBits()).reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()]


def is_text(column: list[str]) -> bool:
    """Whether a column holds words, which have no unit."""
    return any(re.search(r"[a-z]{3}", cell) and cell not in ("nan", "inf") for cell in column)


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_looks_like_the_screen(name: str, theme: str, shown, session, tmp_path) -> None:
    plot = shown(name)
    session.theme_changed.emit(THEMES[theme])
    for chooser in plot.choosers:  # widgets for a hand, written as text in a figure
        chooser.hide()
    plot.place_choosers()
    screen = plot.figure_view().grab().toImage()
    made = QImage(str(render(plot, tmp_path / "x.png", scale=3.0)))
    assert (made.width(), made.height()) == (3 * screen.width(), 3 * screen.height())
    small = made.scaled(screen.size(), Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    difference = np.abs(pixels(screen)[..., :3].astype(int) - pixels(small)[..., :3].astype(int)).max(axis=2)
    assert difference.mean() < (9.0 if plot.chart.frame.bare else 5.0)  # letters all over
    assert (difference > 110).mean() < (0.02 if plot.chart.frame.bare else 0.012)


def test_lines_in_a_large_png_are_as_thick_as_on_the_screen(shown, session, tmp_path) -> None:
    plot = shown("metric")

    def share(scale: float) -> float:
        picture = pixels(image_of(plot, scale))[..., :3].astype(int)
        brown = np.array([int(LIGHT.contestant(0)[i : i + 2], 16) for i in (1, 3, 5)])
        return float((np.abs(picture - brown).max(axis=2) < 60).mean())

    assert 0.7 < share(4.0) / share(1.0) < 1.6


@pytest.mark.parametrize("name", PLOTS)
def test_svg_is_xml_with_text_labels_and_metadata(name: str, shown, tmp_path) -> None:
    plot = shown(name, 600, 400)
    path = render(plot, tmp_path / "x.svg")
    root = ElementTree.fromstring(path.read_bytes())
    texts = ["".join(node.itertext()).strip() for node in root.iter(f"{SVG}text")]
    written = "".join("".join(node.itertext()) for node in root.iter(f"{SVG}text"))  # Qt cuts a text where Greek begins
    axes = plot.chart.frame.x_axis, plot.chart.frame.y_axis
    assert plot.chart.frame.bare or all(any(label in written for label in axis.labels) for axis in axes)
    assert plot.chart.frame.title in texts
    text = path.read_text(encoding="utf-8")
    assert "<seed>11</seed>" in text and "Sunspots &amp; &lt;so on&gt;" in text and '"learning_rate":0.01' in text
    assert root.attrib["viewBox"] == "0 0 600 400"
    assert "nan" not in "".join(re.findall(r'd="([^"]*)"', text)) and 'd=""' not in text


def test_nothing_is_drawn_outside_the_plot_when_zoomed(shown, tmp_path) -> None:
    plot = shown("loss")
    plot.chart.area.setRange(xRange=(100, 200), yRange=(-1.0, -0.5), padding=0)
    rect = plot.chart.mapping().rect.adjusted(-6, -6, 6, 6)
    for curve in plot.chart.shown():
        bounds = curve.path.boundingRect()
        assert bounds.isEmpty() or rect.contains(bounds)


@pytest.mark.parametrize("name", ["trajectory", "spectrum"])
def test_a_zoomed_figure_keeps_to_its_area(name: str, shown, tmp_path) -> None:
    """Qt's SVG writer knows no clipping: whoever only clips a painter draws over title and axes in a figure."""
    plot = shown(name, 500, 300)
    (x0, x1), (y0, y1) = plot.chart.area.viewRange()
    plot.chart.area.setRange(
        xRange=(x0 + 0.4 * (x1 - x0), x1 - 0.3 * (x1 - x0)),
        yRange=(y0 + 0.4 * (y1 - y0), y1 - 0.3 * (y1 - y0)),
        padding=0,
    )
    root = ElementTree.fromstring(render(plot, tmp_path / "x.svg").read_bytes())
    rect = plot.chart.mapping().rect.adjusted(-12, -12, 12, 12)
    lines = [line for line in root.iter(f"{SVG}polyline") if "points" in line.attrib]
    inside = [
        rect.contains(QPointF(*map(float, pair.split(","))))
        for line in lines
        for pair in line.attrib["points"].split()
        if line.attrib.get("fill") == "none"
    ]
    assert len(inside) > 10
    rounds = [*root.iter(f"{SVG}ellipse"), *root.iter(f"{SVG}circle")]
    assert all(float(round.get("rx", round.get("r", 0))) < 20 for round in rounds), "a circle cannot be cut"
    assert sum(not it for it in inside) <= 8, "entries of the legend have a sample of their own"


@pytest.mark.parametrize("name", PLOTS)
def test_pdf_has_text_metadata_and_no_lossy_picture(name: str, shown, tmp_path) -> None:
    plot = shown(name)
    data = render(plot, tmp_path / "x.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert b"DCTDecode" not in data
    assert b"/Font" in data and b"seed 11" in data and b"RNN Playground" in data
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", data)
    dpi = plot.chart.logicalDpiX()
    assert box and abs(float(box[1]) - 420 * 72 / dpi) < 1 and abs(float(box[2]) - 200 * 72 / dpi) < 1
    assert len(re.findall(rb"/Type /Page\b", data)) == 1


def test_the_cells_of_a_heatmap_are_exact_in_a_pdf(shown, session, tmp_path) -> None:
    plot = shown("hidden")
    data = render(plot, tmp_path / "x.pdf").read_bytes()
    found = re.search(rb"/Subtype /Image\s.*?/Width (\d+)\s.*?/Height (\d+).*?stream\n(.*?)endstream", data, re.S)
    assert found
    width, height = int(found[1]), int(found[2])
    cells = np.frombuffer(zlib.decompress(found[3]), np.uint8).reshape(height, width, 3)
    rows, columns = plot.chart.heat.grid
    colours = {tuple(colour) for colour in cells.reshape(-1, 3).tolist()}
    assert len(colours) <= rows * columns
    assert (width % columns, height % rows) == (0, 0)


@pytest.mark.parametrize("name", PLOTS)
def test_white_and_transparent_backgrounds_use_light_colours(name: str, shown, session, tmp_path) -> None:
    plot = shown(name)
    session.theme_changed.emit(DARK)
    before = plot.grab().toImage()
    clear = pixels(QImage(str(render(plot, tmp_path / "t.png", background="transparent"))))
    white = pixels(QImage(str(render(plot, tmp_path / "w.png", background="white"))))
    corners = [(0, 0), (0, -1), (-1, 0), (-1, -1)]
    assert all(clear[corner][3] == 0 for corner in corners) and clear[..., 3].max() == 255
    assert all(tuple(white[corner]) == (255, 255, 255, 255) for corner in corners)
    assert plot.theme is DARK and plot.grab().toImage() == before


def test_what_the_pointer_shows_is_not_exported(shown, tmp_path) -> None:
    plot = shown("loss")
    before = image_of(plot)
    plot.chart.read_at(200.0)
    assert plot.chart.readout.isVisible()
    assert image_of(plot) == before


def test_a_figure_names_what_was_chosen_and_leaves_out_what_was_hidden(shown, tmp_path) -> None:
    plot = shown("gates", 700, 300)
    plot.chart.switch("forget")
    text = render(plot, tmp_path / "x.svg").read_text(encoding="utf-8")
    assert "mean of 4 units" in text and "LSTM · layer 1" in text
    assert ">forget<" not in text.replace("\n", "") and "candidate" in text


@pytest.mark.parametrize("name", PLOTS)
def test_csv_has_every_digit_units_and_seed(name: str, shown, session, tmp_path) -> None:
    plot = shown(name)
    lines = render(plot, tmp_path / "x.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ") and "seed 11" in lines[0] and "Sunspots" in lines[0] and '"networks"' in lines[0]
    head, *rows = list(csv.reader(io.StringIO("\n".join(lines[1:]))))
    assert len({len(row) for row in rows}) == 1 and (len(rows) >= 3 or plot.chart.x_kind == STEP)
    assert all("[" in column for number, column in enumerate(head) if not is_text([row[number] for row in rows]))
    if name == "loss":
        column = head.index("LSTM train [mse]")
        read = np.array([float(row[column]) for row in rows if row[column]])
        np.testing.assert_array_equal(read, session.curves.losses[1])
        assert rows[0][0] == "1"
    if name == "gates":
        read = np.array([float(row[head.index("layer1.forget.2 [1]")]) for row in rows])
        np.testing.assert_array_equal(read, session.traces.networks[1].nodes["layer1/forget"][:, 2])
        assert head[0] == "time [year]" and rows[0][0] == "1921.0"


def test_png_carries_the_metadata(shown, tmp_path) -> None:
    picture = QImage(str(render(shown("gates"), tmp_path / "x.png")))
    assert picture.text("Seed") == "11" and "learning_rate" in picture.text("Settings")
    assert "Gates" in picture.text("Title")


def test_a_graphics_view_and_a_panel_that_holds_one_can_be_exported(qtbot, tmp_path) -> None:
    panel = QWidget()
    scene = QGraphicsScene(panel)
    scene.addText("inside")
    view = QGraphicsView(scene)
    QVBoxLayout(panel).addWidget(view)
    qtbot.addWidget(panel)
    panel.resize(200, 120)
    panel.show()
    for thing in (panel, view):
        for format in ("svg", "pdf", "png"):
            assert render(thing, tmp_path / f"x.{format}", metadata=Metadata("canvas", "x", 3)).stat().st_size > 300
    with pytest.raises(BadInput, match="no numbers to write"):
        render(panel, tmp_path / "x.csv")
    with pytest.raises(BadInput, match="nothing to draw"):
        render(QWidget(), tmp_path / "x.png")


def test_bad_requests_are_one_sentence_and_leave_no_file(shown, tmp_path) -> None:
    plot = shown("loss")
    for call in (
        lambda: render(plot, tmp_path / "x.jpg"),
        lambda: render(plot, tmp_path / "x"),
        lambda: render(plot, tmp_path / "x.png", background="pink"),
        lambda: render(plot, tmp_path / "x.png", scale=1000.0),
        lambda: render(plot, tmp_path / "x.png", scale=0.0),
        lambda: render(plot, tmp_path / "x.png", scale=float("nan")),
        lambda: render(plot, tmp_path / "missing" / "x.png"),
        lambda: render(plot, tmp_path),
    ):
        with pytest.raises(BadInput):
            call()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_one_sentence(shown, tmp_path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match="may not be written"):
        render(shown("loss"), tmp_path / "x.png")


def test_an_empty_plot_has_no_table(qtbot, session, tmp_path) -> None:
    from playground.ui.figures.still import StillSession
    from playground.ui.plots import make_plot

    plot = make_plot("hidden", StillSession(session.experiment))
    qtbot.addWidget(plot)
    with pytest.raises(BadInput, match="there are no numbers yet"):
        render(plot, tmp_path / "x.csv")


def test_copying_puts_a_picture_on_the_clipboard(shown) -> None:
    copy_picture(shown("gates"))
    assert QGuiApplication.clipboard().image().width() == 840


def test_the_dialog_exports_with_its_options(qtbot, shown, session, tmp_path) -> None:
    plot = shown("loss")
    dialog = ExportDialog(None, plot, "png")
    qtbot.addWidget(dialog)
    heard, notices = [], []
    dialog.written.connect(heard.append)
    session.notice.connect(notices.append)
    assert dialog.path.text().endswith("loss.png") and dialog.scale.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("pdf"))
    assert dialog.path.text().endswith("loss.pdf") and not dialog.scale.isEnabled()
    dialog.format.setCurrentIndex(dialog.format.findData("png"))
    dialog.scale.setValue(3.0)
    dialog.background.setCurrentIndex(dialog.background.findData("transparent"))
    dialog.path.setText(str(tmp_path / "figure"))
    assert dialog.export() == tmp_path / "figure.png"
    assert heard == [tmp_path / "figure.png"] and "figure.png" in notices[0].text
    picture = QImage(str(heard[0]))
    assert picture.width() == 1260 and picture.pixelColor(0, 0).alpha() == 0
    monkey = ExportDialog(None, plot, "svg")
    qtbot.addWidget(monkey)
    assert monkey.path.text() == str(tmp_path / "loss.svg")
    ExportDialog.last_folder = None


def test_the_dialog_says_what_is_wrong_and_stays(qtbot, shown, tmp_path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = export_dialog(window, shown("loss"), "svg")
    assert dialog.isVisible()
    for text in ("", str(tmp_path / "missing" / "x.svg")):
        dialog.path.setText(text)
        assert dialog.export() is None
        assert dialog.isVisible() and dialog.message.isVisible() and dialog.message.text()
    dialog.reject()


@pytest.mark.parametrize("format", ["svg", "pdf", "png", "csv"])
def test_headless_export_of_everything(format: str, session, tmp_path) -> None:
    paths = export_plots(
        session.experiment, session.curves, session.traces, ["all"], format, tmp_path / "new" / "folder", theme="dark",
        facts=session.facts, probe=session.probe, look=session.inspections.look,
    )  # fmt: skip
    assert [path.name for path in paths] == [f"{name}.{format}" for name in PLOTS]
    assert all(path.stat().st_size > 500 for path in paths)
    if format == "png":
        assert QImage(str(paths[0])).width() == 1800
        assert QImage(str(paths[0])).pixelColor(2, 2).name() == DARK.panel.lower()


def test_headless_export_refuses_what_it_does_not_know(session, tmp_path) -> None:
    given = (session.experiment, session.curves, session.traces)
    with pytest.raises(BadInput, match="there is no plot"):
        export_plots(*given, ["losss"], "svg", tmp_path, facts=session.facts, probe=session.probe)
    with pytest.raises(BadInput, match="not a format"):
        export_plots(*given, ["loss"], "gif", tmp_path, facts=session.facts, probe=session.probe)
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="cannot be written"):
        export_plots(*given, ["loss"], "svg", tmp_path / "file", facts=session.facts, probe=session.probe)


def test_settings_are_complete_and_without_the_windows_own(session) -> None:
    told = describe(session, "Loss")
    assert '"clip_norm":1.0' in told.settings and '"kind":"delayed_recall"' in told.settings
    assert "view" not in told.settings and "\n" not in told.line()
