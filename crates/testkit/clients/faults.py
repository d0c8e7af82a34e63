"""What the real client makes of a zone's refusals, and of a line that breaks.

Run as `HF_ENDPOINT=http://127.0.0.1:PORT python faults.py FOLDER [CLAIM ..]` against a fresh test
zone. Needs huggingface_hub and hf-xet. Prints one line for each claim that held.
"""

import hashlib
import io
import json
import os
import pathlib
import re
import socket
import sys
import threading

FOLDER = pathlib.Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)
ENDPOINT = os.environ["HF_ENDPOINT"]
TOKEN = "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"
STRANGER = "hf_bench_token_of_the_test_zone"
OWNER = "DVUser"
os.environ.update(
    HF_HOME=str(FOLDER / "home"),
    HF_TOKEN=TOKEN,
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_DISABLE_TELEMETRY="1",
)

import huggingface_hub  # noqa: E402
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, constants  # noqa: E402
from huggingface_hub import errors  # noqa: E402
from huggingface_hub.utils import get_session, hf_raise_for_status  # noqa: E402

API = huggingface_hub.HfApi()
WORDS = "The branch was updated since you opened this page. Please refresh and try again."


def refused(kind, status, call, *words):
    """Holds that a call ends with just this exception, status and words."""
    try:
        call()
    except errors.HfHubHTTPError as error:
        assert type(error) is kind, (type(error), error)
        assert error.response.status_code == status, error
        for word in words:
            assert word in str(error), (word, str(error))
        assert "Request ID" in str(error), error
        return
    raise AssertionError(f"{kind.__name__} was expected")


def raw(method, path, body=b"", kind="application/json", token=TOKEN):
    """Sends a request that no client makes, and lets the client judge the answer."""
    url = path if path.startswith("http") else f"{ENDPOINT}/{path}"
    headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
    answer = get_session().request(method, url, content=body, headers=headers)
    hf_raise_for_status(answer)
    return answer


def repo_of(name, **more):
    return API.create_repo(f"{OWNER}/{name}", exist_ok=True, **more).repo_id


def commit_lines(repo, *lines):
    header = {"key": "header", "value": {"summary": "s", "description": ""}}
    body = "\n".join(json.dumps(line) for line in [header, *lines]).encode()
    return raw("POST", f"api/models/{repo}/commit/main", body, "application/x-ndjson")


def what_is_not_there_is_told_apart():
    repo = repo_of("missing")
    API.upload_file(path_or_fileobj=b"x", path_in_repo="a.txt", repo_id=repo)
    get = huggingface_hub.hf_hub_download
    refused(errors.RemoteEntryNotFoundError, 404, lambda: get(repo, "b.txt"))
    refused(errors.RevisionNotFoundError, 404, lambda: get(repo, "a.txt", revision="other"))
    refused(errors.RepositoryNotFoundError, 404, lambda: get(f"{OWNER}/none", "a.txt"))
    refused(errors.RepositoryNotFoundError, 404, lambda: get(f"{OWNER}/none", "a.txt", token=False))
    refused(errors.RevisionNotFoundError, 404, lambda: API.list_repo_commits(repo, revision="other"))
    tree = API.list_repo_tree(repo, "a.txt")
    refused(errors.RemoteEntryNotFoundError, 404, lambda: list(tree))


def closed_doors_have_their_exceptions():
    private, gated = repo_of("private", private=True), repo_of("gated")
    API.upload_file(path_or_fileobj=b"x", path_in_repo="a.txt", repo_id=gated)
    API.update_repo_settings(gated, gated="manual")
    get = huggingface_hub.hf_hub_download
    refused(errors.RepositoryNotFoundError, 404, lambda: API.model_info(private, token=STRANGER))
    refused(errors.GatedRepoError, 403, lambda: get(gated, "a.txt", token=STRANGER), "restricted")
    refused(errors.GatedRepoError, 401, lambda: get(gated, "a.txt", token=False), "restricted")
    add = [CommitOperationAdd("b", b"x")]
    push = lambda: API.create_commit(gated, add, commit_message="b", token=STRANGER)
    refused(errors.HfHubHTTPError, 403, push, "you may not")
    refused(errors.HfHubHTTPError, 403, lambda: API.create_branch(gated, branch="b", token=STRANGER))
    API.grant_access(gated, "bench")
    assert pathlib.Path(get(gated, "a.txt", token=STRANGER)).read_bytes() == b"x"


