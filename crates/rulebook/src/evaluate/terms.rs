//! Least payment, suppliers, papers and the automatic path.

use super::{Fit, UNBOUNDED, Work};
use crate::evaluation::{
    AutomaticPath, PaperStanding, PaperState, Stage, SupplierStanding, SupplierState, Verdict,
};
use crate::expression::Truth;
use crate::missing::Missing;
use crate::model::{
    AutomaticCounts, Instrument, PaperTime, Scope, SupplierCondition, SupplierTerms,
};
use crate::refused::Refused;
use crate::request::{CostLine, SupplierFacts};
use crate::words::{Coded, Figure, Lang, Text, money};

/// Tests the supplier conditions alone, when money is to be paid. A condition that is not proven
/// refuses. Empty where the rule allows the supplier.
#[must_use]
pub fn supplier_check(rule: &Instrument, supplier: &SupplierFacts) -> Vec<Refused> {
    let Some(terms) = &rule.supplier else { return Vec::new() };
    let refusal = |condition| match met(terms, condition, supplier) {
        Some(true) => None,
        Some(false) => Some(broken(terms, condition, supplier)),
        None => {
            let supplier = supplier.label().to_owned();
            Some(Refused::SupplierUnproven { supplier, condition })
        }
    };
    conditions(terms).into_iter().filter_map(refusal).collect()
}

/// Lists the conditions that a rule sets.
fn conditions(terms: &SupplierTerms) -> Vec<SupplierCondition> {
    let set = [
        (terms.is_non_affiliated, SupplierCondition::NonAffiliated),
        (terms.is_third_party, SupplierCondition::ThirdParty),
        (terms.admitted.is_some(), SupplierCondition::Admitted),
        (!terms.named.is_empty(), SupplierCondition::Named),
        (terms.through.is_some(), SupplierCondition::Through),
    ];
    set.into_iter().filter(|(is_set, _)| *is_set).map(|(_, condition)| condition).collect()
}

/// Tells whether a supplier meets a condition; `None` where that is unknown.
fn met(
    terms: &SupplierTerms,
    condition: SupplierCondition,
    supplier: &SupplierFacts,
) -> Option<bool> {
    match condition {
        SupplierCondition::NonAffiliated => supplier.affiliated.map(|is| !is),
        SupplierCondition::ThirdParty => supplier.third_party,
        SupplierCondition::Admitted => supplier.admitted,
        SupplierCondition::Named => {
            supplier.id.as_ref().map(|id| terms.named.iter().any(|named| named.id == *id))
        }
        SupplierCondition::Through => supplier.through,
    }
}

fn broken(terms: &SupplierTerms, condition: SupplierCondition, facts: &SupplierFacts) -> Refused {
    let supplier = facts.label().to_owned();
    let nothing = || Text { en: String::new(), zh: None };
    match condition {
        SupplierCondition::NonAffiliated => Refused::SupplierAffiliated { supplier },
        SupplierCondition::ThirdParty => Refused::SupplierNotThirdParty { supplier },
        SupplierCondition::Admitted => {
            let list = terms.admitted.clone().unwrap_or_else(nothing);
            Refused::SupplierNotAdmitted { supplier, list }
        }
        SupplierCondition::Named => {
            let named = terms.named.iter().map(|named| named.name.en.clone()).collect();
            Refused::SupplierNotNamed { supplier, named }
        }
        SupplierCondition::Through => {
            let through = terms.through.clone().unwrap_or_else(nothing);
            Refused::SupplierNotThrough { supplier, through }
        }
    }
}

