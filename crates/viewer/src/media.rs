//! What bytes are, by their first ones: never by a name or a claim, so that a page can serve them
//! without being talked into running something.
//!
//! SVG and HTML are not known on purpose: a browser runs what stands in them.
//! Sources: RFC 2083 (PNG), ITU T.81 (JPEG), the GIF89a and WebP container specifications, the
//! WAVE and FLAC formats, and RFC 3533 (Ogg).

/// Media type of bytes that are not known.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// Returns the media type of an image or a sound, else `application/octet-stream`.
#[must_use]
pub fn media_type(bytes: &[u8]) -> &'static str {
    let container = (bytes.get(..4), bytes.get(8..12));
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'B', b'M', ..] if bytes.len() >= 26 && bytes[6..10] == [0; 4] => "image/bmp",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2, ..] => "audio/mpeg",
        _ => match container {
            (Some(b"RIFF"), Some(b"WEBP")) => "image/webp",
            (Some(b"RIFF"), Some(b"WAVE")) => "audio/wav",
            _ => UNKNOWN,
        },
    }
}

/// Returns width and height of an image in pixels, from its header alone.
#[must_use]
pub fn image_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match media_type(bytes) {
        "image/png" => Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?)),
        "image/gif" => Some((little(bytes, 6, 2)?, little(bytes, 8, 2)?)),
        "image/bmp" => Some((little(bytes, 18, 4)?, bmp_height(little(bytes, 22, 4)?))),
        "image/jpeg" => jpeg_size(bytes),
        "image/webp" => webp_size(bytes),
        _ => None,
    }
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(part.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// A height below zero says that the rows run from the top.
fn bmp_height(raw: u32) -> u32 {
    if raw > u32::MAX / 2 { raw.wrapping_neg() } else { raw }
}

/// Walks the segments to the frame header (SOF0 to SOF15 but for DHT, JPG and DAC).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? == 0xff && *bytes.get(at + 1)? == 0xff {
            at += 1;
        }
        if *bytes.get(at)? != 0xff {
            return None;
        }
        match *bytes.get(at + 1)? {
            0xc0..=0xcf if !matches!(bytes[at + 1], 0xc4 | 0xc8 | 0xcc) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            0xd9 | 0xda => return None,
            _ => {
                let length = usize::try_from(big(bytes, at + 2, 2)?).ok()?;
                at = at.checked_add(2)?.checked_add(length.max(2))?;
            }
        }
    }
}

fn webp_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8 " => Some((little(bytes, 26, 2)? & 0x3fff, little(bytes, 28, 2)? & 0x3fff)),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}
