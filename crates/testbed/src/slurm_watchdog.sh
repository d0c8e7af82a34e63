# Runs a private Slurm cluster for as long as standard input stays open.
#
# usage: sh -c "$THIS" watchdog FOLDER NODES CONTROLLER_PORT NODE_PORT...
#
# As `watchdog.sh` for PostgreSQL: the parent holds the other end of standard input; when it closes
# it, or dies in any way, jobs and daemons are ended and the folder is deleted. Every daemon is a
# child of this script, and nothing else is signalled.
folder=$1 nodes=$2 port=$3
shift 3
cd "$folder" || exit 1
user=$(id -un) host=$(hostname -s)
export SLURM_CONF="$folder/slurm.conf" PATH="$PATH:/usr/sbin:/sbin"
mkdir state log
chmod 755 "$folder"

fail() {
    tail -n 20 log/*.log >&2
    clean
    exit 1
}

# Slurm's own processes of jobs are not children of this script: Slurm is told to end them.
clean() {
    scancel --user="$user" --quiet </dev/null >/dev/null 2>&1
    scancel --user="$user" --quiet --signal=KILL --full </dev/null >/dev/null 2>&1
    tries=0
    while [ "$tries" -lt 100 ] && [ -n "$(squeue --noheader 2>/dev/null)" ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    [ -n "$daemons" ] && kill -KILL $daemons
    for daemon in $daemons; do
        while kill -0 "$daemon"; do sleep 0.1; done
    done
    rm -rf "$folder"
} 2>/dev/null

dd if=/dev/urandom of=munge.key bs=128 count=1 2>/dev/null
chmod 400 munge.key
cat >slurm.conf <<END
ClusterName=hutong
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.sock
CommunicationParameters=NoInAddrAny
SlurmctldPort=$port
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool.%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
SchedulerParameters=batch_sched_delay=0,sched_min_interval=2000,bf_interval=1
KillWait=1
DefMemPerCPU=100
GresTypes=gpu
END
: >gres.conf
node=0
for node_port in "$@"; do
    node=$((node + 1))
    # Two accelerators that are none: any character device will do.
    echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$node_port" \
        "CPUs=4 RealMemory=4000 Gres=gpu:2 State=UNKNOWN" >>slurm.conf
    echo "NodeName=n$node Name=gpu File=/dev/null,/dev/zero" >>gres.conf
done
echo "PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP" >>slurm.conf

exec 3<&0
daemons=
munged --foreground --key-file="$folder/munge.key" --socket="$folder/munge.sock" \
    --pid-file="$folder/munge.pid" --log-file="$folder/log/munge.log" \
    --seed-file="$folder/munge.seed" >log/munge.out.log 2>&1 </dev/null 3<&- &
daemons=$!
tries=0
while [ ! -S munge.sock ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] && kill -0 "$daemons" 2>/dev/null || fail
    sleep 0.05
done
slurmctld -D >/dev/null 2>log/slurmctld.err.log </dev/null 3<&- &
daemons="$daemons $!"
controller=$!
node=0
for _ in "$@"; do
    node=$((node + 1))
    mkdir "spool.n$node"
    slurmd -D -N "n$node" >/dev/null 2>"log/slurmd.n$node.err.log" </dev/null 3<&- &
    daemons="$daemons $!"
done

# Says when all nodes take jobs; gives up with the controller.
(
    while kill -0 "$controller" 2>/dev/null; do
        idle=$(sinfo --noheader --Node --format=%T 2>/dev/null | grep -c idle)
        [ "$idle" = "$nodes" ] && : >ready && exit
        sleep 0.1
    done
) >/dev/null 2>&1 </dev/null 3<&- &

{
    read -r _ <&3
    : >stopping
    clean
} >/dev/null 2>&1 &
keeper=$!

wait "$controller"
if [ -e stopping ] || [ ! -e "$folder/slurm.conf" ]; then
    wait "$keeper"
else
    kill "$keeper"
    fail
fi
