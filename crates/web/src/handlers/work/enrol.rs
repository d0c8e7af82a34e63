//! A firm registers itself with its owners.

use super::act::{form_key, on_form};
use crate::pages::enrol::{EnrolPage, OwnerFields};
use crate::serve::{Cx, Fault, Page, Posted, See};
use crate::{Field, links};
use axum::response::{IntoResponse, Response};
use base::{Date, FieldProblem, FieldProblems, Ppm};
use identity::{Identifier, NewOrganisation, OWNERS_MAX, OrganisationKind, Owner, SizeClass};

/// Length of a unified social credit identifier (GB 32100-2015).
const USCI_CHARS: usize = 18;

/// Shows the empty form.
pub(super) async fn ask(cx: Cx) -> Result<Page, Fault> {
    Page::of(&page(&cx, &Posted::default(), 1))
}

/// Adds an owner's fields, or registers; what was typed stays.
pub(super) async fn send(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let count = owner_count(&form);
    if form.has("add_owner") {
        return Ok(Page::of(&page(&cx, &form, (count + 1).min(OWNERS_MAX)))?.into_response());
    }
    let fault = match read(&form, count) {
        Ok((new, owners, places)) => {
            let (key, person) = (form_key(&cx, &form, ""), cx.person()?.id);
            let write = cx.app.write(move |tx| {
                app::once(tx, &key, |tx| {
                    let made = identity::organisation_enrol(tx, person, &new, &owners)?;
                    Ok::<_, identity::Error>(links::organisation(made.id.as_str()))
                })
            });
            match write.await {
                Ok(location) => return Ok(See(location).into_response()),
                Err(error) => at_owners(error.into(), &places),
            }
        }
        Err(problems) => Fault::Invalid(problems),
    };
    let mut page = page(&cx, &form, count);
    let mut fields =
        vec![&mut page.name_zh, &mut page.name_en, &mut page.identifier, &mut page.size];
    for owner in &mut page.owners {
        fields.extend([&mut owner.name, &mut owner.share, &mut owner.since]);
    }
    let status = on_form(&cx, fault, &mut page.form, &mut fields)?;
    Ok(Page::with(status, &page)?.into_response())
}

fn owner_count(form: &Posted) -> usize {
    let given = (1..=OWNERS_MAX).filter(|n| form.has(&format!("owner{n}_name")));
    given.max().unwrap_or(1)
}

fn page(cx: &Cx, form: &Posted, count: usize) -> EnrolPage {
    let field = |name: &str| Field::new(name, form.text(name));
    let sizes: Vec<(&str, &str)> =
        SizeClass::ALL.iter().map(|size| (size.as_str(), cx.t(size_key(*size)))).collect();
    let owners = (1..=count).map(|n| {
        let mut owner = OwnerFields::empty(n);
        for one in [&mut owner.name, &mut owner.share, &mut owner.since] {
            form.text(&one.name).clone_into(&mut one.value);
        }
        owner
    });
    EnrolPage {
        ui: cx.ui(),
        form: cx.form(),
        name_en: field("name_en"),
        name_zh: field("name_zh"),
        identifier: field("identifier"),
        size: Field::choose("size", form.text("size"), &sizes),
        owners: owners.collect(),
    }
}

fn size_key(size: SizeClass) -> &'static str {
    match size {
        SizeClass::Unknown => "enrol.size-unknown",
        SizeClass::Micro => "enrol.size-micro",
        SizeClass::Small => "enrol.size-small",
        SizeClass::Medium => "enrol.size-medium",
        SizeClass::Large => "enrol.size-large",
    }
}

/// What was typed, with the number of the fields from which each owner was read.
type Typed = (NewOrganisation, Vec<Owner>, Vec<usize>);

fn read(form: &Posted, count: usize) -> Result<Typed, Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    let identifier = form.text("identifier");
    problems.require(!identifier.is_empty(), "identifier", ("must be filled in", "须填写"));
    let size_class = problems.keep_or("size", form.text("size").parse::<SizeClass>(), "须选择");
    let (mut owners, mut places) = (Vec::new(), Vec::new());
    for n in 1..=count {
        let [who, share, since] = ["name", "share", "since"].map(|part| format!("owner{n}_{part}"));
        if form.text(&who).is_empty() {
            let is_empty = form.text(&share).is_empty() && form.text(&since).is_empty();
            problems.require(
                is_empty,
                &who,
                ("must be filled in, or the whole owner left out", "须填写，或将该所有者整项留空"),
            );
            continue;
        }
        let percent = form.optional(&share);
        let percent = percent.and_then(|text| {
            problems.keep_or(&share, Ppm::parse_percent(&text), "须为 0 至 100 的百分比")
        });
        let day = form.optional(&since).and_then(|text| {
            let day = text.parse::<Date>();
            let day = day.map_err(|_| format!("`{text}` is not a day as in `2024-03-31`"));
            problems.keep_or(&since, day, "须为日期，如 `2024-03-31`")
        });
        owners.push(Owner { who: form.text(&who).to_owned(), share: percent, since: day });
        places.push(n);
    }
    problems.finish()?;
    let scheme = if identifier.chars().count() == USCI_CHARS { "CN-USCI" } else { "HT-ID" };
    let new = NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: form.text("name_en").to_owned(),
        name_zh: form.text("name_zh").to_owned(),
        name_pinyin: String::new(),
        size_class: size_class.unwrap_or(SizeClass::Unknown),
        region: String::new(),
        registered_on: None,
        is_synthetic: false,
        identifiers: vec![Identifier { scheme: scheme.to_owned(), value: identifier.to_owned() }],
        aliases: Vec::new(),
    };
    Ok((new, owners, places))
}

/// Renames the domain's fields to the form's.
fn at_owners(fault: Fault, places: &[usize]) -> Fault {
    let Fault::Invalid(mut problems) = fault else { return fault };
    for problem in &mut problems {
        let number = problem.field.strip_prefix("owners.").and_then(|rest| rest.split('.').next());
        let place = number.and_then(|n| n.parse::<usize>().ok()).and_then(|n| places.get(n));
        if let Some(place) = place {
            problem.field = format!("owner{place}_name");
        } else if problem.field.starts_with("identifiers.") {
            "identifier".clone_into(&mut problem.field);
        }
    }
    Fault::Invalid(problems)
}
