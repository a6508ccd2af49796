"""Runs the experiment @NAME@ on a Dask cluster: --cluster local, slurm, or the address of a scheduler."""
import argparse
import subprocess

from dask.distributed import Client, LocalCluster

PROGRAM, PLAN, SHARDS, THREADS = @PROGRAM@, @PLAN@, @SHARDS@, @THREADS@


def shard(number):
    command = [PROGRAM, "batch", "--plan", PLAN, "--shard", f"{number}/{SHARDS}", "-j", str(THREADS), "--no-progress"]
    done = subprocess.run(command, capture_output=True, text=True)
    # 1 says that replications failed: they are in the parts and in the table of failures.
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return number


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cluster", default="local")
    where = parser.parse_args().cluster
    if where == "local":
        where = LocalCluster(threads_per_worker=1)
    elif where == "slurm":
        from dask_jobqueue import SLURMCluster

        where = SLURMCluster(cores=THREADS, processes=1, memory="2GB", walltime="@TIME@")
        where.scale(jobs=SHARDS)
    with Client(where) as client:
        client.gather(client.map(shard, range(SHARDS), retries=2, pure=False))
    subprocess.run([PROGRAM, "merge", "--plan", PLAN], check=True)
