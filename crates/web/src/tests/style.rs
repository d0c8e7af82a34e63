//! Claims about the style sheet: whole, self-contained, and readable in both colour schemes.

use crate::asset;
use std::collections::HashMap;

fn css() -> String {
    String::from_utf8(asset("hutong.css").unwrap().bytes.to_vec()).unwrap()
}

/// Returns the colours of the light scheme, and the same with the dark ones laid over them.
fn schemes() -> [(&'static str, HashMap<String, String>); 2] {
    let css = css();
    let (light, rest) = css.split_once("@media (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split("/* 2 base */").next().unwrap();
    let read = |text: &str| -> HashMap<String, String> {
        let pairs = text.split(';').filter_map(|part| part.split("--").nth(1)?.split_once(": #"));
        pairs.map(|(name, hex)| (name.to_owned(), hex.trim().to_owned())).collect()
    };
    let light = read(light);
    let mut both = light.clone();
    both.extend(read(dark));
    [("light", light), ("dark", both)]
}

/// Relative luminance of a colour such as `ad3416` (WCAG 2.2, definition of relative luminance).
fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_fills_keep_their_contrast_in_both_schemes() {
    let pairs = [
        ("ink", "paper surface sunk accent-pale good-pale bad-pale busy-pale", 4.5),
        ("mute", "paper surface sunk accent-pale", 4.5),
        ("accent", "paper surface sunk accent-pale", 4.5),
        ("accent-ink", "accent", 4.5),
        ("good", "paper surface good-pale", 4.5),
        ("busy", "paper surface busy-pale", 4.5),
        ("bad", "paper surface bad-pale", 4.5),
        ("on-wall", "wall", 4.5),
        ("line-strong", "paper surface", 3.0),
        ("fill-accent", "paper surface wall", 3.0),
        ("fill-brick", "paper surface sunk", 3.0),
    ];
    for (scheme, colours) in schemes() {
        for (front, backs, least) in pairs {
            for back in backs.split(' ') {
                let found = contrast(&colours[front], &colours[back]);
                assert!(found >= least, "{scheme}: {front} on {back} is {found:.2}:1");
            }
        }
    }
}

#[test]
fn every_variable_used_is_defined() {
    let css = css();
    for part in css.split("var(--").skip(1) {
        let name = part.split(')').next().unwrap();
        assert!(css.contains(&format!("--{name}: ")), "--{name} is not defined");
    }
}

#[test]
fn the_style_sheet_is_whole_and_needs_nobody_else() {
    let mut css = css();
    while let Some((before, after)) = css.clone().split_once("/*") {
        css = before.to_owned() + after.split_once("*/").unwrap().1;
    }
    let mut depth = 0_u32;
    let mut last = ' ';
    for c in css.chars().filter(|c| !c.is_whitespace()) {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1).expect("a brace closes what was opened"),
            ';' => assert!(depth > 0 && last != ';', "a semicolon outside a rule"),
            _ => {}
        }
        last = c;
    }
    assert_eq!(depth, 0, "a rule is not closed");
    for foreign in ["@import", "url(\"http", "url(\"//", "data:", "expression("] {
        assert!(!css.contains(foreign), "{foreign}");
    }
}
