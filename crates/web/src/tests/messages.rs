//! Claims about the message files and about words in templates.

use crate::Lang;
use crate::state::State;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

fn files(dir: &str, ending: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                out.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    out
}

fn holes(text: &str) -> Vec<&str> {
    let mut holes: Vec<&str> =
        text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
    holes.sort_unstable();
    holes
}

#[test]
fn both_languages_have_the_same_keys() {
    assert_eq!(Lang::En.keys(), Lang::Zh.keys());
}

#[test]
fn both_languages_fill_in_the_same_values() {
    for key in Lang::En.keys() {
        let (en, zh) = (Lang::En.message(&key), Lang::Zh.message(&key));
        assert_eq!(holes(en), holes(zh), "{key}: `{en}` and `{zh}`");
        assert!(!en.is_empty() && !zh.is_empty(), "{key} is empty");
    }
}

#[test]
fn chinese_messages_use_chinese_punctuation() {
    let cjk = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for key in Lang::Zh.keys() {
        let text: Vec<char> = Lang::Zh.message(&key).chars().collect();
        let bad = text.windows(2).any(|pair| cjk(pair[0]) && ",;:?!()".contains(pair[1]));
        assert!(!bad, "{key}: `{}`", Lang::Zh.message(&key));
    }
}

#[test]
fn every_key_is_used_and_every_used_key_exists() {
    let mut sources = files("src", ".rs");
    sources.retain(|(name, _)| name != "messages.rs");
    sources.extend(files("templates", ".html"));
    let known: HashSet<String> = Lang::En.keys().into_iter().collect();
    let all: String = sources.iter().map(|(_, text)| text.as_str()).collect();
    let unused: Vec<_> = known.iter().filter(|key| !all.contains(&format!("\"{key}\""))).collect();
    assert!(unused.is_empty(), "unused: {unused:?}");
    let mut unknown = Vec::new();
    for (name, text) in &sources {
        for call in [".t(\"", ".t1(\"", ".t2(\"", ".t3(\""] {
            let keys = text.split(call).skip(1).filter_map(|part| part.split('"').next());
            unknown.extend(keys.filter(|key| !known.contains(*key)).map(|key| (name, key)));
        }
    }
    assert!(unknown.is_empty(), "no such message: {unknown:?}");
}

#[test]
fn every_state_has_a_word() {
    let known: HashSet<String> = Lang::En.keys().into_iter().collect();
    let words: HashSet<_> = State::ALL.iter().map(|state| state.key()).collect();
    assert_eq!(words.len(), State::ALL.len());
    assert!(words.iter().all(|key| known.contains(*key)));
}

/// Removes `open ... close` and returns the rest.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        out.push_str(before);
        out.push(' ');
        rest = after.split_once(close).map_or("", |(_, tail)| tail);
    }
    out + rest
}

#[test]
fn templates_hold_no_words_of_their_own() {
    for (name, text) in files("templates", ".html") {
        let mut text = text;
        // Formulas and commands in `<code>` are the same in every language.
        for (open, close) in [("<code>", "</code>"), ("{#", "#}"), ("{{", "}}"), ("{%", "%}")] {
            text = without(&text, open, close);
        }
        for attribute in ["title=\"", "aria-label=\"", "placeholder=\"", "alt=\""] {
            for part in text.split(attribute).skip(1) {
                let value = part.split('"').next().unwrap_or_default();
                assert!(
                    !value.chars().any(char::is_alphabetic),
                    "{name}: {attribute}{value}\" is not translated"
                );
            }
        }
        let words = without(&text, "<", ">");
        let is_text = |c: char| c.is_alphabetic() || ".,:;".contains(c);
        let left: Vec<&str> = words.split_whitespace().filter(|w| w.contains(is_text)).collect();
        assert!(
            left.is_empty(),
            "{name}: words or punctuation outside the message files: {left:?}"
        );
    }
}
