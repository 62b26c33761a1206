"""State machines inside larger files: every place that is reported is one of the larger file.

CloudFormation and SAM templates (what CDK synthesises included), Terraform's configurations and
plans. A definition there is an object, or a text inside a text: ``positions`` leads from the inner
text back through escapes, indentation and joined pieces. Nothing is evaluated: what a deployment
fills in stays ``${X}``, and a definition that only a deployment makes is a finding that says so.

Read ``detection`` next, then ``cloudformation`` and ``terraform``.
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.importers.embedded.detection import Contents, contents_of
    from wfmodel.importers.embedded.machine import EmbeddedMachine
else:
    __getattr__ = on_use(__name__)

__all__ = ["Contents", "EmbeddedMachine", "contents_of"]
