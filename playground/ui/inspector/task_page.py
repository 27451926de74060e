"""The inspector of the sequence: what it asks, its settings, its data, and what can be reached without a network."""

import math

from playground.tasks.spec import Adding, AnyTask, DelayedRecall, Sines, Table, TemporalOrder, Text
from playground.ui.canvas.verdict import format_metric
from playground.ui.inspector.form import Form
from playground.ui.session import Session

GENERATED = (DelayedRecall, Adding, TemporalOrder, Sines)


class TaskPage(Form):
    """Built for one kind of task; another kind needs another page."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.note(lambda: session.facts.about if session.facts else "")
        self.note(lambda: str(session.task_problem or ""), "error")
        self.column.addSpacing(2)
        build = {
            DelayedRecall: self._recall,
            Adding: self._adding,
            TemporalOrder: self._order,
            Sines: self._sines,
            Table: self._table,
            Text: self._text,
        }
        build[type(session.experiment.task)]()
        self._data()

    def _recall(self) -> None:
        self.slider("task.lag", self.tr("lag"), 2, 1000, self.tr("Steps between the cue and the answer: 2 to 100,000"))
        self.number(
            "task.noise", self.tr("noise σ"), self.tr("Standard deviation of the distractors: 0 or more"), low=0
        )

    def _adding(self) -> None:
        self.slider("task.length", self.tr("length"), 10, 1000, self.tr("Steps T of a sequence: 2 to 100,000"))
        self.tick(
            "task.scaled",
            self.tr("target"),
            self.tr("scaled"),
            self.tr("Scaled: 0.5 + (X₁ + X₂) / 4 as in the paper; otherwise X₁ + X₂"),
        )

    def _order(self) -> None:
        self.slider("task.length", self.tr("length"), 20, 1000, self.tr("Fewest symbols of a sequence: 20 to 10,000"))
        self.number(
            "task.marks",
            self.tr("marks"),
            self.tr("How many X or Y stand among the distractors: 2 (4 classes) or 3 (8 classes)"),
            whole=True,
            low=2,
            high=3,
        )

    def _sines(self) -> None:
        self.slider("task.length", self.tr("length"), 10, 1000, self.tr("Steps T of a sequence: 2 to 100,000"))
        self.number(
            "task.waves", self.tr("waves"), self.tr("How many sines are added: 1 to 8"), whole=True, low=1, high=8
        )
        self.number("task.noise", self.tr("noise σ"), self.tr("Standard deviation of the noise: 0 or more"), low=0)
        self._horizon()

    def _horizon(self) -> None:
        self.number(
            "task.horizon", self.tr("ahead"), self.tr("How many steps ahead is predicted: 1 or more"), whole=True, low=1
        )

    def _table(self) -> None:
        self.names("task.inputs", self.tr("from"), self.tr("The columns the network sees, with commas between them"))
        self.names("task.targets", self.tr("predict"), self.tr("The columns it predicts, with commas between them"))
        self._horizon()
        self.number(
            "task.window", self.tr("window"), self.tr("Steps of a training sequence: 2 to 100,000"), whole=True, low=2
        )
        self.number(
            "task.warmup",
            self.tr("warm-up"),
            self.tr("First steps of a window on which no target counts"),
            whole=True,
            low=0,
        )
        self.number(
            "task.train_until",
            self.tr("train until"),
            self.tr("The last time that is for training; empty: the first 80 %"),
            none=True,
        )
        self.number(
            "task.test_until", self.tr("test until"), self.tr("The last time that is tested; empty: the end"), none=True
        )

    def _text(self) -> None:
        self.number(
            "task.length",
            self.tr("window"),
            self.tr("Characters T of a training sequence: 2 to 100,000"),
            whole=True,
            low=2,
        )

    def _data(self) -> None:
        session = self.session
        self.fact(
            "task.training_data",
            self.tr("training data"),
            lambda: self._training(session.experiment.task),
            self.tr("What the networks learn from"),
        )
        if isinstance(session.experiment.task, GENERATED):
            self.number(
                "task.test_sequences",
                self.tr("test sequences"),
                self.tr("How many unseen sequences the test error is measured on"),
                whole=True,
                low=1,
            )
        else:
            self.fact(
                "task.test_data",
                self.tr("test data"),
                lambda: self._test(session.experiment.task),
                self.tr("What no network has learned from"),
            )
        self.fact("task.chance", self.tr("by guessing"), self._chance, self.tr("What guessing reaches"))
        for place in range(4):
            self._baseline(place)

    def _training(self, spec: AnyTask) -> str:
        if isinstance(spec, GENERATED):
            return self.tr("new every batch")
        if isinstance(spec, Text):
            return self.tr("first nine tenths")
        return self.tr("first 80 %") if spec.train_until is None else self.tr("to {0}").format(f"{spec.train_until:g}")

    def _test(self, spec: AnyTask) -> str:
        if isinstance(spec, Text):
            return self.tr("last tenth")
        assert isinstance(spec, Table)
        begin = (
            self.tr("the rest") if spec.train_until is None else self.tr("after {0}").format(f"{spec.train_until:g}")
        )
        return begin if spec.test_until is None else self.tr("{0}, to {1}").format(begin, f"{spec.test_until:g}")

    def _chance(self) -> str:
        facts = self.session.facts
        if facts is None or facts.chance is None or not facts.metrics or math.isnan(facts.chance):
            return ""
        return format_metric(facts.metrics[0], facts.chance)

    def _baseline(self, place: int) -> None:
        """A method without any network; "guessing" is told already."""

        def entries() -> list[tuple[str, float]]:
            facts = self.session.facts
            found = facts.baselines if facts else ()
            return [(b.name, b.metric) for b in found if not (facts and b.metric == facts.chance)]

        def read() -> str:
            facts, found = self.session.facts, entries()
            if facts is None or place >= len(found) or not facts.metrics:
                return ""
            return format_metric(facts.metrics[0], found[place][1])

        help = self.tr("What a method without any network reaches on the test data ({0})")
        headline = self.session.facts.metrics[0] if self.session.facts and self.session.facts.metrics else ""
        row = self.fact(f"task.baseline{place}", "", read, help.format(headline.replace("_", " ")))

        def name() -> None:
            found = entries()
            row.name.setText(found[place][0] if place < len(found) else "")

        self._refreshers.append(name)
        name()
