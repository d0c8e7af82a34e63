# Runs a private Ray for as long as standard input stays open.
#
# usage: sh -c "$THIS" watchdog FOLDER RAY PORT DASHBOARD CLIENT AGENT METRICS
#
# As `watchdog.sh` for PostgreSQL: the parent holds the other end of standard input; when it closes
# it, or dies in any way, Ray is ended and the folder is deleted. Ray's processes and those of its
# jobs are the ones that have the mark of this folder in their environment; nothing else is
# signalled.
folder=$1 ray=$2
shift 2
cd "$folder" || exit 1
# Ray starts `python3` for jobs: that of its own environment.
PATH="$(dirname "$ray"):$PATH"
export HUTONG_RAY_MARK="$folder" PATH RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0

marked() {
    for place in /proc/[0-9]*; do
        [ "$place" = "/proc/$$" ] && continue
        case $(tr '\0' '\n' <"$place/environ" | grep '^HUTONG_RAY_MARK=') in
        HUTONG_RAY_MARK="$folder") echo "${place#/proc/}" ;;
        esac
    done
} 2>/dev/null

clean() {
    tries=0
    while [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        left=$(marked)
        [ -z "$left" ] && break
        kill -KILL $left
        sleep 0.1
    done
    rm -rf "$folder"
} 2>/dev/null

exec 3<&0
"$ray" start --head --block --node-ip-address=127.0.0.1 --port="$1" \
    --dashboard-host=127.0.0.1 --dashboard-port="$2" --include-dashboard=true \
    --ray-client-server-port="$3" --dashboard-agent-listen-port="$4" \
    --metrics-export-port="$5" --num-cpus=4 --disable-usage-stats \
    --object-store-memory=100000000 --temp-dir="$folder/ray" >log 2>&1 </dev/null 3<&- &
server=$!

# The keeper is no child of Ray's, but has the mark as well: it takes it off.
{
    unset HUTONG_RAY_MARK
    exec sh -c 'read -r _ <&3; : >"$1/stopping"; kill -TERM "$2"' keeper "$folder" "$server"
} >/dev/null 2>&1 &
keeper=$!

wait "$server"
if [ ! -e stopping ]; then
    kill "$keeper"
    tail -n 20 log >&2
    clean
    exit 1
fi
clean
