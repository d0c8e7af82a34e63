//! One's own account: organisations and API tokens.

use super::act::{form_key, id_of, on_form};
use super::show;
use crate::pages::account::{AccountPage, TokenRow};
use crate::serve::{Cx, Fault, Page, Posted, See};
use crate::{Field, Role, Viewer, links};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use identity::CredentialId;

/// Lives of a token that are offered, in days.
const DAYS: [&str; 3] = ["30", "90", "365"];
const DAY_SECONDS: i64 = 86_400;

/// Shows the account.
pub(super) async fn show(cx: Cx) -> Result<Page, Fault> {
    Page::of(&page(&cx, &Posted::default()).await?)
}

/// Makes a token and shows it this once; the same form sent again makes none.
pub(super) async fn token_make(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let person = cx.person()?.id;
    let label = form.text("label").to_owned();
    let days = DAYS.into_iter().find(|days| *days == form.text("days"));
    let seconds = days.and_then(|days| days.parse::<i64>().ok()).map_or(0, |d| d * DAY_SECONDS);
    let key = form_key(&cx, &form, "");
    let made = cx.app.write(move |tx| {
        let mut secret = None;
        app::once(tx, &key, |tx| {
            secret = Some(identity::token_create(tx, person, &label, seconds)?.0);
            Ok::<_, identity::Error>(links::ACCOUNT.to_owned())
        })?;
        Ok::<_, identity::Error>(secret)
    });
    match made.await.map_err(Fault::from) {
        Ok(Some(secret)) => {
            let mut page = page(&cx, &Posted::default()).await?;
            page.new_token = Some(secret);
            Ok(Page::of(&page)?.into_response())
        }
        Ok(None) => Ok(See(links::ACCOUNT.to_owned()).into_response()),
        Err(fault) => {
            let fault = at_days(fault);
            let mut page = page(&cx, &form).await?;
            let fields = &mut [&mut page.label, &mut page.days];
            let status = on_form(&cx, fault, &mut page.form, fields)?;
            Ok(Page::with(status, &page)?.into_response())
        }
    }
}

fn at_days(fault: Fault) -> Fault {
    let Fault::Invalid(mut problems) = fault else { return fault };
    for problem in problems.iter_mut().filter(|problem| problem.field == "seconds") {
        "days".clone_into(&mut problem.field);
    }
    Fault::Invalid(problems)
}

/// Ends a token; ending it twice changes nothing.
pub(super) async fn token_end(cx: Cx, Path(id): Path<String>, _form: Posted) -> Result<See, Fault> {
    let (id, person): (CredentialId, _) = (id_of(&id)?, cx.person()?.id);
    cx.app.write(move |tx| identity::credential_end(tx, person, id)).await?;
    Ok(See(links::ACCOUNT.to_owned()))
}

async fn page(cx: &Cx, form: &Posted) -> Result<AccountPage, Fault> {
    let person = cx.person()?.clone();
    let id = person.id;
    let zone = cx.app.clone();
    let found = cx.app.read(move |read| {
        Ok::<_, identity::Error>((identity::tokens_of(read, id)?, app::names(&zone, read)?))
    });
    let (mut tokens, names) = found.await?;
    tokens.sort_by_key(|token| std::cmp::Reverse(token.id));
    let ui = cx.ui();
    let role = match &ui.viewer {
        Viewer::SignedIn { role: Role::Applicant, .. } | Viewer::Visitor => "role.applicant",
        Viewer::SignedIn { role: Role::Officer, .. } => "role.officer",
        Viewer::SignedIn { role: Role::Reviewer, .. } => "role.reviewer",
        Viewer::SignedIn { role: Role::Auditor, .. } => "role.auditor",
    };
    let role = cx.t(role).to_owned();
    let firms = cx.standing.acts_for.iter();
    let row = |token: identity::Credential| TokenRow {
        id: token.id.to_string(),
        label: token.label,
        created: show::day(token.created_at),
        expires: show::day(token.expires_at),
    };
    let days = match form.text("days") {
        "" => DAYS[1],
        days => days,
    };
    Ok(AccountPage {
        ui,
        name: person.name,
        email: person.email,
        organisations: firms.map(|firm| (show::org(&names, *firm), role.clone())).collect(),
        tokens: tokens.into_iter().map(row).collect(),
        new_token: None,
        form: cx.form(),
        label: Field::new("label", form.text("label")),
        days: Field::choose("days", days, &DAYS.map(|days| (days, days))),
    })
}
