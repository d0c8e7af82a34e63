# Runs a private S3 server for as long as standard input stays open.
#
# usage: sh -c "$THIS" watchdog FOLDER PROGRAM PORT1 ... PORT8
#
# As `watchdog.sh` for PostgreSQL: the parent holds the other end of standard input; when it closes
# it, or dies in any way, the server is stopped and the folder deleted.
folder=$1 program=$2
shift 2
cd "$folder" || exit 1
mkdir data

# The server puts a socket beside each port into /tmp, wherever its own folder is.
clean() {
    for port in "$@"; do rm -f /tmp/seaweedfs-*-"$port".sock; done
    rm -rf "$folder"
}

fail() {
    tail -n 20 "$folder/log" >&2
    clean "$@"
    exit 1
}

exec 3<&0
# A volume is a file that grows: many small ones, so that one test cannot use up the last.
# Its temporary files go with the folder.
TMPDIR=$folder "$program" server -dir="$folder/data" -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -master.port="$1" -master.port.grpc="$2" -master.volumeSizeLimitMB=512 \
    -volume.port="$3" -volume.port.grpc="$4" -volume.max=64 \
    -filer -filer.port="$5" -filer.port.grpc="$6" \
    -s3 -s3.port="$7" -s3.port.grpc="$8" -s3.port.iceberg=0 -s3.port.lance=0 -s3.iam=false \
    -s3.config="$folder/s3.json" >"$folder/log" 2>&1 </dev/null 3<&- &
server=$!

# Nothing is kept, so that nothing needs an orderly stop.
{
    read -r _ <&3
    : >"$folder/stopping"
    kill -KILL "$server"
    while kill -0 "$server"; do sleep 0.1; done
    clean "$@"
} >/dev/null 2>&1 &
keeper=$!

wait "$server"
if [ -e "$folder/stopping" ] || [ ! -e "$folder" ]; then
    wait "$keeper"
else
    kill "$keeper"
    fail "$@"
fi
