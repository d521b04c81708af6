"""Proof before publish: everything that can be known to be wrong with an instrument before anybody is asked."""

from surveys.proof.findings import Finding, Length, Report
from surveys.proof.prover import form, prove

__all__ = ["Finding", "Length", "Report", "form", "prove"]
