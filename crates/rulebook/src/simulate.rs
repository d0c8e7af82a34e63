//! Facts files: JSON to a [`Request`], with every fault named by its place.
//!
//! Amounts are texts of decimal digits in the unit which the rule or the fact declares, dates are
//! texts, shares are percentages. `docs/rules.md` shows the shape.

use crate::model::{BaseKind, Fact, FactType, Instrument};
use crate::problem::shown;
use crate::read::amount_parse;
use crate::request::{
    CostLine, FACT_WORDS_MAX, FactValue, History, LINES_MAX, OtherAid, Request, SupplierFacts,
};
use crate::words::Coded;
use base::{Amount, Date, Ppm, Unit};
use serde::Serialize;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One step of the way to a part of a facts file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Place {
    /// A field.
    Key(String),
    /// An item, from 0.
    Index(usize),
}

/// A fault of a facts file. Prints as `lines[0].amount: message, expected ...`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FactsFault {
    /// Where it is.
    pub place: Vec<Place>,
    /// What is wrong.
    pub message: String,
    /// What was expected instead.
    pub expected: String,
}

impl fmt::Display for FactsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.place.iter().enumerate() {
            match part {
                Place::Key(key) if i == 0 => write!(f, "{}", shown(key))?,
                Place::Key(key) => write!(f, ".{}", shown(key))?,
                Place::Index(index) => write!(f, "[{index}]")?,
            }
        }
        if !self.place.is_empty() {
            f.write_str(": ")?;
        }
        write!(f, "{}, expected {}", self.message, self.expected)
    }
}

impl std::error::Error for FactsFault {}

/// Reads a facts file for an instrument. Returns all faults at once.
pub fn request_read(instrument: &Instrument, facts: &Value) -> Result<Request, Vec<FactsFault>> {
    let reader = Reader { instrument, faults: RefCell::default() };
    let request = reader.request(facts);
    let faults = reader.faults.into_inner();
    match request {
        Some(request) if faults.is_empty() => Ok(request),
        _ => Err(faults),
    }
}

struct Reader<'i> {
    instrument: &'i Instrument,
    faults: RefCell<Vec<FactsFault>>,
}

/// A value on the way through the file.
#[derive(Clone)]
struct Spot<'v> {
    value: &'v Value,
    place: Vec<Place>,
}

impl<'v> Spot<'v> {
    fn key(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        let mut place = self.place.clone();
        place.push(Place::Key(key.to_owned()));
        Some(Self { value, place })
    }
}

