"""The race: who takes part, who was first, and how sure that is over other seeds and lags."""
