"""What is said of background runs."""

from PySide6.QtCore import QCoreApplication

from playground.ui.race.repeats import Repeats


def tr(text: str) -> str:
    return QCoreApplication.translate("Repeats", text)


def duration(seconds: float) -> str:
    """About how long, in words: "less than a minute", "3 minutes", "2 hours"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return tr("less than a minute")
    if minutes == 1:
        return tr("a minute")
    if minutes < 100:
        return tr("{0} minutes").format(minutes)
    return tr("{0} hours").format(round(seconds / 3600))


def short_duration(seconds: float) -> str:
    """The same in little room."""
    return (
        tr("{0} min").format(max(1, round(seconds / 60)))
        if seconds >= 45
        else tr("{0} s").format(max(1, round(seconds)))
    )


def progress(repeats: Repeats) -> str:
    """How far it is, "" when nothing runs and nothing went wrong."""
    if not repeats.running:
        return repeats.problem
    text = tr("{0} of {1} runs").format(repeats.done, repeats.total)
    if repeats.paused:
        return tr("{0} · waiting while you train").format(text)
    left = repeats.seconds_left
    return text if left is None else tr("{0} · about {1} left").format(text, duration(left))
