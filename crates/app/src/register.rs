//! The register in memory: every award in a few bytes, so that any filter is one pass over it.
//!
//! A derived view: it is built anew from the tables when something has changed, never patched.
//! While one request builds it, the others are answered from the one before, whose time stands on
//! the page.

use crate::{App, Names};
use base::{Amount, Id, Time, Unit};
use db::Read;
use grants::{AwardFilter, AwardId, AwardOrder, AwardSum};
use identity::{OrganisationId, OrganisationKind};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// How long a view is used without a look, in milliseconds. Also how long the newest change must
/// be past before "no newer change" is believed: ids sort by time alone, so that of two changes
/// in one moment the second need not have the newest id.
const KEPT_MILLIS: i64 = 1_000;
/// A view is used for so many times what it cost to build: at 50 requests a second less than one
/// in a hundred waits for a new one.
const COST_FACTOR: i64 = 20;

/// One award.
struct Line {
    id: AwardId,
    organisation: u32,
    category: u32,
    instrument: u32,
    unit: Unit,
    amount: i64,
    paid: i64,
    awarded_at: i64,
    /// Where its suppliers and its titles end; they begin where the line before ends.
    suppliers_end: u32,
    titles_end: u32,
}

/// All awards, by the moment they were made.
pub(crate) struct Register {
    pub(crate) as_of: Time,
    newest: Option<Id>,
    cost_millis: i64,
    lines: Vec<Line>,
    /// Places of the lines by amount and by what was paid.
    by_amount: Vec<u32>,
    by_paid: Vec<u32>,
    suppliers: Vec<u32>,
    /// Titles in lower case, one after the other.
    titles: String,
    organisations: Words<OrganisationId>,
    /// Names and aliases of the organisations in lower case, by their numbers.
    names: Vec<String>,
    categories: Words<String>,
    instruments: Words<String>,
}

/// Things with small numbers instead.
struct Words<T>(HashMap<T, u32>);

impl<T: std::hash::Hash + Eq> Words<T> {
    fn number(&mut self, thing: T) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(thing).or_insert(next)
    }
}

/// The view that is used, and whether somebody builds the next.
#[derive(Default)]
pub(crate) struct Kept {
    view: Mutex<Option<Arc<Register>>>,
    is_building: AtomicBool,
    /// Held by whoever builds the very first view: the others wait for it.
    first: Mutex<()>,
}

