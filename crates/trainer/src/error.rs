//! Why there is no model.

use std::io;
use std::path::PathBuf;

/// What this crate's operations return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a dataset was refused, or a model could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder or file cannot be read.
    #[error("cannot read `{path}`; check the path and its permissions")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// The result cannot be written; the only error that is not the input's.
    #[error("cannot write `{path}`; check space and permissions")]
    Write {
        /// What was to be written.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
    /// A split has no file.
    #[error("`{folder}` has no file for the split `{split}`; it has to be `{expected}`")]
    SplitMissing {
        /// Folder that was searched.
        folder: PathBuf,
        /// `train` or `test`.
        split: &'static str,
        /// The pattern of its files.
        expected: String,
    },
    /// A split has more files, a file more bytes or rows than this program takes.
    #[error("`{path}` has more than `{most}` {what}; give a smaller dataset")]
    TooBig {
        /// What is too big.
        path: PathBuf,
        /// The limit.
        most: u64,
        /// What was counted.
        what: &'static str,
    },
    /// A file is no Parquet, or is cut short or contradicts itself.
    #[error("`{path}` is not a whole Parquet file ({reason}); download it again")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        reason: String,
    },
    /// A file has other columns than an image and a label.
    #[error("`{path}` has no column `{column}` of {expected}; its columns are `{found}`")]
    Schema {
        /// The file.
        path: PathBuf,
        /// Name of the column.
        column: &'static str,
        /// Its type, in words.
        expected: &'static str,
        /// Names and types of the columns that are there.
        found: String,
    },
    /// A split has no rows, or a class has no image to learn from.
    #[error("the split `{split}` has no image of {what}; nothing can be learned or judged")]
    Empty {
        /// `train` or `test`.
        split: &'static str,
        /// `any class`, or which one.
        what: String,
    },
    /// A row has no label, or one that is no digit.
    #[error("row `{row}` of `{path}` has the label `{label}`; labels are `0` to `9`")]
    Label {
        /// The file.
        path: PathBuf,
        /// Place in the file, from 0.
        row: usize,
        /// What stands there.
        label: String,
    },
    /// A row has no picture, or one that is not 8x8 in shades of grey.
    #[error("row `{row}` of `{path}` has a picture that cannot be used: {reason}")]
    Picture {
        /// The file.
        path: PathBuf,
        /// Place in the file, from 0.
        row: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The weights grew beyond all bounds.
    #[error("training went astray in epoch `{epoch}`; check the pictures, or try another `--seed`")]
    Astray {
        /// The epoch, from 1.
        epoch: u16,
    },
    /// A file of weights is no model of this program.
    #[error("`{path}` is no model of this program: {reason}")]
    Model {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The name of the dataset is not `OWNER/NAME`.
    #[error("`{name}` is no name of a dataset; write `OWNER/NAME`")]
    Name {
        /// What was given.
        name: String,
    },
}
