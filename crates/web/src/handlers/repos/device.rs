//! Where somebody approves or refuses a program that asks to sign in (RFC 8628, section 3.3).

use crate::Field;
use crate::handlers::view::moment;
use crate::pages::repos::device::{DevicePage, DeviceStep};
use crate::serve::{Cx, Fault, Page, Posted, Query};
use axum::http::StatusCode;
use identity::{CodeRefused, DEVICE_SECONDS, PersonId};

/// Returns the person at the browser. A program with a token must not approve another one: what it
/// made would go on when its own token is ended.
fn at_browser(cx: &Cx) -> Result<PersonId, Fault> {
    if cx.session.is_none() {
        return Err(Fault::Forbidden);
    }
    Ok(cx.person()?.id)
}

fn page(cx: &Cx, code: Field, step: DeviceStep) -> Result<DevicePage, Fault> {
    let form = cx.form().with_errors_of([&code]);
    Ok(DevicePage { ui: cx.ui(), form, person: cx.person()?.name.clone(), code, step })
}

/// Asks for a code, or shows what stands behind the one in the address.
pub(super) async fn show(cx: Cx, query: Query) -> Result<Page, Fault> {
    let person = at_browser(&cx)?;
    let typed = query.text("user_code").to_owned();
    if typed.is_empty() {
        return Page::of(&page(&cx, Field::new("user_code", ""), DeviceStep::Ask)?);
    }
    let asked = typed.clone();
    match cx.app.write(move |tx| identity::device_find(tx, person, &asked)).await? {
        Ok(ask) => {
            let (code, agent) = (ask.user_code, ask.agent);
            let step = DeviceStep::Decide { code, agent, asked: moment(ask.asked_at) };
            Page::of(&page(&cx, Field::new("user_code", &typed), step)?)
        }
        Err(refused) => again(&cx, &typed, refused),
    }
}

/// Takes the decision. Sent again, it is shown again.
pub(super) async fn decide(cx: Cx, form: Posted) -> Result<Page, Fault> {
    let person = at_browser(&cx)?;
    let (is_approved, step) = match form.text("act") {
        "approve" => (true, DeviceStep::Approved),
        "refuse" => (false, DeviceStep::Refused),
        _ => return Err(Fault::BadRequest("approve or refuse".to_owned())),
    };
    let typed = form.text("user_code").to_owned();
    let code = typed.clone();
    let decided = cx.app.write(move |tx| identity::device_decide(tx, person, (&code, is_approved)));
    match decided.await? {
        Ok(()) => Page::of(&page(&cx, Field::new("user_code", ""), step)?),
        Err(refused) => again(&cx, &typed, refused),
    }
}

/// Asks for the code again and says why.
fn again(cx: &Cx, typed: &str, refused: CodeRefused) -> Result<Page, Fault> {
    let (status, key) = match refused {
        CodeRefused::Unknown => (StatusCode::UNPROCESSABLE_ENTITY, "device.unknown"),
        CodeRefused::TooMany => (StatusCode::TOO_MANY_REQUESTS, "device.too-many"),
    };
    let says = cx.lang.fill(key, &[(DEVICE_SECONDS / 60).to_string()]);
    let code = Field::new("user_code", typed).wrong(&says);
    Page::with(status, &page(cx, code, DeviceStep::Ask)?)
}
