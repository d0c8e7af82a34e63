//! The applications of the round: 123 that are funded, the others that are not.

use crate::amounts::{STEP, spread};
use crate::calendar::{between, day, midnight, moment, plus_days};
use crate::calls::{ROUND, Terms, YUAN, call, cny, last_application};
use crate::claims::{Awarded, CloudSupply, Purchase, claims, cost_yuan, lines};
use crate::groups::Groups;
use crate::model::{
    Application, Category, CostLine, Decline, DeclineReason, Fact, FactValue, Organisation,
    Outcome, SizeClass, Vote,
};
use crate::organisations::Firm;
use crate::people::{OFFICERS, representative};
use crate::prose::{About, pick, summary};
use crate::reviews::{Level, Wanted, reviews, shuffle};
use crate::table::{self, rows};
use base::{Random, Time};

/// Cloud projects with Alibaba Cloud as sole and as co-supplier. That they are 25 of 27 together is
/// published. ASSUMPTION: the split is not.
const CLOUD_SOLE: usize = 17;
const CLOUD_SHARED: usize = 8;
/// Funded applications where a reviewer of the applicant's own group tries to score.
const CONFLICTS: [&str; 2] = ["chengying", "liquan"];

/// What the making of applications reads and counts.
pub(crate) struct Maker<'a> {
    pub(crate) random: &'a Random,
    pub(crate) groups: &'a Groups,
    pub(crate) organisations: &'a [Organisation],
    pub(crate) firms: &'a [Firm],
    /// Number of the last invoice.
    pub(crate) invoices: u32,
}

/// An application before its papers are written.
#[derive(Debug, Clone, Copy)]
struct Draft {
    firm: &'static str,
    subject: &'static str,
    title_en: &'static str,
    title_zh: &'static str,
    support_fen: i64,
    supply: CloudSupply,
    declined: Option<DeclineReason>,
}

