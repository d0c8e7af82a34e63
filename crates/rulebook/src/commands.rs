//! What `hutong rules ...` prints: texts and JSON, made from text alone.

use crate::evaluate::evaluate;
use crate::evaluation::{AutomaticPath, Evaluation, Outcome, PaperStanding};
use crate::examples::{ExampleFailure, examples_run};
use crate::explain::explain;
use crate::lint::{Finding, finding_line, lint};
use crate::model::{Instrument, Kind};
use crate::problem::Problem;
use crate::read::check;
use crate::simulate::{FactsFault, request_read};
use crate::words::{Coded, Lang, Text, money};
use base::{Date, Unit};
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a simulation gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "error")]
pub enum SimulateFault {
    /// The rule file has problems.
    Rule {
        /// All of them.
        problems: Vec<Problem>,
    },
    /// The facts file is not JSON.
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the reader says.
        message: String,
    },
    /// The facts file does not fit the rule.
    Facts {
        /// All faults.
        faults: Vec<FactsFault>,
    },
}

impl SimulateFault {
    /// Returns one line per fault; `facts_name` is the name of the facts file.
    #[must_use]
    pub fn lines(&self, facts_name: &str) -> Vec<String> {
        match self {
            Self::Rule { problems } => problems.iter().map(ToString::to_string).collect(),
            Self::NotJson { line, column, message } => {
                vec![format!("{facts_name}:{line}:{column}: not JSON: {message}")]
            }
            Self::Facts { faults } => {
                faults.iter().map(|fault| format!("{facts_name}: {fault}")).collect()
            }
        }
    }
}

/// `hutong rules simulate FILE --facts FACTS.json`: rule text and facts text to an answer, whose
/// JSON form is its `serde` form.
pub fn simulate(file: &str, rule: &str, facts: &str) -> Result<Evaluation, SimulateFault> {
    let rule = check(file, rule).map_err(|problems| SimulateFault::Rule { problems })?;
    let facts = serde_json::from_str(facts).map_err(|error| SimulateFault::NotJson {
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    let request = request_read(&rule, &facts).map_err(|faults| SimulateFault::Facts { faults })?;
    Ok(evaluate(&rule, &request))
}

/// What `hutong rules check` finds in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    /// The file's name.
    pub file: String,
    /// Id and version, where the file is sound.
    pub instrument: Option<(String, u32)>,
    /// Problems of the file.
    pub problems: Vec<Problem>,
    /// Examples that do not come out.
    pub failures: Vec<ExampleFailure>,
}

impl CheckReport {
    /// Tells whether the file is sound and its examples come out.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.failures.is_empty()
    }

    /// Returns one line per problem.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let line =
            |failure: &ExampleFailure| format!("{}:{}:1: {failure}", self.file, failure.line);
        let failures = self.failures.iter().map(line);
        self.problems.iter().map(ToString::to_string).chain(failures).collect()
    }
}

/// Checks one file and runs its examples.
#[must_use]
pub fn check_report(file: &str, text: &str) -> CheckReport {
    let (instrument, problems, failures) = match check(file, text) {
        Ok(rule) => (Some((rule.id.clone(), rule.version)), Vec::new(), examples_run(&rule)),
        Err(problems) => (None, problems, Vec::new()),
    };
    CheckReport { file: file.to_owned(), instrument, problems, failures }
}

/// `hutong rules check PATH` for several files, given as name and text: checks each, runs its
/// examples, and reports ids and source rows that two files share, at the later file.
#[must_use]
pub fn check_reports(files: &[(String, String)]) -> Vec<CheckReport> {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    let mut reports = Vec::new();
    for (file, text) in files {
        let mut report = check_report(file, text);
        if let Ok(rule) = check(file, text) {
            let row = rule.row.map(|row| format!("row {}", row.number));
            for name in std::iter::once(rule.id).chain(row) {
                if let Some(other) = ids.get(&name) {
                    report.problems.push(Problem {
                        file: file.clone(),
                        line: 1,
                        column: 1,
                        message: format!("`{name}` is in {other} too"),
                        expected: "one file for each".to_owned(),
                    });
                } else {
                    ids.insert(name, file.clone());
                }
            }
        }
        reports.push(report);
    }
    reports
}

/// `hutong rules explain`: the plain text of a rule file.
pub fn explain_text(file: &str, text: &str, lang: Lang) -> Result<String, Vec<Problem>> {
    check(file, text).map(|rule| explain(&rule, lang))
}

