#!/usr/bin/env bash
# Four shards of an experiment on a Slurm cluster of one node, against the same on one machine, byte for byte.
#   tests/engines/slurm.sh PROGRAM
# Brings the cluster up in a folder of its own and takes it down again. Needs root and Debian's packages, and says
# SKIPPED where it cannot have them.
set -euo pipefail
cd "$(dirname "$0")/../.."
gridrush=$(realpath "$1")
source tests/engines/common.sh

if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
    packages="munge slurmctld slurmd slurm-client"
    if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null ||
        ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >/dev/null 2>&1; then
        echo "SKIPPED: Slurm is not here and cannot be installed ($packages)"
        exit 0
    fi
fi
if [[ $(id -u) != 0 ]]; then
    echo "SKIPPED: a Slurm cluster of our own needs root"
    exit 0
fi

host=$(hostname -s)
mkdir -p "$work"/{state,spool,run}
chmod 755 "$work" "$work/run"
dd if=/dev/urandom of="$work/munge.key" bs=1024 count=1 status=none
chown munge "$work/run" "$work/munge.key"
chmod 400 "$work/munge.key"
cat >"$work/slurm.conf" <<END
ClusterName=gridrush
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
AuthType=auth/munge
AuthInfo=socket=$work/run/munge.socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/run/slurmctld.pid
SlurmdPidFile=$work/run/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF="$work/slurm.conf"

down() {
    scontrol shutdown >/dev/null 2>&1 || true
    sleep 1
    for pid in "$work"/run/*.pid; do
        [[ -s $pid ]] && kill "$(cat "$pid")" 2>/dev/null || true
    done
}
trap 'down; clean' EXIT

setpriv --reuid=munge --regid=munge --clear-groups munged --key-file="$work/munge.key" --socket="$work/run/munge.socket" \
    --pid-file="$work/run/munged.pid" --log-file="$work/run/munged.log" --seed-file="$work/run/munge.seed" --force
slurmctld -f "$SLURM_CONF"
slurmd -f "$SLURM_CONF"
for _ in $(seq 60); do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && break
    sleep 0.5
done
if [[ $(sinfo -h -o %T 2>/dev/null) != idle ]]; then
    echo "the cluster did not come up:" >&2
    tail -5 "$work"/slurmctld.log "$work"/slurmd.log >&2
    exit 1
fi

plan "$work/cluster"
plan "$work/one"
"$gridrush" submit slurm --plan "$work/cluster/plan.json" --shards 4 --time 10 --print | sh
for _ in $(seq 1200); do
    [[ -z $(squeue -h) ]] && break
    sleep 0.5
done
"$gridrush" resume "$work/one/plan.json" -j 1 --no-progress >/dev/null
same "$work/one" "$work/cluster" "four shards of a Slurm array"
