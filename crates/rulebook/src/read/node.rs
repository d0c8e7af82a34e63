//! A table of the file, read field by field: every wrong, missing or unknown field is noted.

use crate::problem::{Log, shown};
use crate::words::{Coded, Text};
use base::Date;
use std::cell::RefCell;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub(crate) type Node<'t> = Spanned<DeValue<'t>>;

/// Longest text of one field, in characters; a rule is not a book.
const TEXT_CHARS_MAX: usize = 2_000;

/// One table while it is read.
pub(crate) struct Fields<'a, 't> {
    pub(crate) log: &'a Log<'t>,
    table: &'a DeTable<'t>,
    /// Byte offset at which problems of the table itself are reported.
    pub(crate) at: usize,
    asked: RefCell<Vec<&'static str>>,
}

impl<'a, 't> Fields<'a, 't> {
    pub(crate) fn new(log: &'a Log<'t>, table: &'a DeTable<'t>, at: usize) -> Self {
        Self { log, table, at, asked: RefCell::default() }
    }

    /// Returns the node of a field and remembers that the field is known.
    pub(crate) fn node(&self, key: &'static str) -> Option<&'a Node<'t>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Reads a field that may be absent.
    pub(crate) fn opt<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Log<'t>, &'a Node<'t>) -> Option<T>,
    ) -> Option<T> {
        self.node(key).and_then(|node| read(self.log, node))
    }

    /// Reads a field that must be there.
    pub(crate) fn need<T>(
        &self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&'a Log<'t>, &'a Node<'t>) -> Option<T>,
    ) -> Option<T> {
        let Some(node) = self.node(key) else {
            self.log.add(self.at, format!("missing field `{key}`"), expected);
            return None;
        };
        read(self.log, node)
    }

    /// Reads a table that may be absent.
    pub(crate) fn table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Fields<'a, 't>) -> Option<T>,
    ) -> Option<T> {
        let node = self.node(key)?;
        let fields = as_table(self.log, node, key)?;
        let found = read(&fields);
        fields.finish();
        found
    }

    /// Reads a table that must be there.
    pub(crate) fn need_table<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Fields<'a, 't>) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            let message = format!("missing table `[{key}]`");
            self.log.add(self.at, message, "it: see docs/rules.md");
        }
        self.table(key, read)
    }

    /// Reads an array of tables, empty where absent.
    pub(crate) fn tables<T>(
        &self,
        key: &'static str,
        mut read: impl FnMut(&Fields<'a, 't>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else { return Vec::new() };
        let DeValue::Array(array) = node.get_ref() else {
            wrong::<()>(self.log, node, &format!("`[[{key}]]` tables"));
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in array {
            if let Some(fields) = as_table(self.log, item, key) {
                found.extend(read(&fields));
                fields.finish();
            }
        }
        found
    }

    /// Reports fields that nobody asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys() {
            if !asked.contains(&key.get_ref().as_ref()) {
                let expected = format!("one of {}", asked.join(", "));
                let message = format!("unknown field `{}`", shown(key.get_ref()));
                self.log.add(key.span().start, message, expected);
            }
        }
    }
}

fn as_table<'a, 't>(log: &'a Log<'t>, node: &'a Node<'t>, key: &str) -> Option<Fields<'a, 't>> {
    match node.get_ref() {
        DeValue::Table(table) => Some(Fields::new(log, table, node.span().start)),
        _ => wrong(log, node, &format!("a table `[{key}]`")),
    }
}

/// Notes that a value has the wrong type.
pub(crate) fn wrong<T>(log: &Log<'_>, node: &Node<'_>, expected: &str) -> Option<T> {
    let found = match node.get_ref() {
        DeValue::String(text) => format!("`{}`", shown(text)),
        DeValue::Integer(number) => format!("the number `{}`", shown(number.as_str())),
        DeValue::Float(number) => format!("the number `{}`", shown(number.as_str())),
        DeValue::Boolean(value) => format!("`{value}`"),
        DeValue::Datetime(value) => format!("the date `{value}`"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    };
    log.add(node.span().start, format!("found {found}"), expected);
    None
}

/// Reads words that must not be empty.
pub(crate) fn text<'a>(log: &Log<'_>, node: &'a Node<'_>) -> Option<&'a str> {
    let DeValue::String(found) = node.get_ref() else {
        return wrong(log, node, "a text in quotes");
    };
    if found.trim().is_empty() {
        log.add(node.span().start, "the text is empty", "some words, or no such field");
        return None;
    }
    if found.chars().count() > TEXT_CHARS_MAX {
        let message = format!("the text is longer than {TEXT_CHARS_MAX} characters");
        log.add(node.span().start, message, "a shorter one");
        return None;
    }
    Some(found)
}

