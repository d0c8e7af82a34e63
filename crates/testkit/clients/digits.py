"""What a model of the digits on a zone has to be for those who find it there.

Run as `HF_ENDPOINT=http://127.0.0.1:PORT HF_TOKEN=TOKEN python digits.py DATASET MODEL`. Needs the packages datasets,
pillow, numpy and safetensors. Prints one line for each claim that held.
"""

import json
import sys

import datasets
import huggingface_hub
import numpy
import safetensors.numpy

DATASET, MODEL = sys.argv[1:]
API = huggingface_hub.HfApi()


def fetched(name):
    return huggingface_hub.hf_hub_download(MODEL, name)


def held(claim):
    print("held", claim)


data = datasets.load_dataset(DATASET)
assert {name: split.num_rows for name, split in data.items()} == {"train": 1442, "test": 355}, data
assert isinstance(data["test"].features["image"], datasets.Image)
assert data["test"].features["label"].names == [str(digit) for digit in range(10)]
assert data["test"][0]["image"].size == (8, 8) and data["test"][0]["image"].mode == "L"
held("datasets_reads_the_digits_by_their_card")

model = safetensors.numpy.load_file(fetched("model.safetensors"))
assert model["standard.mean"].shape == (64,) and model["output.bias"].shape == (10,)
assert all(numpy.isfinite(tensor).all() for tensor in model.values())
held("safetensors_reads_the_weights")

values = numpy.stack([numpy.asarray(row["image"]).reshape(64) for row in data["test"]])
values = (values - model["standard.mean"]) * model["standard.scale"]
if "hidden.weight" in model:
    values = numpy.maximum(values @ model["hidden.weight"].T + model["hidden.bias"], 0)
said = numpy.argmax(values @ model["output.weight"].T + model["output.bias"], axis=1)
figures = json.load(open(fetched("metrics.json")))
figures = figures.get("test", figures)
shown = numpy.asarray(data["test"]["label"])
confusion = numpy.zeros((10, 10), dtype=int)
numpy.add.at(confusion, (shown, said), 1)
assert confusion.tolist() == figures["confusion"], confusion
assert (int(confusion.trace()), int(confusion.sum())) == (figures["correct"], figures["total"])
held("the_weights_say_what_was_measured")

card = huggingface_hub.ModelCard.load(MODEL).data
assert card.datasets in (DATASET, [DATASET]), card.datasets
value = card.eval_results[0].metric_value
assert abs(value - figures["correct"] / figures["total"]) < 1e-6, value
held("the_card_has_dataset_and_accuracy")

found = [model.id for model in API.list_models(filter=f"dataset:{DATASET}")]
assert found == [MODEL], found
held("who_looks_for_models_of_the_dataset_finds_it")
