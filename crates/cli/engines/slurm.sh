#!/bin/sh
# Submits the experiment @NAME@: a job array of @SHARDS@ shards, and the merge when all have ended.
# Add --account and --partition as the site wants them; run this with sh.
set -eu

array=$(sbatch --parsable <<'END'
#!/bin/sh
#SBATCH --job-name=@NAME@
#SBATCH --array=0-@LAST@
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=@THREADS@
#SBATCH --time=@TIME@
#SBATCH --output=@FOLDER@/slurm-%A-%a.log
exec @PROGRAM@ batch --plan @PLAN@ --shard auto -j @THREADS@ --no-progress
END
)

# Merging refuses missing parts by itself; a shard in which a replication failed is no reason to wait.
merge=$(sbatch --parsable --dependency="afterany:$array" <<'END'
#!/bin/sh
#SBATCH --job-name=@NAME@-merge
#SBATCH --ntasks=1
#SBATCH --time=00:30:00
#SBATCH --output=@FOLDER@/slurm-%j-merge.log
exec @PROGRAM@ merge --plan @PLAN@
END
)

echo "array $array, merge $merge"
