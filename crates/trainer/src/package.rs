//! What goes back to the hub: weights, how to read them, figures, and a card.

use crate::dataset::CLASSES;
use crate::error::{Error, Result};
use crate::judge::Verdict;
use crate::network::{EPOCHS, HIDDEN, Model};
use crate::picture::SIDE;
use crate::weights::weights_bytes;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A trained model with what has to be said of it.
#[derive(Debug)]
pub struct Package<'a> {
    /// The classifier.
    pub model: &'a Model,
    /// The dataset it was made from, as `OWNER/NAME`.
    pub dataset: &'a DatasetName,
    /// What its randomness came from.
    pub seed: u64,
    /// How it does on what it learned from.
    pub learned: &'a Verdict,
    /// How it does on what was held out.
    pub held_out: &'a Verdict,
}

/// Name of a dataset on a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetName(String);

impl DatasetName {
    /// Takes `OWNER/NAME`: letters, digits, `-`, `_` and `.`, at most 96 of them each. So it can
    /// stand in a card as it is.
    ///
    /// # Errors
    /// [`Error::Name`].
    pub fn parse(name: &str) -> Result<Self> {
        let is_part = |part: &str| {
            let is_known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            (1..=96).contains(&part.len())
                && part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(is_known)
        };
        match name.split_once('/') {
            Some((owner, rest)) if is_part(owner) && is_part(rest) => Ok(Self(name.to_owned())),
            _ => Err(Error::Name { name: name.to_owned() }),
        }
    }
}

impl Package<'_> {
    /// Writes the four files into a folder, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn write(&self, folder: &Path) -> Result<()> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Write { path, source }
        };
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let files = [
            ("model.safetensors", weights_bytes(self.model)),
            ("config.json", pretty(&self.config())),
            ("metrics.json", pretty(&self.metrics())),
            ("README.md", self.card().into_bytes()),
        ];
        for (name, bytes) in files {
            let path = folder.join(name);
            fs::write(&path, bytes).map_err(failed(&path))?;
        }
        Ok(())
    }

    /// How the weights are to be used.
    fn config(&self) -> Value {
        let digits = 0..CLASSES;
        let labels: serde_json::Map<String, Value> =
            digits.map(|digit| (digit.to_string(), digit.to_string().into())).collect();
        json!({
            "model_type": "hutong-digits",
            "image_size": SIDE,
            "num_channels": 1,
            "hidden_size": HIDDEN,
            "hidden_act": "relu",
            "id2label": labels,
            "seed": self.seed,
            "epochs": EPOCHS,
        })
    }

    fn metrics(&self) -> Value {
        json!({
            "dataset": self.dataset.0,
            "test": self.held_out,
            "train": self.learned,
        })
    }

    fn card(&self) -> String {
        let (dataset, held_out) = (&self.dataset.0, self.held_out);
        let accuracy = held_out.accuracy();
        let mut card = format!(
            "---\n\
             pipeline_tag: image-classification\n\
             datasets:\n- {dataset}\n\
             metrics:\n- accuracy\n\
             model-index:\n- name: digits\n  results:\n  \
             - task:\n      type: image-classification\n    \
             dataset:\n      type: {dataset}\n      name: {dataset}\n      split: test\n    \
             metrics:\n    - type: accuracy\n      value: {accuracy}\n\
             ---\n\n\
             # Handwritten digits, {SIDE}x{SIDE}\n\n\
             Says which digit a picture of {SIDE}x{SIDE} shades of grey shows. Trained on\n\
             [{dataset}](/datasets/{dataset}), the split `train` alone; the licence of the data\n\
             is on its card.\n\n\
             | split | right | of | accuracy, rounded down |\n| --- | --- | --- | --- |\n"
        );
        for (split, verdict) in [("test (held out)", held_out), ("train", self.learned)] {
            let Verdict { correct, total, .. } = verdict;
            // Writing to a text does not fail.
            let _ = writeln!(card, "| {split} | {correct} | {total} | {} |", verdict.accuracy());
        }
        card.push_str("\nWhat it said of the held-out pictures; rows are what was shown:\n\n| |");
        for said in 0..CLASSES {
            let _ = write!(card, " {said} |");
        }
        card.push_str(&format!("\n|{}\n", " --- |".repeat(CLASSES + 1)));
        for (shown, row) in held_out.confusion.iter().enumerate() {
            let cells: String = row.iter().map(|count| format!(" {count} |")).collect();
            let _ = writeln!(card, "| **{shown}** |{cells}");
        }
        let _ = write!(
            card,
            "\n## How it was made\n\n\
             Each pixel (0 to 255) minus `standard.mean`, times `standard.scale`; then\n\
             `hidden = max(0, hidden.weight x + hidden.bias)` with {HIDDEN} numbers and\n\
             `output = output.weight hidden + output.bias`; the largest output is the answer.\n\
             Gradient descent with momentum on the squared error, {EPOCHS} epochs, seed {seed}:\n\n\
             ```sh\ntrainer --data DATA --out OUT --dataset {dataset} --seed {seed}\n```\n\n\
             The same data and seed give the same bytes. `metrics.json` has the counts.\n",
            seed = self.seed,
        );
        card
    }
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
