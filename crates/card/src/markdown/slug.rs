//! Ids of headings.

use std::collections::HashMap;

/// Characters of an id; a heading may be as long as the card.
const SLUG_CHARS_MAX: usize = 100;

/// Makes ids that differ, in the way of GitHub: letters and digits in lower case, spaces as `-`.
#[derive(Default)]
pub(super) struct Slugs {
    /// How often each id was given; counts go on where they stopped, so that a thousand equal
    /// headings cost a thousand steps.
    given: HashMap<String, usize>,
}

impl Slugs {
    pub(super) fn make(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let mut number = self.given.get(&base).copied().unwrap_or(0);
        let mut id = base.clone();
        while number > 0 && self.given.contains_key(&format!("{base}-{number}")) {
            number += 1;
        }
        if number > 0 {
            id = format!("{base}-{number}");
            self.given.insert(id.clone(), 1);
        }
        self.given.insert(base, number + 1);
        id
    }
}

fn slug(heading: &str) -> String {
    let mut slug = String::new();
    for c in heading.trim().chars().take(SLUG_CHARS_MAX) {
        if c.is_alphanumeric() || matches!(c, '-' | '_') {
            slug.extend(c.to_lowercase());
        } else if c.is_whitespace() {
            slug.push('-');
        }
    }
    if slug.is_empty() { "section".to_owned() } else { slug }
}
