"""The doctor: looks at a running training, names what is wrong with its evidence, and offers edits that mend it.

`thresholds` is the one table of limits and where they come from; `patient` what is known of a network at a moment;
`anatomy` what its cells are made of; `flow`, `units` and `progress` the examinations, and `examine` runs them all;
`remedies` turns a finding into edits, and `treatment` says whether one helped.
"""

from playground.training.doctor.examine import examine
from playground.training.doctor.findings import Finding, Report
from playground.training.doctor.patient import Patient, Vitals, patients

__all__ = ["Finding", "Patient", "Report", "Vitals", "examine", "patients"]
