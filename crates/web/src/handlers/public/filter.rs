//! The register's filters, as an address carries them.

use crate::handlers::view::Link;
use crate::pages::register::{RegisterFilters, RegisterSort, SortLink, SortOrder};
use crate::serve::{Cx, Query};
use crate::{Choice, Field};
use app::{App, Owners};
use base::{Amount, Date, FieldProblem, Time, Unit};
use db::Read;
use grants::{AwardFilter, AwardOrder, FILTER_IDS_MAX, RegisterChoices};
use identity::OrganisationId;
use std::collections::BTreeSet;

/// Years offered as choices: more do not fit a select that a person reads.
const YEARS_MAX: i16 = 60;
/// Characters of a text filter that count.
const TEXT_CHARS_MAX: usize = 100;
/// Parameters that every link of the register keeps.
const KEPT: [&str; 11] = [
    "q",
    "category",
    "instrument",
    "year",
    "group",
    "supplier",
    "amount_min",
    "amount_max",
    "unit",
    "organisation",
    "sort",
];

/// What an address asks of the register.
pub(crate) struct Asked {
    /// The filter; fits nothing sensible while `problems` is not empty.
    pub(crate) filter: AwardFilter,
    /// The order.
    pub(crate) order: AwardOrder,
    /// Every parameter that cannot be read.
    pub(crate) problems: Vec<FieldProblem>,
}

/// Returns the unit that the zone mostly pays in: CNY where it pays in it at all.
pub(crate) fn unit_main(app: &App, read: &Read<'_>) -> Result<Unit, grants::Error> {
    let kept = app::register_sums(app, read, &AwardFilter::default())?;
    let sums = &kept.sums;
    let has_cny = sums.iter().any(|sum| sum.awarded.unit == Unit::CNY);
    let most = sums.iter().max_by_key(|sum| sum.count).map(|sum| sum.awarded.unit);
    Ok(if has_cny { Unit::CNY } else { most.unwrap_or(Unit::CNY) })
}

/// Reads the filters of an address.
pub(crate) fn read_asked(cx: &Cx, query: &Query, owners: &Owners, main: Unit) -> Asked {
    let mut reader = Reader { cx, query, owners, problems: Vec::new() };
    let order = reader.order();
    let mut unit = reader.unit();
    let (least, most) = (reader.amount("amount_min", unit.unwrap_or(main)), {
        reader.amount("amount_max", unit.unwrap_or(main))
    });
    let is_by_amount = !matches!(order, AwardOrder::Newest | AwardOrder::Oldest);
    // Minor units of two units cannot be compared.
    if unit.is_none() && (least.is_some() || most.is_some() || is_by_amount) {
        unit = Some(main);
    }
    let (from, to) = reader.year();
    // Nothing in the register is longer, and what is kept by filter stays small.
    let short = |name: &str| {
        let text = query.optional(name)?;
        Some(text.chars().take(TEXT_CHARS_MAX).collect())
    };
    let filter = AwardFilter {
        text: short("q"),
        category: short("category"),
        instrument_code: short("instrument"),
        unit,
        from,
        to,
        least,
        most,
        suppliers: reader.suppliers(),
        organisation: reader.organisation(),
        organisations: reader.group(),
    };
    Asked { filter, order, problems: reader.problems }
}

struct Reader<'a> {
    cx: &'a Cx,
    query: &'a Query,
    owners: &'a Owners,
    problems: Vec<FieldProblem>,
}

