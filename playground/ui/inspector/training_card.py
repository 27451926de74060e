"""How the networks are trained: every setting of `playground.network.spec.Training`."""

from PySide6.QtWidgets import QWidget

from playground.experiment.document import Experiment
from playground.ui.inspector.form import Form
from playground.ui.session import Session
from playground.ui.widgets.card import Card
from playground.ui.widgets.rows import Row

OWN_SETTINGS = {
    "momentum": ("momentum",),
    "rmsprop": ("rho", "epsilon"),
    "adam": ("beta1", "beta2", "epsilon"),
    "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
}


class TrainingCard(Card):
    """Changes apply to the running networks. What the chosen optimizer or schedule does not use is hidden."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("training", self.tr("Training"), scroll=True, parent=parent)
        self.setMinimumHeight(104)
        self.form = Form(session)
        self.body.addWidget(self.form)
        self.body.addStretch(1)
        self._optimizer: dict[str, Row] = {}
        self._schedule: list[Row] = []
        self._build()
        session.document_changed.connect(self._refresh)
        self._refresh(session.experiment)

    def complete(self) -> None:
        """The rows further down, which nobody sees at first: built after the first paint."""
        if self._schedule:
            return
        self._build_schedule()
        self._build_more()
        self._refresh(self.form.session.experiment)

    def _refresh(self, experiment: Experiment) -> None:
        self.form.refresh()
        used = OWN_SETTINGS.get(experiment.training.optimizer.kind, ())
        for name, row in self._optimizer.items():
            row.setVisible(name in used)
        for row in self._schedule:
            row.setVisible(experiment.training.schedule.kind != "constant")

    def _build(self) -> None:
        form, tr = self.form, self.tr
        form.choice(
            "training.optimizer.kind",
            tr("optimizer"),
            [("sgd", "SGD"), ("momentum", "Momentum"), ("rmsprop", "RMSprop"), ("adam", "Adam"), ("adamw", "AdamW")],
            tr("How a gradient becomes a change of the weights. SGD: w ← w − η g"),
        )
        form.number(
            "training.optimizer.learning_rate",
            tr("learning rate"),
            tr("η, the size of a step: above 0. Drag the name to change it"),
            low=1e-9,
        )
        form.number(
            "training.batch",
            tr("batch"),
            tr("Sequences in one training step: 1 to 65,536"),
            whole=True,
            low=1,
            high=65536,
        )
        form.number(
            "training.clip_norm",
            tr("clip norm"),
            tr("θ: where ‖g‖ ≥ θ, g ← θ g/‖g‖ (Pascanu 2013). 0 turns it off"),
            low=0,
        )
        form.number(
            "training.truncate",
            tr("truncate"),
            tr(
                "Truncated BPTT: the gradient goes back through windows of so many steps, the state is carried on. "
                "0: through the whole sequence"
            ),
            whole=True,
            low=0,
        )
        self._build_stop()

    def _build_stop(self) -> None:
        form, tr = self.form, self.tr
        form.heading(tr("STOP AT"))
        form.number(
            "training.goal.steps",
            tr("steps"),
            tr("Stop after so many steps. 0: not on that account"),
            whole=True,
            low=0,
        )
        form.number(
            "training.goal.seconds",
            tr("seconds"),
            tr("Stop after so many seconds of training. 0: not on that account"),
            low=0,
        )
        form.number(
            "training.goal.loss",
            tr("test loss"),
            tr("Stop when every network's test loss is at or below this. 0: not on that account"),
            low=0,
        )

    def _build_schedule(self) -> None:
        form, tr = self.form, self.tr
        form.heading(tr("SCHEDULE"))
        form.choice(
            "training.schedule.kind",
            tr("learning rate"),
            [("constant", tr("constant")), ("step", tr("in steps")), ("cosine", tr("cosine"))],
            tr("A factor on the learning rate that depends on the step"),
        )
        self._schedule = [
            form.number(
                "training.schedule.every",
                tr("every"),
                tr("In steps: times the factor every so many steps. Cosine: the factor is reached there"),
                whole=True,
                low=1,
            ),
            form.number(
                "training.schedule.factor",
                tr("factor"),
                tr("In steps: what the rate is multiplied by. Cosine: the fraction it falls to"),
                low=0,
            ),
        ]
        form.number(
            "training.schedule.warmup",
            tr("warm-up"),
            tr("The rate grows from 0 during so many steps"),
            whole=True,
            low=0,
        )

    def _build_more(self) -> None:
        form, tr = self.form, self.tr
        form.heading(tr("DETAILS"))
        path = "training.optimizer."
        helps = {
            "momentum": ("momentum", tr("μ: v ← μ v + g; w ← w − η v. 0 to below 1")),
            "rho": ("ρ", tr("How long the mean of g² remembers: 0 to below 1")),
            "beta1": ("β₁", tr("How long Adam's mean of g remembers: 0 to below 1")),
            "beta2": ("β₂", tr("How long Adam's mean of g² remembers: 0 to below 1")),
            "epsilon": ("ε", tr("Keeps the division finite: above 0")),
            "weight_decay": (tr("weight decay"), tr("λ: w ← w − η λ w at every step; 0 or more")),
        }
        for name, (text, help) in helps.items():
            self._optimizer[name] = form.number(path + name, text, help, low=0)
        form.choice(
            "training.loss",
            tr("loss"),
            [
                ("auto", tr("the task's own")),
                ("mse", tr("mean squared error")),
                ("cross_entropy", tr("cross-entropy")),
                ("binary_cross_entropy", tr("binary cross-entropy")),
            ],
            tr("What is made small. Mean squared error: mean of (y − target)²"),
        )
        form.choice(
            "training.precision",
            tr("precision"),
            [("float32", "float32"), ("float64", "float64")],
            tr("Digits of every number while training: about 7 or 16"),
        )
        form.number(
            "training.test_every",
            tr("test every"),
            tr("Steps between two tests on unseen sequences"),
            whole=True,
            low=1,
        )
        form.number(
            "training.checkpoint_every",
            tr("checkpoint every"),
            tr("Steps between two checkpoints, from which a run can go on. 0: none"),
            whole=True,
            low=0,
        )
