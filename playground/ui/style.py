"""The stylesheet of a theme. Widgets say what they are with a dynamic property; here it is said how that looks.

`card`: a rounded panel. `look` of a label: title, heading, muted, small, value, good, error, boxed; of a
button: primary, quiet, drop, plot. `notice`: a message of that level. `line`: a thin line.
"""

from PySide6.QtWidgets import QApplication, QWidget

from playground.ui.theme import Theme, palette

RADIUS = 8


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Palette and stylesheet for the whole program."""
    app.setPalette(palette(theme))
    app.setStyleSheet(stylesheet(theme))


def set_look(widget: QWidget, look: str) -> None:
    """Change what a widget is while it is shown."""
    if widget.property("look") != look:
        widget.setProperty("look", look)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def stylesheet(theme: Theme) -> str:
    """Qt style sheet text; sizes are pixels of the 8 px grid, the font stays the system's."""
    t = theme
    return f"""
QMainWindow, QWidget#body {{ background: {t.window}; }}
QToolTip {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border}; padding: 4px 6px; }}
QMenuBar {{ background: {t.panel}; color: {t.text}; padding: 2px 8px; border: none; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.field}; }}
QMenu {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 24px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.accent}; color: {t.on_accent}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 8px; }}

QFrame#transport {{ background: {t.panel}; border: none; border-bottom: 1px solid {t.border}; }}
QFrame[card="true"] {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
QFrame[card="canvas"] {{ background: {t.canvas}; border: 1px solid {t.border}; border-radius: {RADIUS}px; }}
QFrame[card="badge"] {{ background: {t.panel}; border: 1px solid {t.accent}; border-radius: {RADIUS}px; }}
QFrame[formula="true"] {{ background: {t.field}; border: none; border-radius: 6px; }}
QFrame[line="true"] {{ background: {t.border}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[notice] {{ background: {t.panel}; border: 1px solid {t.border}; border-radius: 6px; }}
QFrame[notice="warning"] {{ border: 1px solid {t.warning}; }}
QFrame[notice="error"] {{ border: 1px solid {t.bad}; }}
QLabel[look="notice info"] {{ color: {t.accent}; font-weight: 600; }}
QLabel[look="notice warning"] {{ color: {t.warning}; font-weight: 600; }}
QLabel[look="notice error"] {{ color: {t.bad}; font-weight: 600; }}

QLabel {{ background: transparent; }}
QLabel[look="title"] {{ color: {t.text}; font-weight: 600; }}
QLabel[look="heading"] {{ color: {t.muted}; font-weight: 500; font-size: 11px; letter-spacing: 0.3px; }}
QLabel[look="muted"] {{ color: {t.muted}; }}
QLabel[look="small"] {{ color: {t.muted}; font-size: 11px; }}
QLabel[look="value"] {{ color: {t.text}; }}
QLabel[look="good"] {{ color: {t.good}; }}
QLabel[look="error"] {{ color: {t.bad}; font-size: 11px; }}
QLabel[look="boxed"] {{ color: {t.text}; background: {t.field}; border: 1px solid {t.border}; border-radius: 6px;
  padding: 3px 9px; }}

QPushButton {{ background: {t.field}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
  padding: 4px 12px; min-height: 20px; }}
QPushButton:hover {{ border-color: {t.muted}; }}
QPushButton:pressed {{ background: {t.border}; }}
QPushButton:focus {{ border: 1px solid {t.accent}; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.panel}; }}
QPushButton[look="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: 1px solid {t.accent};
  font-weight: 600; }}
QPushButton[look="primary"]:focus {{ border: 2px solid {t.text}; padding: 3px 11px; }}
QPushButton[look="primary"]:disabled {{ background: {t.field}; color: {t.muted}; border-color: {t.border}; }}
QPushButton[look="quiet"], QToolButton[look="quiet"] {{ background: transparent; border: 1px solid transparent;
  border-radius: 6px; color: {t.muted}; padding: 2px 6px; }}
QPushButton[look="quiet"]:hover, QToolButton[look="quiet"]:hover {{ background: {t.field}; color: {t.text}; }}
QPushButton[look="quiet"]:focus, QToolButton[look="quiet"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[look="link"] {{ background: transparent; border: 1px solid transparent; color: {t.accent};
  font-weight: 600; border-radius: 6px; padding: 3px 8px; }}
QPushButton[look="link"]:hover {{ background: {t.field}; }}
QPushButton[look="link"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[look="finding"] {{ background: transparent; border: 1px solid transparent; border-radius: 4px;
  color: {t.text}; font-weight: 600; text-align: left; padding: 0px 2px; min-height: 16px; }}
QPushButton[look="finding"]:hover {{ background: {t.field}; }}
QPushButton[look="finding"]:focus {{ border: 1px solid {t.accent}; }}
QPushButton[look="remedy"] {{ padding: 1px 8px; min-height: 18px; font-size: 11px; }}
QToolButton[chip="true"]::menu-indicator {{ image: none; width: 0; }}
QPushButton[look="drop"] {{ background: transparent; color: {t.muted}; border: 1px dashed {t.muted}; border-radius: 6px;
  padding: 6px 8px; }}
QPushButton[look="drop"]:hover, QPushButton[look="drop"]:focus {{ border-color: {t.accent}; color: {t.text}; }}

QLineEdit, QComboBox {{ background: {t.field}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
  padding: 2px 9px; min-height: 20px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QLineEdit:hover, QComboBox:hover {{ border-color: {t.muted}; }}
QLineEdit:focus, QComboBox:focus {{ border: 1px solid {t.accent}; }}
QLineEdit[wrong="true"] {{ border: 1px solid {t.bad}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t.muted}; background: {t.panel}; }}
QComboBox {{ padding-left: 11px; padding-right: 4px; }}
QComboBox[look="plot"] {{ min-height: 0px; padding: 0px 4px 0px 6px; }}
QComboBox::drop-down {{ border: none; width: 18px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border}; outline: none;
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; padding: 4px; }}
QPlainTextEdit {{ background: {t.field}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
  padding: 4px 6px; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QPlainTextEdit:focus {{ border: 1px solid {t.accent}; }}
QCheckBox {{ color: {t.text}; spacing: 6px; }}

QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
QSlider::handle:horizontal {{ background: {t.accent}; border: 1px solid {t.accent}; width: 14px; height: 14px;
  margin: -6px 0; border-radius: 8px; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {t.text}; width: 12px; height: 12px; }}
QSlider::handle:horizontal:disabled {{ background: {t.muted}; border-color: {t.muted}; }}

QProgressBar {{ background: {t.border}; border: none; border-radius: 3px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}

QScrollArea, QScrollArea > QWidget > QWidget[page="true"] {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 8px; margin: 6px 1px 6px 1px; }}
QScrollBar::handle:vertical {{ background: {t.border}; border-radius: 3px; min-height: 24px; }}
QScrollBar::handle:vertical:hover {{ background: {t.muted}; }}
QScrollBar:horizontal {{ background: transparent; height: 8px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.border}; border-radius: 4px; min-width: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: transparent; }}
QMainWindow::separator {{ background: transparent; width: 12px; height: 12px; }}
QMainWindow::separator:hover {{ background: {t.border}; }}
QDockWidget {{ color: {t.text}; }}
QTabBar::tab {{ background: transparent; color: {t.muted}; padding: 4px 10px; border: none;
  border-bottom: 2px solid transparent; }}
QTabBar::scroller {{ width: 40px; }}
QTabBar QToolButton {{ background: {t.window}; border: none; width: 20px; color: {t.muted}; }}
QTabBar QToolButton:hover {{ background: {t.field}; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.accent}; }}
QTableWidget {{ background: {t.panel}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px; }}
QTreeView[look="race"] {{ background: {t.panel}; color: {t.text}; border: none; outline: none; }}
QTreeView[look="race"]::item {{ padding: 3px 0px; border: none; }}
QTreeView[look="race"]::item:selected {{ background: {t.field}; color: {t.text}; }}
QPushButton[look="plot"] {{ font-size: 11px; min-height: 0px; padding: 1px 8px; border-radius: 5px; }}
QPushButton[look="drop"][lit="true"] {{ border: 1px dashed {t.accent}; color: {t.accent}; background: {t.field}; }}
QHeaderView::section {{ background: {t.panel}; color: {t.muted}; border: none; border-bottom: 1px solid {t.border};
  padding: 3px 6px; }}
QTreeView[look="race"] QHeaderView {{ background: {t.panel}; }}
QTreeView[look="race"] QHeaderView::section {{ font-size: 11px; padding: 0px 3px 3px 1px; }}
QMessageBox, QDialog {{ background: {t.panel}; }}
"""
