"""What an operator can set: a table of settings, where each value comes from, and the values themselves."""

from fanjet.settings.load import load_settings
from fanjet.settings.values import Settings

__all__ = ["Settings", "load_settings"]
