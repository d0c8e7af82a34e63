//! The small file that stands in Git for a large one, as Git LFS defines it.
//!
//! Source: git-lfs, `docs/spec.md` ("The Pointer"): lines of `key value`, `version` first, the others
//! in order of the alphabet, less than 1,024 bytes.

/// First line of every pointer.
const VERSION: &str = "version https://git-lfs.github.com/spec/v1";
/// Pointers written here have at most 134 bytes; some room for keys of extensions.
pub const POINTER_BYTES_MAX: u64 = 1_023;

/// A large file as Git sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pointer {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub size_bytes: i64,
}

impl Pointer {
    /// Reads a pointer; `None` for any other content. A text that looks like one opens nothing: the
    /// repository must hold the large file ([`crate::object_find`]).
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        if !bytes.starts_with(VERSION.as_bytes()) {
            return None;
        }
        let text = std::str::from_utf8(bytes).ok()?;
        if u64::try_from(text.len()).ok()? > POINTER_BYTES_MAX {
            return None;
        }
        let mut lines = text.lines();
        (lines.next() == Some(VERSION)).then_some(())?;
        let (mut sha256, mut size_bytes) = (None, None);
        for line in lines {
            match line.split_once(' ')? {
                ("oid", value) => sha256 = Some(value.strip_prefix("sha256:")?),
                ("size", value) => size_bytes = Some(value.parse::<i64>().ok()?),
                _ => {}
            }
        }
        let (sha256, size_bytes) = (sha256?, size_bytes?);
        (is_sha256(sha256) && size_bytes >= 0)
            .then(|| Self { sha256: sha256.to_owned(), size_bytes })
    }

    /// Writes the pointer.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{VERSION}\noid sha256:{}\nsize {}\n", self.sha256, self.size_bytes)
    }
}

/// Tells whether a text is 64 hexadecimal digits in lower case.
#[must_use]
pub fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::Pointer;

    #[test]
    fn a_pointer_is_read_as_it_was_written() {
        let pointer = Pointer { sha256: "0a".repeat(32), size_bytes: 12_345 };
        assert_eq!(Pointer::parse(pointer.text().as_bytes()), Some(pointer));
    }

    #[test]
    fn anything_else_is_no_pointer() {
        let good = Pointer { sha256: "0a".repeat(32), size_bytes: 1 }.text();
        let check = |text: String| assert_eq!(Pointer::parse(text.as_bytes()), None, "{text:?}");
        check(String::new());
        check(good.replace("size 1", "size -1"));
        check(good.replace("size 1", "size 99999999999999999999"));
        check(good.replace("size 1\n", ""));
        check(good.replace("0a0a", "0A0A"));
        check(good.replace("sha256:", "md5:"));
        check(format!(" {good}"));
        check(format!("{good}{}", "x-key v\n".repeat(200)));
    }
}
