//! The pieces that many pages show: organisations, states, measures, traces, papers, pagers.

use crate::chart;
use crate::html::Html;
use crate::state::State;
use crate::text::Text;
use base::{Amount, Ppm};

/// An organisation as a link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgRef {
    /// Id of the organisation.
    pub id: String,
    /// Its name.
    pub name: Text,
}

impl OrgRef {
    /// Makes a reference.
    #[must_use]
    pub fn new(id: &str, en: &str, zh: &str) -> Self {
        Self { id: id.to_owned(), name: Text::new(en, zh) }
    }
}

/// A short fact: label and value, both in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
}

/// Where a rule or figure comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who published it.
    pub authority: Text,
    /// Address of the publication.
    pub url: String,
    /// Date of the publication as `YYYY-MM-DD`, or what is known of it.
    pub date: String,
    /// The sentence itself, in its own language.
    pub quote: Text,
}

/// A computed measure with the exact value behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measure {
    /// As shown, e.g. `1,204`.
    pub shown: String,
    /// Exact rational, e.g. `2718281/45045`.
    pub exact: String,
}

/// Shows how many projects one supplier has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The supplier.
    pub supplier: OrgRef,
    /// Projects in which it is the only supplier.
    pub sole: u64,
    /// Projects in which it is one of several.
    pub shared: u64,
    /// All projects of the category.
    pub total: u64,
}

impl Capture {
    pub(crate) const fn any(&self) -> u64 {
        self.sole.saturating_add(self.shared)
    }

    pub(crate) fn bricks(&self) -> Html {
        chart::bricks(self.sole, self.shared, self.total)
    }
}

/// A paper the applicant has to give or has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// What it is called.
    pub name: Text,
    /// Whether it must be there.
    pub is_required: bool,
    /// File name and size once given, e.g. `contract.pdf, 1.2 MB`.
    pub given: Option<String>,
    /// Address of the file, where the reader may open it.
    pub href: Option<String>,
}

/// One part of a stacked bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is, in the reader's language.
    pub label: String,
    /// How much.
    pub amount: Amount,
    /// Its share of the whole bar.
    pub share: Ppm,
    /// Style of the part: `accent`, `brick`, `mid`, `pale` or `hatch`.
    pub tone: &'static str,
}

/// Where a list is and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pager {
    /// Number of the first row shown, from 1; 0 where there is none.
    pub first: u64,
    /// Number of the last row shown.
    pub last: u64,
    /// Rows in all.
    pub total: u64,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// A fact or number is missing, so nobody can tell.
    Unknown,
}

impl Outcome {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) const fn sign(self) -> &'static str {
        match self {
            Self::Pass => "✓",
            Self::Fail => "✕",
            Self::Unknown => "?",
        }
    }

    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Pass => "outcome.pass",
            Self::Fail => "outcome.fail",
            Self::Unknown => "outcome.unknown",
        }
    }
}

/// One eligibility test with its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is asked, in words.
    pub question: Text,
    /// The expression of the rule.
    pub expression: String,
    /// The result.
    pub outcome: Outcome,
    /// The facts it rests on, or what is missing.
    pub because: Text,
}

/// What a step of the computation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// What counts as eligible cost.
    Base,
    /// A rate applied to the base.
    Rate,
    /// A cap that limits the amount.
    Cap,
    /// What other support takes away.
    Stacking,
    /// What comes out.
    Result,
}

impl StepKind {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Base => "step.base",
            Self::Rate => "step.rate",
            Self::Cap => "step.cap",
            Self::Stacking => "step.stacking",
            Self::Result => "step.result",
        }
    }

    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Rate => "rate",
            Self::Cap => "cap",
            Self::Stacking => "stacking",
            Self::Result => "result",
        }
    }
}

/// One step from the cost to the amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// In words, e.g. "30 % of the contract".
    pub label: Text,
    /// Limit of a cap, or `None`.
    pub limit: Option<Amount>,
    /// What of the limit is used already.
    pub used: Option<Amount>,
    /// What of the limit is left.
    pub left: Option<Amount>,
    /// The amount after this step.
    pub after: Amount,
    /// Whether this step decides the result.
    pub binds: bool,
}

/// A condition on the supplier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplierCondition {
    /// The condition, in words.
    pub condition: Text,
    /// Whether the named supplier meets it.
    pub outcome: Outcome,
    /// Why.
    pub because: Text,
}

/// How a rule came to its answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// Eligibility tests.
    pub tests: Vec<Test>,
    /// Steps from cost to amount; empty where nothing could be computed.
    pub steps: Vec<Step>,
    /// Conditions on the supplier.
    pub suppliers: Vec<SupplierCondition>,
    /// The amount, or `None` where the rule refuses or cannot tell.
    pub result: Option<Amount>,
    /// Why not more, in one or two sentences.
    pub why_not_more: Text,
}

impl Trace {
    /// Draws the bar of one step: what is left of the first amount, and what the step cut.
    pub(crate) fn bar(&self, index: &usize) -> Html {
        let amount = |i: usize| self.steps.get(i).map(|step| step.after);
        let (Some(whole), Some(now)) = (amount(0), amount(*index)) else {
            return Html::default();
        };
        let before = index.checked_sub(1).and_then(amount).unwrap_or(now);
        let share = |part| Ppm::ratio(part, whole).ok().flatten().unwrap_or(Ppm::ZERO);
        let cut = before.minus(now).map_or(Ppm::ZERO, share);
        let binds = self.steps.get(*index).is_some_and(|step| step.binds);
        chart::bar(&[
            (share(now), if binds { "fill-accent" } else { "fill-brick" }),
            (cut, "fill-hatch"),
        ])
    }
}

/// One owner on a path between two organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// Who owns.
    pub owner: OrgRef,
    /// Share held, or `None` where the statement gives none.
    pub share: Option<Ppm>,
    /// What is owned.
    pub owned: OrgRef,
}

/// One organisation in an ownership tree, in order of drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupNode {
    /// The organisation.
    pub org: OrgRef,
    /// Depth below the ultimate owner, which is 0.
    pub depth: usize,
    /// Share held by the node above, or `None` where no share is stated.
    pub share: Option<Ppm>,
    /// Who is the node above; empty for the ultimate owner.
    pub owner: Text,
    /// Kind of the holding, in the reader's language.
    pub kind: String,
    /// Valid from and to, as `YYYY-MM-DD` or empty.
    pub from: String,
    /// End of validity, or empty.
    pub to: String,
    /// How sure the statement is.
    pub grade: State,
    /// Support received by this organisation.
    pub received: Option<Amount>,
    /// Whether this is the organisation the page is about.
    pub is_subject: bool,
}

/// One step of the way from the zone home to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// Address.
    pub href: String,
    /// Label, in the reader's language.
    pub label: String,
}
