"""Words that only files with machines hold: without one of them nothing is parsed, or imported."""

from typing import Final

CLOUDFORMATION_TYPES: Final = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
TERRAFORM_TYPE: Final = "aws_sfn_state_machine"
SERVERLESS_KEY: Final = "stepFunctions"
MODULE_WORD: Final = "step-functions"
"""In the source of a module: ``terraform-aws-modules/step-functions/aws`` and what is made like it
take the machine as their argument ``definition``."""
