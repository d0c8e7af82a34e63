//! One application: what happened, what comes next, its papers; handing it in, taking it back.

use super::act::{as_notice, done, form_key, id_of, on_form};
use super::application_view::{Facts, page};
use super::upload::{self, Upload};
use crate::links;
use crate::serve::{Cx, Fault, Page, Posted};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use db::Tx;
use grants::ApplicationId;
use identity::{Permission, Standing};

/// Shows an application to those who may see it.
pub(super) async fn look(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let facts = gather(&cx, id_of(&id)?).await?;
    Page::of(&page(&cx, &facts))
}

/// Hands a draft in.
pub(super) async fn submit(
    cx: Cx,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Fault> {
    submit_now(&cx, id_of(&id)?).await
}

/// Hands a draft in; where that is refused, its page says why and the draft stays.
pub(super) async fn submit_now(cx: &Cx, id: ApplicationId) -> Result<Response, Fault> {
    change(cx, id, "submit", |tx, standing, id| {
        grants::application_submit(tx, standing, id).map(|_| ())
    })
    .await
}

/// Takes an application back.
pub(super) async fn withdraw(
    cx: Cx,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Fault> {
    change(&cx, id_of(&id)?, "withdraw", grants::application_withdraw).await
}

type Change = fn(&mut Tx<'_>, &Standing, ApplicationId) -> Result<(), grants::Error>;

/// Does what can be done once in the life of an application, so that its name is the key.
async fn change(
    cx: &Cx,
    id: ApplicationId,
    what: &'static str,
    act: Change,
) -> Result<Response, Fault> {
    let standing = cx.standing.clone();
    let key = format!("{}:{what}:{id}", cx.person()?.id);
    let changed = done(cx, key, move |tx| {
        act(tx, &standing, id)?;
        Ok(links::application(id.as_str()))
    });
    match changed.await {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => {
            let (status, notice) = as_notice(cx, fault)?;
            let facts = gather(cx, id).await?;
            let mut page = page(cx, &facts);
            page.ui.notice = Some(notice);
            Ok(Page::with(status, &page)?.into_response())
        }
    }
}

/// Takes a paper of a draft.
pub(super) async fn paper_send(
    cx: Cx,
    Path(id): Path<String>,
    upload: Upload,
) -> Result<Response, Fault> {
    let id: ApplicationId = id_of(&id)?;
    let code = upload.text("code").to_owned();
    let file = upload.files.iter().find(|file| file.field == "content").cloned();
    let digest = file.as_ref().map(|file| base::sha256_hex(&file.bytes)).unwrap_or_default();
    let key = form_key(&cx, upload.form(), &digest);
    let standing = cx.standing.clone();
    let kept = done(&cx, key, move |tx| {
        let (name, bytes) =
            file.as_ref().map_or(("", &[][..]), |file| (file.name.as_str(), &file.bytes[..]));
        grants::paper_add(tx, &standing, id, (&code, name), bytes)?;
        Ok(links::application(id.as_str()))
    });
    let fault = match kept.await {
        Ok(see) => return Ok(see.into_response()),
        Err(fault) => fault,
    };
    let facts = gather(&cx, id).await?;
    let mut page = page(&cx, &facts);
    let Some(form) = &mut page.upload else { return Err(fault) };
    let status = on_form(&cx, fault, &mut form.form, &mut [&mut form.code, &mut form.content])?;
    Ok(Page::with(status, &page)?.into_response())
}

/// Sends a paper as a file to keep, never to be shown by the browser.
pub(super) async fn paper(
    cx: Cx,
    Path((id, code)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let id: ApplicationId = id_of(&id)?;
    let (standing, now) = (cx.standing.clone(), cx.now);
    let found = cx.app.read(move |read| {
        grants::application_read(read, &standing, id, now)?;
        grants::paper_content(read, id, &code)
    });
    let (name, bytes) = found.await?.ok_or(Fault::NotFound)?;
    upload::attachment(&name, bytes)
}

async fn gather(cx: &Cx, id: ApplicationId) -> Result<Facts, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    let zone = cx.app.clone();
    cx.app
        .read(move |read| {
            let application = grants::application_read(read, &standing, id, now)?;
            let call = grants::call_read(read, application.call)?;
            let (_, rule) = grants::instrument_read(read, call.instrument)?;
            let is_mine = standing.may_act_for(application.organisation);
            let evaluation = match application.evaluation.clone() {
                Some(evaluation) => evaluation,
                None => grants::application_entitlement(read, id, now)?.evaluation,
            };
            let mut events = grants::events_of(read, id)?;
            // What one form did has one instant; the kinds stand in the order of a round.
            events.sort_by_key(|event| (event.at, event.kind));
            Ok::<_, grants::Error>(Facts {
                is_mine,
                is_inside: standing.may(Permission::Inspect) && !is_mine,
                papers: grants::papers_of(read, id)?,
                reviews: grants::reviews_of(read, id)?,
                events,
                award: grants::award_of_application(read, id)?,
                people: identity::persons_all(read)?.into_iter().map(|p| (p.id, p.name)).collect(),
                names: app::names(&zone, read)?,
                application,
                call,
                rule,
                evaluation,
            })
        })
        .await
        .map_err(Fault::from)
}
