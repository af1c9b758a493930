"""Loggers of classes."""

from __future__ import annotations

import logging


class LoggingMixin:
    """Gives a class its logger, as `log`; what is logged while a try runs becomes part of its log."""

    _logger_name: str | None = None

    @property
    def log(self) -> logging.Logger:
        return logging.getLogger(self._logger_name or f"{type(self).__module__}.{type(self).__name__}")

    @classmethod
    def logger(cls) -> logging.Logger:
        """The logger, called by the module and the name of the class."""
        return logging.getLogger(cls._logger_name or f"{cls.__module__}.{cls.__name__}")
