"""The labels of instances: `map_index_template`, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fanjet.model.texts import storable
from fanjet.runtime.failures import describe, write_log
from fanjet.runtime.secrets import SECRETS
from fanjet.runtime.templates import UndefinedInTemplateError

if TYPE_CHECKING:
    from fanjet.runtime.task_instance import TaskInstance

_MAX_LABEL_CHARS = 250
_HOW_TO_NAME = "labels know what templates know; hand them more within the task: get_current_context()['name'] = value"


def render_label(ti: TaskInstance, *, warns: bool = False) -> str | None:
    """Render the label with what the context holds by now, and keep it as `ti.rendered_map_index`.

    Args:
        ti: The try.
        warns: Whether a template that fails is worth a line in the log; it never changes how the try ends.

    Returns:
        None when there is no template, or it fails.
    """
    template = ti.prepared.label_template
    if template is None:
        return None
    context = ti.get_template_context()
    try:
        label = str(ti.prepared.templates.render(template, context, f"Task '{ti.task_id}', field 'map_index_template'"))
    except Exception as error:  # noqa: BLE001 - a template may call anything
        if warns:
            if isinstance(error, UndefinedInTemplateError):
                error.fix = _HOW_TO_NAME
            write_log(
                f"The label of this instance could not be rendered; its index stands instead. {describe(error)}\n"
            )
        return None
    ti.rendered_map_index = SECRETS.mask(storable(label))[:_MAX_LABEL_CHARS]
    return ti.rendered_map_index
