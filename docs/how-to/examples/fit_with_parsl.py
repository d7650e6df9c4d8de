"""A run under Parsl.

    python fit_with_parsl.py 'tiles/**/*.parquet' runs/all

Parsl asks SLURM for nodes as there is work; other providers are exchanged in the configuration.
"""

import sys

from parsl.concurrent import ParslPoolExecutor
from parsl.config import Config
from parsl.executors import HighThroughputExecutor
from parsl.providers import SlurmProvider

import qsospec_duck as q

CONFIG = Config(
    executors=[
        HighThroughputExecutor(
            max_workers_per_node=64,
            provider=SlurmProvider(
                nodes_per_block=1, max_blocks=8, walltime="02:00:00", worker_init="module load python"
            ),
        )
    ]
)

if __name__ == "__main__":
    with ParslPoolExecutor(CONFIG) as executor:
        print(q.fit_batch(sys.argv[1], sys.argv[2], executor=executor))