impl Reader<'_> {
    fn wrong<T>(&mut self, field: &str, message: String) -> Option<T> {
        self.problems.push(FieldProblem::new(field, message));
        None
    }

    /// Says that a value cannot be read, by the message of a key with the value filled in.
    fn bad<T>(&mut self, field: &str, key: &str) -> Option<T> {
        let value: String = self.query.text(field).chars().take(40).collect();
        let message = self.cx.lang.fill(key, &[value]);
        self.wrong(field, message)
    }

    fn order(&mut self) -> AwardOrder {
        match self.query.text("sort") {
            "" | "decided" => AwardOrder::Newest,
            "decided-up" => AwardOrder::Oldest,
            "awarded" => AwardOrder::Largest,
            "awarded-up" => AwardOrder::Smallest,
            "paid" => AwardOrder::MostPaid,
            "paid-up" => AwardOrder::LeastPaid,
            _ => self.bad("sort", "public.sort-unknown").unwrap_or(AwardOrder::Newest),
        }
    }

    fn unit(&mut self) -> Option<Unit> {
        let text = self.query.optional("unit")?;
        match Unit::parse(&text) {
            Ok(unit) => Some(unit),
            Err(_) => self.bad("unit", "public.unit-unknown"),
        }
    }

    fn amount(&mut self, field: &str, unit: Unit) -> Option<i64> {
        let text = self.query.optional(field)?;
        match Amount::parse(&text, unit) {
            Ok(amount) if amount.minor >= 0 => Some(amount.minor),
            _ => self.bad(field, "public.amount-wrong"),
        }
    }

    fn year(&mut self) -> (Option<Time>, Option<Time>) {
        let Some(text) = self.query.optional("year") else { return (None, None) };
        let start = |year: i16| Date::new(year, 1, 1).ok().map(Time::from_date);
        let year: Option<i16> = text.parse().ok().filter(|year| (1900..9000).contains(year));
        match year {
            Some(year) => (start(year), start(year + 1)),
            None => (self.bad("year", "public.year-wrong"), None),
        }
    }

    fn organisation(&mut self) -> Option<OrganisationId> {
        let text = self.query.optional("organisation")?;
        match text.parse() {
            Ok(id) => Some(id),
            Err(_) => self.bad("organisation", "public.organisation-unknown"),
        }
    }

    /// Finds organisations by id or by a part of a name.
    fn found(&mut self, field: &str) -> Option<Vec<OrganisationId>> {
        let text = self.query.optional(field)?;
        let found = match text.parse::<OrganisationId>() {
            Ok(id) => vec![id],
            Err(_) => self.owners.find(&text),
        };
        if found.is_empty() {
            return self.bad(field, "public.organisation-unknown");
        }
        Some(found)
    }

    fn suppliers(&mut self) -> Option<Vec<OrganisationId>> {
        let found = self.found("supplier")?;
        self.limited("supplier", found)
    }

    fn group(&mut self) -> Option<Vec<OrganisationId>> {
        let found = self.found("group")?;
        let heads: BTreeSet<OrganisationId> =
            found.iter().map(|id| self.owners.graph.ownership.group_head(id)).collect();
        let members = heads.into_iter().flat_map(|head| self.owners.members(head)).collect();
        self.limited("group", members)
    }

    fn limited(&mut self, field: &str, ids: Vec<OrganisationId>) -> Option<Vec<OrganisationId>> {
        if ids.len() > FILTER_IDS_MAX {
            return self.bad(field, "public.too-many");
        }
        Some(ids)
    }
}

/// Tells whether an address narrows the list.
pub(crate) fn is_filtered(query: &Query) -> bool {
    KEPT.iter().any(|name| *name != "sort" && query.optional(name).is_some())
}

/// Returns a link to the register that keeps every filter.
pub(crate) fn link(query: &Query) -> Link {
    let kept: Vec<(&str, &str)> = KEPT.iter().map(|name| (*name, query.text(name))).collect();
    Link::new(crate::links::REGISTER, &kept)
}

/// Returns the links that sort: by a column from the most, or the other way where it already is.
pub(crate) fn sort(query: &Query, order: AwardOrder) -> RegisterSort {
    let kept: Vec<(&str, &str)> =
        KEPT.iter().filter(|name| **name != "sort").map(|name| (*name, query.text(name))).collect();
    let link = Link::new(crate::links::REGISTER, &kept);
    let column = |name: &str, down: AwardOrder, up: AwardOrder| {
        let (order, next) = match order {
            now if now == down => (SortOrder::Descending, format!("{name}-up")),
            now if now == up => (SortOrder::Ascending, name.to_owned()),
            _ => (SortOrder::Other, name.to_owned()),
        };
        SortLink { href: link.with(&[("sort", &next)]), order }
    };
    RegisterSort {
        decided: column("decided", AwardOrder::Newest, AwardOrder::Oldest),
        awarded: column("awarded", AwardOrder::Largest, AwardOrder::Smallest),
        paid: column("paid", AwardOrder::MostPaid, AwardOrder::LeastPaid),
    }
}

/// Returns the form's fields as typed, with what can be chosen and what is wrong.
pub(crate) fn fields(
    cx: &Cx,
    query: &Query,
    choices: &RegisterChoices,
    problems: &[FieldProblem],
) -> RegisterFilters {
    let wrong = |field: Field| match problems.iter().find(|one| one.field == field.name) {
        Some(problem) => field.wrong(&problem.message),
        None => field,
    };
    let text = |name: &str| wrong(Field::new(name, query.text(name)));
    let choose = |name: &str, all: Vec<(String, String)>| {
        let none = Choice { value: String::new(), label: cx.t("public.all").to_owned() };
        let choice = |(value, label)| Choice { value, label };
        let choices = std::iter::once(none).chain(all.into_iter().map(choice)).collect();
        wrong(Field { choices, ..Field::new(name, query.text(name)) })
    };
    let same = |text: &String| (text.clone(), text.clone());
    let instrument = |(code, en, zh): &(String, String, String)| {
        (code.clone(), crate::Text::new(en, zh).plain(cx.lang).to_owned())
    };
    RegisterFilters {
        words: text("q"),
        category: choose("category", choices.categories.iter().map(same).collect()),
        instrument: choose("instrument", choices.instruments.iter().map(instrument).collect()),
        year: choose("year", years(choices)),
        group: text("group"),
        supplier: text("supplier"),
        amount_min: text("amount_min"),
        amount_max: text("amount_max"),
    }
}

fn years(choices: &RegisterChoices) -> Vec<(String, String)> {
    let Some((first, last)) = choices.span else { return Vec::new() };
    let (first, last) = (first.date().year(), last.date().year());
    let years = (first.max(last - YEARS_MAX)..=last).rev();
    years.map(|year| (year.to_string(), year.to_string())).collect()
}
