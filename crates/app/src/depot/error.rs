//! What can go wrong with the hub's files.

/// A refusal, or a failure of the machine.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The hub refuses, or its tables failed.
    #[error(transparent)]
    Hub(#[from] hub::Error),
    /// The objects of a repository could not be read or written.
    #[error("the objects of a repository failed")]
    Git(#[from] git::Error),
    /// The store of large files refused or failed.
    #[error("the store of large files failed")]
    Blob(#[from] blob::Error),
    /// Former bytes of a file are being deleted.
    #[error("former bytes of this file are being deleted: try again")]
    Busy,
    /// The database failed.
    #[error("the hub's tables failed")]
    Db(#[from] db::Error),
}

impl From<hub::Refused> for Error {
    fn from(refused: hub::Refused) -> Self {
        Self::Hub(hub::Error::Refused(refused))
    }
}
