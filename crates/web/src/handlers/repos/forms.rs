//! What the forms of a repository have in common.

use super::here::Here;
use crate::handlers::work::act::{errors_label, on_form};
use crate::html::Html;
use crate::pages::officer_forms::{Input, InputKind};
use crate::pages::repos::form::{RepoFormPage, Section};
use crate::pages::repos::frame::Tab;
use crate::serve::{Cx, Fault, Page};
use crate::{Field, Form};
use axum::response::{IntoResponse, Response};

/// Makes an input; `hint` may be empty.
pub(super) fn input(cx: &Cx, field: Field, (label, hint): (&str, &str)) -> Input {
    Input {
        field,
        label: cx.t(label).to_owned(),
        hint: if hint.is_empty() { String::new() } else { cx.t(hint).to_owned() },
        kind: InputKind::Line,
    }
}

/// Makes an input of many lines.
pub(super) fn text(cx: &Cx, field: Field, words: (&str, &str)) -> Input {
    Input { kind: InputKind::Text, ..input(cx, field, words) }
}

/// Makes a page of forms.
pub(super) async fn page(
    here: &Here,
    (tab, revision): (Tab, &str),
    sections: Vec<Section>,
    preview: Option<Html>,
) -> Result<RepoFormPage, Fault> {
    let revision = revision.to_owned();
    let repo = here.look(move |look| look.frame(tab, &revision)).await?;
    Ok(RepoFormPage { ui: here.cx.ui(), repo, form: here.cx.form(), sections, preview })
}

/// Puts a refusal at the fields of the form that was sent.
pub(super) fn refuse(
    cx: &Cx,
    fault: Fault,
    form: &mut Form,
    sections: &mut [Section],
) -> Result<axum::http::StatusCode, Fault> {
    let mut labels = Vec::new();
    let mut fields: Vec<&mut Field> = Vec::new();
    for section in sections {
        if let Some(files) = &mut section.files {
            labels.push((files.name.clone(), cx.t("edit.files").to_owned()));
            fields.push(files);
        }
        for one in &mut section.inputs {
            labels.push((one.field.name.clone(), one.label.clone()));
            fields.push(&mut one.field);
        }
    }
    let status = on_form(cx, fault, form, &mut fields)?;
    let label = |name: &str| labels.iter().find(|(known, _)| known == name);
    errors_label(cx, form, |name| label(name).map(|(_, label)| label.clone()));
    Ok(status)
}

/// Shows a page of forms again with what was refused.
pub(super) fn again(cx: &Cx, fault: Fault, mut page: RepoFormPage) -> Result<Response, Fault> {
    let mut form = std::mem::take(&mut page.form);
    let status = refuse(cx, fault, &mut form, &mut page.sections)?;
    page.form = form;
    Ok(Page::with(status, &page)?.into_response())
}
