"""What the tests of huggingface_hub expect around them; its source package ships the tests alone.

Names and meaning of the fixtures are those that its test modules ask for. Tests that talk to the public
hub, or need a package that is absent on purpose, are skipped.
"""

import os
import typing
import uuid
import warnings
from contextlib import ExitStack

import pytest

from . import testing_constants

ENDPOINT = os.environ["HF_ENDPOINT"]
testing_constants.ENDPOINT_STAGING = ENDPOINT

from huggingface_hub import HfApi, RepoUrl, constants  # noqa: E402
from huggingface_hub.utils._runtime import is_package_available  # noqa: E402

HAS_XET = is_package_available("hf_xet")

# Folders of the client, by the name of the constant and the place below a fresh home.
FOLDERS = {
    "HF_HOME": "",
    "HF_HUB_CACHE": "hub",
    "HUGGINGFACE_HUB_CACHE": "hub",
    "HF_XET_CACHE": "xet",
    "HF_ASSETS_CACHE": "assets",
    "HF_TOKEN_PATH": "token",
    "HF_STORED_TOKENS_PATH": "stored_tokens",
}


@pytest.fixture(autouse=True)
def fresh_home(tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("home")
    for name, place in FOLDERS.items():
        monkeypatch.setattr(constants, name, str(home / place) if place else str(home))


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_EXPERIMENTAL_WARNING", True)
    from huggingface_hub.utils import _detect_agent

    # Whoever runs the tests must not change what the client prints.
    monkeypatch.setattr(_detect_agent, "_registry", getattr(_detect_agent, "_EMPTY_REGISTRY", None), raising=False)
    from huggingface_hub.cli import _output

    _output.out.set_mode()
    _output.out.set_no_truncate(False)


@pytest.fixture(autouse=True)
def marks(request, monkeypatch):
    def has(name):
        return request.node.get_closest_marker(name) is not None

    if has("production"):
        pytest.skip("talks to the public hub")
    if has("git_lfs"):
        pytest.skip("the client's own Git LFS agent; Git LFS itself is tested elsewhere")
    if has("xet"):
        if not HAS_XET:
            pytest.skip("hf_xet is absent on purpose")
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", False)
    if has("no_xet") and HAS_XET:
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)


@pytest.fixture(autouse=True)
def deprecations(request):
    names = [name for mark in request.node.iter_markers("deprecated") for name in mark.args]
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(pytest.warns(FutureWarning, match=f".*'{name}'.*"))
        yield


@pytest.fixture(scope="session")
def api():
    return HfApi(endpoint=ENDPOINT, token=testing_constants.TOKEN)


@pytest.fixture(scope="session")
def api_prod():
    return HfApi(endpoint="https://huggingface.co")


def fresh_name(kind):
    return f"{kind}-{uuid.uuid4().hex[:12]}"


class RepoFactory(typing.Protocol):
    """What `repo_factory` gives; the tests name it in their signatures."""

    def __call__(self, repo_type: str = "model", **options) -> "RepoUrl": ...


@pytest.fixture
def repo_factory(api):
    """Makes repositories and deletes them afterwards."""
    made = []

    def make(repo_type="model", **options):
        if repo_type == "space":
            options.setdefault("space_sdk", "gradio")
        options.setdefault("repo_id", fresh_name(repo_type))
        url = api.create_repo(repo_type=repo_type, **options)
        made.append({"repo_id": url.repo_id, "repo_type": repo_type, "token": options.get("token")})
        return url

    yield make
    for repo in made:
        try:
            api.delete_repo(**repo, missing_ok=True)
        except Exception as error:  # the test may have given it away
            warnings.warn(f"{repo['repo_id']} stays: {error}")


@pytest.fixture
def new_repo_id(api):
    """A name for a repository that the test makes."""
    repo_id = f"{testing_constants.USER}/{fresh_name('new')}"
    yield repo_id
    api.delete_repo(repo_id, missing_ok=True)