impl Reader<'_> {
    fn fault<T>(&self, spot: &Spot<'_>, message: impl Into<String>, expected: &str) -> Option<T> {
        self.faults.borrow_mut().push(FactsFault {
            place: spot.place.clone(),
            message: message.into(),
            expected: expected.to_owned(),
        });
        None
    }

    fn wrong<T>(&self, spot: &Spot<'_>, expected: &str) -> Option<T> {
        let text = match spot.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        self.fault(spot, format!("found `{}`", shown(&text)), expected)
    }

    fn object<'v>(&self, spot: &Spot<'v>, known: &[&str]) -> Option<&'v Map<String, Value>> {
        let Value::Object(map) = spot.value else {
            return self.wrong(spot, "an object with named fields");
        };
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let mut at = spot.clone();
            at.place.push(Place::Key(key.clone()));
            let expected = format!("one of {}", known.join(", "));
            self.fault::<()>(&at, format!("unknown field `{}`", shown(key)), &expected);
        }
        Some(map)
    }

    fn items<'v>(&self, spot: &Spot<'v>, most: usize) -> Option<Vec<Spot<'v>>> {
        let Value::Array(items) = spot.value else { return self.wrong(spot, "a list") };
        if items.len() > most {
            let expected = format!("at most {most}");
            return self.fault(spot, format!("the list has {} items", items.len()), &expected);
        }
        let item = |(index, value)| {
            let mut place = spot.place.clone();
            place.push(Place::Index(index));
            Spot { value, place }
        };
        Some(items.iter().enumerate().map(item).collect())
    }

    fn text(&self, spot: &Spot<'_>) -> Option<String> {
        match spot.value {
            Value::String(text) => Some(text.clone()),
            _ => self.wrong(spot, "a text in quotes"),
        }
    }

    fn texts(&self, spot: &Spot<'_>) -> Option<Vec<String>> {
        let items = self.items(spot, FACT_WORDS_MAX)?;
        let read: Vec<Option<String>> = items.iter().map(|item| self.text(item)).collect();
        read.into_iter().collect()
    }

    fn flag(&self, spot: &Spot<'_>) -> Option<bool> {
        spot.value.as_bool().or_else(|| self.wrong(spot, "true or false"))
    }

    fn count(&self, spot: &Spot<'_>) -> Option<u32> {
        let found = spot.value.as_u64().and_then(|number| u32::try_from(number).ok());
        found.or_else(|| self.wrong(spot, "a whole number from 0"))
    }

    fn date(&self, spot: &Spot<'_>) -> Option<Date> {
        let found = spot.value.as_str().and_then(|text| text.parse().ok());
        found.or_else(|| self.wrong(spot, "a date such as \"2024-07-01\""))
    }

    fn amount(&self, spot: &Spot<'_>, unit: Unit) -> Option<Amount> {
        let expected = format!("an amount in {unit} as a text of digits, as in \"1250.00\"");
        let Value::String(text) = spot.value else { return self.wrong(spot, &expected) };
        match amount_parse(text, unit) {
            Ok(amount) if amount.minor >= 0 => Some(amount),
            Ok(_) => self.fault(spot, format!("`{}` is negative", shown(text)), &expected),
            Err(error) => self.fault(spot, error.to_string(), &expected),
        }
    }

    fn request(&self, value: &Value) -> Option<Request> {
        let root = Spot { value, place: Vec::new() };
        self.object(&root, &["date", "facts", "lines", "months", "papers", "history"])?;
        let date = match root.key("date") {
            Some(spot) => self.date(&spot),
            None => self.fault(&root, "missing field `date`", "a date such as \"2024-07-01\""),
        };
        let facts = root.key("facts").and_then(|spot| self.facts(&spot));
        let lines = root.key("lines").and_then(|spot| self.lines(&spot));
        let months = root.key("months").and_then(|spot| self.count(&spot));
        let papers = root.key("papers").and_then(|spot| self.texts(&spot)).unwrap_or_default();
        let history = root.key("history").and_then(|spot| self.history(&spot)).unwrap_or_default();
        let papers = papers.into_iter().collect::<BTreeSet<_>>();
        let (facts, lines) = (facts.unwrap_or_default(), lines.unwrap_or_default());
        Some(Request { date: date?, facts, lines, months, papers, history })
    }

    fn facts(&self, spot: &Spot<'_>) -> Option<BTreeMap<String, FactValue>> {
        let declared = self.instrument.facts.iter().map(|fact| fact.name.as_str());
        let known: Vec<&str> = ["kinds", "size", "places"].into_iter().chain(declared).collect();
        let map = self.object(spot, &known)?;
        let mut facts = BTreeMap::new();
        for name in map.keys().filter(|name| known.contains(&name.as_str())) {
            let Some(at) = spot.key(name) else { continue };
            let fact = self.instrument.facts.iter().find(|fact| fact.name == *name);
            if let Some(value) = self.fact(&at, name, fact) {
                facts.insert(name.clone(), value);
            }
        }
        Some(facts)
    }

    fn fact(&self, spot: &Spot<'_>, name: &str, fact: Option<&Fact>) -> Option<FactValue> {
        let built_in = if name == "size" { FactType::String } else { FactType::Strings };
        let value = match fact.map_or(built_in, |fact| fact.fact_type) {
            FactType::Bool => FactValue::Bool(self.flag(spot)?),
            FactType::Int => match spot.value.as_i64() {
                Some(number) => FactValue::Int(number),
                None => return self.wrong(spot, "a whole number"),
            },
            FactType::String => FactValue::String(self.text(spot)?),
            FactType::Amount => {
                FactValue::Amount(self.amount(spot, fact.map_or(self.instrument.unit, |f| f.unit))?)
            }
            FactType::Date => FactValue::Date(self.date(spot)?),
            FactType::Strings => FactValue::Strings(self.texts(spot)?),
        };
        Some(value)
    }

    fn lines(&self, spot: &Spot<'_>) -> Option<Vec<CostLine>> {
        let items = self.items(spot, LINES_MAX)?;
        let lines = items.iter().enumerate().filter_map(|(index, item)| self.line(index, item));
        Some(lines.collect())
    }

    fn line(&self, index: usize, spot: &Spot<'_>) -> Option<CostLine> {
        self.object(spot, &["id", "cost", "what", "base", "amount", "unit", "supplier"])?;
        let text = |key: &str| spot.key(key).and_then(|spot| self.text(&spot));
        let id = text("id").unwrap_or_else(|| (index + 1).to_string());
        let base = spot.key("base").and_then(|spot| {
            let codes: Vec<&str> = BaseKind::ALL.iter().map(|kind| kind.code()).collect();
            let found = spot.value.as_str().and_then(BaseKind::from_code);
            found.or_else(|| self.wrong(&spot, &format!("one of {}", codes.join(", "))))
        });
        let unit = spot.key("unit").and_then(|spot| match Unit::parse(spot.value.as_str()?) {
            Ok(unit) => Some(unit),
            Err(error) => self.fault(&spot, error.to_string(), "a known unit"),
        });
        let unit = unit.unwrap_or(self.instrument.unit);
        let amount = match spot.key("amount") {
            Some(spot) => self.amount(&spot, unit),
            None => self.fault(spot, "missing field `amount`", "an amount such as \"1250.00\""),
        };
        let supplier = spot.key("supplier").and_then(|spot| self.supplier(&spot));
        Some(CostLine {
            id,
            cost: text("cost"),
            what: text("what"),
            base,
            amount: amount?,
            supplier,
        })
    }

    fn supplier(&self, spot: &Spot<'_>) -> Option<SupplierFacts> {
        self.object(spot, &["id", "name", "affiliated", "admitted", "third_party", "through"])?;
        let text = |key: &str| spot.key(key).and_then(|spot| self.text(&spot));
        let flag = |key: &str| spot.key(key).and_then(|spot| self.flag(&spot));
        Some(SupplierFacts {
            id: text("id"),
            name: text("name"),
            affiliated: flag("affiliated"),
            admitted: flag("admitted"),
            third_party: flag("third_party"),
            through: flag("through"),
        })
    }

    fn history(&self, spot: &Spot<'_>) -> Option<History> {
        self.object(spot, &["nothing_before", "used", "counts", "other_aid", "months_supported"])?;
        let limits = &self.instrument.limits;
        let mut used = BTreeMap::new();
        if let Some(spot) = spot.key("used") {
            let known: Vec<&str> = limits.caps.iter().map(|cap| cap.id.as_str()).collect();
            self.object(&spot, &known)?;
            for id in known {
                if let Some(amount) =
                    spot.key(id).and_then(|spot| self.amount(&spot, self.instrument.unit))
                {
                    used.insert(id.to_owned(), amount);
                }
            }
        }
        let mut counts = BTreeMap::new();
        if let Some(spot) = spot.key("counts") {
            let known: Vec<&str> = limits.quotas.iter().map(|quota| quota.id.as_str()).collect();
            self.object(&spot, &known)?;
            for id in known {
                if let Some(count) = spot.key(id).and_then(|spot| self.count(&spot)) {
                    counts.insert(id.to_owned(), count);
                }
            }
        }
        let nothing_before =
            spot.key("nothing_before").and_then(|spot| self.flag(&spot)).unwrap_or(false);
        let other_aid = spot.key("other_aid").and_then(|spot| {
            let items = self.items(&spot, LINES_MAX)?;
            Some(items.iter().filter_map(|item| self.other_aid(item)).collect())
        });
        let months_supported = spot.key("months_supported").and_then(|spot| self.count(&spot));
        Some(History { nothing_before, used, counts, other_aid, months_supported })
    }

    fn other_aid(&self, spot: &Spot<'_>) -> Option<OtherAid> {
        self.object(spot, &["instrument", "line", "amount", "rate"])?;
        let instrument = match spot.key("instrument") {
            Some(spot) => self.text(&spot),
            None => {
                self.fault(spot, "missing field `instrument`", "the id of the other instrument")
            }
        };
        let line = spot.key("line").and_then(|spot| self.text(&spot));
        let amount = spot.key("amount").and_then(|spot| self.amount(&spot, self.instrument.unit));
        let rate = spot.key("rate").and_then(|spot| {
            let found = spot.value.as_str().and_then(|text| Ppm::parse_percent(text).ok());
            found.or_else(|| self.wrong(&spot, "a percentage such as \"30%\""))
        });
        Some(OtherAid { instrument: instrument?, line, amount, rate })
    }
}