def a_stale_parent_is_told_in_the_clients_words():
    repo = repo_of("stale")
    old = API.model_info(repo).sha
    add = lambda name: [CommitOperationAdd(name, b"x")]
    API.create_commit(repo, add("a"), commit_message="one", parent_commit=old)
    late = lambda: API.create_commit(repo, add("b"), commit_message="two", parent_commit=old)
    refused(errors.HfHubHTTPError, 412, late, WORDS)
    assert not API.file_exists(repo, "b")


def wrong_commits_are_the_callers_fault():
    repo = repo_of("wrong")
    large = {"key": "lfsFile", "value": {"path": "a", "algo": "sha256", "oid": "0" * 64}}
    refused(errors.BadRequestError, 400, lambda: commit_lines(repo, large), "upload it first")
    file = {"key": "file", "value": {"path": "../a", "content": "eA==", "encoding": "base64"}}
    refused(errors.HfHubHTTPError, 422, lambda: commit_lines(repo, file), "../a")
    file["value"] |= {"path": "a", "content": "%"}
    refused(errors.BadRequestError, 400, lambda: commit_lines(repo, file), "base64")
    gone = [CommitOperationDelete("none.txt")]
    words = "A file with this name doesn't exist"
    delete = lambda: API.create_commit(repo, gone, commit_message="delete")
    refused(errors.RemoteEntryNotFoundError, 404, delete, words)
    API.create_branch(repo, branch="b")
    again = lambda: API.create_branch(repo, branch="b")
    refused(errors.HfHubHTTPError, 409, again, "already exists")


def wrong_bytes_are_refused():
    repo = repo_of("bytes")
    oid = hashlib.sha256(b"announced").hexdigest()
    objects = [{"oid": oid, "size": 9}]
    body = json.dumps({"operation": "upload", "transfers": ["basic"], "objects": objects}).encode()
    kind = "application/vnd.git-lfs+json"
    told = raw("POST", f"{repo}.git/info/lfs/objects/batch", body, kind).json()
    href = told["objects"][0]["actions"]["upload"]["href"]
    put = lambda bytes: raw("PUT", href, bytes, kind, token=None)
    refused(errors.HfHubHTTPError, 422, lambda: put(b"something"))
    refused(errors.HfHubHTTPError, 422, lambda: put(b"short"))
    refused(errors.HfHubHTTPError, 413, lambda: put(b"longer than announced"))
    cas = raw("GET", f"api/models/{repo}/xet-write-token/main").json()
    url, token = cas["casUrl"] + "/v1", cas["accessToken"]
    refused(errors.BadRequestError, 400, lambda: raw("POST", f"{url}/shards", b"no shard", token=token))
    xorb = f"{url}/xorbs/default/{'0' * 64}"
    refused(errors.BadRequestError, 400, lambda: raw("POST", xorb, b"no container", token=token))
    put(b"announced")


def a_chinese_name_goes_by_each_transfer():
    repo = repo_of("names")
    text, whole = "一".encode() * 9, os.urandom(300_000)
    (FOLDER / "块.bin").write_bytes(whole[::-1])
    files = {"数据/第一 份.txt": text, "数据/整体（二）.bin": whole, "数据/块 #3?.bin": whole[::-1]}
    for (name, bytes), source in zip(
        files.items(), [text, io.BytesIO(whole), FOLDER / "块.bin"], strict=True
    ):
        API.upload_file(path_or_fileobj=source, path_in_repo=name, repo_id=repo)
    assert set(files) <= set(API.list_repo_files(repo))
    for name, bytes in files.items():
        assert pathlib.Path(huggingface_hub.hf_hub_download(repo, name)).read_bytes() == bytes, name
    folder = pathlib.Path(huggingface_hub.snapshot_download(repo, local_dir=FOLDER / "快照"))
    assert all((folder / name).read_bytes() == bytes for name, bytes in files.items())
    listed = huggingface_hub.HfFileSystem().ls(f"{repo}/数据", detail=False)
    assert {path.removeprefix(f"{repo}/") for path in listed} == set(files)
    API.delete_folder("数据", repo)
    assert not set(files) & set(API.list_repo_files(repo))


