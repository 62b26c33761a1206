"""One small order in every notation that the checker reads."""

ORDER = """\
name: order
initial: reserve
services: {shop: {}, bank: {}}
states:
  reserve:
    kind: task
    service: shop
    on: {failure: refused}
    next: charge
  charge:
    kind: task
    service: bank
    duration: 20ms
    next: paid
  paid: {kind: final, outcome: succeeded}
  refused: {kind: final, outcome: failed}
"""

MACHINE = """\
{
  "StartAt": "Check 😀",
  "States": {
    "Check 😀": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsPresent": true, "Next": "Pay"}], "Default": "Done"},
    "Pay": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}], "Next": "Done"},
    "Done": {"Type": "Succeed"}
  }
}
"""  # noqa: E501

TEMPLATE = """\
Resources:
  Order:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Pay
        States:
          Pay: {Type: Pass, Next: Done}
          Done: {Type: Succeed}
  Text:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: role
      DefinitionString: !Sub |
        {"StartAt": "One",
         "States": {
           "One": {"Type": "Pass", "Next": "Two"},
           "Two": {"Type": "Succeed"}}}
  Escaped:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: role
      DefinitionString: "{\\"StartAt\\": \\"Eins\\",
        \\"States\\": {\\"Eins\\": {\\"Type\\": \\"Succeed\\"}}}"
"""

TERRAFORM = """\
resource "aws_sfn_state_machine" "order" {
  definition = jsonencode({
    StartAt = "A"
    States = {
      A = { Type = "Pass", Next = "B" }
      B = { Type = "Succeed" }
    }
  })
}
resource "aws_sfn_state_machine" "text" {
  definition = <<EOF
{"StartAt": "X", "States": {"X": {"Type": "Succeed"}}}
EOF
}
"""

CHOREOGRAPHY = """\
choreography: greeting
events: {greeted: {outside: publishes}, answered: {outside: consumes}}
services:
  host:
    initial: idle
    states:
      idle: {on: {greeted: {to: done, publishes: [answered]}}}
      done: {}
"""
