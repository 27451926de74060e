"""A laboratory for recurrent networks: cells built from gates, trained while you watch."""

__version__ = "0.1.0"
