"""Trains a classifier of handwritten digits on a dataset of a zone, and brings the model back to it.

Run as `python train.py OWNER/digits OWNER/NAME`, with the zone's address in `HF_ENDPOINT` and a token that
may write in `HF_TOKEN`. Needs the packages huggingface_hub, datasets, pillow, scikit-learn and
safetensors; README.md has the commands.
"""

import argparse
import json
import pathlib
import tempfile

import datasets
import huggingface_hub
import numpy
import safetensors.numpy
from huggingface_hub import EvalResult, ModelCard, ModelCardData
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

WEIGHTS = "model.safetensors"


def arrays(split):
    """Returns the pictures of a split as rows of 64 shades, 0 to 255, and their digits."""
    pictures = [numpy.asarray(row["image"], dtype=numpy.float64).reshape(64) for row in split]
    return numpy.stack(pictures), numpy.asarray(split["label"])


def train(pictures, labels):
    """Returns a classifier as plain arrays: a file of those runs no code where it is loaded."""
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000))
    classifier.fit(pictures, labels)
    scaler, regression = classifier[0], classifier[1]
    tensors = {
        "standard.mean": scaler.mean_,
        "standard.scale": 1 / scaler.scale_,
        "output.weight": regression.coef_,
        "output.bias": regression.intercept_,
    }
    return {name: numpy.ascontiguousarray(tensor) for name, tensor in tensors.items()}


def predict(model, pictures):
    """Says which digit each picture shows: the one with the largest output."""
    pixels = (pictures - model["standard.mean"]) * model["standard.scale"]
    return numpy.argmax(pixels @ model["output.weight"].T + model["output.bias"], axis=1)


def card(name, dataset, commit, figures):
    """Returns the model's card: what it was made from, how, and how good it is."""
    correct, total = figures["correct"], figures["total"]
    data = ModelCardData(
        model_name=name.split("/")[1],
        datasets=[dataset],
        metrics=["accuracy"],
        pipeline_tag="image-classification",
        eval_results=[
            EvalResult(
                task_type="image-classification",
                dataset_type=dataset,
                dataset_name=dataset,
                dataset_split="test",
                dataset_revision=commit,
                metric_type="accuracy",
                metric_value=correct / total,
            )
        ],
    )
    text = f"""# Handwritten digits, 8x8

Says which digit a picture of 8x8 shades of grey shows: {correct} of {total} held-out pictures rightly.
Multinomial logistic regression of scikit-learn on the split `train` of
[{dataset}](/datasets/{dataset}) at `{commit}`; the licence of the data is on its card.

Pixels (0 to 255) minus `standard.mean`, times `standard.scale`; then the largest of
`output.weight x + output.bias`. `metrics.json` has the counts.
"""
    return ModelCard(f"---\n{data.to_yaml()}\n---\n\n{text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help="dataset on the zone, OWNER/NAME")
    parser.add_argument("model", help="repository for the model, OWNER/NAME; made if it is not there")
    arguments = parser.parse_args()
    api = huggingface_hub.HfApi()

    # A branch may move between two questions; a commit does not.
    commit = api.dataset_info(arguments.dataset).sha
    data = datasets.load_dataset(arguments.dataset, revision=commit)
    model = train(*arrays(data["train"]))
    pictures, labels = arrays(data["test"])
    confusion = confusion_matrix(labels, predict(model, pictures))
    figures = {
        "dataset": arguments.dataset,
        "revision": commit,
        "correct": int(confusion.trace()),
        "total": int(confusion.sum()),
        "confusion": confusion.tolist(),
    }

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        safetensors.numpy.save_file(model, folder / WEIGHTS)
        (folder / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n")
        card(arguments.model, arguments.dataset, commit, figures).save(folder / "README.md")
        api.create_repo(arguments.model, exist_ok=True)
        done = api.upload_folder(
            repo_id=arguments.model,
            folder_path=folder,
            commit_message=f"Train on {arguments.dataset}",
        )

    # What others will download has to say the same.
    path = huggingface_hub.hf_hub_download(arguments.model, WEIGHTS, revision=done.oid)
    again = predict(safetensors.numpy.load_file(path), pictures)
    if int((again == labels).sum()) != figures["correct"]:
        raise SystemExit("the model on the hub does not say what was measured")
    print(f"{arguments.model} at {done.oid}, trained on {arguments.dataset} at {commit}")
    correct, total = figures["correct"], figures["total"]
    print(f"held-out accuracy {correct / total:.6f} ({correct} of {total})")


if __name__ == "__main__":
    main()
