//! The smart protocol over HTTP, by Git's own program and with refs from the caller.
//!
//! Must never: trust a byte of a request before it is counted, let the program see the machine's
//! configuration or variables, or leave it running past its limit. Start reading at `view.rs`: why
//! the program never sees the repository's own folder.

mod packet;
mod program;
mod receive;
mod refs;
mod upload;
mod view;

pub use receive::{PackRefused, Received, RefCommand};
pub use refs::{Refs, ref_name_is_valid};
pub use upload::Fetch;

pub(crate) use program::{Program, Run};
pub(crate) use view::{VIEWS, View};

/// Which service of the smart protocol is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// `git-upload-pack`: clone and fetch.
    UploadPack,
    /// `git-receive-pack`: push.
    ReceivePack,
}

impl Service {
    /// Returns the name that stands in URLs and media types.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UploadPack => "git-upload-pack",
            Self::ReceivePack => "git-receive-pack",
        }
    }

    /// Finds the service of a name in a URL.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::UploadPack, Self::ReceivePack].into_iter().find(|service| service.name() == name)
    }
}

/// What one push may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushLimits {
    /// Seconds until the program is killed, for all of its runs together.
    pub seconds: u64,
    /// Bytes of the pack, as they come.
    pub pack_bytes: u64,
    /// Objects of the pack.
    pub objects: u64,
}
