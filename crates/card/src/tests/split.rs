//! The cut is that of the client's expression; the cases are its tests' and their neighbours.

use crate::split;

fn check(text: &str, metadata: Option<&str>, body: &str) {
    let card = split(text);
    assert_eq!((card.metadata_yaml, card.body), (metadata, body), "{text:?}");
}

#[test]
fn a_card_is_cut_where_the_client_cuts_it() {
    check("---\na: 1\n---", Some("a: 1"), "");
    check("---\na: 1\n---\nbody", Some("a: 1"), "body");
    check("   \n---\na: 1\n---\n", Some("a: 1"), "");
    check("\u{feff}---\na: 1\n---\n", Some("a: 1"), "");
    check("---\na: 1\n--- \t\nbody", Some("a: 1"), "body");
    check("---\r\na: 1\r\n---\r\nbody\r\n", Some("a: 1"), "body\r\n");
    check("---\ra: 1\r---\nbody", Some("a: 1"), "body");
    check("---\na: 1\n----\nb: 2\n---\n", Some("a: 1\n----\nb: 2"), "");
    check("---\n\n---\nbody", Some(""), "body");
    check("---\r\n---\r\na: 1\r\n---\r\nbody\r\n", Some("---\r\na: 1"), "body\r\n");
}

#[test]
fn text_without_a_closed_fence_is_all_body() {
    for text in ["", "# Title", "x\n---\na: 1\n---", "---\na: 1\n", "---\n---\nbody", "--- a\n---"]
    {
        check(text, None, text);
    }
    check("---\na: 1\n---\rbody", None, "---\na: 1\n---\rbody");
}

#[test]
fn an_empty_block_of_windows_lines_keeps_its_body() {
    // The fallback of the expression: the fence's `\r` opens, its `\n` begins the closing fence.
    check("---\r\n---\r\ntrailing\r\n", Some(""), "trailing\r\n");
}

#[test]
fn the_line_of_the_metadata_is_counted_in_the_file() {
    assert_eq!(split("\n\n---\na: 1\n---\n").metadata_line, 4);
    assert_eq!(split("---\na: 1\n---\n").metadata_line, 2);
}
