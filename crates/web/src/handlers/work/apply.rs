//! Writing an application: the form of a call, and of a draft.

use super::act::{done, form_key, id_of, refusal};
use super::apply_form::{Parsed, Typed};
use super::apply_view::{Setup, answer, page, wrong};
use super::upload::{File, Upload};
use crate::links;
use crate::serve::{Cx, Fault, Page, Query};
use crate::{FieldError, pages::apply::ApplyPage};
use app::Names;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base::FieldProblem;
use db::{Read, Tx};
use grants::{ApplicationId, ApplicationState, CallId, Entitlement, Error, Refused};
use identity::Standing;
use std::sync::Arc;

/// Which form it is.
#[derive(Debug, Clone, Copy)]
enum Of {
    /// A new application to a call.
    Call(CallId),
    /// A draft that is there already.
    Draft(ApplicationId),
}

/// Everything one look at the form needs.
struct Looked {
    setup: Setup,
    typed: Typed,
    parsed: Result<Parsed, Vec<FieldProblem>>,
    found: Option<Entitlement>,
}

/// Shows the empty form of a call; a query fills it in.
pub(super) async fn ask(cx: Cx, Path(id): Path<String>, query: Query) -> Result<Page, Fault> {
    let looked = look(&cx, Of::Call(id_of(&id)?), Some(Typed::of(&query))).await?;
    Page::of(&page(&cx, &looked.setup, &looked.typed))
}

/// Takes a new application: computes, saves or hands in.
pub(super) async fn send(
    cx: Cx,
    Path(id): Path<String>,
    upload: Upload,
) -> Result<Response, Fault> {
    take(cx, Of::Call(id_of(&id)?), upload).await
}

/// Shows a draft in its form.
pub(super) async fn edit(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let looked = look(&cx, Of::Draft(id_of(&id)?), None).await?;
    Page::of(&page(&cx, &looked.setup, &looked.typed))
}

/// Takes a changed draft.
pub(super) async fn change(
    cx: Cx,
    Path(id): Path<String>,
    upload: Upload,
) -> Result<Response, Fault> {
    take(cx, Of::Draft(id_of(&id)?), upload).await
}

async fn take(cx: Cx, of: Of, upload: Upload) -> Result<Response, Fault> {
    let looked = look(&cx, of, Some(Typed::of(upload.form()))).await?;
    let mut shown = page(&cx, &looked.setup, &looked.typed);
    if upload.has("add_line") {
        return Ok(Page::of(&shown)?.into_response());
    }
    let parsed = match looked.parsed {
        Ok(parsed) => parsed,
        Err(problems) => return again(&mut shown, &problems, &[]),
    };
    if upload.text("act") == "check" {
        shown.answer = looked.found.as_ref().map(answer);
        return Ok(Page::of(&shown)?.into_response());
    }
    let numbers = parsed.numbers.clone();
    let key = form_key(&cx, upload.form(), &files_digest(&upload.files));
    let (standing, files) = (cx.standing.clone(), upload.files.clone());
    let kept = done(&cx, key, move |tx| {
        let id = keep(tx, &standing, of, &parsed)?;
        for file in &files {
            paper_keep(tx, &standing, id, file)?;
        }
        Ok(links::application(id.as_str()))
    });
    match kept.await {
        Ok(see) if upload.text("act") == "submit" => {
            let id = see.0.rsplit('/').next().unwrap_or_default().to_owned();
            super::application::submit_now(&cx, id_of(&id)?).await
        }
        Ok(see) => Ok(see.into_response()),
        Err(Fault::Invalid(problems)) => again(&mut shown, &problems, &numbers),
        Err(fault @ Fault::Refused { .. }) => {
            let message = refusal(&cx, &fault);
            shown.form.errors.push(FieldError { field: String::new(), message });
            Ok(Page::with(StatusCode::CONFLICT, &shown)?.into_response())
        }
        Err(fault) => Err(fault),
    }
}

fn again(
    shown: &mut ApplyPage,
    problems: &[FieldProblem],
    numbers: &[usize],
) -> Result<Response, Fault> {
    wrong(shown, problems, numbers);
    Ok(Page::wrong(shown)?.into_response())
}

fn keep(
    tx: &mut Tx<'_>,
    standing: &Standing,
    of: Of,
    parsed: &Parsed,
) -> Result<ApplicationId, Error> {
    match of {
        Of::Call(call) => {
            let Parsed { organisation, draft, .. } = parsed;
            Ok(grants::application_create(tx, standing, call, *organisation, draft)?.id)
        }
        Of::Draft(id) => grants::application_edit(tx, standing, id, &parsed.draft).map(|()| id),
    }
}

