"""The examples for clusters are what the command line and fit_batch understand."""

import ast
import inspect
import shlex
import subprocess
from pathlib import Path

import pytest

import qsospec_duck as q
from qsospec_duck.cli.main import parser

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "examples"


def test_slurm_script_is_bash_and_its_commands_parse():
    script = EXAMPLES / "slurm-array.sh"
    subprocess.run(["bash", "-n", str(script)], check=True)
    text = script.read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [line for line in text.splitlines() if line.strip().startswith("qsospec-duck ")]
    assert len(commands) == 1
    values = {
        "$input": "tiles/",
        "$run": "runs/all",
        "$SLURM_CPUS_PER_TASK": "8",
        "$parts": "32",
        "$SLURM_ARRAY_TASK_ID": "3",
    }
    words = [values.get(word, word) for word in shlex.split(commands[0])][1:]
    given = parser().parse_args(words)
    assert (given.num_shards, given.shard_index) == (32, 3)
    parser().parse_args(["run", "finalize", "runs/all"])
    assert "#SBATCH --array=0-31" in text
    assert "parts=32" in text


@pytest.mark.parametrize("name", ["fit_with_mpi.py", "fit_with_parsl.py"])
def test_executor_examples_call_fit_batch_as_it_is(name):
    tree = ast.parse((EXAMPLES / name).read_text(encoding="utf-8"))
    (call,) = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "fit_batch"
    ]  # fmt: skip
    inspect.signature(q.fit_batch).bind(*call.args, **{keyword.arg: None for keyword in call.keywords})
    assert any(isinstance(node, ast.If) for node in tree.body)
