//! Concentration, by legal entity and by ultimate owner.

use super::{filter::unit_main, home};
use crate::handlers::view;
use crate::pages::concentration::ConcentrationPage;
use crate::serve::{Cx, Fault, Page, Query};
use crate::{Choice, Field, Ui};
use base::Unit;
use grants::{AwardFilter, RegisterChoices};

/// Shows a year's concentration in one unit.
pub(crate) async fn show(cx: Cx, query: Query) -> Result<Page, Fault> {
    let app = cx.app.clone();
    let (main, choices, sums) = cx
        .app
        .read(move |read| {
            let main = unit_main(&app, read)?;
            let choices = grants::register_choices(read)?;
            let sums = app::register_sums(&app, read, &AwardFilter::default())?;
            Ok::<_, grants::Error>((main, choices, sums))
        })
        .await?;
    let asked: Option<i16> = query.parse("year").filter(|year| (1900..9000).contains(year));
    let year = asked.unwrap_or_else(|| home::year(&cx));
    let units: Vec<Unit> = sums.sums.iter().map(|sum| sum.awarded.unit).collect();
    // Only units that awards are in: what is kept stays bounded.
    let unit = query.parse_unit("unit").filter(|unit| units.contains(unit)).unwrap_or(main);
    let is_known = years(&choices).contains(&year);
    let figures = if is_known {
        view::concentration::figures(&*app::overview(&cx.app, year, unit).await?)
    } else {
        None
    };
    Page::of(&ConcentrationPage {
        ui: Ui { path: cx.path.clone(), ..cx.ui() },
        year: choose("year", year, years(&choices)),
        unit: choose("unit", unit, units),
        as_of: view::moment(cx.now),
        figures,
    })
}

fn years(choices: &RegisterChoices) -> Vec<i16> {
    let Some((first, last)) = choices.span else { return Vec::new() };
    (first.date().year()..=last.date().year()).rev().collect()
}

fn choose<T: ToString>(name: &str, value: T, all: Vec<T>) -> Field {
    let choice = |one: &T| Choice { value: one.to_string(), label: one.to_string() };
    let value = value.to_string();
    let mut choices: Vec<Choice> = all.iter().map(choice).collect();
    if !choices.iter().any(|choice| choice.value == value) {
        choices.insert(0, Choice { value: value.clone(), label: value.clone() });
    }
    Field { choices, ..Field::new(name, &value) }
}