impl Work<'_> {
    /// Tests the least payment.
    pub(super) fn payment(&mut self, total: i128) {
        let rule = self.rule;
        let Some(minimum) = rule.payment.as_ref().and_then(|payment| payment.minimum.as_ref())
        else {
            return;
        };
        match minimum {
            Figure::Unknown { note } => {
                self.miss(Stage::Payment, Missing::PaymentMinimum { note: note.clone() });
            }
            Figure::Known(minimum) => match self.amount(total) {
                Some(given) if total > 0 && given.minor < minimum.minor => {
                    let minimum = *minimum;
                    self.refuse(Stage::Payment, Refused::BelowPaymentMinimum { minimum, given });
                }
                _ => {}
            },
        }
    }

    /// Tests the suppliers that are known, and lists what the others will have to meet.
    pub(super) fn suppliers(&mut self, lines: &[&CostLine]) -> Vec<SupplierState> {
        let rule = self.rule;
        let Some(terms) = &rule.supplier else { return Vec::new() };
        let known: Vec<(&CostLine, &SupplierFacts)> = lines
            .iter()
            .filter_map(|line| line.supplier.as_ref().map(|supplier| (*line, supplier)))
            .collect();
        let mut states = Vec::new();
        for condition in conditions(terms) {
            if known.len() < lines.len() || lines.is_empty() {
                let line = None;
                states.push(standing(condition, line, SupplierStanding::ToBeMet));
            }
            for (line, supplier) in &known {
                let state = match met(terms, condition, supplier) {
                    Some(true) => SupplierStanding::Met,
                    None => SupplierStanding::ToBeMet,
                    Some(false) => {
                        self.refuse(Stage::Supplier, broken(terms, condition, supplier));
                        SupplierStanding::Broken
                    }
                };
                states.push(standing(condition, Some(line.id.clone()), state));
            }
        }
        states
    }

    /// Lists the papers needed.
    pub(super) fn papers(&mut self) -> Vec<PaperState> {
        let mut states = Vec::new();
        for paper in &self.rule.papers {
            let truth = paper.when.as_ref().map_or(Truth::True, |when| when.test(&self.facts));
            let state = match truth {
                Truth::False => continue,
                _ if self.ask.papers.contains(&paper.id) => PaperStanding::HandedIn,
                Truth::True if paper.due == PaperTime::Application => PaperStanding::Missing,
                Truth::True => PaperStanding::DueLater,
                Truth::Unknown { .. } | Truth::Failed { .. } => PaperStanding::PerhapsNeeded,
            };
            let (id, name) = (paper.id.clone(), paper.name.clone());
            states.push(PaperState { id, name, due: paper.due, state });
        }
        states
    }

    /// Tells whether an officer may approve without a committee. What is unknown here makes only
    /// this answer unknown, not the amount.
    pub(super) fn automatic(&mut self, asked: i128, total: i128) -> AutomaticPath {
        let rule = self.rule;
        let Some(path) = &rule.automatic else { return AutomaticPath::NotOffered };
        if !self.refused.is_empty() {
            let says = Text::both("nothing is due", "不予支持");
            return AutomaticPath::DoesNotApply { says };
        }
        let counted = match path.counts {
            AutomaticCounts::Request => asked,
            AutomaticCounts::Support => total,
        };
        let counts = (path.counts.words(Lang::En), path.counts.words(Lang::Zh));
        let is_open = path.counts == AutomaticCounts::Support && !self.missing.is_empty();
        match &path.amount_max {
            Some(Figure::Unknown { .. }) => {
                let says = Text::both("its threshold is not in the source", "来源未载明门槛");
                return AutomaticPath::Unknown { says };
            }
            Some(Figure::Known(most)) if is_open || counted >= UNBOUNDED => {
                let says = Text::both(
                    format!("open up to {}, but {} is unknown", money(*most), counts.0),
                    format!("门槛为{},但{}未知", money(*most), counts.1),
                );
                return AutomaticPath::Unknown { says };
            }
            Some(Figure::Known(most)) if counted > i128::from(most.minor) => {
                let says = Text::both(
                    format!("{} is above {}: a committee decides", counts.0, money(*most)),
                    format!("{}超过{},须经评审委员会", counts.1, money(*most)),
                );
                return AutomaticPath::DoesNotApply { says };
            }
            Some(Figure::Known(_)) | None => {}
        }
        let scope = Scope { when: path.when.clone(), ..Scope::default() };
        self.automatic_when(&scope)
    }

    fn automatic_when(&mut self, scope: &Scope) -> AutomaticPath {
        // The facts missing here are told in the path, not as missing for the amount.
        let (missing, trace) = (self.missing.len(), self.trace.len());
        let fit = self.fits_applicant(Stage::Result, "automatic", scope);
        self.missing.truncate(missing);
        self.trace.truncate(trace);
        let (rule, when) = (self.rule, scope.when.as_ref());
        let condition =
            |lang| when.map_or_else(String::new, |when| rule.condition_words(when, lang));
        let (condition, condition_zh) = (condition(Lang::En), condition(Lang::Zh));
        match fit {
            Fit::Yes => {
                let approver = self.rule.automatic.as_ref().and_then(|path| path.approver.as_ref());
                let (en, zh) = approver.map_or(("an officer", "经办人员"), |words| {
                    (words.get(Lang::En), words.get(Lang::Zh))
                });
                let says = Text::both(
                    format!("{en} may approve without a committee"),
                    format!("可由{zh}直接审批"),
                );
                self.step(Stage::Result, "automatic", Verdict::Passed, says.clone());
                AutomaticPath::Applies { says }
            }
            Fit::No => {
                let says = Text::both(
                    format!("not met: {condition}; a committee decides"),
                    format!("不符合:{condition_zh},须经评审委员会"),
                );
                AutomaticPath::DoesNotApply { says }
            }
            Fit::Unknown => {
                let says = Text::both(
                    format!("it depends on facts not given: {condition}"),
                    format!("取决于未提供的信息:{condition_zh}"),
                );
                AutomaticPath::Unknown { says }
            }
        }
    }
}

fn standing(
    condition: SupplierCondition,
    line: Option<String>,
    state: SupplierStanding,
) -> SupplierState {
    let says = Text::both(
        format!("supplier {}: {}", condition.words(Lang::En), state.words(Lang::En)),
        format!("供应方{}:{}", condition.words(Lang::Zh), state.words(Lang::Zh)),
    );
    SupplierState { condition, line, state, says }
}
