# Runs one command on a node of Ray: time limit, bounded log in UTF-8, and two lines for the driver.
import json, os, signal, subprocess, sys, threading, time, codecs, resource

plan = json.loads(sys.argv[1])
out = sys.stdout
out.reconfigure(encoding="utf-8", newline="\n")
os.environ.update(json.loads(bytes.fromhex(os.environ.pop("HUTONG_VARIABLES"))))
if plan["path"]:
    os.environ["PATH"] = plan["path"] + ":" + os.environ.get("PATH", "/usr/bin:/bin")
# Ray writes a line of its own when it likes, also late: it must not come into the command's output.
for _ in range(500):
    try:
        if b"Running entrypoint for job " in open("/proc/self/fd/1", "rb").read(1 << 20):
            break
    except OSError:
        break
    time.sleep(0.01)
print("--- run", plan["key"], "begins", int(time.time() * 1000), "---", flush=True)
try:
    # A group of its own, so that all that it starts can be ended.
    child = subprocess.Popen(plan["command"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, start_new_session=True)
except OSError as error:
    print(error, flush=True)
    sys.exit(127)


def end(sign):
    try:
        os.killpg(child.pid, sign)
    except ProcessLookupError:
        pass


def stop(*_):
    end(signal.SIGTERM)
    # Ray kills this script after three seconds, but not what it started.
    killer = threading.Timer(2, end, [signal.SIGKILL])
    killer.daemon = True
    killer.start()


late = []


def limit():
    late.append(True)
    end(signal.SIGTERM)
    time.sleep(5)
    end(signal.SIGKILL)


signal.signal(signal.SIGTERM, stop)
timer = threading.Timer(plan["seconds"], limit)
timer.daemon = True
timer.start()
# Ray cannot read a log that is not UTF-8 at all, and changes line ends: such bytes become characters
# of a private range, which the driver turns back.
codecs.register_error("bytes", lambda error: (
    "".join(chr(0xF700 + byte) for byte in error.object[error.start : error.end]), error.end))
decoder = codecs.getincrementaldecoder("utf-8")(errors="bytes")


def text(piece, final=False):
    return decoder.decode(piece, final).replace("\r", chr(0xF70D))


half, shown, left, tail = plan["half"], 0, 0, b""


def copy():
    global shown, left, tail
    while piece := os.read(child.stdout.fileno(), 65536):
        now, rest = piece[: half - shown], piece[half - shown :]
        shown += len(now)
        out.write(text(now))
        out.flush()
        tail += rest
        left += max(0, len(tail) - half)
        tail = tail[max(0, len(tail) - half) :]


copier = threading.Thread(target=copy, daemon=True)
copier.start()
code = child.wait()
timer.cancel()
end(signal.SIGKILL)
copier.join(5)
if left:
    out.write("\n--- %d bytes of output are left out ---\n" % left)
out.write(text(tail, final=True))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = int((used.ru_utime + used.ru_stime) * 1000)
print("\n--- run", plan["key"], "used", cpu, used.ru_maxrss * 1024, len(late), "---", flush=True)
if late:
    sys.exit(124)
if code < 0:
    signal.signal(-code, signal.SIG_DFL) if -code not in (9, 19) else None
    os.kill(os.getpid(), -code)
sys.exit(code)
