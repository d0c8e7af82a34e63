use crate::{KEY_BYTES_MAX, Key, KeyError, Refused, Sha256, Upload};
use proptest::prelude::*;

#[test]
fn a_key_has_segments_of_few_characters() {
    for text in ["a", "lfs/ab/cd/abcd", "xorb/tenant-1/ab/x_y", "0", "-", "_/_"] {
        assert_eq!(text.parse::<Key>().unwrap().as_str(), text);
    }
    assert!("k".repeat(KEY_BYTES_MAX).parse::<Key>().is_ok());
}

#[test]
fn a_key_that_could_leave_its_folder_is_refused() {
    let check = |text: &str, expected: fn(String) -> KeyError| {
        assert_eq!(text.parse::<Key>(), Err(expected(text.to_owned())), "{text:?}");
    };
    let tricks =
        [".", "..", "a/../b", "a/./b", "a.b", "A", "a\\b", "a\0", "a b", "%2e", "a\n", "é"];
    tricks.into_iter().for_each(|text| check(text, KeyError::Character));
    ["/", "/a", "a/", "a//b"].into_iter().for_each(|text| check(text, KeyError::Segment));
    let length = |text: &str| text.parse::<Key>().unwrap_err();
    assert_eq!(length(""), KeyError::Length { size_bytes: 0 });
    let long = KEY_BYTES_MAX + 1;
    assert_eq!(length(&"k".repeat(long)), KeyError::Length { size_bytes: long });
}

#[test]
fn a_digest_is_spread_over_folders() {
    assert_eq!(Key::fanned("lfs", "abcdef").unwrap().as_str(), "lfs/ab/cd/abcdef");
    assert_eq!(Key::fanned("lfs", "abcd"), Err(KeyError::Short("abcd".to_owned())));
    assert!(matches!(Key::fanned("lfs", "../../etc"), Err(KeyError::Character(_))));
    assert!(matches!(Key::fanned("lfs", "éé/é/é"), Err(KeyError::Character(_))));
    assert!(matches!(Key::fanned("..", "abcdef"), Err(KeyError::Character(_))));
}

#[test]
fn a_digest_has_one_spelling() {
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(Sha256::of(b"abc").to_string(), text);
    assert_eq!(text.parse::<Sha256>().unwrap(), Sha256::of(b"abc"));
    for wrong in ["", "ba78", &text.to_uppercase(), &text.replace('b', "g"), &"é".repeat(32)] {
        assert!(wrong.parse::<Sha256>().is_err(), "{wrong}");
    }
}

#[test]
fn an_upload_name_is_one_segment() {
    assert!(Upload::new("abc123", 5 << 20).is_ok());
    for wrong in ["../x", "a/b", "A", "a.b", "a-b", "é"] {
        assert_eq!(Upload::new(wrong, 1), Err(KeyError::Character(wrong.to_owned())));
    }
    assert_eq!(Upload::new("", 1), Err(KeyError::Length { size_bytes: 0 }));
    assert!(Upload::new(&"u".repeat(KEY_BYTES_MAX), 1).is_err());
}

#[test]
fn part_numbers_count_from_one() {
    assert_eq!(Upload::check_number(0), Err(Refused::PartNumber { number: 0 }));
    assert!(Upload::check_number(1).is_ok() && Upload::check_number(10_000).is_ok());
    assert_eq!(Upload::check_number(10_001), Err(Refused::PartNumber { number: 10_001 }));
}

proptest! {
    #[test]
    fn no_text_makes_a_key_that_leaves_its_folder(text in "\\PC{0,40}") {
        if let Ok(key) = text.parse::<Key>() {
            let path = std::path::Path::new("/root").join(key.as_str());
            prop_assert!(path.components().all(|c| !matches!(c, std::path::Component::ParentDir)));
            prop_assert!(path.starts_with("/root") && !text.contains(['.', '\0', '\\']));
        }
    }
}
