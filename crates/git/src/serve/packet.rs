//! Lines of the protocol: four hexadecimal digits of length, then the bytes (`gitprotocol-common`).

use crate::error::Error;
use std::io::{self, Read};

/// Longest line, length included.
pub(crate) const PACKET_BYTES_MAX: usize = 65_520;

/// The end of a list of lines.
pub(crate) const FLUSH: &[u8] = b"0000";

/// Writes one line.
pub(crate) fn packet_write(out: &mut Vec<u8>, bytes: &[u8]) {
    // Longer ones would be cut by every reader; ours never are, since names and reasons are capped.
    let bytes = &bytes[..bytes.len().min(PACKET_BYTES_MAX - 4)];
    out.extend_from_slice(format!("{:04x}", bytes.len() + 4).as_bytes());
    out.extend_from_slice(bytes);
}

/// Reads one line; `None` is a flush. The bytes after the line stay in the reader.
pub(crate) fn packet_read(input: &mut dyn Read) -> Result<Option<Vec<u8>>, Error> {
    let mut digits = [0; 4];
    read_whole(input, &mut digits)?;
    let length = std::str::from_utf8(&digits)
        .ok()
        .filter(|text| text.chars().all(|c| c.is_ascii_hexdigit()))
        .and_then(|text| usize::from_str_radix(text, 16).ok());
    match length {
        Some(0) => Ok(None),
        Some(length) if (4..=PACKET_BYTES_MAX).contains(&length) => {
            let mut bytes = vec![0; length - 4];
            read_whole(input, &mut bytes)?;
            Ok(Some(bytes))
        }
        _ => Err(Error::Protocol("a line has no valid length")),
    }
}

fn read_whole(input: &mut dyn Read, bytes: &mut [u8]) -> Result<(), Error> {
    input.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => Error::Protocol("the request ends inside a line"),
        _ => Error::Input(error),
    })
}
