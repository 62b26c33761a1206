"""Integrations that Step Functions made for itself: ``arn:aws:states:::<service>:<action>``.

Which there are, which patterns each has beside a plain call, and which of the service's own actions
has its parameters. Express workflows have the plain call only.

Source: AWS Step Functions Developer Guide, "Integrating optimized services with Step Functions" and
the page of each service, as of 2025-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from wfmodel.importers.asl.integrations import Action, sdk_actions

SYNC: Final = "sync"
SYNC_2: Final = "sync:2"
CALLBACK: Final = "waitForTaskToken"
PATTERNS: Final = (SYNC, SYNC_2, CALLBACK)
"""Every pattern that a Resource may end with."""


@dataclass(frozen=True, slots=True)
class Optimized:
    """One integration.

    ``like`` is the SDK's service and action with the same parameters; ``more`` are others, a
    required one with ``!``. Without ``like`` they are all there is.
    """

    patterns: tuple[str, ...] = ()
    like: tuple[str, str] | None = None
    more: tuple[str, ...] = ()


def _group(
    sdk: str, patterns: tuple[str, ...], names: str, *, renamed: Mapping[str, str] | None = None
) -> dict[str, Optimized]:
    """Integrations of one service with the same patterns."""
    called = renamed or {}
    return {name: Optimized(patterns, (sdk, called.get(name, name))) for name in names.split()}


_CALL: Final = ()
_JOB: Final = (SYNC,)
_TOKEN: Final = (CALLBACK,)
_BOTH: Final = (SYNC, CALLBACK)
_KUBERNETES: Final = ("ClusterName!", "CertificateAuthority!", "Endpoint!")
_ENDPOINT: Final = ("ApiEndpoint!", "Method!", "Headers", "QueryParameters", "RequestBody")

OPTIMIZED: Final[Mapping[str, Mapping[str, Optimized]]] = {
    "apigateway": {
        "invoke": Optimized(
            _TOKEN, more=(*_ENDPOINT, "Stage", "Path", "AllowNullValues", "AuthType")
        )
    },
    "athena": {
        **_group("athena", _JOB, "startQueryExecution"),
        **_group("athena", _CALL, "stopQueryExecution getQueryExecution getQueryResults"),
    },
    "batch": _group("batch", _JOB, "submitJob"),
    "bedrock": {
        "invokeModel": Optimized(_TOKEN, ("bedrockruntime", "invokeModel"), ("Input", "Output")),
        **_group("bedrock", _BOTH, "createModelCustomizationJob"),
    },
    "codebuild": {
        **_group("codebuild", _JOB, "startBuild startBuildBatch retryBuildBatch"),
        **_group("codebuild", _CALL, "stopBuild batchDeleteBuilds batchGetReports"),
        **_group("codebuild", _CALL, "stopBuildBatch deleteBuildBatch"),
    },
    "databrew": _group("databrew", _JOB, "startJobRun"),
    "dynamodb": _group("dynamodb", _CALL, "getItem putItem deleteItem updateItem"),
    "ecs": _group("ecs", _BOTH, "runTask"),
    "eks": {
        **_group("eks", _BOTH, "createCluster deleteCluster createFargateProfile"),
        **_group("eks", _BOTH, "deleteFargateProfile createNodegroup deleteNodegroup"),
        "call": Optimized(
            _TOKEN, more=(*_KUBERNETES, "Method!", "Path!", "QueryParameters", "RequestBody")
        ),
        "runJob": Optimized(_BOTH, more=(*_KUBERNETES, "Namespace", "Job!", "LogOptions")),
    },
    "elasticmapreduce": {
        **_group("emr", _JOB, "createCluster", renamed={"createCluster": "runJobFlow"}),
        "terminateCluster": Optimized(_JOB, more=("ClusterId!",)),
        "setClusterTerminationProtection": Optimized(
            more=("ClusterId!", "TerminationProtected!", "UnhealthyNodeReplacement")
        ),
        "addStep": Optimized(
            _JOB, more=("ClusterId!", "Step!", "ExecutionRoleArn", "RuntimeRoleArn")
        ),
        "cancelStep": Optimized(more=("ClusterId!", "StepId!", "StepCancellationOption")),
        "modifyInstanceFleetByName": Optimized(
            more=("ClusterId!", "InstanceFleetName!", "InstanceFleet!")
        ),
        "modifyInstanceGroupByName": Optimized(
            more=("ClusterId!", "InstanceGroupName!", "InstanceGroup!")
        ),
    },
    "emr-containers": {
        **_group("emrcontainers", _CALL, "createVirtualCluster"),
        **_group("emrcontainers", _JOB, "deleteVirtualCluster startJobRun"),
    },
    "emr-serverless": {
        **_group("emrserverless", _JOB, "createApplication startApplication stopApplication"),
        **_group("emrserverless", _JOB, "deleteApplication startJobRun cancelJobRun"),
    },
    "events": _group("eventbridge", _TOKEN, "putEvents"),
    "glue": _group("glue", _JOB, "startJobRun"),
    "http": {
        "invoke": Optimized(
            more=(*_ENDPOINT, "Authentication", "InvocationConfig", "Transform"),
        )
    },
    "lambda": _group("lambda", _TOKEN, "invoke"),
    "mediaconvert": _group("mediaconvert", _JOB, "createJob"),
    "sagemaker": {
        **_group("sagemaker", _JOB, "createTrainingJob createTransformJob createProcessingJob"),
        **_group("sagemaker", _JOB, "createHyperParameterTuningJob createLabelingJob"),
        **_group("sagemaker", _CALL, "createEndpoint createEndpointConfig createModel"),
        **_group("sagemaker", _CALL, "updateEndpoint"),
    },
    "sns": _group("sns", _TOKEN, "publish"),
    "sqs": _group("sqs", _TOKEN, "sendMessage"),
    "states": _group("sfn", (SYNC, SYNC_2, CALLBACK), "startExecution"),
}
"""Service to action to integration."""

READERS: Final[Mapping[str, str]] = {
    "s3:getObject": "getObject",
    "s3:listObjectsV2": "listObjectsV2",
}
"""What an ItemReader may call, and the action of S3 with its parameters."""

WRITER: Final = Action(frozenset({"Bucket", "Prefix"}), frozenset({"Bucket"}))
"""Parameters of a ResultWriter, which calls ``s3:putObject``."""


@lru_cache(256)
def optimized_action(service: str, name: str) -> Action | None:
    """The parameters of an integration; None where they are not known."""
    integration = OPTIMIZED[service][name]
    own = Action.of(integration.more)
    if integration.like is None:
        return own
    like = sdk_actions(integration.like[0]).get(integration.like[1])
    if like is None:
        return None
    return Action(like.parameters | own.parameters, like.required | own.required)
