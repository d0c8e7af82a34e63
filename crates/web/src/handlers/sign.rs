//! Signing in by a one-time link, and out.

use crate::pages::account::{SignInPage, SignInStep};
use crate::serve::{Cx, Fault, Page, Posted, See, back};
use crate::{Field, links};
use axum::extract::Path;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use identity::{Actor, LINK_SECONDS, SESSION_SECONDS};

fn page(cx: &Cx, step: SignInStep, email: Field) -> SignInPage {
    let form = cx.form().with_errors_of([&email]);
    SignInPage { ui: cx.ui(), form, email, step, is_console: true }
}

/// Asks for the address.
pub(crate) async fn ask(cx: Cx) -> Result<Page, Fault> {
    Page::of(&page(&cx, SignInStep::Ask, Field::new("email", "")))
}

/// Makes a link for a known address and prints it on the console. Whether the address is known is
/// not told.
pub(crate) async fn send(cx: Cx, form: Posted) -> Result<Page, Fault> {
    let email = form.text("email").to_owned();
    if !email.contains('@') {
        let field = Field::new("email", &email).wrong(cx.t("sign-in.email-wrong"));
        return Page::wrong(&page(&cx, SignInStep::Ask, field));
    }
    let asked = email.clone();
    let link = cx
        .app
        .write(move |tx| match identity::person_by_email(tx, &asked)? {
            Some(person) => identity::link_create(tx, Actor::System, person.id).map(Some),
            None => Ok::<_, identity::Error>(None),
        })
        .await?;
    if let Some(secret) = link {
        println!("sign-in link for {email}: {}/sign-in/{secret}", cx.shared.public_url);
    }
    let minutes = u64::try_from(LINK_SECONDS / 60).unwrap_or(0);
    let step = SignInStep::Sent { to: email, minutes };
    Page::of(&page(&cx, step, Field::new("email", "")))
}

/// Asks to confirm: opening a link must not use it up, because mail scanners open links.
pub(crate) async fn confirm(cx: Cx, Path(code): Path<String>) -> Result<Page, Fault> {
    Page::of(&page(&cx, SignInStep::Confirm { code }, Field::new("email", "")))
}

/// Uses the link up and starts a session.
pub(crate) async fn enter(
    cx: Cx,
    Path(code): Path<String>,
    headers: HeaderMap,
    _form: Posted,
) -> Result<Response, Fault> {
    let used = cx.app.write(move |tx| identity::link_use(tx, &code)).await;
    match used {
        Ok((_, session)) => start(&cx, &session, back::wanted(&headers)),
        Err(identity::Error::Refused(_)) => {
            let page = page(&cx, SignInStep::Expired, Field::new("email", ""));
            Ok(Page::wrong(&page)?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Starts a session and leads to the page that somebody asked for before they had one.
fn start(cx: &Cx, session: &str, wanted: Option<String>) -> Result<Response, Fault> {
    let to = wanted.unwrap_or_else(|| links::HOME.to_owned());
    let mut response = with_cookie(cx, See(to), session, SESSION_SECONDS)?;
    back::forget(&cx.shared, response.headers_mut());
    Ok(response)
}

/// Ends the session.
pub(crate) async fn out(cx: Cx, _form: Posted) -> Result<Response, Fault> {
    if let Some(session) = cx.session.clone() {
        cx.app.write(move |tx| identity::session_end(tx, &session)).await?;
    }
    with_cookie(&cx, See(links::HOME.to_owned()), "", 0)
}

fn with_cookie(cx: &Cx, see: See, value: &str, seconds: i64) -> Result<Response, Fault> {
    let secure = if cx.shared.is_secure() { "; Secure" } else { "" };
    let cookie = format!(
        "hutong_session={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    );
    let cookie =
        HeaderValue::from_str(&cookie).map_err(|error| Fault::Failed(error.to_string()))?;
    let mut response = see.into_response();
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
