//! Checks an expression's tree before a rule is accepted: known facts, operand types, a yes-or-no
//! result, and a bound on its cost.
//!
//! Two literals are rewritten into numbers on the way: `amount("5,000,000")` and
//! `date("2024-01-31")`.

use crate::expression::days;
use crate::problem::shown;
use base::{Amount, Date, Unit};
use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, operators};
use std::collections::BTreeMap;

/// Largest tree, in nodes after macros are expanded.
const NODES_MAX: usize = 200;

/// A fault of an expression at a byte offset of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) message: String,
    pub(crate) expected: String,
}

/// The type of a part of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int,
    String,
    Amount(Unit),
    Date,
    Strings,
}

impl Type {
    fn words(self) -> String {
        match self {
            Self::Bool => "yes or no".to_owned(),
            Self::Int => "a whole number".to_owned(),
            Self::String => "a word".to_owned(),
            Self::Amount(unit) => format!("an amount in {unit}"),
            Self::Date => "a date".to_owned(),
            Self::Strings => "a list of words".to_owned(),
        }
    }
}

/// Declared facts and the unit of `amount("...")`.
#[derive(Debug, Clone)]
pub(crate) struct Types {
    pub(crate) facts: BTreeMap<String, Type>,
    pub(crate) unit: Unit,
}

/// Bounds the text before any parser sees it.
pub(crate) fn check_text(text: &str, bytes_max: usize, brackets_max: usize) -> Vec<Fault> {
    if text.len() > bytes_max {
        return vec![Fault {
            at: 0,
            message: format!("the expression has {} bytes", text.len()),
            expected: format!("at most {bytes_max}; split it into several conditions"),
        }];
    }
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > brackets_max {
            return vec![Fault {
                at,
                message: format!("brackets nest deeper than {brackets_max}"),
                expected: "a flatter expression; split it into several conditions".to_owned(),
            }];
        }
    }
    Vec::new()
}

/// Checks a tree and returns the facts it uses. Rewrites amounts and dates into numbers.
pub(crate) fn check_tree(
    tree: &mut IdedExpr,
    types: &Types,
    place: &dyn Fn(u64) -> Option<usize>,
) -> Result<Vec<String>, Vec<Fault>> {
    let mut walk = Walk {
        types,
        place,
        at: 0,
        nodes: 0,
        locals: Vec::new(),
        facts: Vec::new(),
        faults: Vec::new(),
    };
    let found = walk.visit(tree);
    if walk.nodes > NODES_MAX {
        walk.faults.clear();
        walk.at = 0;
        walk.fault(
            format!("the expression has more than {NODES_MAX} parts"),
            "a shorter one; split it into several conditions",
        );
    } else if let Some(other) = found.filter(|found| *found != Type::Bool) {
        walk.at = 0;
        walk.fault(
            format!("the expression gives {}", other.words()),
            "a condition that is yes or no",
        );
    }
    if walk.faults.is_empty() { Ok(walk.facts) } else { Err(walk.faults) }
}

struct Walk<'a> {
    types: &'a Types,
    place: &'a dyn Fn(u64) -> Option<usize>,
    at: usize,
    nodes: usize,
    /// Variables of the one comprehension we may be inside.
    locals: Vec<(String, Type)>,
    facts: Vec<String>,
    faults: Vec<Fault>,
}

