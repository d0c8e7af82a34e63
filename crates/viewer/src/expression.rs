//! Filters and orders as the public viewer writes them: a small part of SQL, read into a tree.
//!
//! ```text
//! or     = and { OR and }
//! and    = not { AND not }
//! not    = NOT not | "(" or ")" | test
//! test   = column ( "=" | "<>" | "!=" | "<" | "<=" | ">" | ">=" ) value
//!        | column [NOT] IN "(" value { "," value } ")"
//!        | column [NOT] LIKE text | column [NOT] ILIKE text
//!        | column [NOT] BETWEEN value AND value
//!        | column IS [NOT] NULL
//! column = "in double quotes" | bare_word
//! value  = 'in single quotes' | number | TRUE | FALSE
//! ```
//! A quote inside quotes is doubled. There are no functions, no arithmetic and no subqueries:
//! an expression is a finite tree whose cost a row is its length.
//! Source: huggingface.co/docs/dataset-viewer/filter.

use crate::cell::Cell;
use crate::error::{Error, Result};
use std::cmp::Ordering;

/// Longest expression, in characters.
const CHARS_MAX: usize = 4_000;
/// Deepest nesting of parentheses and NOT.
const DEPTH_MAX: usize = 32;

/// A filter as a tree, over columns by name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    Test { column: String, position: usize, test: Test },
}

/// What is asked of one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Test {
    Compare(Comparison, Value),
    In(Vec<Value>),
    Between(Value, Value),
    Like { pattern: String, ignores_case: bool },
    IsNull,
}

/// A comparison by the orders it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(crate) fn takes(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// A value with its place, for messages; numbers keep their digits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) cell: Cell,
    pub(crate) digits: String,
    pub(crate) position: usize,
}

/// An order: a column, and whether the largest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) column: String,
    pub(crate) is_descending: bool,
}

/// Reads a filter.
pub(crate) fn expression_parse(text: &str) -> Result<Expression> {
    let mut parser = Parser::new(text)?;
    let expression = parser.or(0)?;
    parser.end()?;
    Ok(expression)
}

