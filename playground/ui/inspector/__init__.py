"""The right side of the window: the inspector of what is selected, and the training card."""

from playground.ui.inspector.panel import Inspector
from playground.ui.inspector.training_card import TrainingCard

__all__ = ["Inspector", "TrainingCard"]