impl Walk<'_> {
    fn fault(&mut self, message: impl Into<String>, expected: impl Into<String>) -> Option<Type> {
        let (message, expected) = (message.into(), expected.into());
        self.faults.push(Fault { at: self.at, message, expected });
        None
    }

    /// Returns the type of a node; `None` where a fault has been noted.
    fn visit(&mut self, node: &mut IdedExpr) -> Option<Type> {
        self.nodes += 1;
        if self.nodes > NODES_MAX {
            return None;
        }
        let outer = self.at;
        self.at = (self.place)(node.id).unwrap_or(outer);
        let found = match &mut node.expr {
            Expr::Literal(literal) => self.literal(literal),
            Expr::Ident(name) => self.name(name),
            Expr::List(list) => self.list(&mut list.elements),
            Expr::Comprehension(loop_) => self.comprehension(loop_),
            Expr::Call(call) => self.call(call).map(|(found, number)| {
                if let Some(number) = number {
                    node.expr = Expr::Literal(LiteralValue::Int(number.into()));
                }
                found
            }),
            Expr::Select(_) => self.fault("a fact has no fields", "the plain name of a fact"),
            Expr::Map(_) | Expr::Struct(_) | Expr::Unspecified => {
                self.fault("maps and messages are not available", "facts, literals and lists")
            }
        };
        self.at = outer;
        found
    }

    fn literal(&mut self, literal: &LiteralValue) -> Option<Type> {
        match literal {
            LiteralValue::Boolean(_) => Some(Type::Bool),
            LiteralValue::Int(_) => Some(Type::Int),
            LiteralValue::String(_) => Some(Type::String),
            LiteralValue::Double(_) => self.fault(
                "a number with a decimal point is not exact",
                "a whole number, or `amount(\"12.50\")`",
            ),
            LiteralValue::UInt(_) => {
                self.fault("unsigned numbers are not available", "a plain whole number")
            }
            LiteralValue::Bytes(_) | LiteralValue::Null => {
                self.fault("bytes and null are not available", "a word, a number or yes or no")
            }
        }
    }

    fn name(&mut self, name: &str) -> Option<Type> {
        if let Some((_, found)) = self.locals.iter().rev().find(|(local, _)| local == name) {
            return Some(*found);
        }
        if let Some(found) = self.types.facts.get(name).copied() {
            if !self.facts.iter().any(|known| known == name) {
                self.facts.push(name.to_owned());
            }
            return Some(found);
        }
        let known: Vec<&str> = self.types.facts.keys().map(String::as_str).collect();
        let expected = format!("one of {}, or a new `[[fact]]`", known.join(", "));
        self.fault(format!("unknown fact `{}`", shown(name)), expected)
    }

    fn list(&mut self, elements: &mut [IdedExpr]) -> Option<Type> {
        if elements.is_empty() {
            return self.fault("the list is empty", "at least one word");
        }
        let mut sound = true;
        for element in elements {
            let at = (self.place)(element.id).unwrap_or(self.at);
            match self.visit(element) {
                Some(Type::String) => {}
                Some(other) => {
                    let outer = std::mem::replace(&mut self.at, at);
                    self.fault(format!("the list holds {}", other.words()), "words in quotes");
                    self.at = outer;
                    sound = false;
                }
                None => sound = false,
            }
        }
        sound.then_some(Type::Strings)
    }

    /// Accepts what `all` and `exists` expand to: a yes-or-no accumulator over a list of words.
    fn comprehension(&mut self, loop_: &mut ComprehensionExpr) -> Option<Type> {
        if !self.locals.is_empty() {
            return self.fault(
                "loops are nested",
                "one `all` or `exists` at a time, since nested ones cost too much",
            );
        }
        let range = self.visit(&mut loop_.iter_range)?;
        if range != Type::Strings {
            return self.fault(format!("cannot go through {}", range.words()), "a list of words");
        }
        let is_flag = matches!(loop_.accu_init.expr, Expr::Literal(LiteralValue::Boolean(_)));
        if loop_.iter_var2.is_some() || !is_flag {
            return self
                .fault("only `all` and `exists` are available", "`list.exists(x, condition)`");
        }
        self.locals.push((loop_.iter_var.clone(), Type::String));
        self.locals.push((loop_.accu_var.clone(), Type::Bool));
        let parts = [&mut loop_.loop_cond, &mut loop_.loop_step, &mut loop_.result];
        let mut sound = true;
        for part in parts {
            sound &= self.visit(part) == Some(Type::Bool);
        }
        self.locals.clear();
        if !sound && self.faults.is_empty() {
            return self.fault("the condition of the loop is not yes or no", "a condition");
        }
        sound.then_some(Type::Bool)
    }

    /// Types a call; also returns the number that replaces an `amount` or `date` literal.
    fn call(&mut self, call: &mut CallExpr) -> Option<(Type, Option<i64>)> {
        if call.target.is_none() && matches!(call.func_name.as_str(), "amount" | "date") {
            return self.constant(call);
        }
        let mut types = Vec::new();
        for part in call.target.as_deref_mut().into_iter().chain(&mut call.args) {
            types.push(self.visit(part));
        }
        // All operands are visited before giving up, so that every fault is told.
        let types: Option<Vec<Type>> = types.into_iter().collect();
        let types = types?;
        let found = result_type(&call.func_name, call.target.is_some(), &types);
        if found.is_none() && is_division(&call.func_name) && types == [Type::Int, Type::Int] {
            self.fault("division is not available", "a comparison of products, which is exact");
            return None;
        }
        match found {
            Some(found) => Some((found, None)),
            None => {
                let words: Vec<String> = types.into_iter().map(Type::words).collect();
                let name = call.func_name.trim_matches('_').replace("_?_:", "?:").replace('@', "");
                self.fault(
                    format!("`{}` cannot take {}", shown(&name), words.join(" and ")),
                    "operands of one type: see the table of operators in docs/rules.md",
                );
                None
            }
        }
    }

    fn constant(&mut self, call: &CallExpr) -> Option<(Type, Option<i64>)> {
        let texts: Option<Vec<&str>> = call.args.iter().map(literal_text).collect();
        let read = match (call.func_name.as_str(), texts.as_deref()) {
            ("date", Some([text])) => text
                .parse::<Date>()
                .map(|date| (Type::Date, Some(days(date))))
                .map_err(|_| format!("`{}` is not a date", shown(text))),
            ("amount", Some([text])) => amount(text, self.types.unit),
            ("amount", Some([text, unit])) => match Unit::parse(unit) {
                Ok(unit) => amount(text, unit),
                Err(error) => Err(error.to_string()),
            },
            (name, _) => Err(format!("`{name}` takes a text in quotes")),
        };
        match read {
            Ok(found) => Some(found),
            Err(message) => {
                self.fault(message, "`amount(\"5,000,000.00\")` or `date(\"2024-01-31\")`");
                None
            }
        }
    }
}

