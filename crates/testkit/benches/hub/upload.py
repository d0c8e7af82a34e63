"""Uploads a random file and a copy with one per cent changed; prints wall times as ratios to hashing."""

import hashlib
import os
import sys
import time

import hf_xet
from huggingface_hub import HfApi

mib, folder = int(sys.argv[1]), sys.argv[2]
os.makedirs(folder, exist_ok=True)
api = HfApi()
api.create_repo("bench/xet", exist_ok=True)


def make(name, seed, change=None):
    path = os.path.join(folder, name)
    rng = __import__("random").Random(seed)
    with open(path, "wb") as f:
        if change is None:
            for _ in range(mib):
                f.write(rng.randbytes(1 << 20))
        else:
            data = bytearray(open(change, "rb").read())
            # One per cent, in runs of 64 KiB at random places.
            for _ in range(max(1, len(data) // 100 // 65536)):
                at = rng.randrange(len(data) - 65536)
                data[at : at + 65536] = rng.randbytes(65536)
            f.write(data)
    return path


def limit(path):
    """What the client must do in any case: read, SHA-256, cut into chunks and hash them."""
    begun = time.monotonic()
    with open(path, "rb") as f:
        hashlib.file_digest(f, "sha256")
    hf_xet.hash_files([path])
    return time.monotonic() - begun


def used():
    return api.model_info("bench/xet", expand=["usedStorage"]).used_storage


def upload(path, name):
    begun = time.monotonic()
    api.upload_file(path_or_fileobj=path, path_in_repo=name, repo_id="bench/xet")
    return time.monotonic() - begun


first = make("first.bin", 1)
hashing = limit(first)
took = upload(first, "first.bin")
print(f"hub_xet_upload_s {took:.2f}\nclient_hashing_s {hashing:.2f}")
print(f"hub_xet_upload_ratio {took / hashing:.2f} (1.2 is the aim, less is better)")
second = make("second.bin", 2, change=first)
hashing = limit(second)
took = upload(second, "second.bin")
print(f"hub_xet_changed_s {took:.2f}\nhub_xet_changed_ratio {took / hashing:.2f}")
