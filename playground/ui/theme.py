"""Colours and sizes of both themes. The only place where a colour is written down."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtGui import QColor, QPalette


@dataclass(frozen=True)
class Theme:
    """One theme. Colours are "#RRGGBB"; lines keep 3:1 and text 4.5:1 contrast against `panel` (tests check it)."""

    name: Literal["light", "dark"]
    window: str
    panel: str
    canvas: str
    field: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    grid: str
    good: str
    warning: str
    bad: str
    forget: str
    input_gate: str
    output: str
    candidate: str
    cell: str
    hidden: str
    input: str
    positive: str
    negative: str
    zero: str
    contestants: tuple[str, ...]

    def role(self, role: str) -> str:
        """The colour of a node's role ("none" reads like muted text)."""
        return self.muted if role == "none" else str(getattr(self, role))

    def contestant(self, index: int) -> str:
        """The colour of the index-th network, the same everywhere. They repeat after eight; the marks then differ."""
        return self.contestants[index % len(self.contestants)]


LIGHT = Theme(
    name="light", window="#F1F3F8", panel="#FFFFFF", canvas="#FAFBFD", field="#F3F5F9", border="#DFE3EC",
    text="#171C28", muted="#626B7C", accent="#2F5BEA", on_accent="#FFFFFF", grid="#E6E9F0",
    good="#008060", warning="#A86400", bad="#C2410C",
    forget="#C25400", input_gate="#00805E", output="#0072B2", candidate="#B0568F", cell="#A87400",
    hidden="#1F83B8", input="#697386", positive="#0072B2", negative="#D55E00", zero="#FFFFFF",
    contestants=("#92400E", "#4F46E5", "#0F766E", "#BE185D", "#4D7C0F", "#7E22CE", "#323F54", "#14532D"),
)  # fmt: skip

DARK = Theme(
    name="dark", window="#0D1015", panel="#161A21", canvas="#11141A", field="#1E232C", border="#2A303B",
    text="#E8EBF2", muted="#98A1B2", accent="#7C9CFF", on_accent="#0D1015", grid="#252B35",
    good="#2BBE93", warning="#E5A93C", bad="#F08A4B",
    forget="#F0803C", input_gate="#2BBE93", output="#4BA3E3", candidate="#E091BD", cell="#EBB13F",
    hidden="#74C4F2", input="#A0AABB", positive="#3B9BE0", negative="#F0803C", zero="#161A21",
    contestants=("#E0A45E", "#A79BFF", "#4FC4B5", "#F58FB8", "#A5CC5C", "#E26BF0", "#D1D6E0", "#3FBF5A"),
)  # fmt: skip

THEMES = {"light": LIGHT, "dark": DARK}
GRID = 8  # px; margins and gaps are multiples of it (or half of it)


def palette(theme: Theme) -> QPalette:
    """A Qt palette for the Fusion style. `setColorScheme` does nothing offscreen, so palettes are set by hand."""
    made = QPalette()
    roles = QPalette.ColorRole
    for role, colour in {
        roles.Window: theme.window, roles.WindowText: theme.text, roles.Base: theme.field,
        roles.AlternateBase: theme.panel, roles.Text: theme.text, roles.PlaceholderText: theme.muted,
        roles.Button: theme.field, roles.ButtonText: theme.text, roles.BrightText: theme.bad,
        roles.Highlight: theme.accent, roles.HighlightedText: theme.on_accent, roles.Link: theme.accent,
        roles.ToolTipBase: theme.panel, roles.ToolTipText: theme.text, roles.Light: theme.panel,
        roles.Midlight: theme.border, roles.Mid: theme.border, roles.Dark: theme.border, roles.Shadow: theme.window,
    }.items():  # fmt: skip
        made.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        faded = QColor(theme.muted)
        faded.setAlpha(140)
        made.setColor(QPalette.ColorGroup.Disabled, role, faded)
    return made