/// `hutong rules lint`: findings of a rule file.
pub fn lint_report(file: &str, text: &str) -> Result<Vec<Finding>, Vec<Problem>> {
    check(file, text).map(|rule| lint(&rule))
}

/// Writes findings one per line, each led by the file's name.
#[must_use]
pub fn lint_text(file: &str, findings: &[Finding], lang: Lang) -> String {
    findings.iter().map(|finding| format!("{file}: {}\n", finding_line(finding, lang))).collect()
}

/// One line of `hutong rules list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The file's name.
    pub file: String,
    /// The instrument's id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// Its name.
    pub name: Text,
    /// Where it holds.
    pub place: Text,
    /// Country code.
    pub country: String,
    /// What sort of support it gives.
    pub kind: Kind,
    /// Its unit.
    pub unit: Unit,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_until: Option<Date>,
    /// Numbers that the source does not give.
    pub unknown: Vec<String>,
    /// Codes of lint findings.
    pub findings: Vec<crate::lint::LintCode>,
}

/// Summarises an instrument for a list.
#[must_use]
pub fn summary(file: &str, rule: &Instrument) -> Summary {
    Summary {
        file: file.to_owned(),
        id: rule.id.clone(),
        version: rule.version,
        name: rule.name.clone(),
        place: rule.place.clone(),
        country: rule.country.clone(),
        kind: rule.kind,
        unit: rule.unit,
        valid_from: rule.valid_from,
        valid_until: rule.valid_until,
        unknown: crate::lint::unknown_names(rule),
        findings: lint(rule).into_iter().map(|finding| finding.code).collect(),
    }
}

/// Writes a list, one instrument per line, tab-separated: id, version, place, kind, unit, name.
#[must_use]
pub fn list_text(rows: &[Summary], lang: Lang) -> String {
    let line = |row: &Summary| {
        let (place, name) = (row.place.get(lang), row.name.get(lang));
        format!("{}\t{}\t{place}\t{}\t{}\t{name}\n", row.id, row.version, row.kind.code(), row.unit)
    };
    rows.iter().map(line).collect()
}

/// Writes an answer as plain text: what am I entitled to, and why not more?
#[must_use]
pub fn evaluation_text(answer: &Evaluation, lang: Lang) -> String {
    let say = |en: &'static str, zh: &'static str| if lang == Lang::En { en } else { zh };
    let mut text = String::new();
    let mut line = |words: &str| {
        text.push_str(words);
        text.push('\n');
    };
    match &answer.outcome {
        Outcome::Entitled { amount } if answer.is_discretionary => {
            line(&format!("{} {}", say("Entitled to up to", "最高可享受"), money(*amount)));
        }
        Outcome::Entitled { amount } => {
            line(&format!("{} {}", say("Entitled to", "可享受"), money(*amount)));
        }
        Outcome::Refused { reasons } => {
            line(say("Refused:", "不予支持:"));
            reasons.iter().for_each(|reason| line(&format!("- {}", reason.words().get(lang))));
        }
        Outcome::Unknown { missing } => {
            line(say("Cannot be computed; missing:", "无法计算,缺少:"));
            missing.iter().for_each(|one| line(&format!("- {}", one.words().get(lang))));
        }
    }
    if let Some(most) = answer.at_most {
        line(&format!("{} {}", say("In any case not more than", "无论如何不超过"), money(most)));
    }
    if !answer.binding.is_empty() {
        line(say("Why not more:", "为何不能更多:"));
        answer.binding.iter().for_each(|one| line(&format!("- {}", one.says.get(lang))));
    }
    match &answer.automatic {
        AutomaticPath::NotOffered => {}
        AutomaticPath::Applies { says }
        | AutomaticPath::DoesNotApply { says }
        | AutomaticPath::Unknown { says } => {
            line(&format!("{}: {}", say("Without a committee", "免评审"), says.get(lang)));
        }
    }
    for paper in answer.papers.iter().filter(|paper| paper.state != PaperStanding::HandedIn) {
        let (name, state) = (paper.name.get(lang), paper.state.words(lang));
        line(&format!("{}: {name} ({state})", say("Paper", "材料")));
    }
    answer.supplier.iter().for_each(|one| line(one.says.get(lang)));
    line(say("How it was computed:", "计算过程:"));
    answer.trace.iter().for_each(|step| line(&format!("- {}", step.says.get(lang))));
    text
}
