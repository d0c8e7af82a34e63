//! Expressions over facts: the only place that knows the CEL crate.
//!
//! An expression is checked once, when its rule is read ([`crate::checker`]), and evaluated over
//! facts of which some may be unknown. Unknown facts follow CEL's rule for errors: `true ||
//! unknown` is true, `false && unknown` is false, everything else that needs the fact is unknown.
//! Amounts are counted in minor units and dates in days since 1970-01-01 while CEL runs.

use crate::checker::{self, Fault, Types};
use crate::request::{FACT_WORDS_MAX, FactValue, Request};
use base::Date;
use cel::parser::{Parser, PrattParser};
use cel::{Context, Env, IdedExpr, Value};
use serde::Serialize;
use std::sync::{Arc, LazyLock};

/// Longest expression, in bytes.
const TEXT_BYTES_MAX: usize = 1_000;
/// Deepest nesting of brackets. Rules of the reference set need 3.
const BRACKETS_MAX: usize = 10;
/// Deepest recursion of the parser; bounds its stack.
const RECURSION_MAX: u16 = 32;

/// The standard functions, shared by all evaluations.
static STANDARD: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(Env::stdlib()));

/// A checked condition over facts.
#[derive(Clone)]
pub struct Expression {
    text: String,
    facts: Vec<String>,
    tree: Arc<IdedExpr>,
}

/// The value of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It needs facts that are unknown.
    Unknown {
        /// Their names, in the order of the expression.
        missing: Vec<String>,
    },
    /// It cannot be computed, e.g. beyond 64 bits.
    Failed {
        /// The reason.
        error: String,
    },
}

impl Expression {
    /// Parses and checks a text. Faults carry byte offsets into the text.
    pub(crate) fn compile(text: &str, types: &Types) -> Result<Self, Vec<Fault>> {
        let limits = checker::check_text(text, TEXT_BYTES_MAX, BRACKETS_MAX);
        if !limits.is_empty() {
            return Err(limits);
        }
        // The Pratt parser bounds its own recursion; the other one alone tells positions.
        PrattParser::new()
            .max_recursion_depth(RECURSION_MAX)
            .parse(text)
            .map_err(|errors| syntax(text, &errors))?;
        let (mut tree, places) =
            Parser::new().parse_with_source_info(text).map_err(|errors| syntax(text, &errors))?;
        let facts = checker::check_tree(&mut tree, types, &|id| {
            places.offset_for(id).and_then(|(start, _)| usize::try_from(start).ok())
        })?;
        Ok(Self { text: text.to_owned(), facts, tree: Arc::new(tree) })
    }

    /// Returns the text as written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the names of the facts it uses, without repetition.
    #[must_use]
    pub fn facts(&self) -> &[String] {
        &self.facts
    }

    pub(crate) fn test(&self, facts: &Facts<'_>) -> Truth {
        match Value::resolve(&self.tree, &facts.context) {
            Ok(Value::Bool(true)) => Truth::True,
            Ok(Value::Bool(false)) => Truth::False,
            Ok(other) => Truth::Failed { error: format!("gives {other:?}, not yes or no") },
            Err(error) => {
                let missing: Vec<String> =
                    self.facts.iter().filter(|name| !facts.knows(name)).cloned().collect();
                if missing.is_empty() {
                    return Truth::Failed { error: error.to_string() };
                }
                Truth::Unknown { missing }
            }
        }
    }
}

impl std::fmt::Debug for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`", self.text)
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Serialize for Expression {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// The facts of one request, as CEL sees them.
pub(crate) struct Facts<'r> {
    sound: Vec<&'r str>,
    context: Context<'r, 'r>,
}

impl<'r> Facts<'r> {
    /// Takes the facts named in `sound`; others are unknown to expressions.
    pub(crate) fn new(request: &'r Request, sound: &[&'r str]) -> Self {
        let mut context = Context::with_env(Arc::clone(&STANDARD));
        context.add_variable_from_value("today", days(request.date));
        for name in sound {
            if let Some(fact) = request.facts.get(*name) {
                context.add_variable_from_value(*name, plain(fact));
            }
        }
        Self { sound: sound.to_vec(), context }
    }

    fn knows(&self, name: &str) -> bool {
        name == "today" || self.sound.contains(&name)
    }
}

fn plain(fact: &FactValue) -> Value {
    match fact {
        FactValue::Bool(value) => Value::Bool(*value),
        FactValue::Int(value) => Value::Int(*value),
        FactValue::String(value) => Value::String(Arc::new(value.clone())),
        FactValue::Amount(value) => Value::Int(value.minor),
        FactValue::Date(value) => Value::Int(days(*value)),
        FactValue::Strings(values) => {
            let words = values.iter().take(FACT_WORDS_MAX);
            Value::List(
                words.map(|word| Value::String(Arc::new(word.clone()))).collect::<Vec<_>>().into(),
            )
        }
    }
}

/// Counts days since 1970-01-01.
pub(crate) fn days(date: Date) -> i64 {
    let epoch = base::Time::from_millis(0).date();
    i64::from((date - epoch).get_days())
}

/// Turns the parser's errors into faults.
fn syntax(text: &str, errors: &cel::ParseErrors) -> Vec<Fault> {
    let place = |line: isize, column: isize| {
        let line = usize::try_from(line).unwrap_or(1).max(1);
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let column = usize::try_from(column).unwrap_or(1).max(1);
        let rest = &text[start.min(text.len())..];
        start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    };
    let fault = |error: &cel::ParseError| {
        let words = error.msg.trim_start_matches("Syntax error: ");
        let words = words.lines().next().unwrap_or_default();
        Fault {
            at: place(error.pos.0, error.pos.1),
            message: format!("the expression cannot be read: {words}"),
            expected: "a CEL condition such as `employees >= 10 && is_registered`".to_owned(),
        }
    };
    errors.errors.iter().take(3).map(fault).collect()
}
