"""What the table of provider classes consists of."""

from __future__ import annotations

from typing import TypeAlias

#: Module (below the provider) -> class -> its template fields, and after ``|`` the endings of files with templates.
#: A class whose name ends with ``Hook`` is a hook, any other one an operator or a sensor.
ProviderClasses: TypeAlias = dict[str, dict[str, str]]
#: Class -> the module (below ``airflow.providers``) that it is in now and, if it is another, ``:`` and its new name.
MovedClasses: TypeAlias = dict[str, str]