fn amount(text: &str, unit: Unit) -> Result<(Type, Option<i64>), String> {
    crate::read::amount_parse(text, unit)
        .map(|amount: Amount| (Type::Amount(amount.unit), Some(amount.minor)))
        .map_err(|error| error.to_string())
}

fn literal_text(node: &IdedExpr) -> Option<&str> {
    match &node.expr {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner()),
        _ => None,
    }
}

fn is_division(name: &str) -> bool {
    matches!(name, operators::DIVIDE | operators::MODULO)
}

/// The table of operators and functions. Anything else is refused.
fn result_type(name: &str, is_method: bool, types: &[Type]) -> Option<Type> {
    use Type::{Amount, Bool, Date, Int, String, Strings};
    if is_method {
        return match (name, types) {
            ("startsWith" | "endsWith" | "contains", [String, String]) => Some(Bool),
            ("size", [String | Strings]) => Some(Int),
            _ => None,
        };
    }
    match (name, types) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR, [Bool, Bool])
        | (operators::LOGICAL_NOT | operators::NOT_STRICTLY_FALSE, [Bool]) => Some(Bool),
        (operators::EQUALS | operators::NOT_EQUALS, [a, b]) if a == b && *a != Strings => {
            Some(Bool)
        }
        (
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            [a, b],
        ) if a == b && matches!(a, Int | Amount(_) | Date) => Some(Bool),
        (operators::IN, [String, Strings]) => Some(Bool),
        (operators::CONDITIONAL, [Bool, a, b]) if a == b => Some(*a),
        (operators::ADD | operators::SUBSTRACT, [Int, Int])
        | (operators::MULTIPLY, [Int, Int])
        | (operators::NEGATE, [Int])
        | (operators::SUBSTRACT, [Date, Date])
        | ("size", [String | Strings]) => Some(Int),
        (operators::ADD | operators::SUBSTRACT, [Amount(a), Amount(b)]) if a == b => {
            Some(Amount(*a))
        }
        (operators::MULTIPLY, [Amount(unit), Int] | [Int, Amount(unit)]) => Some(Amount(*unit)),
        (operators::ADD | operators::SUBSTRACT, [Date, Int]) => Some(Date),
        _ => None,
    }
}
