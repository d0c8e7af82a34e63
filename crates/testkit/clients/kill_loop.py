"""Kills a serving zone again and again while the real clients upload, then checks what is left.

Usage: python kill_loop.py TEST_ZONE HUTONG ROUNDS [LARGE_MIB] (the two programs; `huggingface_hub`
and `hf_xet` are installed). Every third round uploads by Git LFS in one piece, every third one in
parts (LARGE_MIB at least 256, else in one piece too), every third one in chunks. After each kill the
zone is started again, every commit that was acknowledged is read back byte by byte, and
`hutong admin hub fsck` has to find no fault. Exit 1 at the first loss.
"""

import hashlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

TOKEN = "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"
UPLOADER = """
import os, sys
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
api = HfApi(endpoint=os.environ["HF_ENDPOINT"], token=os.environ["TOKEN"])
number, folder = int(sys.argv[1]), sys.argv[2]
for step in range(1000):
    name = f"{number}-{step}.bin"
    path = os.path.join(folder, name)
    size = int(sys.argv[3])
    with open(path, "wb") as file:
        while file.tell() < size:
            file.write(os.urandom(min(1 << 20, size - file.tell())))
    done = api.upload_file(path_or_fileobj=path, path_in_repo=name, repo_id="DVUser/killed")
    print("acknowledged", name, done.oid, flush=True)
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Zone:
    def __init__(self, program, data, port):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [program, "--listen", f"127.0.0.1:{port}", "--data", data],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                urllib.request.urlopen(self.url + "/api/models", timeout=2).read()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit("the zone ended by itself")
                time.sleep(0.1)
        sys.exit("the zone does not answer")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def fetch(url):
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {TOKEN}"})
    digest = hashlib.sha256()
    with urllib.request.urlopen(request, timeout=120) as answer:
        while part := answer.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def file_hash(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def upload(zone, number, folder, large_mib, chance):
    kind = number % 3
    environment = dict(os.environ, HF_ENDPOINT=zone.url, TOKEN=TOKEN)
    environment.update(HF_HUB_DISABLE_PROGRESS_BARS="1", HF_HOME=os.path.join(folder, "home"))
    if kind != 2:
        environment["HF_HUB_DISABLE_XET"] = "1"
    size = large_mib << 20 if kind == 1 else chance.randrange(100_000, 20_000_000)
    return subprocess.Popen(
        [sys.executable, "-c", UPLOADER, str(number), folder, str(size)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def main():
    test_zone, hutong, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    large_mib = int(sys.argv[4]) if len(sys.argv) > 4 else 8
    chance = random.Random(7)
    root = tempfile.mkdtemp()
    data, port = os.path.join(root, "zone"), free_port()
    zone = Zone(test_zone, data, port)
    body = b'{"name": "killed", "type": "model"}'
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    made = urllib.request.Request(zone.url + "/api/repos/create", body, headers)
    urllib.request.urlopen(made).read()
    acknowledged = []
    for number in range(rounds):
        folder = os.path.join(root, str(number))
        os.makedirs(folder)
        client = upload(zone, number, folder, large_mib, chance)
        told = []
        reader = threading.Thread(target=lambda: told.extend(client.stdout))
        reader.start()
        most = 12 if number % 3 == 1 else 4
        time.sleep(1 + chance.random() * most)
        zone.kill()
        client.kill()
        client.wait()
        reader.join()
        for line in told:
            word, name, commit = line.split()
            acknowledged.append((name, commit, file_hash(os.path.join(folder, name))))
        checked = subprocess.run(
            [hutong, "admin", "hub", "fsck", "--data", data], capture_output=True, text=True
        )
        if checked.returncode != 0:
            sys.exit(f"round {number}: {checked.stdout}{checked.stderr}")
        zone = Zone(test_zone, data, port)
        for name, commit, sha256 in acknowledged[-20:]:
            found = fetch(f"{zone.url}/DVUser/killed/resolve/{commit}/{name}")
            if found != sha256:
                sys.exit(f"round {number}: {name} of {commit} is {found}, not {sha256}")
        last = checked.stdout.splitlines()[0]
        print(f"round {number}: {len(acknowledged)} commits stand; {last}", flush=True)
        shutil.rmtree(folder)
    zone.kill()
    shutil.rmtree(root)


if __name__ == "__main__":
    main()
