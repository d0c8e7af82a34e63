//! One picture: PNG bytes to 64 pixels.

use png::{BitDepth, ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;

/// Rows and columns of a picture.
pub const SIDE: u32 = 8;
/// Pixels of a picture.
pub const PIXELS: usize = 64;
/// Memory that a decoder may take. A picture has 64 bytes of pixels; text beside them is skipped.
const DECODER_BYTES_MAX: usize = 64 << 10;

/// The pixels of one picture, row by row: 0 is paper, 255 is ink.
pub type Picture = [u8; PIXELS];

/// Decodes one picture.
///
/// # Errors
/// In words, what is wrong: not a PNG, cut short, of another size, or coloured.
pub fn picture_decode(bytes: &[u8]) -> Result<Picture, String> {
    let limits = Limits { bytes: DECODER_BYTES_MAX };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    // 1, 2 and 4 bits become 8, palettes become colours and are refused below.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    let (width, height) = reader.info().size();
    if (width, height) != (SIDE, SIDE) {
        return Err(format!("it has `{width}x{height}` pixels, not `{SIDE}x{SIDE}`"));
    }
    if reader.output_color_type() != (ColorType::Grayscale, BitDepth::Eight) {
        return Err("it is not in shades of grey of 8 bits or less".to_owned());
    }
    let mut picture = [0; PIXELS];
    if reader.output_buffer_size() != Some(PIXELS) {
        return Err(format!("it does not decode to `{PIXELS}` bytes"));
    }
    reader.next_frame(&mut picture).map_err(|error| error.to_string())?;
    Ok(picture)
}
