"""Uploads a random file, then a copy with one per cent changed; prints wall times as ratios.

Two bounds: the client's own hashing, and the same upload to a server that keeps nothing.
"""

import hashlib
import os
import random
import sys
import time

import hf_xet
from huggingface_hub import HfApi

mib, folder, hub_url, discard_url, store = int(sys.argv[1]), *sys.argv[2:]
RUNS = 3
os.makedirs(folder, exist_ok=True)
hub, discard = HfApi(endpoint=hub_url), HfApi(endpoint=discard_url)


def write(name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def changed(data):
    """One per cent, in runs of 64 KiB at random places."""
    data, rng = bytearray(data), random.Random(2)
    for _ in range(max(1, len(data) // 100 // 65536)):
        at = rng.randrange(len(data) - 65536)
        data[at : at + 65536] = rng.randbytes(65536)
    return data


def seconds(work):
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def hashing(path):
    """What the client must do in any case: read, SHA-256, cut into chunks and hash them."""
    with open(path, "rb") as f:
        hashlib.file_digest(f, "sha256")
    hf_xet.hash_files([path])


def upload(api, path, repo="bench/xet"):
    api.upload_file(path_or_fileobj=path, path_in_repo="first.bin", repo_id=repo)


def stored():
    """Bytes that the store of large files has on disk."""
    found = (os.path.join(at, name) for at, _, names in os.walk(store) for name in names)
    return sum(os.path.getsize(path) for path in found)


def tell(name, took, limit, floor=None):
    print(f"hub_xet_{name}_s {took:.2f}\nclient_hashing_{name}_s {limit:.2f}")
    print(f"hub_xet_{name}_ratio {took / limit:.2f} (1.2 is the aim, less is better)")
    if floor is not None:
        print(f"discard_xet_{name}_s {floor:.2f} (the same upload to a server that keeps nothing)")
        print(f"hub_xet_{name}_floor_ratio {took / floor:.2f} (less is better)", flush=True)


firsts, limits, floors = [], [], []
for run in range(RUNS):
    # Each run has bytes of its own: what a namespace holds is not sent again.
    data = b"".join(random.Random(f"{run} {n}").randbytes(1 << 20) for n in range(mib))
    first = write("first.bin", data)
    hub.create_repo("bench/xet", exist_ok=True)
    limits.append(seconds(lambda: hashing(first)))
    floors.append(seconds(lambda: upload(discard, first)))
    firsts.append(seconds(lambda: upload(hub, first)))
tell("upload", min(firsts), min(limits), min(floors))

second = write("second.bin", changed(data))
limit = seconds(lambda: hashing(second))
before = stored()
took = seconds(lambda: upload(hub, second))
tell("changed", took, limit)
print(f"hub_xet_changed_stored_percent {100 * (stored() - before) / (mib << 20):.2f} (aim: under 3)")
