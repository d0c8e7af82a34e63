#!/bin/sh
# What Slurm runs on a node: one run of the zone, in its folder on the shared file system.
#
# usage: batch.sh FOLDER
#
# It reads `settings` (made by the driver), keeps the run in bubblewrap, and leaves `ended`: one
# line that the driver reads, even when Slurm has long forgotten the job. Whoever kills this script
# leaves no `ended`; then Slurm's own word counts.
cd "$1" || exit 120
umask 077

now() { date +%s%3N; }

# Appears whole or not at all.
leave() {
    printf '%s\n' "$2" >"$1.new" && mv "$1.new" "$1"
}

# A submission whose reply was lost may have been repeated. The first job to get here is the one;
# a requeued job has its old number.
ln -sn "$SLURM_JOB_ID" owner 2>/dev/null
[ "$(readlink owner)" = "$SLURM_JOB_ID" ] || exit 0
if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ] && grep -q '^killed' ended 2>/dev/null; then
    rm -f ended
fi
[ -e ended ] && exit 0
if [ -e cancelled ]; then
    leave ended "cancelled 0 - $(now) - - -"
    exit 0
fi

# Most memory at once: of Slurm's cgroup of the job, where there is one. The kernel's names of it:
# `memory.peak` in version 2, `memory.max_usage_in_bytes` in version 1.
peak() {
    while IFS=: read -r _ kind path; do
        case $path in */job_"$SLURM_JOB_ID"/*) ;; *) continue ;; esac
        top=${path%%/job_"$SLURM_JOB_ID"/*}/job_$SLURM_JOB_ID
        case $kind in
        memory) cat "/sys/fs/cgroup/memory$top/memory.max_usage_in_bytes" && return ;;
        '') cat "/sys/fs/cgroup$top/memory.peak" && return ;;
        esac
    done </proc/self/cgroup
    echo -
}

# Ends sandboxes whose keeper was killed while it set them up: such a one has not yet asked to die
# with its keeper. They are in the session of this script; their first process ends all others.
sweep() {
    for stat in /proc/[0-9]*/stat; do
        read -r line <"$stat" || continue
        # After the name: state, parent, group, session (Linux, `proc_pid_stat`).
        set -- ${line##*) }
        case $line in *"(bwrap)"*) ;; *) continue ;; esac
        place=${stat%/stat}
        [ "$4" = "$session" ] && kill -KILL "${place#/proc/}"
    done
} 2>/dev/null
read -r line </proc/self/stat
set -- ${line##*) }
session=$4

# Slurm's polite end reaches every process of the job. This script outlives it to say what happened.
trap : TERM

# `seconds`, `log_half`, `accelerators`, `file_blocks` and the function `start`.
. ./settings

# Slurm says in the environment which accelerators are the job's, and fences the others off.
set --
if [ "$accelerators" -gt 0 ]; then
    for name in CUDA_VISIBLE_DEVICES ROCR_VISIBLE_DEVICES ZE_AFFINITY_MASK; do
        eval "value=\${$name-}"
        [ -n "$value" ] && set -- "$@" --setenv "$name" "$value"
    done
    for device in /dev/nvidia* /dev/kfd /dev/dri; do
        [ -e "$device" ] && set -- "$@" --dev-bind "$device" "$device"
    done
fi

if [ "${SLURM_RESTART_COUNT:-0}" -gt 0 ]; then
    printf '\n--- started again after its node failed ---\n' >>log
fi
rm -rf scratch output
mkdir scratch scratch/home scratch/tmp output
started=$(now)
leave started "$started"

# Of long output the beginning and the end are kept; `dd` counts what lies between.
{
    {
        trap : TERM
        ulimit -c 0 2>/dev/null
        ulimit -f "$file_blocks" 2>/dev/null
        start "$@" 8<arguments 9>status
        echo $? >code
        sweep
    } 2>&1 | {
        head -c "$log_half" >>log
        LC_ALL=C dd bs=65536 2>rest | tail -c "$log_half" >end
    }
} </dev/null
rest=$(sed -n 's/ bytes.*//p' rest)
if [ "${rest:-0}" -gt "$log_half" ]; then
    printf '\n--- %s bytes of output are left out ---\n' "$((rest - log_half))" >>log
fi
cat end >>log
code=$(cat code)
used=$(times | tail -n 1)
words=

if grep -q '"exit-code"' status; then
    how=exited
elif [ "$code" = 143 ]; then
    how=killed code=15
elif [ "$code" = 124 ] || [ "$code" = 137 ]; then
    how=timed-out
else
    how=unstartable
    words=$(sed -n 's/^\(bwrap: .*\|.*bwrap: not found.*\)$/\1/p' log | tail -n 1 | cut -c 1-300)
fi
leave ended "$how $code $started $(now) $used $(peak 2>/dev/null) $words"
rm -f arguments status rest end code
[ "$how" = exited ] && exit "$code"
exit 0
