"""The power lab: the present network timed live on every engine of this machine, against its size."""
