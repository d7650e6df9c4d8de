#!/bin/bash
# A run as a SLURM array: every part fits its share, a last job seals the run.
#
#   sbatch slurm-array.sh 'tiles/**/*.parquet' runs/all
#
# Parts may run at the same time or one after another; a part that was killed goes on where it stopped when it is
# submitted again.
#SBATCH --job-name=qsospec_duck
#SBATCH --array=0-31
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=8G
#SBATCH --time=04:00:00
set -euo pipefail
input=$1 run=$2
parts=32 # as many as --array has

if [ "${SLURM_ARRAY_TASK_ID:-none}" = 0 ] && [ "${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    sbatch --dependency="afterok:${SLURM_ARRAY_JOB_ID}" --cpus-per-task=1 --mem=8G --time=01:00:00 \
        --wrap="qsospec-duck run finalize '$run'"
fi
qsospec-duck fit "$input" --run "$run" --workers "$SLURM_CPUS_PER_TASK" --no-qa --quiet \
    --num-shards "$parts" --shard-index "$SLURM_ARRAY_TASK_ID"
