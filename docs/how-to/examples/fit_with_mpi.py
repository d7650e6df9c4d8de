"""A run under MPI.

    mpiexec -n 65 python -m mpi4py.futures fit_with_mpi.py 'tiles/**/*.parquet' runs/all

The first process coordinates, the others work.
"""

import sys

from mpi4py.futures import MPIPoolExecutor

import qsospec_duck as q

if __name__ == "__main__":
    with MPIPoolExecutor() as executor:
        print(q.fit_batch(sys.argv[1], sys.argv[2], executor=executor))
