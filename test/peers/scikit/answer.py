"""Answers a list of questions about metrics and folds with scikit-learn: JSON on stdin, JSON on stdout. What it refuses is the text 'refused'."""
import json
import sys
import warnings

import numpy as np
from sklearn import __version__, metrics, model_selection
from sklearn.utils.class_weight import compute_class_weight

warnings.simplefilter("ignore")


def plain(value):
    """NaN and infinities as words, which JSON cannot say otherwise."""
    if isinstance(value, np.ndarray):
        return [plain(each) for each in value.tolist()]
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not np.isfinite(value):
        return str(value)
    return value


def zero_division(question):
    value = question.get("zeroDivision", 0)
    return np.nan if value == "nan" else value


def scores(question):
    positive = question.get("positive", 1)
    return metrics.precision_recall_fscore_support(
        question["actual"], question["predicted"], average=question.get("average"), labels=question.get("classes"),
        pos_label=positive, zero_division=zero_division(question))


def as_array(question):
    return np.asarray(question["scores"], dtype=np.float32 if question.get("single") else np.float64)


ANSWERS = {
    "accuracy": lambda q: metrics.accuracy_score(q["actual"], q["predicted"]),
    "scores": lambda q: scores(q)[:3],
    "classScores": lambda q: scores(q),
    "confusion": lambda q: metrics.confusion_matrix(
        q["actual"], q["predicted"], labels=q.get("classes"), normalize={None: None, "actual": "true", "predicted": "pred", "all": "all"}[q.get("normalize")]),
    "rocCurve": lambda q: metrics.roc_curve(q["actual"], as_array(q), pos_label=q.get("positive", 1)),
    "rocAuc": lambda q: metrics.roc_auc_score(
        q["actual"], as_array(q), multi_class="ovr", average=q.get("average", "macro"), labels=q.get("classes")),
    "logLoss": lambda q: metrics.log_loss(q["actual"], as_array(q), labels=q.get("classes")),
    "weights": lambda q: compute_class_weight("balanced", classes=np.unique(q["labels"]), y=np.asarray(q["labels"])),
    "kFold": lambda q: [test for _, test in model_selection.KFold(q["folds"]).split(np.zeros(q["samples"]))],
    "stratifiedKFold": lambda q: [
        test for _, test in model_selection.StratifiedKFold(q["folds"]).split(np.zeros(len(q["labels"])), q["labels"])],
    "splitCounts": lambda q: split_counts(q),
}


def split_counts(question):
    labels = np.asarray(question["labels"])
    train, test = model_selection.train_test_split(labels, test_size=question["testSize"], stratify=labels, random_state=0)
    return [[int(np.sum(part == label)) for label in np.unique(labels)] for part in (train, test)]


def answer(question):
    try:
        return plain(ANSWERS[question["what"]](question))
    except (ValueError, IndexError):
        return "refused"


json.dump({"version": __version__, "answers": [answer(each) for each in json.load(sys.stdin)]}, sys.stdout)
