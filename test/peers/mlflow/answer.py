"""Reads a job as JSON from stdin, builds a real MLflow store on SQLite with its runs, answers its questions as JSON on stdout."""

import json
import os
import sys
from types import SimpleNamespace

# What is too long is an error, as it is for clients of a server; nothing is sent anywhere.
os.environ["MLFLOW_TRUNCATE_LONG_VALUES"] = "false"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"

# What NVIDIA's library would tell of one GPU: MLflow's own monitor makes metrics of it.
sys.modules["pynvml"] = SimpleNamespace(
    NVMLError=OSError,
    nvmlInit=lambda: None,
    nvmlDeviceGetCount=lambda: 1,
    nvmlDeviceGetHandleByIndex=lambda index: index,
    nvmlDeviceGetMemoryInfo=lambda gpu: SimpleNamespace(used=1024 * 2**20, total=4096 * 2**20),
    nvmlDeviceGetUtilizationRates=lambda gpu: SimpleNamespace(gpu=87),
    nvmlDeviceGetPowerUsage=lambda gpu: 150_500,
    nvmlDeviceGetEnforcedPowerLimit=lambda gpu: 301_000,
)

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, ViewType
from mlflow.exceptions import MlflowException
from mlflow.system_metrics.metrics.cpu_monitor import CPUMonitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.gpu_monitor import GPUMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor
from mlflow.tracking import MlflowClient

VIEWS = {"active": ViewType.ACTIVE_ONLY, "deleted": ViewType.DELETED_ONLY, "all": ViewType.ALL}


def main():
    job = json.load(sys.stdin)
    client = MlflowClient("sqlite:///" + job["database"])
    experiment = client.create_experiment("peer")
    ids = {}
    for run in job["runs"]:
        ids[run["name"]] = write_run(client, experiment, ids, run)
    for name in job["deleted"]:
        client.delete_run(ids[name])
    answer = {
        "version": mlflow.__version__,
        "ids": ids,
        "searches": [search(client, experiment, ids, asked) for asked in job["searches"]],
        "runs": {run["name"]: read_run(client, ids[run["name"]], run) for run in job["runs"]},
        "relogs": [relog(client, experiment, *pair) for pair in job["relogs"]],
        "values": [takes(client, experiment, value) for value in job["values"]],
        "systemMetrics": system_metrics(),
    }
    json.dump(answer, sys.stdout)


def write_run(client, experiment, ids, run):
    tags = {"mlflow.user": run["user"], **run["tags"]}
    if "parent" in run:
        tags["mlflow.parentRunId"] = ids[run["parent"]]
    run_id = client.create_run(experiment, start_time=run["startedMs"], tags=tags, run_name=run["name"]).info.run_id
    client.log_batch(
        run_id,
        metrics=[Metric(name, float(value), time, step) for name, value, step, time in run["metrics"]],
        params=[Param(key, str(value)) for key, value in run["params"].items()],
    )
    for data in run["inputs"]:
        dataset = Dataset(data["name"], data["digest"], "local", "{}")
        client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", data["context"])])])
    if "endedMs" in run:
        client.set_terminated(run_id, run["status"], run["endedMs"])
    return run_id


def search(client, experiment, ids, asked):
    text = asked["filter"]
    for name, run_id in ids.items():
        text = text.replace("<" + name + ">", run_id)
    try:
        found = client.search_runs([experiment], text, VIEWS[asked["view"]], order_by=asked["orderBy"])
    except MlflowException as error:
        return {"refused": error.message}
    return {"found": [run.info.run_name for run in found]}


def read_run(client, run_id, written):
    run = client.get_run(run_id)
    names = sorted({name for name, _, _, _ in written["metrics"]})
    return {
        "latest": {metric.key: [text_of(metric.value), metric.step] for metric in run.data._metric_objs},
        "points": {name: [[text_of(m.value), m.step, m.timestamp] for m in client.get_metric_history(run_id, name)] for name in names},
        "params": run.data.params,
        "status": run.info.status,
    }


def text_of(value):
    """JSON has neither NaN nor infinities."""
    return repr(float(value))


def relog(client, experiment, first, second):
    run_id = client.create_run(experiment).info.run_id
    client.log_param(run_id, "p", first)
    try:
        client.log_param(run_id, "p", second)
    except MlflowException:
        return "refused"
    return client.get_run(run_id).data.params["p"]


def takes(client, experiment, value):
    run_id = client.create_run(experiment).info.run_id
    key = value["key"]
    try:
        if value["kind"] == "param":
            client.log_param(run_id, key, value["value"])
        elif value["kind"] == "tag":
            client.set_tag(run_id, key, value["value"])
        elif value["kind"] == "metric":
            client.log_metric(run_id, key, float(value["value"]), step=0)
        else:
            client.create_experiment(value["value"])
    except MlflowException:
        return False
    return True


def system_metrics():
    found = {}
    for monitor in (CPUMonitor(), DiskMonitor(), NetworkMonitor(), GPUMonitor()):
        monitor.collect_metrics()
        found.update({"system/" + name: value for name, value in monitor.aggregate_metrics().items()})
    return found


main()