pub(crate) fn string(log: &Log<'_>, node: &Node<'_>) -> Option<String> {
    text(log, node).map(str::to_owned)
}

/// Reads a column of the source table, which may be empty.
pub(crate) fn column(log: &Log<'_>, node: &Node<'_>) -> Option<String> {
    match node.get_ref() {
        DeValue::String(found) => Some(found.to_string()),
        _ => wrong(log, node, "a text in quotes"),
    }
}

/// Reads words in two languages: `{ en = "...", zh = "..." }`, or a plain text for English alone.
pub(crate) fn words(log: &Log<'_>, node: &Node<'_>) -> Option<Text> {
    if let DeValue::String(_) = node.get_ref() {
        return text(log, node).map(|en| Text { en: en.to_owned(), zh: None });
    }
    let DeValue::Table(table) = node.get_ref() else {
        return wrong(log, node, "a text, or `{ en = \"...\", zh = \"...\" }`");
    };
    let fields = Fields::new(log, table, node.span().start);
    let en = fields.need("en", "the English words", string);
    let zh = fields.opt("zh", string);
    fields.finish();
    Some(Text { en: en?, zh })
}

pub(crate) fn boolean(log: &Log<'_>, node: &Node<'_>) -> Option<bool> {
    match node.get_ref() {
        DeValue::Boolean(value) => Some(*value),
        _ => wrong(log, node, "true or false"),
    }
}

/// Reads a whole number within bounds.
pub(crate) fn number(log: &Log<'_>, node: &Node<'_>, least: u32, most: u32) -> Option<u32> {
    let expected = format!("a whole number from {least} to {most}");
    let DeValue::Integer(digits) = node.get_ref() else {
        return wrong(log, node, &expected);
    };
    match u32::from_str_radix(digits.as_str(), digits.radix()) {
        Ok(value) if (least..=most).contains(&value) => Some(value),
        _ => wrong(log, node, &expected),
    }
}

pub(crate) fn date(log: &Log<'_>, node: &Node<'_>) -> Option<Date> {
    let expected = "a date such as 2024-07-01, without quotes";
    let DeValue::Datetime(value) = node.get_ref() else {
        return wrong(log, node, expected);
    };
    match value.to_string().parse::<Date>() {
        Ok(date) if value.time.is_none() && value.offset.is_none() => Some(date),
        _ => wrong(log, node, expected),
    }
}

/// Reads one of a closed list of codes.
pub(crate) fn code<T: Coded>(log: &Log<'_>, node: &Node<'_>) -> Option<T> {
    let codes: Vec<&str> = T::ALL.iter().map(|value| value.code()).collect();
    let expected = format!("one of {}", codes.join(", "));
    let DeValue::String(found) = node.get_ref() else {
        return wrong(log, node, &expected);
    };
    T::from_code(found).or_else(|| wrong(log, node, &expected))
}

/// Reads a list, item by item.
pub(crate) fn list<'a, 't, T>(
    log: &'a Log<'t>,
    node: &'a Node<'t>,
    read: impl Fn(&'a Log<'t>, &'a Node<'t>) -> Option<T>,
) -> Option<Vec<T>> {
    let DeValue::Array(array) = node.get_ref() else {
        return wrong(log, node, "a list in square brackets");
    };
    // Every item is read before one failure discards the list.
    let items: Vec<Option<T>> = array.iter().map(|item| read(log, item)).collect();
    items.into_iter().collect()
}

/// Reads an identifier: lower-case letters, digits and hyphens, at most 60 characters.
pub(crate) fn id(log: &Log<'_>, node: &Node<'_>) -> Option<String> {
    identifier(
        log,
        node,
        '-',
        "an id of lower-case letters, digits and hyphens, as in `compute-voucher`",
    )
}

/// Reads the name of a fact: lower-case letters, digits and `_`.
pub(crate) fn fact_name(log: &Log<'_>, node: &Node<'_>) -> Option<String> {
    let expected = "a name of lower-case letters, digits and `_`, as in `own_investment`";
    let name = identifier(log, node, '_', expected)?;
    if RESERVED.contains(&name.as_str()) {
        return wrong(log, node, "another name, since this one has a meaning of its own");
    }
    Some(name)
}

/// Names that mean something in CEL, or facts that every instrument has.
const RESERVED: [&str; 39] = [
    "kinds",
    "size",
    "places",
    "today",
    "amount",
    "date",
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "bool",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "list",
    "map",
    "type",
    "null_type",
    "dyn",
    "has",
];

fn identifier(log: &Log<'_>, node: &Node<'_>, joint: char, expected: &str) -> Option<String> {
    let DeValue::String(found) = node.get_ref() else {
        return wrong(log, node, expected);
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joint;
    let starts = found.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts || found.len() > 60 || !found.chars().all(plain) {
        return wrong(log, node, expected);
    }
    Some(found.to_string())
}