/// Reads an order: a column, then `ASC` (the default) or `DESC`.
pub(crate) fn order_parse(text: &str) -> Result<Order> {
    let mut parser = Parser::new(text)?;
    let (column, _) = parser.column()?;
    let is_descending = parser.word("DESC");
    if !is_descending {
        parser.word("ASC");
    }
    parser.end()?;
    Ok(Order { column, is_descending })
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Name(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

struct Parser {
    /// Tokens from last to first, each with the characters before it.
    tokens: Vec<(Token, usize)>,
    length: usize,
}

fn wrong<T>(position: usize, reason: impl Into<String>) -> Result<T> {
    Err(Error::Expression { position, reason: reason.into() })
}

impl Parser {
    fn new(text: &str) -> Result<Self> {
        let chars: Vec<char> = text.chars().take(CHARS_MAX + 1).collect();
        if chars.len() > CHARS_MAX {
            return wrong(CHARS_MAX, format!("it is longer than `{CHARS_MAX}` characters"));
        }
        let mut tokens = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            if chars[at].is_whitespace() {
                at += 1;
                continue;
            }
            let (token, length) = token(&chars, at)?;
            tokens.push((token, at));
            at += length;
        }
        tokens.reverse();
        Ok(Self { tokens, length: chars.len() })
    }

    fn position(&self) -> usize {
        self.tokens.last().map_or(self.length, |(_, position)| *position)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.last().map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        self.tokens.pop().map(|(token, _)| token)
    }

    /// Takes a key word if it comes next.
    fn word(&mut self, word: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        if is_next {
            self.tokens.pop();
        }
        is_next
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        if is_next {
            self.tokens.pop();
        }
        is_next
    }

    fn expect_sign(&mut self, sign: &str) -> Result<()> {
        let position = self.position();
        if self.sign(sign) { Ok(()) } else { wrong(position, format!("expected `{sign}`")) }
    }

    fn end(&self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(_) => wrong(self.position(), "expected the end, AND or OR"),
        }
    }

    fn or(&mut self, depth: usize) -> Result<Expression> {
        let mut parts = vec![self.and(depth)?];
        while self.word("OR") {
            parts.push(self.and(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Or(parts) })
    }

    fn and(&mut self, depth: usize) -> Result<Expression> {
        let mut parts = vec![self.not(depth)?];
        while self.word("AND") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::And(parts) })
    }

    fn not(&mut self, depth: usize) -> Result<Expression> {
        if depth > DEPTH_MAX {
            return wrong(self.position(), format!("it nests deeper than `{DEPTH_MAX}`"));
        }
        if self.word("NOT") {
            return Ok(Expression::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.sign("(") {
            let inner = self.or(depth + 1)?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        self.test()
    }

    fn column(&mut self) -> Result<(String, usize)> {
        let position = self.position();
        match self.next() {
            Some(Token::Name(name) | Token::Word(name)) => Ok((name, position)),
            _ => wrong(position, "expected a column, in double quotes"),
        }
    }

    fn test(&mut self) -> Result<Expression> {
        let (column, position) = self.column()?;
        let (test, is_negated) = if self.word("IS") {
            let is_negated = self.word("NOT");
            if !self.word("NULL") {
                return wrong(self.position(), "expected NULL");
            }
            (Test::IsNull, is_negated)
        } else {
            let is_negated = self.word("NOT");
            (self.test_after(is_negated)?, is_negated)
        };
        let test = Expression::Test { column, position, test };
        Ok(if is_negated { Expression::Not(Box::new(test)) } else { test })
    }

    fn test_after(&mut self, is_negated: bool) -> Result<Test> {
        let position = self.position();
        if self.word("IN") {
            self.expect_sign("(")?;
            let mut values = vec![self.value()?];
            while self.sign(",") {
                values.push(self.value()?);
            }
            self.expect_sign(")")?;
            return Ok(Test::In(values));
        }
        for (word, ignores_case) in [("LIKE", false), ("ILIKE", true)] {
            if self.word(word) {
                let position = self.position();
                return match self.next() {
                    Some(Token::Text(pattern)) => Ok(Test::Like { pattern, ignores_case }),
                    _ => wrong(position, "expected a pattern in single quotes"),
                };
            }
        }
        if self.word("BETWEEN") {
            let low = self.value()?;
            if !self.word("AND") {
                return wrong(self.position(), "expected AND");
            }
            return Ok(Test::Between(low, self.value()?));
        }
        let comparison = match self.next() {
            Some(Token::Sign("=")) => Comparison::Equal,
            Some(Token::Sign("<>")) => Comparison::Unequal,
            Some(Token::Sign("<")) => Comparison::Less,
            Some(Token::Sign("<=")) => Comparison::LessOrEqual,
            Some(Token::Sign(">")) => Comparison::Greater,
            Some(Token::Sign(">=")) => Comparison::GreaterOrEqual,
            _ => return wrong(position, "expected a comparison, IN, LIKE, BETWEEN or IS"),
        };
        if is_negated {
            return wrong(position, "expected IN, LIKE or BETWEEN after NOT");
        }
        Ok(Test::Compare(comparison, self.value()?))
    }

    fn value(&mut self) -> Result<Value> {
        let position = self.position();
        let (cell, digits) = match self.next() {
            Some(Token::Text(text)) => (Cell::Text(text), String::new()),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("TRUE") => {
                (Cell::Bool(true), word)
            }
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("FALSE") => {
                (Cell::Bool(false), word)
            }
            Some(Token::Number(digits)) => match number(&digits) {
                Some(cell) => (cell, digits),
                None => return wrong(position, format!("`{digits}` is no number")),
            },
            _ => return wrong(position, "expected a number, TRUE, FALSE or text in single quotes"),
        };
        Ok(Value { cell, digits, position })
    }
}

fn number(digits: &str) -> Option<Cell> {
    let whole = digits.parse().map(Cell::Int).or_else(|_| digits.parse().map(Cell::UInt));
    let float = || digits.parse().ok().filter(|value: &f64| value.is_finite()).map(Cell::Float);
    whole.ok().or_else(float)
}

/// Reads one token at a place; returns it with its length.
fn token(chars: &[char], at: usize) -> Result<(Token, usize)> {
    let rest = &chars[at..];
    let pair: String = rest.iter().take(2).collect();
    let sign = match pair.as_str() {
        "<>" | "!=" => Some(("<>", 2)),
        "==" => Some(("=", 2)),
        "<=" => Some(("<=", 2)),
        ">=" => Some((">=", 2)),
        _ => None,
    };
    let single = ["=", "<", ">", "(", ")", ","].into_iter().find(|sign| sign.starts_with(rest[0]));
    if let Some((sign, length)) = sign.or(single.map(|sign| (sign, 1))) {
        return Ok((Token::Sign(sign), length));
    }
    let is_word = |c: &&char| c.is_alphanumeric() || **c == '_';
    match rest[0] {
        quote @ ('\'' | '"') => {
            let Some((text, length)) = quoted(rest, quote) else {
                return wrong(at, "the quote has no end");
            };
            Ok((if quote == '"' { Token::Name(text) } else { Token::Text(text) }, length))
        }
        first if first.is_ascii_digit() || matches!(first, '-' | '+' | '.') => {
            let mut length = 1;
            while let Some(c) = rest.get(length) {
                let is_sign = matches!(c, '-' | '+') && matches!(rest[length - 1], 'e' | 'E');
                if !(c.is_ascii_alphanumeric() || *c == '.' || is_sign) {
                    break;
                }
                length += 1;
            }
            Ok((Token::Number(rest[..length].iter().collect()), length))
        }
        first if first.is_alphabetic() || first == '_' => {
            let word: String = rest.iter().take_while(is_word).collect();
            let length = word.chars().count();
            Ok((Token::Word(word), length))
        }
        other => wrong(at, format!("`{other}` has no meaning here")),
    }
}

/// Reads quoted text, where a doubled quote stands for itself.
fn quoted(chars: &[char], quote: char) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        let c = *chars.get(at)?;
        at += 1;
        if c == quote {
            if chars.get(at) != Some(&quote) {
                return Some((text, at));
            }
            at += 1;
        }
        text.push(c);
    }
}
