//! Instruments: rules as published, what they say, and what somebody is entitled to under them.

use super::ask::Ask;
use super::evaluated::{Evaluated, evaluated};
use super::operation::{Operation, change, look, named, question};
use super::shaped::{Chars, Money, Nothing, Stamp, Words, objects};
use super::told::{Answered, Done, List, Listed};
use crate::serve::Fault;
use base::{Amount, FieldProblem, Page, Ppm, Unit};
use grants::{InstrumentId, Published};
use identity::OrganisationId;
use identity::Permission::{self, Public, RunCalls};
use rulebook::{FactValue, Instrument, Lang, Request};
use std::collections::BTreeMap;

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/instruments", Public, "Lists published rules by code", list),
        look("/api/v1/instruments/{id}", Public, "Shows a rule: its file and its words", show),
        change("/api/v1/instruments", RunCalls, "Publishes a version of a rule", publish),
        question(
            "/api/v1/instruments/{id}/entitlement",
            Public,
            "Answers what somebody is entitled to, and why not more",
            entitlement,
        ),
    ]
}

objects! {
    /// A published version of a rule.
    InstrumentListed {
        /// Its id.
        id: InstrumentId,
        /// The rule's own code, the same over all versions.
        code: String,
        /// Its version.
        version: u32,
        /// English name.
        name_en: String,
        /// Chinese name; may be empty.
        name_zh: String,
        /// What it pays in.
        unit: Unit,
        /// SHA-256 of the file.
        sha256: String,
        /// When it was published.
        published_at: Stamp,
    }
    /// What a rule's file leaves open to abuse.
    Advice {
        /// Stable word for programs.
        code: String,
        /// What was found.
        found: Words,
        /// Why it matters.
        why: Words,
        /// What to write instead.
        instead: Words,
    }
    /// A published version of a rule with its text.
    InstrumentShown {
        /// Its head.
        instrument: InstrumentListed,
        /// The rule's file as published.
        toml: String,
        /// What it says, in words.
        explained: Words,
        /// What the file leaves open to abuse.
        advice: Vec<Advice>,
    }
    /// A rule to be published.
    NewInstrument {
        /// Name to be used in messages, as in `voucher.toml`.
        file_name: Option<Chars<1, 100>>,
        /// The rule's file; `docs/rules.md` describes it.
        toml: Chars<1, 262_144>,
    }
    /// Something to be bought.
    LineAsked {
        /// Kind of cost, by the rule's codes.
        cost: Option<Chars<0, 60>>,
        /// What is bought, by the rule's codes.
        what: Option<Chars<0, 60>>,
        /// Its price.
        amount: Money,
        /// From whom, where known; taken only together with `organisation`.
        supplier: Option<OrganisationId>,
    }
    /// Other public aid on the same cost.
    OtherAid {
        /// The rule it comes from.
        instrument: Chars<1, 100>,
        /// The cost line it is for, `line-1` being the first; absent for all together.
        line: Option<Chars<1, 60>>,
        /// Its amount.
        amount: Option<Money>,
        /// Its share of the cost in millionths, where the amount is not given.
        rate_ppm: Option<Ppm>,
    }
    /// What a rule is asked.
    EntitlementAsked {
        /// For whom; only those who act for it and those who keep the records may ask.
        organisation: Option<OrganisationId>,
        /// Facts by the names that the rule declares; also `kinds`, `size` and `places`.
        facts: Option<BTreeMap<String, FactValue>>,
        /// What is to be bought, at most 100 lines.
        lines: Vec<LineAsked>,
        /// Months asked for, where support is monthly.
        months: Option<u32>,
        /// Other public aid on the same cost; an empty list says that there is none.
        other_aid: Option<Vec<OtherAid>>,
        /// Says, where no organisation is named, that nothing was received before.
        nothing_before: Option<bool>,
    }
}

impl OtherAid {
    /// Returns the aid as rules count it.
    pub(super) fn into_domain(self) -> rulebook::OtherAid {
        rulebook::OtherAid {
            instrument: self.instrument.0,
            line: self.line.map(|line| line.0),
            amount: self.amount.map(Amount::from),
            rate: self.rate_ppm,
        }
    }
}

fn listed(from: &Published) -> InstrumentListed {
    InstrumentListed {
        id: from.id,
        code: from.code.clone(),
        version: from.version,
        name_en: from.name_en.clone(),
        name_zh: from.name_zh.clone(),
        unit: from.unit,
        sha256: from.sha256.clone(),
        published_at: Stamp(from.published_at),
    }
}

async fn list(ask: Ask, query: Listed) -> Result<List<InstrumentListed>, Fault> {
    let page = Page::from(query);
    ask.read(move |read| {
        let rows = grants::instruments_list(read, &page)?;
        Ok(List::of(rows, &page, grants::instrument_page_key, |row| Some(listed(&row))))
    })
    .await
}

