//! Access tokens for programs that know the hub.

use crate::Field;
use crate::handlers::view::day;
use crate::handlers::work::act::{form_key, id_of, on_form};
use crate::pages::account::TokenRow;
use crate::pages::repos::token::TokensPage;
use crate::serve::{Cx, Fault, Page, Posted, See};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use identity::CredentialId;

/// Address of the page.
const HERE: &str = "/settings/tokens";
/// Lives of a token that are offered, in days.
const DAYS: [&str; 3] = ["30", "90", "365"];
const DAY_SECONDS: i64 = 86_400;

/// Shows the tokens of a person.
pub(super) async fn show(cx: Cx) -> Result<Page, Fault> {
    Page::of(&page(&cx, &Posted::default(), None).await?)
}

/// Makes a token and shows it this once; the same form sent again makes none.
pub(super) async fn make(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let person = cx.person()?.id;
    let label = form.text("label").to_owned();
    let days = DAYS.into_iter().find(|days| *days == form.text("days"));
    let seconds = days.and_then(|days| days.parse::<i64>().ok()).map_or(0, |d| d * DAY_SECONDS);
    let key = form_key(&cx, &form, HERE);
    let made = cx.app.write(move |tx| {
        let mut secret = None;
        app::once(tx, &key, |tx| {
            secret = Some(identity::token_create(tx, person, &label, seconds)?.0);
            Ok::<_, identity::Error>(HERE.to_owned())
        })?;
        Ok::<_, identity::Error>(secret)
    });
    match made.await.map_err(Fault::from) {
        Ok(Some(secret)) => {
            let page = page(&cx, &Posted::default(), Some(secret)).await?;
            Ok(Page::of(&page)?.into_response())
        }
        Ok(None) => Ok(See(HERE.to_owned()).into_response()),
        Err(fault) => {
            let mut page = page(&cx, &form, None).await?;
            let fields = &mut [&mut page.label, &mut page.days];
            let status = on_form(&cx, at_days(fault), &mut page.form, fields)?;
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
pub(super) async fn end(cx: Cx, Path(id): Path<String>, _form: Posted) -> Result<See, Fault> {
    let (id, person): (CredentialId, _) = (id_of(&id)?, cx.person()?.id);
    cx.app.write(move |tx| identity::credential_end(tx, person, id)).await?;
    Ok(See(HERE.to_owned()))
}

async fn page(cx: &Cx, form: &Posted, secret: Option<String>) -> Result<TokensPage, Fault> {
    let person = cx.person()?.id;
    let mut tokens = cx.app.read(move |read| identity::tokens_of(read, person)).await?;
    tokens.sort_by_key(|token| std::cmp::Reverse(token.id));
    let row = |token: identity::Credential| TokenRow {
        id: token.id.to_string(),
        label: token.label,
        created: day(token.created_at),
        expires: day(token.expires_at),
    };
    let days = match form.text("days") {
        "" => DAYS[1],
        days => days,
    };
    // Without a token at hand, the program gets one by itself: see `device`.
    let given = secret.as_deref().map_or_else(String::new, |token| format!(" --token {token}"));
    Ok(TokensPage {
        ui: cx.ui(),
        form: cx.form(),
        label: Field::new("label", form.text("label")),
        days: Field::choose("days", days, &DAYS.map(|days| (days, days))),
        tokens: tokens.into_iter().map(row).collect(),
        lines: format!("export HF_ENDPOINT={}\nhf auth login{given}", cx.shared.public_url),
        new_token: secret,
    })
}