/// Keeps a file under the paper its field names; what is wrong with it is told at that field.
fn paper_keep(
    tx: &mut Tx<'_>,
    standing: &Standing,
    id: ApplicationId,
    file: &File,
) -> Result<(), Error> {
    let Some(code) = file.field.strip_prefix("paper_") else { return Ok(()) };
    match grants::paper_add(tx, standing, id, (code, &file.name), &file.bytes) {
        Ok(_) => Ok(()),
        Err(Error::Refused(Refused::Invalid(problems))) => {
            let at = |problem: FieldProblem| FieldProblem { field: file.field.clone(), ..problem };
            Err(Refused::Invalid(problems.into_iter().map(at).collect()).into())
        }
        Err(error) => Err(error),
    }
}

fn files_digest(files: &[File]) -> String {
    let one =
        |file: &File| format!("{}:{}:{};", file.field, file.name, base::sha256_hex(&file.bytes));
    files.iter().map(one).collect()
}

/// Reads what the form is made from and what was typed into it, in one snapshot.
async fn look(cx: &Cx, of: Of, typed: Option<Typed>) -> Result<Looked, Fault> {
    let (standing, now) = (cx.standing.clone(), cx.now);
    let zone = cx.app.clone();
    let found = cx
        .app
        .read(move |read| looked((read, app::names(&zone, read)?), &standing, of, typed, now));
    found.await.map_err(Fault::from)
}

fn looked(
    (read, names): (&Read<'_>, Arc<Names>),
    standing: &Standing,
    of: Of,
    typed: Option<Typed>,
    now: base::Time,
) -> Result<Looked, Error> {
    let draft = match of {
        Of::Call(_) => None,
        Of::Draft(id) => Some(own_draft(read, standing, id, now)?),
    };
    let (call, action) = form_of(of, draft.as_ref())?;
    let call = grants::call_read(read, call)?;
    if !call.is_open(now) {
        return Err(Refused::CallNotOpen { opens_at: call.opens_at, now }.into());
    }
    let (published, rule) = grants::instrument_read(read, call.instrument)?;
    let firms = draft.as_ref().map_or_else(|| standing.acts_for.clone(), |d| vec![d.organisation]);
    let kept = draft.as_ref().map(|draft| Typed::of_draft(draft.organisation, &draft.draft));
    let typed = typed.or(kept).unwrap_or_default();
    let parsed = typed.parse(read, &rule, &firms)?;
    let found = match &parsed {
        Ok(Parsed { organisation, draft, .. }) => {
            let asked = (draft.lines.as_slice(), now);
            let rule = (&published, &rule);
            Some(grants::entitlement(read, rule, *organisation, &draft.declared, asked)?)
        }
        Err(_) => None,
    };
    let chosen = typed.text("organisation").parse().ok().filter(|id| firms.contains(id));
    let graph = grants::graph_at_default(read, now.date())?;
    let group = chosen.or(firms.first().copied());
    let group = group.map(|firm| grants::group_awarded(read, &graph, &call, (firm, now), None));
    let group = group.transpose()?;
    let given = match of {
        Of::Draft(id) => grants::papers_of(read, id)?,
        Of::Call(_) => Vec::new(),
    };
    let setup = Setup { call, rule, names, firms, group, given, action };
    Ok(Looked { setup, typed, parsed, found })
}

/// Returns the call that a form belongs to, and where it is sent.
fn form_of(of: Of, draft: Option<&grants::Application>) -> Result<(CallId, String), Refused> {
    match (of, draft) {
        (Of::Call(call), _) => Ok((call, links::apply(call.as_str()))),
        (Of::Draft(id), Some(draft)) => {
            Ok((draft.call, format!("{}/edit", links::application(id.as_str()))))
        }
        (Of::Draft(id), None) => Err(Refused::ApplicationUnknown(id)),
    }
}

/// Reads a draft that this person may write in; to others it is unknown.
fn own_draft(
    read: &Read<'_>,
    standing: &Standing,
    id: ApplicationId,
    now: base::Time,
) -> Result<grants::Application, Error> {
    let draft = grants::application_read(read, standing, id, now)?;
    if !standing.may_act_for(draft.organisation) {
        return Err(Refused::ApplicationUnknown(id).into());
    }
    let (is, needed) = (draft.state, ApplicationState::Draft);
    if is != needed { Err(Refused::ApplicationState { is, needed }.into()) } else { Ok(draft) }
}
