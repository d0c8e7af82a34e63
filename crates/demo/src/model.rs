//! The types of a plan. Things refer to each other by key: organisations by `key`, people by
//! mail address, instruments by `id`, calls by `code`, applications by `key`.

use base::{Amount, Date, Ppm, Time};

base::words! {
    /// What an organisation is. The words are those of `identity`.
    OrganisationKind {
        /// A firm.
        Company,
        /// A university.
        University,
        /// A research institute.
        Institute,
        /// A public body.
        PublicBody,
        /// A natural person, known only as an owner.
        NaturalPerson,
    }
}

base::words! {
    /// Size of a firm. The words are those of `identity`.
    SizeClass {
        /// Not known.
        Unknown,
        /// Micro.
        Micro,
        /// Small.
        Small,
        /// Medium.
        Medium,
        /// Large.
        Large,
    }
}

base::words! {
    /// The language of an alias. The words are those of `identity`.
    AliasLanguage {
        /// English.
        En,
        /// Chinese.
        Zh,
        /// Chinese in Latin letters.
        Pinyin,
    }
}

base::words! {
    /// How an owner holds another organisation. The words are those of `identity`.
    OwnershipKind {
        /// Shares in its capital.
        Shares,
        /// Voting rights.
        Votes,
        /// Control by contract.
        Contract,
        /// Control that the source does not explain.
        Control,
    }
}

base::words! {
    /// How well an ownership statement is founded. The words are those of `identity`.
    Grade {
        /// Declared by the organisation.
        Declared,
        /// Read in a (made-up) register.
        Register,
        /// Concluded from other evidence.
        Inferred,
    }
}

base::words! {
    /// A role in the zone. The words are those of `identity`.
    Role {
        /// Runs the programme.
        Officer,
        /// Scores applications.
        Reviewer,
        /// Sees everything, changes nothing.
        Auditor,
    }
}

base::words! {
    /// How a call takes applications.
    Mode {
        /// Until the closing day, readable at once.
        Open,
        /// Decided one by one as they come.
        Rolling,
        /// Unread until the closing day.
        Sealed,
    }
}

base::words! {
    /// What a call pays for. The first three make up the published round of 2019.
    Category {
        /// Research and development funds.
        ResearchAndDevelopment,
        /// Office-fee subsidies.
        Office,
        /// Cloud-service funds.
        Cloud,
        /// The later compute vouchers, apart from the round.
        Voucher,
    }
}

impl Scores {
    /// Least mean score of a project that can be funded.
    ///
    /// ASSUMPTION: the pass mark of 2019 is not published; 60 is ours.
    pub const PASS: u32 = 60;

    /// Returns the sum of the three scores, at most 300.
    #[must_use]
    pub fn sum(self) -> u32 {
        u32::from(self.quality) + u32::from(self.feasibility) + u32::from(self.public_value)
    }
}

impl Category {
    /// Tells whether it belongs to the round whose figures are published.
    #[must_use]
    pub fn is_of_round(self) -> bool {
        self != Self::Voucher
    }

    /// Returns its name in English and Chinese.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::ResearchAndDevelopment => ("R&D funds", "研发资助"),
            Self::Office => ("Office-fee subsidies", "办公用房补贴"),
            Self::Cloud => ("Cloud-service funds", "云服务资助"),
            Self::Voucher => ("Compute vouchers", "算力券"),
        }
    }
}

/// Everything that happens in the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The seed it was made from.
    pub seed: u64,
    /// Everybody who applies, owns, supplies or employs.
    pub organisations: Vec<Organisation>,
    /// Who owns whom.
    pub ownership: Vec<Ownership>,
    /// Officers, reviewers, an auditor, and one representative of each applicant.
    pub people: Vec<Person>,
    /// The support rules.
    pub instruments: Vec<Instrument>,
    /// The calls.
    pub calls: Vec<Call>,
    /// The applications with all that becomes of them.
    pub applications: Vec<Application>,
    /// Where beneficiaries are paid.
    pub bank_accounts: Vec<BankAccount>,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Names it in the plan.
    pub key: &'static str,
    /// What it is.
    pub kind: OrganisationKind,
    /// English name.
    pub name_en: String,
    /// Chinese name.
    pub name_zh: String,
    /// Chinese name in Latin letters; empty for persons.
    pub name_pinyin: String,
    /// Its other names.
    pub aliases: Vec<(AliasLanguage, String)>,
    /// Its size.
    pub size_class: SizeClass,
    /// Where it is seated.
    pub region: &'static str,
    /// When it was founded, where known to the day.
    pub registered_on: Option<Date>,
    /// Register and number. Made-up companies have one of the made-up register `HT-DEMO`.
    pub identifiers: Vec<(&'static str, String)>,
    /// Whether it was made up.
    pub is_synthetic: bool,
}

/// An ownership statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    /// Who owns.
    pub owner: &'static str,
    /// Who is owned.
    pub owned: &'static str,
    /// How.
    pub kind: OwnershipKind,
    /// How much; `None` where the source does not say.
    pub share: Option<Ppm>,
    /// First day.
    pub valid_from: Option<Date>,
    /// Last day.
    pub valid_to: Option<Date>,
    /// How well founded.
    pub grade: Grade,
    /// Where it was read, or that it was made up.
    pub source: &'static str,
}

