#!/usr/bin/env bash
# An evaluation in parts as a job array, then a job that merges them: bash slurm.sh [parts]. Run it where model.zip and the data are, in a folder
# that all nodes see.
set -euo pipefail

parts=${1:-8}

evaluate='adversarial evaluate --model model.zip --images t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz \
    --suite standard --norm Linf --epsilon 0.1 --batch-size 100 --seed 0 --threads "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --json "part-$SLURM_ARRAY_TASK_ID.json"'
# Exactly the parts of this array: files of an earlier one may lie around.
merge="adversarial merge $(seq --format 'part-%g.json' --separator ' ' 1 "$parts") --output evaluation.json"

array=$(sbatch --parsable --job-name robustness --array "1-$parts" --cpus-per-task 4 --mem 4G --time 02:00:00 --wrap "$evaluate")
sbatch --job-name robustness-merge --dependency "afterok:$array" --time 00:10:00 --wrap "$merge"
