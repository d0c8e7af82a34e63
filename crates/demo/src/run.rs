//! Runs a plan through the real operations: nothing is inserted that could not be done by hand.

mod fill;

pub use fill::HubPlace;

use crate::model::{Claim, ClaimEnd, DeclineReason, FactValue, Outcome, Plan};
use crate::timeline::{Action, Step};
use app::{App, Payer, Zone};
use base::{Amount, FixedClock, Time};
use db::Tx;
use grants::{
    ApplicationId, AwardId, CallId, CallMode, ClaimId, Decided, Declared, Draft, InstrumentId,
    NewCall, NewClaim, Refused, Verdict, VoteForm,
};
use identity::{Actor, OrganisationId, PersonId, Role};
use std::collections::{BTreeMap, HashMap};

/// Where the public facts of the round were read.
const SOURCE: &str =
    "https://www.nesta.org.uk/report/promoting-nationally-acting-locally/hangzhou-ai-town/";
/// When the zone is set up: the first working week of its year.
const SET_UP: &str = "2019-01-07T01:00:00Z";

/// Why a plan could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An operation failed or refused what the plan expects to pass.
    #[error("step {step}: {what}")]
    Grants {
        /// Which step, from 0.
        step: usize,
        /// What was done.
        what: String,
        /// Why.
        #[source]
        source: Box<grants::Error>,
    },
    /// Setting up failed.
    #[error("cannot set the zone up")]
    Identity(#[from] identity::Error),
    /// Setting up failed.
    #[error("cannot set the zone up")]
    SetUp(#[source] Box<grants::Error>),
    /// The database failed.
    #[error("cannot keep the zone's settings")]
    Db(#[from] db::Error),
    /// The hub failed or refused what it must take.
    #[error("cannot fill the hub")]
    Hub(#[from] hub::Error),
    /// The files of the hub failed.
    #[error("cannot write the files of the hub")]
    Depot(#[from] app::depot::Error),
    /// Something passed that must be refused, or the plan refers to nothing.
    #[error("the plan does not fit the zone: {0}")]
    Unexpected(String),
}

/// Runs a plan on an empty zone whose clock is `clock` and fills its hub. `progress` hears of every
/// step: how many are done, and of how many.
///
/// # Errors
/// The first step that does not end as the plan says.
pub fn run(
    app: &App,
    clock: &FixedClock,
    plan: &Plan,
    place: &HubPlace<'_>,
    mut progress: impl FnMut(usize, usize),
) -> Result<(), RunError> {
    clock.set(Time::parse(SET_UP).unwrap_or_else(|| clock_now(clock)));
    let mut runner = Runner {
        app,
        plan,
        organisations: HashMap::new(),
        people: HashMap::new(),
        instruments: HashMap::new(),
        calls: BTreeMap::new(),
        applications: HashMap::new(),
        claims: HashMap::new(),
    };
    runner.set_up()?;
    let steps = plan.timeline();
    for (number, step) in steps.iter().enumerate() {
        clock.set(step.at);
        runner.step(number, step)?;
        // The hub is the last step.
        progress(number + 1, steps.len() + 1);
    }
    runner.hub_fill(place, clock)?;
    progress(steps.len() + 1, steps.len() + 1);
    Ok(())
}

fn clock_now(clock: &FixedClock) -> Time {
    base::Clock::now(clock)
}

struct Runner<'a> {
    app: &'a App,
    plan: &'a Plan,
    organisations: HashMap<&'a str, OrganisationId>,
    people: HashMap<&'a str, PersonId>,
    instruments: HashMap<&'a str, InstrumentId>,
    calls: BTreeMap<&'a str, CallId>,
    /// By place in the plan; missing where the rule refused the application.
    applications: HashMap<usize, (ApplicationId, Option<AwardId>)>,
    claims: HashMap<(usize, usize), ClaimId>,
}

type Done<T> = Result<T, grants::Error>;

impl<'a> Runner<'a> {
    fn write<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Tx<'_>) -> Done<T> + Send + 'static,
    ) -> Done<T> {
        self.app.db().write(act).wait()
    }

    /// Registers everybody and publishes the rules.
    fn set_up(&mut self) -> Result<(), RunError> {
        let zone = Zone {
            name_en: crate::ZONE_EN.to_owned(),
            name_zh: crate::ZONE_ZH.to_owned(),
            is_synthetic: true,
            source_url: SOURCE.to_owned(),
            year: Some(2019),
            payer: Payer {
                name: format!("{} (synthetic)", crate::ZONE_EN),
                number: "DEMO-000000".to_owned(),
                bank_code: String::new(),
            },
        };
        let kept = self.app.db().write(move |tx| app::zone_set(tx, &zone)).wait()?;
        kept.map_err(|problems| RunError::Unexpected(format!("{problems:?}")))?;
        self.organisations_register()?;
        self.people_register()?;
        for instrument in &self.plan.instruments {
            let (path, text) = (instrument.path, instrument.text);
            let publish =
                self.write(move |tx| grants::instrument_publish(tx, Actor::System, path, text));
            self.instruments.insert(
                instrument.id,
                publish.map_err(|error| RunError::SetUp(Box::new(error)))?.id,
            );
        }
        Ok(())
    }

    fn organisations_register(&mut self) -> Result<(), RunError> {
        for one in &self.plan.organisations {
            let new = identity::NewOrganisation {
                kind: word(one.kind.as_str())?,
                name_en: one.name_en.clone(),
                name_zh: one.name_zh.clone(),
                name_pinyin: one.name_pinyin.clone(),
                size_class: word(one.size_class.as_str())?,
                region: one.region.to_owned(),
                registered_on: one.registered_on,
                is_synthetic: one.is_synthetic,
                identifiers: one.identifiers.iter().map(identifier).collect(),
                aliases: one
                    .aliases
                    .iter()
                    .map(|(language, name)| Ok((word(language.as_str())?, name.clone())))
                    .collect::<Result<_, RunError>>()?,
            };
            let write = self
                .app
                .db()
                .write(move |tx| identity::organisation_register(tx, Actor::System, &new));
            self.organisations.insert(one.key, write.wait()?.id);
        }
        for one in &self.plan.ownership {
            let new = identity::NewOwnership {
                owner: self.organisation(one.owner)?,
                owned: self.organisation(one.owned)?,
                kind: word(one.kind.as_str())?,
                share: one.share,
                valid_from: one.valid_from,
                valid_to: one.valid_to,
                grade: word(one.grade.as_str())?,
                source: one.source.to_owned(),
            };
            let write =
                self.app.db().write(move |tx| identity::ownership_state(tx, Actor::System, &new));
            write.wait()?;
        }
        Ok(())
    }

    fn people_register(&mut self) -> Result<(), RunError> {
        for one in &self.plan.people {
            let mut employments = Vec::new();
            for (employer, may_act) in &one.employments {
                employments.push((self.organisation(employer)?, *may_act));
            }
            let roles: Vec<Role> =
                one.roles.iter().map(|role| word(role.as_str())).collect::<Result<_, _>>()?;
            let new = identity::NewPerson { name: one.name.clone(), email: one.email.clone() };
            let write = self.app.db().write(move |tx| {
                let id = identity::person_register(tx, Actor::System, &new)?.id;
                for role in &roles {
                    identity::role_grant(tx, Actor::System, id, *role)?;
                }
                for (employer, may_act) in &employments {
                    let work = (*may_act, None);
                    identity::employment_start(tx, Actor::System, id, *employer, work)?;
                }
                Ok::<_, identity::Error>(id)
            });
            self.people.insert(&one.email, write.wait()?);
        }
        self.accounts_set()
    }

    fn accounts_set(&self) -> Result<(), RunError> {
        let officer = self
            .plan
            .people
            .iter()
            .find(|one| one.roles.iter().any(|role| role.as_str() == Role::Officer.as_str()));
        let officer = officer.ok_or_else(|| missing("officer", "any"))?;
        let standing = self.standing(&officer.email)?;
        for one in &self.plan.bank_accounts {
            let organisation = self.organisation(one.organisation)?;
            let account = grants::BankAccount {
                holder_name: one.holder.chars().take(70).collect(),
                number: one.number.clone(),
                bank_code: String::new(),
            };
            let standing = standing.clone();
            self.write(move |tx| grants::bank_account_set(tx, &standing, organisation, &account))
                .map_err(|error| RunError::SetUp(Box::new(error)))?;
        }
        Ok(())
    }

    fn organisation(&self, key: &str) -> Result<OrganisationId, RunError> {
        self.organisations.get(key).copied().ok_or_else(|| missing("organisation", key))
    }

    fn person(&self, email: &str) -> Result<PersonId, RunError> {
        self.people.get(email).copied().ok_or_else(|| missing("person", email))
    }

    fn standing(&self, email: &str) -> Result<identity::Standing, RunError> {
        let (id, today) = (self.person(email)?, self.app.now().date());
        Ok(self.app.db().read(|read| identity::standing_of(read, id, today))?)
    }

    fn step(&mut self, number: usize, step: &Step) -> Result<(), RunError> {
        let fail = |source| RunError::Grants {
            step: number,
            what: format!("{:?} at {}", step.action, step.at),
            source: Box::new(source),
        };
        match step.action {
            Action::CallOpen(call) => self.call_open(call)?.map_err(fail),
            Action::Apply(application) => self.apply(application)?.map_err(fail),
            Action::Review { application, review } => {
                self.review(application, review)?.map_err(fail)
            }
            Action::Vote { application, vote } => self.vote(application, vote)?.map_err(fail),
            Action::ClaimSubmit { application, claim } => {
                self.claim_submit(application, claim)?.map_err(fail)
            }
            Action::ClaimVerify { application, claim } => {
                self.claim_verify(application, claim)?.map_err(fail)
            }
            Action::ClaimPay { application, claim } => {
                self.claim_pay(application, claim)?.map_err(fail)
            }
        }
    }

    fn call_open(&mut self, place: usize) -> Result<Done<()>, RunError> {
        let call = &self.plan.calls[place];
        let instrument = self.instruments.get(call.instrument).copied();
        // The pilot stays open, so that a newcomer can apply today.
        let mode =
            if call.category.is_of_round() { word(call.mode.as_str())? } else { CallMode::Rolling };
        let new = NewCall {
            code: call.code.to_lowercase(),
            instrument: instrument.ok_or_else(|| missing("instrument", call.instrument))?,
            title_en: call.title_en.to_owned(),
            title_zh: call.title_zh.to_owned(),
            category: call.category.names().0.to_owned(),
            mode,
            budget: call.budget,
            opens_at: call.opens_at,
            closes_at: call.category.is_of_round().then_some(call.closes_at),
            reviews_least: call.reviews_least,
            is_synthetic: true,
        };
        let made = self.write(move |tx| grants::call_create(tx, Actor::System, &new));
        Ok(made.map(|made| {
            self.calls.insert(call.code, made.id);
        }))
    }

    fn apply(&mut self, place: usize) -> Result<Done<()>, RunError> {
        let plan = &self.plan.applications[place];
        let mut lines = Vec::new();
        for line in &plan.lines {
            lines.push(grants::CostLine {
                cost: Some(line.cost.to_owned()),
                what: None,
                amount: line.amount,
                supplier: Some(self.organisation(line.supplier)?),
            });
        }
        let facts = plan.facts.iter().map(|fact| (fact.name.to_owned(), value(&fact.value)));
        let draft = Draft {
            title_en: plan.title_en.to_owned(),
            title_zh: plan.title_zh.to_owned(),
            summary: plan.summary.clone(),
            subject: plan.subject.to_owned(),
            declared: Declared { facts: facts.collect(), ..Declared::default() },
            lines,
            requested: plan.requested,
        };
        let standing = self.standing(&plan.representative)?;
        let call = *self.calls.get(plan.call).ok_or_else(|| missing("call", plan.call))?;
        let firm = self.organisation(plan.organisation)?;
        let who = standing.clone();
        let made = self
            .write(move |tx| Ok(grants::application_create(tx, &standing, call, firm, &draft)?.id));
        let id = match made {
            Ok(id) => id,
            Err(error) => return Ok(Err(error)),
        };
        let submitted = self.write(move |tx| grants::application_submit(tx, &who, id).map(|_| ()));
        // What the rule refuses stays a draft.
        let is_ineligible = matches!(&plan.outcome,
            Outcome::Decline(decline) if matches!(decline.reason, DeclineReason::Ineligible(_)))
            || !plan.category.is_of_round();
        Ok(match submitted {
            Ok(()) => {
                self.applications.insert(place, (id, None));
                Ok(())
            }
            Err(grants::Error::Refused(Refused::Ineligible(_))) if is_ineligible => Ok(()),
            Err(error) => Err(error),
        })
    }

    fn review(&mut self, place: usize, review: usize) -> Result<Done<()>, RunError> {
        let Some((id, _)) = self.applications.get(&place).copied() else { return Ok(Ok(())) };
        let plan = &self.plan.applications[place].reviews[review];
        let reviewer = self.person(&plan.reviewer)?;
        let standing = self.standing(&plan.reviewer)?;
        let (scores, comment) = (scores(plan.scores), plan.comment);
        let done = self.write(move |tx| {
            let review = grants::review_assign(tx, Actor::System, id, reviewer)?.id;
            grants::review_score(tx, &standing, review, &scores, comment)
        });
        match (done, plan.is_conflicted) {
            (Err(grants::Error::Refused(Refused::ReviewerConflict(_))), true) => Ok(Ok(())),
            (Ok(()), true) => Err(RunError::Unexpected("a conflicted review passed".to_owned())),
            (done, _) => Ok(done),
        }
    }

    fn vote(&mut self, place: usize, vote: usize) -> Result<Done<()>, RunError> {
        let Some((id, _)) = self.applications.get(&place).copied() else { return Ok(Ok(())) };
        let application = &self.plan.applications[place];
        let (votes, verdict, amount, reason) = match &application.outcome {
            Outcome::Approve { votes, amount, .. } => {
                (votes, Verdict::Approve, *amount, "The reviews support it and the rule allows it.")
            }
            Outcome::Decline(decline) => {
                let zero = Amount::zero(application.requested.unit);
                (&decline.votes, Verdict::Decline, zero, decline.words)
            }
            Outcome::Leave => return Ok(Ok(())),
        };
        let officer = self.person(&votes[vote].officer)?;
        let now = self.app.now();
        let shown = self.app.db().read(|read| grants::shown_of(read, id, now));
        let shown_sha256 = match shown {
            Ok(shown) => shown.sha256(),
            Err(error) => return Ok(Err(error)),
        };
        let reason = reason.to_owned();
        let form = VoteForm { application: id, verdict, amount, reason, shown_sha256 };
        let decided = self.write(move |tx| grants::vote_cast(tx, officer, &form));
        Ok(decided.map(|decided| {
            if let Decided::Awarded(award) = decided {
                self.applications.insert(place, (id, Some(award)));
            }
        }))
    }

    fn plan_claim(&self, place: usize, claim: usize) -> Result<&'a Claim, RunError> {
        let claims = self.plan.applications[place].claims();
        claims.get(claim).ok_or_else(|| missing("claim", &format!("{place}/{claim}")))
    }

    fn claim_submit(&mut self, place: usize, number: usize) -> Result<Done<()>, RunError> {
        let plan = self.plan_claim(place, number)?;
        let Some((_, Some(award))) = self.applications.get(&place).copied() else {
            return Err(missing("award", &self.plan.applications[place].key));
        };
        let application = &self.plan.applications[place];
        let line = application.lines.iter().find(|line| line.id == plan.line);
        let new = NewClaim {
            award,
            supplier: self.organisation(plan.supplier)?,
            invoice_number: plan.invoice_number.clone(),
            invoice_date: plan.invoice_date,
            invoice: plan.invoice_amount,
            cost: line.map(|line| line.cost.to_owned()),
            what: None,
            asked: plan.asked,
        };
        let standing = self.standing(&application.representative)?;
        let made = self.write(move |tx| Ok(grants::claim_submit(tx, &standing, &new)?.id));
        match (made, plan.end == ClaimEnd::RefusedAffiliated) {
            (Err(grants::Error::Refused(Refused::SupplierRefused(_))), true) => Ok(Ok(())),
            (Ok(_), true) => Err(RunError::Unexpected("an affiliated supplier passed".to_owned())),
            (Ok(id), false) => {
                self.claims.insert((place, number), id);
                Ok(Ok(()))
            }
            (Err(error), _) => Ok(Err(error)),
        }
    }

    fn claim_verify(&mut self, place: usize, number: usize) -> Result<Done<()>, RunError> {
        let ClaimEnd::Paid { officer, .. } = &self.plan_claim(place, number)?.end else {
            return Ok(Ok(()));
        };
        let officer = self.person(officer)?;
        let id = *self.claims.get(&(place, number)).ok_or_else(|| missing("claim", "settled"))?;
        Ok(self.write(move |tx| grants::claim_settle(tx, officer, id).map(|_| ())))
    }

    /// Sends everything that is due to the bank, this claim with it, unless it went before.
    fn claim_pay(&mut self, place: usize, number: usize) -> Result<Done<()>, RunError> {
        let ClaimEnd::Paid { officer, .. } = &self.plan_claim(place, number)?.end else {
            return Ok(Ok(()));
        };
        let officer = self.person(officer)?;
        let unit = self.plan.applications[place].requested.unit;
        let sent = self.write(move |tx| {
            let batch = grants::payments_send(tx, officer, unit)?.id;
            grants::batch_confirm(tx, officer, batch)
        });
        Ok(match sent {
            Err(grants::Error::Refused(Refused::NothingDue(_))) => Ok(()),
            sent => sent,
        })
    }
}

fn missing(what: &str, key: &str) -> RunError {
    RunError::Unexpected(format!("{what} `{key}` is not known"))
}

fn word<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, RunError> {
    text.parse().map_err(RunError::Unexpected)
}

fn identifier((scheme, value): &(&'static str, String)) -> identity::Identifier {
    identity::Identifier { scheme: (*scheme).to_owned(), value: value.clone() }
}

fn value(fact: &FactValue) -> rulebook::FactValue {
    match fact {
        FactValue::Int(n) => rulebook::FactValue::Int(*n),
        FactValue::Word(word) => rulebook::FactValue::String((*word).to_owned()),
        FactValue::Words(words) => {
            rulebook::FactValue::Strings(words.iter().map(|word| (*word).to_owned()).collect())
        }
        FactValue::Date(date) => rulebook::FactValue::Date(*date),
    }
}

fn scores(given: crate::Scores) -> [grants::Score; 3] {
    let score = |criterion: &str, points: u8| grants::Score {
        criterion: criterion.to_owned(),
        points: u32::from(points),
    };
    [
        score("quality", given.quality),
        score("feasibility", given.feasibility),
        score("public value", given.public_value),
    ]
}
