//! A small classifier of pictures, trained from a dataset of the hub: the first real job.
//!
//! It reads a folder as `hf download` leaves it, trains, judges the model on the held-out split,
//! and writes a folder that `hf upload` takes: weights, configuration, figures and a card that
//! names the dataset. It needs no Python, no network and one core for a second.
//!
//! 1. [`dataset_read`]: Parquet to pictures and labels.
//! 2. [`Model::train`]: the same seed gives the same weights on every machine.
//! 3. [`Verdict::of`]: how good it is, as counts.
//! 4. [`Package::write`], and [`weights_read`] to use the model again.
//!
//! [`DIGITS`] is the dataset that this project ships, as the files of a repository.
//!
//! Must never: open a connection, read a clock, or write outside its output folder. Floats stay
//! inside the network. Start reading at [`command`].

mod command;
mod dataset;
mod error;
mod judge;
mod network;
mod package;
mod picture;
mod random;
mod weights;

#[cfg(test)]
mod tests;

pub use command::command;
pub use dataset::{CLASSES, Dataset, Example, dataset_read};
pub use error::{Error, Result};
pub use judge::{Accuracy, Verdict};
pub use network::{EPOCHS, HIDDEN, Layers, Model};
pub use package::{DatasetName, Package};
pub use picture::{PIXELS, Picture, SIDE, picture_decode};
pub use weights::{weights_bytes, weights_read};

/// Path in the repository and bytes of each file of the dataset in `data/digits`: real handwritten
/// digits, with their card and licence.
pub const DIGITS: [(&str, &[u8]); 4] = [
    ("README.md", include_bytes!("../../../data/digits/README.md")),
    ("LICENSE", include_bytes!("../../../data/digits/LICENSE")),
    (
        "data/train-00000-of-00001.parquet",
        include_bytes!("../../../data/digits/data/train-00000-of-00001.parquet"),
    ),
    (
        "data/test-00000-of-00001.parquet",
        include_bytes!("../../../data/digits/data/test-00000-of-00001.parquet"),
    ),
];