/// Tells whether a view has been built.
pub(crate) fn is_ready(app: &App) -> bool {
    app.register.view.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Returns the register as it is, or as it was a moment ago.
pub(crate) fn register(app: &App, read: &Read<'_>) -> Result<Arc<Register>, grants::Error> {
    let now = app.now();
    let view = || app.register.view.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut known = view();
    let _first = if known.is_none() {
        let first = app.register.first.lock().unwrap_or_else(PoisonError::into_inner);
        known = view();
        Some(first)
    } else {
        None
    };
    let age = |at: Time| now.millis() - at.millis();
    if let Some(view) = &known {
        let kept = KEPT_MILLIS.max(view.cost_millis * COST_FACTOR);
        if (1..kept).contains(&age(view.as_of)) {
            return Ok(view.clone());
        }
    }
    let newest = identity::audit_newest(read)?;
    let is_quiet = |at: &Time| !(0..KEPT_MILLIS).contains(&age(*at));
    let quiet = newest.filter(|(_, at)| is_quiet(at)).map(|(id, _)| id);
    if let Some(view) = &known {
        let is_building = app.register.is_building.swap(true, Ordering::SeqCst);
        if is_building || (quiet.is_some() && view.newest == quiet) {
            if !is_building {
                app.register.is_building.store(false, Ordering::SeqCst);
            }
            return Ok(view.clone());
        }
    }
    let built = Register::build(app, read, now, quiet);
    app.register.is_building.store(false, Ordering::SeqCst);
    let built = Arc::new(built?);
    *app.register.view.lock().unwrap_or_else(PoisonError::into_inner) = Some(built.clone());
    Ok(built)
}

impl Register {
    fn build(
        app: &App,
        read: &Read<'_>,
        as_of: Time,
        newest: Option<Id>,
    ) -> Result<Self, grants::Error> {
        let started = Instant::now();
        let mut view = Self {
            as_of,
            newest,
            cost_millis: 0,
            lines: Vec::new(),
            by_amount: Vec::new(),
            by_paid: Vec::new(),
            suppliers: Vec::new(),
            titles: String::new(),
            organisations: Words(HashMap::new()),
            names: Vec::new(),
            categories: Words(HashMap::new()),
            instruments: Words(HashMap::new()),
        };
        grants::register_each(read, |one| view.add(one))?;
        view.suppliers_read(read)?;
        view.names_read(read, &*crate::names(app, read)?)?;
        view.lines.shrink_to_fit();
        view.suppliers.shrink_to_fit();
        view.titles.shrink_to_fit();
        let places = 0..u32::try_from(view.lines.len()).unwrap_or(u32::MAX);
        let sorted = |key: fn(&Line) -> i64| {
            let mut sorted: Vec<u32> = places.clone().collect();
            sorted.sort_by_cached_key(|place| {
                let line = &view.lines[index(*place)];
                (key(line), line.id)
            });
            sorted
        };
        (view.by_amount, view.by_paid) = (sorted(|line| line.amount), sorted(|line| line.paid));
        view.cost_millis = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Ok(view)
    }

    fn add(&mut self, one: grants::RegisterLine) {
        self.titles.push_str(&one.title_en.to_lowercase());
        self.titles.push('\n');
        self.titles.push_str(&one.title_zh.to_lowercase());
        self.lines.push(Line {
            id: one.id,
            organisation: self.organisations.number(one.organisation),
            category: self.categories.number(one.category),
            instrument: self.instruments.number(one.instrument_code),
            unit: one.amount.unit,
            amount: one.amount.minor,
            paid: one.paid.minor,
            awarded_at: one.awarded_at.millis(),
            suppliers_end: 0,
            titles_end: u32::try_from(self.titles.len()).unwrap_or(u32::MAX),
        });
    }

    /// Reads the suppliers, which come in the order of the lines.
    fn suppliers_read(&mut self, read: &Read<'_>) -> Result<(), grants::Error> {
        let all = Time::from_millis(i64::MIN)..Time::from_millis(i64::MAX);
        let (lines, suppliers) = (&mut self.lines, &mut self.suppliers);
        let end = |suppliers: &Vec<u32>| u32::try_from(suppliers.len()).unwrap_or(u32::MAX);
        let mut place = 0;
        grants::suppliers_each(read, &all, |award, supplier| {
            while lines.get(place).is_some_and(|line| line.id != award) {
                lines[place].suppliers_end = end(suppliers);
                place += 1;
            }
            suppliers.push(self.organisations.number(supplier));
        })?;
        for line in &mut lines[place..] {
            line.suppliers_end = end(suppliers);
        }
        Ok(())
    }

    /// Reads the names of those who are in the register; natural persons stay without.
    fn names_read(&mut self, read: &Read<'_>, known: &Names) -> Result<(), grants::Error> {
        let mut names = vec![String::new(); self.organisations.0.len()];
        for (id, number) in &self.organisations.0 {
            if let Some(one) = known.get(*id)
                && one.kind != OrganisationKind::NaturalPerson
            {
                let all = [&*one.name_en, &*one.name_zh, &*one.name_pinyin].join("\n");
                names[index(*number)] = all.to_lowercase();
            }
        }
        identity::aliases_each(read, |id, alias| {
            if let Some(number) = self.organisations.0.get(&id)
                && !names[index(*number)].is_empty()
            {
                names[index(*number)].push('\n');
                names[index(*number)].push_str(&alias.to_lowercase());
            }
        })?;
        self.names = names;
        Ok(())
    }

    /// Finds a page of ids in an order, and the totals over the whole filter.
    pub(crate) fn find(
        &self,
        filter: &AwardFilter,
        order: AwardOrder,
        after: Option<&str>,
        rows: u32,
    ) -> (Vec<AwardId>, Vec<AwardSum>) {
        let test = Test::new(self, filter);
        let after = after.and_then(|key| key.split_once('.'));
        let after = after.and_then(|(value, id)| Some((value.parse::<i64>().ok()?, id)));
        let (by, is_descending): (Option<&[u32]>, bool) = match order {
            AwardOrder::Newest => (None, true),
            AwardOrder::Oldest => (None, false),
            AwardOrder::Largest => (Some(&self.by_amount), true),
            AwardOrder::Smallest => (Some(&self.by_amount), false),
            AwardOrder::MostPaid => (Some(&self.by_paid), true),
            AwardOrder::LeastPaid => (Some(&self.by_paid), false),
        };
        let value = |line: &Line| match order {
            AwardOrder::Newest | AwardOrder::Oldest => line.awarded_at,
            AwardOrder::Largest | AwardOrder::Smallest => line.amount,
            AwardOrder::MostPaid | AwardOrder::LeastPaid => line.paid,
        };
        let limit = usize::try_from(rows).unwrap_or(usize::MAX);
        let (mut ids, mut sums) = (Vec::new(), Vec::<AwardSum>::new());
        for step in 0..self.lines.len() {
            let step = if is_descending { self.lines.len() - 1 - step } else { step };
            let place = by.map_or(step, |by| index(by[step]));
            let line = &self.lines[place];
            if !test.fits(self, place) {
                continue;
            }
            add_up(&mut sums, line);
            let is_past = after.is_none_or(|after| {
                let key = (value(line), line.id.as_str());
                if is_descending { key < after } else { key > after }
            });
            if is_past && ids.len() < limit {
                ids.push(line.id);
            }
        }
        sums.sort_by_key(|sum| sum.awarded.unit);
        (ids, sums)
    }

    fn titles_of(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.lines[before].titles_end);
        &self.titles[index(start)..index(self.lines[place].titles_end)]
    }

    fn suppliers_of(&self, place: usize) -> &[u32] {
        let start = place.checked_sub(1).map_or(0, |before| self.lines[before].suppliers_end);
        &self.suppliers[index(start)..index(self.lines[place].suppliers_end)]
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).expect("an index of 32 bits fits")
}

