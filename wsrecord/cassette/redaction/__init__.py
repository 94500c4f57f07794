"""Redaction: secrets never reach a cassette, a report or a log."""

from .redactor import Redactor, environment_values
from .values import Vault

__all__ = ["Redactor", "Vault", "environment_values"]