/// A person. All are made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their address at example.org; names them in the plan.
    pub email: String,
    /// Their roles; representatives have none.
    pub roles: Vec<Role>,
    /// Whom they work for, and whether they may act for it.
    pub employments: Vec<(&'static str, bool)>,
}

/// A support rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Its id, as in the file.
    pub id: &'static str,
    /// Path of the file from the root of the repository.
    pub path: &'static str,
    /// Text of the file.
    pub text: &'static str,
}

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Names it in the plan and in public.
    pub code: &'static str,
    /// The rule it works by.
    pub instrument: &'static str,
    /// English title.
    pub title_en: &'static str,
    /// Chinese title.
    pub title_zh: &'static str,
    /// What it pays for.
    pub category: Category,
    /// How it takes applications.
    pub mode: Mode,
    /// What it may award.
    pub budget: Amount,
    /// When it opens.
    pub opens_at: Time,
    /// When it closes.
    pub closes_at: Time,
    /// Fewest reviews before a decision.
    pub reviews_least: u32,
}

/// An application and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Names it in the plan, as in `RD-007`.
    pub key: String,
    /// Its call.
    pub call: &'static str,
    /// What it asks money for.
    pub category: Category,
    /// Who applies.
    pub organisation: &'static str,
    /// Mail address of the person who hands it in.
    pub representative: String,
    /// English title.
    pub title_en: &'static str,
    /// Chinese title.
    pub title_zh: &'static str,
    /// Two or three sentences.
    pub summary: String,
    /// Subdomain, as in `speech`.
    pub subject: &'static str,
    /// Facts for the rule.
    pub facts: Vec<Fact>,
    /// What is bought.
    pub lines: Vec<CostLine>,
    /// What is asked: always what the rule's rate gives for the lines.
    pub requested: Amount,
    /// When it is handed in.
    pub submitted_at: Time,
    /// Scores, and attempts at scoring that must be refused.
    pub reviews: Vec<Review>,
    /// How it ends.
    pub outcome: Outcome,
}

/// One fact about an applicant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name in the rule.
    pub name: &'static str,
    /// Its value.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FactValue {
    /// A whole number.
    Int(i64),
    /// A word.
    Word(&'static str),
    /// Words.
    Words(Vec<&'static str>),
    /// A day.
    Date(Date),
}

/// One thing to be bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostLine {
    /// Names the line in its application: `a`, `b` or `c`.
    pub id: &'static str,
    /// Kind of cost, as the rule names it.
    pub cost: &'static str,
    /// What it is, in words.
    pub what: &'static str,
    /// The whole cost.
    pub amount: Amount,
    /// Who is to supply it.
    pub supplier: &'static str,
}

/// A review, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Mail address of the reviewer.
    pub reviewer: String,
    /// The scores.
    pub scores: Scores,
    /// One sentence.
    pub comment: &'static str,
    /// When.
    pub at: Time,
    /// Whether the reviewer works in the applicant's group, so that it must be refused.
    pub is_conflicted: bool,
}

/// Scores from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scores {
    /// Of the work proposed.
    pub quality: u8,
    /// Of the way to it.
    pub feasibility: u8,
    /// For the public.
    pub public_value: u8,
}

/// How an application ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is approved in full, and claimed.
    Approve {
        /// Of two officers.
        votes: [Vote; 2],
        /// What is granted.
        amount: Amount,
        /// What is asked against it.
        claims: Vec<Claim>,
    },
    /// It is declined.
    Decline(Decline),
    /// It waits.
    Leave,
}

/// A decision against an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// Of two officers.
    pub votes: [Vote; 2],
    /// Why.
    pub reason: DeclineReason,
    /// Why, in words for the applicant.
    pub words: &'static str,
}

/// Why an application is declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeclineReason {
    /// The rule refuses, with this code.
    Ineligible(&'static str),
    /// The mean score is below [`crate::Scores::PASS`].
    UnderScored,
    /// More is asked than the budget has left.
    OverBudget,
    /// A reviewer had a conflict; the review that counted instead found it too weak.
    AfterConflict,
}

/// One officer's vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vote {
    /// Mail address of the officer.
    pub officer: String,
    /// When.
    pub at: Time,
}

/// A claim for part of an award, with its invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Number of the invoice, unique.
    pub invoice_number: String,
    /// Date of the invoice.
    pub invoice_date: Date,
    /// Total of the invoice.
    pub invoice_amount: Amount,
    /// The line it is for.
    pub line: &'static str,
    /// What was bought, in words.
    pub what: &'static str,
    /// What is asked for it.
    pub asked: Amount,
    /// Who supplied.
    pub supplier: &'static str,
    /// When it is handed in.
    pub submitted_at: Time,
    /// How it ends.
    pub end: ClaimEnd,
}

/// How a claim ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimEnd {
    /// It is verified, settled and paid.
    Paid {
        /// Mail address of the officer who verifies.
        officer: String,
        /// When it is verified and settled.
        verified_at: Time,
        /// When it is paid.
        paid_at: Time,
    },
    /// It waits to be verified.
    Waiting,
    /// It must be refused: the supplier belongs to the beneficiary's group.
    RefusedAffiliated,
}

/// Where a beneficiary is paid. Numbers such as `DEMO-000123` are no real accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// Whose it is.
    pub organisation: &'static str,
    /// Its number.
    pub number: String,
    /// Its holder, as banks write it.
    pub holder: String,
    /// Its bank.
    pub bank: &'static str,
}
