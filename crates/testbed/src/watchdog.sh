# Runs a private PostgreSQL for as long as standard input stays open.
#
# usage: sh -c "$THIS" watchdog FOLDER PROGRAMS PORT [COMMAND THAT CHANGES THE USER ...]
#
# The parent holds the other end of standard input. When it closes it, or dies in any way, `read`
# returns, the server is stopped and the folder deleted. Nothing else can be hit: the only process
# signalled is the one started here.
folder=$1 programs=$2 port=$3
shift 3
cd "$folder" || exit 1

fail() {
    tail -n 20 "$folder/log" >&2
    rm -rf "$folder"
    exit 1
}

# Not synced to disk: the data is never read after a crash. The server itself syncs, so that tests
# and measurements see real commits; memory and log have the size of a small server's.
"$@" "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync >"$folder/log" 2>&1 || fail

exec 3<&0
"$@" "$programs/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=200 \
    -c shared_buffers=512MB -c max_wal_size=4GB >>"$folder/log" 2>&1 </dev/null 3<&- &
server=$!

# QUIT is PostgreSQL's immediate stop: no last checkpoint for files that are deleted next. It is
# repeated, because a server that is only just starting does not listen to it yet.
{
    read -r _ <&3
    : >"$folder/stopping"
    while kill -QUIT "$server"; do sleep 0.1; done
    rm -rf "$folder"
} >/dev/null 2>&1 &
keeper=$!

wait "$server"
if [ -e "$folder/stopping" ] || [ ! -e "$folder" ]; then
    wait "$keeper"
else
    kill "$keeper"
    fail
fi
