//! Calls and their budgets.

use crate::{
    Call, CallId, CallMode, Error, InstrumentId, NewCall, Refused, instrument_read, store,
};
use base::{Amount, FieldProblems, Id, Page, Time, Unit};
use db::{Read, Tx};
use identity::Actor;
use ledger::{AccountId, AccountKind, Limit, Opening, PostCommand};

/// Longest category.
pub const CATEGORY_CHARS_MAX: usize = 40;
/// Most reviews that a call may ask for.
const REVIEWS_MAX: u32 = 20;

/// Creates a call and appropriates its budget from the treasury.
///
/// Refuses bad fields (all at once), a code that is taken, and a budget in another unit than the
/// instrument's.
pub fn call_create(tx: &mut Tx<'_>, actor: Actor, new: &NewCall) -> Result<Call, Error> {
    call_check(new)?;
    let (_, rule) = instrument_read(tx, new.instrument)?;
    let given = new.budget.unit;
    if rule.unit != given {
        return Err(Refused::UnitMismatch { rule: rule.unit, given }.into());
    }
    if store::call::is_code_taken(tx, &new.code)? {
        return Err(Refused::CallCodeTaken(new.code.clone()).into());
    }
    let id: CallId = tx.id();
    let opening = Opening {
        kind: AccountKind::Fund,
        unit: given,
        holder: Some(id.0),
        name: format!("budget of call {}", new.code),
        limit: Limit::DebitsWithinCredits,
    };
    let budget_account = ledger::account_open(tx, &opening)?;
    let debit = zone_account(tx, AccountKind::Treasury, given)?;
    let post = PostCommand {
        key: format!("call:{id}:budget"),
        debit,
        credit: budget_account,
        amount: new.budget,
        reference: format!("call:{id}"),
    };
    ledger::post(tx, post)?;
    let call = Call {
        id,
        code: new.code.clone(),
        instrument: new.instrument,
        title_en: new.title_en.trim().to_owned(),
        title_zh: new.title_zh.trim().to_owned(),
        category: new.category.trim().to_owned(),
        mode: new.mode,
        budget: new.budget,
        budget_account,
        opens_at: new.opens_at,
        closes_at: new.closes_at,
        reviews_least: new.reviews_least,
        is_closed: false,
        is_synthetic: new.is_synthetic,
    };
    let now = tx.now();
    store::call::insert(tx, &call, now)?;
    identity::audit(tx, actor, "call.created", &id.0, &call)?;
    Ok(call)
}

fn call_check(new: &NewCall) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_code = (1..=40).contains(&new.code.len()) && new.code.bytes().all(plain);
    problems.require(
        is_code,
        "code",
        (
            "must be 1 to 40 lower-case letters, digits or `-`",
            "须为 1 至 40 个小写字母、数字或 `-`",
        ),
    );
    problems.text("title_en", &new.title_en, 1, 200);
    problems.text("title_zh", &new.title_zh, 0, 200);
    problems.text("category", &new.category, 1, CATEGORY_CHARS_MAX);
    problems.require(new.budget.minor > 0, "budget", ("must be above zero", "须大于零"));
    let is_dated = new.mode == CallMode::Rolling || new.closes_at.is_some();
    problems.require(
        is_dated,
        "closes_at",
        ("must be given unless the call is rolling", "除常年征集外均须填写"),
    );
    let is_ordered = new.closes_at.is_none_or(|end| end > new.opens_at);
    problems.require(is_ordered, "closes_at", ("must be after `opens_at`", "须晚于开始受理的时间"));
    let few = new.reviews_least <= REVIEWS_MAX;
    problems.require(few, "reviews_least", ("must be at most 20", "最多为 20"));
    problems.finish().map_err(Refused::Invalid)
}

/// Closes a call before its time; submitted applications stay to be decided.
pub fn call_close(tx: &mut Tx<'_>, actor: Actor, id: CallId) -> Result<(), Error> {
    call_read(tx, id)?;
    if store::call::close(tx, id)? == 0 {
        return Err(Refused::CallClosed.into());
    }
    identity::audit(tx, actor, "call.closed", &id.0, &())?;
    Ok(())
}

/// Reads a call.
pub fn call_read(read: &Read<'_>, id: CallId) -> Result<Call, Error> {
    store::call::find(read, id)?.ok_or_else(|| Refused::CallUnknown(id).into())
}

/// Lists calls in the order of their creation.
pub fn calls_list(read: &Read<'_>, page: &Page) -> Result<Vec<Call>, Error> {
    Ok(store::call::list(read, page)?)
}

/// Lists the calls that apply a version of an instrument, at most 500.
pub fn calls_of_instrument(read: &Read<'_>, id: InstrumentId) -> Result<Vec<Call>, Error> {
    Ok(store::call::of_instrument(read, id)?)
}

/// Returns what a call's budget still has, after all that is held or settled.
pub fn money_left(read: &Read<'_>, call: &Call) -> Result<Amount, Error> {
    let account = ledger::account_get(read, call.budget_account)?;
    Ok(Amount::new(account.standing.left_to_debit(), call.budget.unit))
}

/// Returns what was appropriated from the treasury so far, by unit.
pub fn money_appropriated(read: &Read<'_>) -> Result<Vec<Amount>, Error> {
    let accounts = ledger::accounts_of(read, &zone_holder(), &Page::first(base::PAGE_ROWS_MAX))?;
    let treasuries = accounts.iter().filter(|a| a.kind == AccountKind::Treasury);
    Ok(treasuries.map(|a| Amount::new(-a.standing.balance(), a.standing.unit)).collect())
}

/// The holder of the accounts that belong to the zone itself: an id that is never made.
fn zone_holder() -> Id {
    Id::new(Time::from_millis(0), 0, 0)
}

/// Finds or opens the zone's own account of a kind and unit.
pub fn zone_account(tx: &mut Tx<'_>, kind: AccountKind, unit: Unit) -> Result<AccountId, Error> {
    account_of(tx, zone_holder(), kind, unit)
}

/// Finds or opens a holder's account of a kind and unit.
pub fn account_of(
    tx: &mut Tx<'_>,
    holder: Id,
    kind: AccountKind,
    unit: Unit,
) -> Result<AccountId, Error> {
    let accounts = ledger::accounts_of(tx, &holder, &Page::first(base::PAGE_ROWS_MAX))?;
    let known = accounts.iter().find(|a| a.kind == kind && a.standing.unit == unit);
    if let Some(account) = known {
        return Ok(account.standing.id);
    }
    // What is owed cannot be paid twice, nor a deposit spent; treasury and bank stand for the
    // world outside.
    let limit = match kind {
        AccountKind::Beneficiary | AccountKind::Supplier | AccountKind::Deposit => {
            Limit::DebitsWithinCredits
        }
        _ => Limit::Unlimited,
    };
    let name = format!("{} {unit}", kind.as_str());
    let opening = Opening { kind, unit, holder: Some(holder), name, limit };
    Ok(ledger::account_open(tx, &opening)?)
}
