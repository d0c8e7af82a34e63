//! Clone and fetch.

use super::packet::{FLUSH, packet_write};
use super::{Program, Refs, Run, Service, View};
use crate::error::Error;
use crate::repo::Repo;
use std::io::{self, Read, Write};

/// Largest request of a fetch in bytes: 250,000 lines of "I have" and "I want", as many refs as
/// the largest repositories show.
pub(crate) const FETCH_REQUEST_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What every answer to a fetch depends on.
#[derive(Debug, Clone, Copy)]
pub struct Fetch<'a> {
    /// The refs that this client may see.
    pub refs: &'a Refs,
    /// The header `Git-Protocol` of the request, such as `version=2`.
    pub protocol: Option<&'a str>,
    /// Seconds until the program is killed.
    pub seconds: u64,
}

impl Repo {
    /// Answers `GET info/refs?service=git-upload-pack` with the whole body.
    ///
    /// # Errors
    /// [`Error::Program`], [`Error::ProgramRefused`], [`Error::TimedOut`], [`Error::RefName`], and
    /// [`Error::Output`] when the client is gone.
    pub fn upload_advertise(&self, fetch: Fetch<'_>, output: &mut dyn Write) -> Result<(), Error> {
        // Version 2 has no line with the name of the service (`gitprotocol-v2`, "HTTP Transport").
        let is_two = |text: &str| text.split(':').any(|key| key == "version=2");
        if !fetch.protocol.is_some_and(is_two) {
            let mut head = Vec::new();
            let line = format!("# service={}\n", Service::UploadPack.name());
            packet_write(&mut head, line.as_bytes());
            head.extend_from_slice(FLUSH);
            output.write_all(&head).map_err(Error::Output)?;
        }
        let args = ["upload-pack", "--stateless-rpc", "--http-backend-info-refs", "."];
        self.upload(fetch, &args, &mut io::empty(), output)
    }

    /// Answers `POST git-upload-pack`: reads the request from `input`, whose compression is
    /// removed, to its end, and streams the answer to `output`.
    ///
    /// # Errors
    /// As [`Repo::upload_advertise`], [`Error::Input`] when the request cannot be read, and
    /// [`Error::Limit`] when it has more than 16 MiB.
    pub fn upload_pack(
        &self,
        fetch: Fetch<'_>,
        input: &mut dyn Read,
        output: &mut dyn Write,
    ) -> Result<(), Error> {
        let mut request = Vec::new();
        let mut capped = input.take(FETCH_REQUEST_BYTES_MAX + 1);
        let count = capped.read_to_end(&mut request).map_err(Error::Input)?;
        if u64::try_from(count).map_or(true, |count| count > FETCH_REQUEST_BYTES_MAX) {
            let what = "the size of a fetch request";
            return Err(Error::Limit { what, most: FETCH_REQUEST_BYTES_MAX });
        }
        let args = ["upload-pack", "--stateless-rpc", "."];
        self.upload(fetch, &args, &mut request.as_slice(), output)
    }

    fn upload(
        &self,
        fetch: Fetch<'_>,
        args: &[&str],
        input: &mut (dyn Read + Send),
        output: &mut dyn Write,
    ) -> Result<(), Error> {
        let view = View::create(self, fetch.refs)?;
        let run = Run { folder: view.path(), args, protocol: fetch.protocol, input, output };
        let ended = Program::within(fetch.seconds).run(run)?;
        if ended.is_success {
            return Ok(());
        }
        Err(Error::ProgramRefused { complaint: ended.complaint })
    }
}