/// Sums are bounded by budgets, which the treasury account keeps within 64 bits.
fn add_up(sums: &mut Vec<AwardSum>, line: &Line) {
    let unit = line.unit;
    let at = sums.iter().position(|sum| sum.awarded.unit == unit).unwrap_or_else(|| {
        let (awarded, paid) = (Amount::zero(unit), Amount::zero(unit));
        sums.push(AwardSum { count: 0, awarded, paid });
        sums.len() - 1
    });
    let sum = &mut sums[at];
    sum.count += 1;
    sum.awarded.minor = sum.awarded.minor.saturating_add(line.amount);
    sum.paid.minor = sum.paid.minor.saturating_add(line.paid);
}

/// A filter with numbers for words. A word that nobody has fits nothing.
struct Test<'a> {
    filter: &'a AwardFilter,
    category: Option<Option<u32>>,
    instrument: Option<Option<u32>>,
    /// By number of the organisation: whether it is a beneficiary asked for, a supplier asked for,
    /// has the text in its names.
    beneficiaries: Option<Vec<bool>>,
    suppliers: Option<Vec<bool>>,
    text: Option<(String, Vec<bool>)>,
}

impl<'a> Test<'a> {
    fn new(view: &Register, filter: &'a AwardFilter) -> Self {
        let mask = |ids: &[OrganisationId]| {
            let mut mask = vec![false; view.names.len()];
            for number in ids.iter().filter_map(|id| view.organisations.0.get(id)) {
                mask[index(*number)] = true;
            }
            mask
        };
        let one = filter.organisation.as_slice();
        let beneficiaries = match (&filter.organisations, filter.organisation) {
            (Some(many), Some(_)) => {
                let both = mask(many).into_iter().zip(mask(one));
                Some(both.map(|(a, b)| a && b).collect())
            }
            (Some(many), None) => Some(mask(many)),
            (None, Some(_)) => Some(mask(one)),
            (None, None) => None,
        };
        let text = filter.text.as_deref().map(|text| text.trim().to_lowercase());
        let text = text.filter(|text| !text.is_empty()).map(|text| {
            let named = view.names.iter().map(|names| names.contains(&text)).collect();
            (text, named)
        });
        let number = |words: &Words<String>, word: &String| words.0.get(word).copied();
        Self {
            filter,
            category: filter.category.as_ref().map(|word| number(&view.categories, word)),
            instrument: filter.instrument_code.as_ref().map(|w| number(&view.instruments, w)),
            beneficiaries,
            suppliers: filter.suppliers.as_deref().map(mask),
            text,
        }
    }

    fn fits(&self, view: &Register, place: usize) -> bool {
        let line = &view.lines[place];
        let filter = self.filter;
        let has = |mask: &Vec<bool>, number: u32| mask[index(number)];
        self.category.is_none_or(|wanted| wanted == Some(line.category))
            && self.instrument.is_none_or(|wanted| wanted == Some(line.instrument))
            && filter.unit.is_none_or(|unit| unit == line.unit)
            && filter.from.is_none_or(|from| line.awarded_at >= from.millis())
            && filter.to.is_none_or(|to| line.awarded_at < to.millis())
            && filter.least.is_none_or(|least| line.amount >= least)
            && filter.most.is_none_or(|most| line.amount <= most)
            && self.beneficiaries.as_ref().is_none_or(|mask| has(mask, line.organisation))
            && self.suppliers.as_ref().is_none_or(|mask| {
                view.suppliers_of(place).iter().any(|supplier| has(mask, *supplier))
            })
            && self.text.as_ref().is_none_or(|(text, named)| {
                has(named, line.organisation) || view.titles_of(place).contains(text.as_str())
            })
    }
}