async fn show(ask: Ask, _: Nothing) -> Result<InstrumentShown, Fault> {
    let id = ask.id()?;
    let (published, rule) = ask.read(move |read| Ok(grants::instrument_read(read, id)?)).await?;
    Ok(InstrumentShown {
        instrument: listed(&published),
        explained: Words {
            en: rulebook::explain(&rule, Lang::En),
            zh: Some(rulebook::explain(&rule, Lang::Zh)),
        },
        toml: published.toml,
        advice: rulebook::lint(&rule).iter().map(advice).collect(),
    })
}

fn advice(finding: &rulebook::Finding) -> Advice {
    Advice {
        code: rulebook::Coded::code(finding.code).to_owned(),
        found: (&finding.found).into(),
        why: (&finding.why).into(),
        instead: (&finding.instead).into(),
    }
}

async fn publish(ask: Ask, new: NewInstrument) -> Result<Answered, Fault> {
    let actor = ask.actor()?;
    let file_name = new.file_name.map_or_else(|| "instrument.toml".to_owned(), |name| name.0);
    let toml = new.toml.0;
    if let Err(problems) = rulebook::check(&file_name, &toml) {
        return Err(Fault::Invalid(problems.iter().map(problem).collect()));
    }
    ask.change(move |tx| {
        let made = grants::instrument_publish(tx, actor, &file_name, &toml)?;
        Ok(Done::made("instruments", &made.id))
    })
    .await
}

/// Names a problem of a rule file by its place: `toml:12:5`.
fn problem(problem: &rulebook::Problem) -> FieldProblem {
    let expected = if problem.expected.is_empty() {
        String::new()
    } else {
        format!(", expected {}", problem.expected)
    };
    let place = format!("toml:{}:{}", problem.line, problem.column);
    FieldProblem::new(&place, format!("{}{expected}", problem.message))
}

async fn entitlement(ask: Ask, asked: EntitlementAsked) -> Result<Evaluated, Fault> {
    let id = ask.id()?;
    let now = ask.now();
    if let Some(organisation) = asked.organisation {
        let standing = &ask.cx.standing;
        if !standing.may_act_for(organisation) && !standing.may(Permission::KeepRecords) {
            return Err(if ask.cx.person.is_some() { Fault::Forbidden } else { Fault::SignIn });
        }
    }
    ask.read(move |read| {
        let (published, rule) = grants::instrument_read(read, id)?;
        let Some(organisation) = asked.organisation else {
            return Ok(evaluated(&rulebook::evaluate(&rule, &request(asked, now.date())?)));
        };
        identity::organisation_read(read, organisation)
            .map_err(Fault::from)
            .map_err(named("organisation"))?;
        let lines: Vec<grants::CostLine> = asked.lines.into_iter().map(line).collect();
        let aid = asked.other_aid.unwrap_or_default();
        let declared = grants::Declared {
            facts: asked.facts.unwrap_or_default(),
            months: asked.months,
            other_aid: aid.into_iter().map(OtherAid::into_domain).collect(),
        };
        let rule: (&Published, &Instrument) = (&published, &rule);
        let found = grants::entitlement(read, rule, organisation, &declared, (&lines, now))?;
        Ok(evaluated(&found.evaluation))
    })
    .await
}

/// Turns a line into one of an application.
pub(super) fn line(line: LineAsked) -> grants::CostLine {
    grants::CostLine {
        cost: line.cost.map(|cost| cost.0),
        what: line.what.map(|what| what.0),
        amount: line.amount.into(),
        supplier: line.supplier,
    }
}

/// Asks for nobody in particular: what the register would know is what the question says.
fn request(asked: EntitlementAsked, date: base::Date) -> Result<Request, Fault> {
    let mut problems = base::FieldProblems::default();
    let lines = asked.lines.into_iter().enumerate().map(|(i, line)| {
        let message = "is taken only together with `organisation`";
        problems.require(line.supplier.is_none(), &format!("lines.{i}.supplier"), message);
        rulebook::CostLine {
            id: format!("line-{}", i + 1),
            cost: line.cost.map(|cost| cost.0),
            what: line.what.map(|what| what.0),
            base: None,
            amount: line.amount.into(),
            supplier: None,
        }
    });
    let lines = lines.collect();
    problems.finish().map_err(Fault::Invalid)?;
    let aid = asked.other_aid;
    Ok(Request {
        date,
        facts: asked.facts.unwrap_or_default(),
        lines,
        months: asked.months,
        papers: std::collections::BTreeSet::default(),
        history: rulebook::History {
            nothing_before: asked.nothing_before.unwrap_or(false),
            other_aid: aid.map(|all| all.into_iter().map(OtherAid::into_domain).collect()),
            ..rulebook::History::default()
        },
    })
}