def a_long_listing_comes_in_parts_without_loss():
    repo = repo_of("many")
    names = [f"d{number % 7}/{number:04}.txt" for number in range(2_500)]
    adds = [CommitOperationAdd(name, name.encode()) for name in names]
    API.create_commit(repo, adds, commit_message="many")
    found = [item.path for item in API.list_repo_tree(repo, recursive=True) if hasattr(item, "blob_id")]
    assert sorted(found) == sorted([*names, ".gitattributes"])


class Cutting:
    """Stands between a client and the zone, and cuts the first long answers."""

    def __init__(self, cuts):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.cuts, self.heads = list(cuts), []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.one, args=(client,), daemon=True).start()

    def one(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            part = client.recv(65536)
            if not part:
                return client.close()
            head += part
        self.heads.append(head.decode())
        # One request for a connection, to the zone's own address.
        own, zone = self.url.removeprefix("http://"), ENDPOINT.removeprefix("http://")
        head = head.replace(own.encode(), zone.encode())
        head = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", head)
        host, port = zone.split(":")
        with socket.create_connection((host, int(port))) as server:
            server.sendall(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            sent, limit = 0, None
            while part := server.recv(65536):
                if sent == 0:
                    length = re.search(rb"(?i)content-length: (\d+)", part)
                    is_file = head.startswith(b"GET") and length and int(length[1]) > 1_000_000
                    limit = self.cuts.pop(0) if is_file and self.cuts else None
                client.sendall(part if limit is None else part[: max(0, limit - sent)])
                sent += len(part)
                if limit is not None and sent >= limit:
                    break
        client.shutdown(socket.SHUT_RDWR)
        client.close()


def a_broken_download_goes_on_where_it_stopped():
    repo = repo_of("broken")
    # The client goes on behind the last whole block that came.
    content = os.urandom(5 * constants.DOWNLOAD_CHUNK_SIZE // 2)
    # A buffer goes up whole, so that it comes down by plain HTTP.
    API.upload_file(path_or_fileobj=io.BytesIO(content), path_in_repo="a.bin", repo_id=repo)
    proxy = Cutting([constants.DOWNLOAD_CHUNK_SIZE + 1_000_000] * 2)
    get = huggingface_hub.hf_hub_download
    path = get(repo, "a.bin", endpoint=proxy.url, local_dir=FOLDER / "broken")
    assert pathlib.Path(path).read_bytes() == content
    ranges = [re.search(r"(?i)\r\nrange: bytes=(\d+)-", head) for head in proxy.heads]
    starts = [int(found[1]) for found in ranges if found]
    assert starts == [constants.DOWNLOAD_CHUNK_SIZE, 2 * constants.DOWNLOAD_CHUNK_SIZE], starts


CLAIMS = [
    what_is_not_there_is_told_apart,
    closed_doors_have_their_exceptions,
    a_stale_parent_is_told_in_the_clients_words,
    wrong_commits_are_the_callers_fault,
    wrong_bytes_are_refused,
    a_chinese_name_goes_by_each_transfer,
    a_long_listing_comes_in_parts_without_loss,
    a_broken_download_goes_on_where_it_stopped,
]

if __name__ == "__main__":
    import traceback

    failed = 0
    for claim in [claim for claim in CLAIMS if not sys.argv[2:] or claim.__name__ in sys.argv[2:]]:
        try:
            claim()
            print("held", claim.__name__, flush=True)
        except Exception:
            failed += 1
            traceback.print_exc()
            print("FAILED", claim.__name__, flush=True)
    sys.exit(1 if failed else 0)
