//! The request's shape, validity, the applicant's kind, eligibility, quotas and period.

use super::Work;
use crate::evaluation::{Stage, Verdict};
use crate::expression::Truth;
use crate::missing::Missing;
use crate::model::{Condition, Quota};
use crate::refused::Refused;
use crate::request::{FactValue, LINES_MAX};
use crate::words::{Coded, Figure, Lang, Text, kind_words};
use std::collections::BTreeSet;

impl Work<'_> {
    /// Tests the request itself and the date.
    pub(super) fn request(&mut self) {
        // Faults of facts were found while the facts were read; they are told first.
        for fault in std::mem::take(&mut self.refused) {
            self.refuse(Stage::Request, fault);
        }
        let count = self.ask.lines.len();
        if count > LINES_MAX {
            self.refuse(Stage::Request, Refused::TooManyLines { count });
        }
        let mut seen = BTreeSet::new();
        for line in &self.ask.lines {
            if !seen.insert(&line.id) {
                self.refuse(Stage::Request, Refused::DuplicateLine { line: line.id.clone() });
            }
        }
        self.validity();
    }

    fn validity(&mut self) {
        let date = self.ask.date;
        if let Some(from) = self.rule.valid_from.filter(|from| date < *from) {
            return self.refuse(Stage::Validity, Refused::NotYetValid { from });
        }
        if let Some(until) = self.rule.valid_until.filter(|until| date > *until) {
            return self.refuse(Stage::Validity, Refused::NoLongerValid { until });
        }
        if self.rule.valid_from.is_some() || self.rule.valid_until.is_some() {
            let says = Text::both(format!("the rule holds on {date}"), format!("{date}本规则有效"));
            self.step(Stage::Validity, "date", Verdict::Passed, says);
        }
    }

    /// Tests the applicant, eligibility, quotas and the time of support.
    pub(super) fn applicant(&mut self) {
        self.kinds();
        self.size();
        self.places();
        let rule = self.rule;
        for condition in &rule.eligibility {
            self.condition(condition);
        }
        for quota in &rule.limits.quotas {
            self.quota(quota);
        }
        self.period();
    }

    fn kinds(&mut self) {
        let accepted = &self.rule.beneficiary.kinds;
        if accepted.is_empty() {
            return;
        }
        let Some(given) = self.words_fact("kinds") else {
            return self.miss_fact("kinds");
        };
        match given.iter().find(|kind| accepted.contains(kind)) {
            Some(kind) => self.passed(
                "kinds",
                Text::both(
                    format!("the applicant is of kind: {}", kind_words(kind, Lang::En)),
                    format!("申请人类型:{}", kind_words(kind, Lang::Zh)),
                ),
            ),
            None => {
                let (accepted, given) = (accepted.clone(), given.to_vec());
                self.refuse(Stage::Applicant, Refused::BeneficiaryKind { accepted, given });
            }
        }
    }

    fn size(&mut self) {
        let accepted = &self.rule.beneficiary.sizes;
        if accepted.is_empty() {
            return;
        }
        let Some(FactValue::String(given)) = self.fact("size") else {
            return self.miss_fact("size");
        };
        if accepted.iter().any(|size| size.code() == given) {
            let says = Text::both(format!("the firm is {given}"), format!("企业规模为{given}"));
            return self.passed("size", says);
        }
        let accepted = accepted.iter().map(|size| size.code().to_owned()).collect();
        let given = given.clone();
        self.refuse(Stage::Applicant, Refused::BeneficiarySize { accepted, given });
    }

    fn places(&mut self) {
        let accepted = &self.rule.beneficiary.places;
        if accepted.is_empty() {
            return;
        }
        let Some(given) = self.words_fact("places") else {
            return self.miss_fact("places");
        };
        match given.iter().find(|place| accepted.contains(place)) {
            Some(place) => self.passed(
                "places",
                Text::both(format!("registered in {place}"), format!("注册地为{place}")),
            ),
            None => {
                let (accepted, given) = (accepted.clone(), given.to_vec());
                self.refuse(Stage::Applicant, Refused::BeneficiaryPlace { accepted, given });
            }
        }
    }

    /// Notes that a built-in fact is missing, unless it was given wrongly, which is refused
    /// already.
    fn miss_fact(&mut self, name: &str) {
        if !self.ask.facts.contains_key(name) {
            self.miss_facts(Stage::Applicant, &[name.to_owned()]);
        }
    }

    fn passed(&mut self, id: &str, says: Text) {
        self.step(Stage::Applicant, id, Verdict::Passed, says);
    }

    fn condition(&mut self, condition: &Condition) {
        match condition.require.test(&self.facts) {
            Truth::True => {
                let given = self.given(condition.require.facts());
                let says = Text::both(
                    format!("met: {}{given}", condition.message.get(Lang::En)),
                    format!("符合:{}{given}", condition.message.get(Lang::Zh)),
                );
                self.step(Stage::Eligibility, &condition.id, Verdict::Passed, says);
            }
            Truth::False => {
                let (id, message) = (condition.id.clone(), condition.message.clone());
                self.refuse(Stage::Eligibility, Refused::Ineligible { condition: id, message });
            }
            Truth::Unknown { missing } => self.miss_facts(Stage::Eligibility, &missing),
            Truth::Failed { error } => {
                let condition = condition.id.clone();
                self.miss(Stage::Eligibility, Missing::Expression { condition, error });
            }
        }
    }

    /// Shows the facts behind a condition: ` (employees: 5)`.
    fn given(&self, names: &[String]) -> String {
        let shown: Vec<String> = names
            .iter()
            .filter_map(|name| self.fact(name).map(|value| format!("{name}: {value}")))
            .collect();
        if shown.is_empty() { String::new() } else { format!(" ({})", shown.join("; ")) }
    }

    fn quota(&mut self, quota: &Quota) {
        let counted = self.ask.history.counts.get(&quota.id).copied();
        let counted = counted.or(self.ask.history.nothing_before.then_some(0));
        let id = quota.id.clone();
        match (&quota.number, counted) {
            (Figure::Unknown { note }, _) => {
                self.miss(Stage::Quota, Missing::Quota { quota: id, note: note.clone() });
            }
            (_, None) => self.miss(Stage::Quota, Missing::Count { quota: id }),
            (Figure::Known(number), Some(counted)) if counted >= *number => {
                self.refuse(Stage::Quota, Refused::QuotaFull { quota: id, number: *number });
            }
            (Figure::Known(number), Some(counted)) => {
                let says = Text::both(
                    format!("{counted} of {number} {} are counted", quota.of.words(Lang::En)),
                    format!("{}{number}个,已用{counted}个", quota.of.words(Lang::Zh)),
                );
                self.step(Stage::Quota, &quota.id, Verdict::Passed, says);
            }
        }
    }

    fn period(&mut self) {
        let rule = self.rule;
        let Some(limit) = rule.limits.period.as_ref().and_then(|p| p.support_months_max.as_ref())
        else {
            return;
        };
        let before = self.ask.history.months_supported;
        let before = before.or(self.ask.history.nothing_before.then_some(0));
        match (limit, before) {
            (Figure::Unknown { note }, _) => {
                self.miss(Stage::Quota, Missing::SupportPeriod { note: note.clone() });
            }
            (_, None) => self.miss(Stage::Quota, Missing::MonthsSupported {}),
            (Figure::Known(months_max), Some(before)) if before >= *months_max => {
                self.refuse(Stage::Quota, Refused::SupportPeriodOver { months_max: *months_max });
            }
            (Figure::Known(months_max), Some(before)) => {
                let says = Text::both(
                    format!("{before} of at most {months_max} months of support are over"),
                    format!("最长支持{months_max}个月,已支持{before}个月"),
                );
                self.step(Stage::Quota, "support-period", Verdict::Passed, says);
            }
        }
    }
}
