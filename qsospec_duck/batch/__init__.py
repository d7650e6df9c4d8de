"""Batch: inputs become tasks, and tasks become shards of a run, on one core or on a cluster.

Enters: files, globs, manifests, tables of the spectra relation. Leaves: receipts of staged shards, promoted.
"""

from qsospec_duck.batch.events import progress_of, read_events
from qsospec_duck.batch.executors import resolve_workers
from qsospec_duck.batch.fit_batch import BatchSummary, fit_batch
from qsospec_duck.batch.inputs import expand_inputs
from qsospec_duck.batch.items import Item
from qsospec_duck.batch.limits import Limits
from qsospec_duck.batch.plan import Plan, Task, make_plan
from qsospec_duck.batch.plan_batch import plan_batch
from qsospec_duck.batch.progress import Bar, Lines, Progress, Silence
from qsospec_duck.batch.sql_jobs import register_fit_jobs
from qsospec_duck.batch.worker import WorkOrder, WorkReceipt, run_work_order

__all__ = [
    "Bar",
    "BatchSummary",
    "Item",
    "Limits",
    "Lines",
    "Plan",
    "Progress",
    "Silence",
    "Task",
    "WorkOrder",
    "WorkReceipt",
    "expand_inputs",
    "fit_batch",
    "make_plan",
    "plan_batch",
    "progress_of",
    "read_events",
    "register_fit_jobs",
    "resolve_workers",
    "run_work_order",
]