impl Maker<'_> {
    /// Makes the applications of the three categories, each in the order in which they come in.
    pub(crate) fn round(&mut self) -> Vec<Application> {
        let mut all = Vec::new();
        for terms in &ROUND {
            let mut drafts = self.funded(terms);
            drafts.extend(self.declined(terms));
            let (first, last) = (call(terms.call).opens_at, last_application(&call(terms.call)));
            let mut dated: Vec<(Time, Draft)> = drafts
                .into_iter()
                .map(|draft| (moment(self.random, plus_days(first, 2), last), draft))
                .collect();
            dated.sort_by_key(|(time, _)| *time);
            for (number, (at, draft)) in (1_u32..).zip(dated) {
                let key = format!("{}-{number:03}", terms.prefix);
                all.push(self.application(terms, draft, key, at));
            }
        }
        all
    }

    fn funded(&self, terms: &Terms) -> Vec<Draft> {
        let table = rows::<5>(table::PROJECTS);
        let rows: Vec<_> = table.filter(|[category, ..]| is_of(category, terms)).collect();
        let weights: Vec<i64> = rows.iter().map(|[_, firm, ..]| self.firm(firm).weight).collect();
        let awards = spread(self.random, terms, &weights);
        let firms: Vec<&'static str> = rows.iter().map(|[_, firm, ..]| *firm).collect();
        let supplies = self.supplies(&firms);
        rows.iter()
            .zip(awards)
            .zip(supplies)
            .map(|((row, support_fen), supply)| {
                let [_, firm, subject, title_en, title_zh] = *row;
                Draft { firm, subject, title_en, title_zh, support_fen, supply, declined: None }
            })
            .collect()
    }

    /// Gives each project of a list its cloud suppliers. Firms of Alibaba's group buy at home.
    fn supplies(&self, firms: &[&'static str]) -> Vec<CloudSupply> {
        let mut order: Vec<usize> = (0..firms.len()).collect();
        shuffle(self.random, &mut order);
        order.sort_by_key(|i| !self.groups.are_one(firms[*i], "alibaba-cloud"));
        let mut found = vec![CloudSupply::Other; firms.len()];
        for (place, i) in order.into_iter().enumerate() {
            found[i] = match place {
                0..CLOUD_SOLE => CloudSupply::Sole,
                _ if place < CLOUD_SOLE + CLOUD_SHARED => CloudSupply::Shared,
                _ => CloudSupply::Other,
            };
        }
        found
    }

    fn declined(&self, terms: &Terms) -> Vec<Draft> {
        rows::<6>(table::DECLINED)
            .filter(|[category, ..]| is_of(category, terms))
            .map(|[_, firm, subject, title_en, title_zh, why]| {
                let reason = reason_of(why);
                let (least, most) = match reason {
                    DeclineReason::OverBudget => terms.beyond_yuan,
                    _ => terms.declined_yuan,
                };
                let steps = between(self.random, least * YUAN / STEP, most * YUAN / STEP);
                let supply = pick(self.random, &[CloudSupply::Sole, CloudSupply::Other]);
                let declined = Some(reason);
                let support_fen = steps * STEP;
                Draft { firm, subject, title_en, title_zh, support_fen, supply, declined }
            })
            .collect()
    }

    fn application(&mut self, terms: &Terms, draft: Draft, key: String, at: Time) -> Application {
        let Draft { firm, subject, title_en, title_zh, support_fen, supply, declined } = draft;
        let lines = lines(self.random, terms, Purchase { support_fen, subject, supply });
        let about = self.about(terms.category, firm, title_en, subject);
        let reviews = match declined {
            Some(DeclineReason::Ineligible(_)) => Vec::new(),
            _ => reviews(self.random, self.groups, self.wanted(terms, draft), &lines),
        };
        Application {
            key,
            call: terms.call,
            category: terms.category,
            organisation: firm,
            representative: representative(firm),
            title_en,
            title_zh,
            summary: summary(self.random, about),
            subject,
            facts: self.facts(terms.category, draft, &lines),
            requested: cny(support_fen),
            submitted_at: at,
            reviews,
            outcome: match declined {
                Some(reason) => self.decline(terms, reason),
                None => self.approve(terms, support_fen, &lines),
            },
            lines,
        }
    }

    fn wanted(&self, terms: &Terms, draft: Draft) -> Wanted {
        let is_research = terms.category == Category::ResearchAndDevelopment;
        Wanted {
            applicant: draft.firm,
            level: match draft.declined {
                None => Level::Good,
                Some(DeclineReason::OverBudget) => Level::Middling,
                Some(_) => Level::Weak,
            },
            count: pick(self.random, &[2, 2, 2, 3]),
            with_conflict: match draft.declined {
                None => is_research && CONFLICTS.contains(&draft.firm),
                Some(reason) => reason == DeclineReason::AfterConflict,
            },
            days: terms.reviews,
        }
    }

    fn approve(&mut self, terms: &Terms, support_fen: i64, lines: &[CostLine]) -> Outcome {
        let (votes, officer) = self.votes(terms.approvals);
        let decided_at = votes[1].at;
        let cost_per_support = terms.cost_per_support;
        let awarded = Awarded { lines, cost_per_support, decided_at, officer };
        let claims = claims(self.random, awarded, &mut self.invoices);
        Outcome::Approve { votes, amount: cny(support_fen), claims }
    }

    fn decline(&self, terms: &Terms, reason: DeclineReason) -> Outcome {
        let (votes, _) = self.votes(terms.refusals);
        Outcome::Decline(Decline { votes, reason, words: reason_words(reason) })
    }

    /// Makes the votes of two officers, and names the third.
    pub(crate) fn votes(&self, days: (&str, &str)) -> ([Vote; 2], &'static str) {
        let mut officers = OFFICERS;
        shuffle(self.random, &mut officers);
        let first = moment(self.random, midnight(days.0), midnight(days.1));
        let second = moment(self.random, plus_days(first, 1), plus_days(first, 3));
        let vote = |officer: &str, at| Vote { officer: officer.to_owned(), at };
        ([vote(officers[0], first), vote(officers[1], second)], officers[2])
    }

    fn facts(&self, category: Category, draft: Draft, lines: &[CostLine]) -> Vec<Fact> {
        let refused = match draft.declined {
            Some(DeclineReason::Ineligible(code)) => code,
            _ => "",
        };
        let mut facts = self.facts_of_firm(draft.firm, refused);
        match category {
            Category::Office => {
                // ASSUMPTION: 3 yuan a square metre and day, 1,095 a year.
                let area = FactValue::Int((cost_yuan(lines) / 1_095).max(20));
                facts.push(Fact { name: "floor_area_m2", value: area });
            }
            Category::Cloud => {
                let is_late = refused != "ineligible:contract-date";
                let (month, date) = (between(self.random, 1, 2), between(self.random, 1, 28));
                let year = if is_late { 2019 } else { 2018 };
                let signed = day(&format!("{year}-{month:02}-{date:02}"));
                facts.push(Fact { name: "contract_signed", value: FactValue::Date(signed) });
            }
            Category::ResearchAndDevelopment | Category::Voucher => {}
        }
        facts
    }

    /// Makes the facts that all four rules ask for; `refused` is the code for which it is to fail.
    pub(crate) fn facts_of_firm(&self, firm: &str, refused: &str) -> Vec<Fact> {
        let kind = if refused == "beneficiary-kind" { "university" } else { "company" };
        let place = if refused == "beneficiary-place" { "Hangzhou" } else { "Hangzhou AI Town" };
        let (size, least, most) = match self.firm(firm).size {
            SizeClass::Micro => ("micro", 3, 9),
            SizeClass::Small | SizeClass::Unknown => ("small", 10, 49),
            SizeClass::Medium => ("medium", 50, 249),
            SizeClass::Large => ("large", 250, 900),
        };
        let employees =
            if refused == "ineligible:staff" { 2 } else { between(self.random, least, most) };
        let records = i64::from(refused == "ineligible:honest");
        vec![
            Fact { name: "kinds", value: FactValue::Words(vec![kind]) },
            Fact { name: "size", value: FactValue::Word(size) },
            Fact { name: "places", value: FactValue::Words(vec![place]) },
            Fact { name: "employees", value: FactValue::Int(employees) },
            Fact { name: "dishonesty_records_3_years", value: FactValue::Int(records) },
        ]
    }

    fn firm(&self, key: &str) -> &Firm {
        self.firms.iter().find(|firm| firm.key == key).expect("tables name only firms that exist")
    }

    /// Returns what the summary of an application is made from.
    pub(crate) fn about(
        &self,
        category: Category,
        firm: &'static str,
        title: &'static str,
        subject: &'static str,
    ) -> About<'_> {
        let found = self.organisations.iter().find(|o| o.key == firm);
        let (name, is_real) = found.map_or((firm, false), |o| (&o.name_en, !o.is_synthetic));
        About { category, firm: name, title, subject, is_real }
    }
}

fn is_of(letter: &str, terms: &Terms) -> bool {
    terms.prefix.starts_with(letter)
}

fn reason_of(why: &'static str) -> DeclineReason {
    match why {
        "under-scored" => DeclineReason::UnderScored,
        "over-budget" => DeclineReason::OverBudget,
        "conflict" => DeclineReason::AfterConflict,
        code => DeclineReason::Ineligible(code),
    }
}

fn reason_words(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::Ineligible("beneficiary-kind") => "the fund is for companies only",
        DeclineReason::Ineligible("beneficiary-place") => "the firm is not seated in the town",
        DeclineReason::Ineligible("ineligible:staff") => "the firm has fewer than three employees",
        DeclineReason::Ineligible("ineligible:honest") => {
            "there is a dishonesty record within three years"
        }
        DeclineReason::Ineligible(_) => "the contract was signed before 2019",
        DeclineReason::UnderScored => "the mean score is below 60",
        DeclineReason::OverBudget => "more is asked than the budget has left",
        DeclineReason::AfterConflict => {
            "a reviewer of the applicant's own group was excluded, and the other scores are below 60"
        }
    }
}
