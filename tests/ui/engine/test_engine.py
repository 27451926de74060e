"""Which engine computes, seen and changed in the window: the real worker, the real chooser."""

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from playground.engine.devices import usable
from playground.experiment.files import dumps
from playground.training.messages import EngineChosen
from playground.ui.engine.words import entry, name_of, reason, times
from playground.ui.settings import Settings

WAIT = 20_000


@pytest.fixture(autouse=True)
def engine(settings) -> None:
    """Chosen, not named."""
    settings.engine = "auto"


def chosen(engine: str, why: str = "fastest", **seconds: float) -> EngineChosen:
    return EngineChosen(1, engine, seconds, why)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "here", "said"),
    [
        (
            chosen("native", native=0.001, numpy=0.0071),
            ("numpy", "native"),
            "native CPU: 7.1 times NumPy for this network; no GPU here",
        ),
        (
            chosen("numpy", numpy=0.001, native=0.0013),
            ("numpy", "native"),
            "NumPy: 1.3 times native CPU for this network; no GPU here",
        ),
        (
            chosen("native", native=0.002, numpy=0.02, cupy=0.004),
            ("numpy", "native", "cupy"),
            "native CPU: 2.0 times CuPy (GPU) for this network; 10 times NumPy for this network",
        ),
        (
            chosen("numpy", "asked", numpy=0.002, native=0.001),
            ("numpy", "native"),
            "NumPy: as you chose; native CPU would be 2.0 times as fast for this network; no GPU here",
        ),
        (chosen("numpy"), ("numpy",), "NumPy: LLVM cannot compile here; no GPU here"),
        (
            chosen("native", "open"),
            ("numpy", "native", "cupy"),
            "native CPU: not yet compared for this network; the GPU is not yet compared",
        ),
        (
            chosen("native"),
            ("numpy", "native"),
            "native CPU: this network is too large to try all engines first; no GPU here",
        ),
        (
            chosen("native", native=1.0, numpy=1.02),
            ("numpy", "native"),
            "native CPU: as fast as NumPy for this network; no GPU here",
        ),
    ],
)  # fmt: skip
def test_why_this_engine(given: EngineChosen, here: tuple[str, ...], said: str) -> None:
    assert reason(given, here) == said


def test_numbers_for_people() -> None:
    assert [times(ratio) for ratio in (1.04, 9.94, 9.97, 99.4, 141, 1234)] == ["1.0", "9.9", "10", "99", "140", "1,200"]
    assert entry("cupy", {"cupy": "no driver"}, ("numpy",)) == "CuPy (GPU) – no driver"
    assert entry("numpy", {"numpy": "NumPy 2"}, ("numpy",)) == name_of("numpy") == "NumPy"


def test_the_chip_says_what_computes_and_why(qtbot, window):
    chip, engine = window.transport.engine, window.session.engine
    qtbot.waitUntil(lambda: engine.chosen is not None and engine.chosen.why == "fastest", timeout=WAIT)
    assert chip.text() == f"{name_of(engine.chosen.engine)} ▾"
    assert chip.toolTip() == engine.reason == chip.accessibleDescription()
    assert chip.accessibleName() == f"Engine: {name_of(engine.chosen.engine)}"
    if usable("native"):
        assert " times " in engine.reason
    actions = chip.menu_of_engines.actions_by_name
    assert list(actions) == ["auto", "native", "numpy", "cupy"]
    assert actions["auto"].isChecked() and name_of(engine.chosen.engine) in actions["auto"].text()
    for name, action in actions.items():
        assert action.isEnabled() == usable(name)
        assert (name == "auto") or usable(name) == (action.text() == name_of(name))  # else the reason is there
    assert chip.isVisible() and chip.focusPolicy() == Qt.FocusPolicy.TabFocus


def pick(qtbot, chip, name: str) -> None:
    """As a person does: press the button, then the entry of its menu."""
    menu = chip.menu_of_engines
    opened = []
    menu.aboutToShow.connect(lambda: opened.append(True))

    def press() -> None:
        action = menu.actions_by_name[name]
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    QTimer.singleShot(200, press)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(8, chip.height() // 2))
    qtbot.waitUntil(lambda: not menu.isVisible(), timeout=WAIT)
    assert opened


@pytest.mark.skipif(not usable("native"), reason="LLVM cannot compile here")
def test_another_engine_while_it_trains(qtbot, window):
    session, chip = window.session, window.transport.engine
    qtbot.waitUntil(lambda: session.engine.chosen is not None and session.engine.chosen.why == "fastest", timeout=WAIT)
    other = "numpy" if session.engine.chosen.engine == "native" else "native"
    session.play()
    qtbot.waitUntil(lambda: len(session.curves.steps) > 30, timeout=WAIT)
    pick(qtbot, chip, other)
    qtbot.waitUntil(lambda: session.engine.chosen is not None and session.engine.chosen.why == "asked", timeout=WAIT)
    assert session.run_state.engine == session.engine.chosen.engine == other
    assert chip.text() == f"{name_of(other)} ▾" and "as you chose" in chip.toolTip()
    at = len(session.curves.steps)
    assert at > 30 and session.run_state.state == "training"
    qtbot.waitUntil(lambda: len(session.curves.steps) > at + 30, timeout=WAIT)
    session.pause()
    qtbot.waitUntil(lambda: session.run_state.state == "paused", timeout=WAIT)
    assert session.curves.steps.tolist() == list(range(1, len(session.curves.steps) + 1))
    # it belongs to this machine: remembered in the settings, and no file knows of it
    assert chip.menu_of_engines.actions_by_name[other].isChecked()
    assert session.settings.engine == other and not session.dirty
    assert other.encode() not in dumps(session.experiment)
    pick(qtbot, chip, "auto")
    qtbot.waitUntil(lambda: session.engine.chosen.why == "fastest", timeout=WAIT)
    assert session.settings.engine == "auto" and session.run_state.step == session.curves.steps[-1]


@pytest.mark.skipif(not usable("native"), reason="LLVM cannot compile here")
def test_what_was_wanted_is_wanted_in_the_next_window(qtbot, settings):
    from playground.experiment.files import examples, load
    from playground.ui.session import Session

    settings.engine = "numpy"
    settings.sync()
    session = Session(load(examples()["sines"]), Settings(settings.config_folder))
    try:
        assert session.engine.wanted == "numpy"
        with qtbot.waitSignal(session.started, timeout=WAIT) as got:
            session.start_worker()
        assert got.args[0].engine == "numpy"
    finally:
        session.close()


def test_a_setting_that_means_nothing_is_auto(settings):
    settings.engine = "abacus"
    assert settings.engine == "auto"


def test_the_menu_of_the_window_has_it_too(quiet):
    from playground.ui.engine.menu import EngineMenu

    (menu,) = quiet.menuBar().findChildren(EngineMenu)
    assert list(menu.actions_by_name) == ["auto", "native", "numpy", "cupy"]
    assert quiet.menus.actions["train.lab"].shortcut().toString() == "Ctrl+L"
