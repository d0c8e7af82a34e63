//! What every change has in common: it is done once, and a refusal is shown on its own form.

use crate::refusal::of_field;
use crate::serve::{Cx, Fault, Posted, See};
use crate::{Field, FieldError, Form, Notice, Outcome};
use axum::http::StatusCode;
use base::{FieldProblem, sha256_hex};
use db::Tx;
use grants::{Application, Conflict, Refused};
use identity::Standing;
use std::str::FromStr;

/// What an amount must look like, for readers of Chinese; English says more, from the amount.
pub(crate) const AMOUNT_ZH: &str = "须为金额，如 `120,000.00`";

/// What a supplier must be, for readers of Chinese.
pub(crate) const SUPPLIER_ZH: &str =
    "须为一个已登记的机构：如有重名，请填写其编号；尚未登记的，请先由项目办公室登记";

/// Reads an id from an address. What is no id names nothing.
pub(crate) fn id_of<T: FromStr>(text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

/// Keeps what the office knows about an application from those who act for its applicant, even
/// where they are officers or auditors themselves.
pub(crate) fn outsider(standing: &Standing, application: &Application) -> Result<(), Refused> {
    if standing.may_act_for(application.organisation) {
        return Err(Refused::OfficerConflict(Conflict::Acts));
    }
    Ok(())
}

/// Returns the key under which a form is done once: who sent it, its page and what is in it, so
/// that the same page sent again with other words is another change.
pub(crate) fn form_key(cx: &Cx, form: &Posted, extra: &str) -> String {
    let key = form.once_key(cx);
    if key.is_empty() {
        return key;
    }
    let mut content = String::new();
    for (name, value) in form.pairs() {
        content.push_str(&format!("{}:{name}={}:{value};", name.len(), value.len()));
    }
    let digest = sha256_hex(format!("{content}{extra}").as_bytes());
    format!("{key}:{}", &digest[..32])
}

/// Does a change once per key and sends the browser on to where it can be seen.
pub(crate) async fn done<F>(cx: &Cx, key: String, mut act: F) -> Result<See, Fault>
where
    F: FnMut(&mut Tx<'_>) -> Result<String, grants::Error> + Send + 'static,
{
    let location = cx.app.write(move |tx| app::once(tx, &key, &mut act)).await?;
    Ok(See(location))
}

/// Puts a refusal on a form: at its fields where it names them, above the form otherwise. Returns
/// the status to answer with. What is no refusal stays a fault.
pub(crate) fn on_form(
    cx: &Cx,
    fault: Fault,
    form: &mut Form,
    fields: &mut [&mut Field],
) -> Result<StatusCode, Fault> {
    let status = fault.status();
    match fault {
        Fault::Invalid(problems) => {
            let rest = at_fields(cx, &problems, fields);
            *form = std::mem::take(form).with_errors_of(fields.iter().map(|field| &**field));
            for problem in rest {
                let says = of_field(problem, cx.lang);
                let message = format!("`{}`: {says}", problem.field);
                form.errors.push(FieldError { field: String::new(), message });
            }
        }
        fault @ Fault::Refused { .. } => {
            let message = refusal(cx, &fault);
            form.errors.push(FieldError { field: String::new(), message });
        }
        fault => return Err(fault),
    }
    Ok(status)
}

/// Puts the label of its input before each line of the summary, which else names no field.
pub(crate) fn errors_label(cx: &Cx, form: &mut Form, label: impl Fn(&str) -> Option<String>) {
    for error in &mut form.errors {
        if let Some(label) = label(&error.field) {
            error.message = cx.lang.fill("form.named", &[label, error.message.clone()]);
        }
    }
}

/// Finds the label of an input in a list of names with keys of the message files.
pub(crate) fn label_of(cx: &Cx, labels: &[(&str, &str)], name: &str) -> Option<String> {
    labels.iter().find(|(known, _)| *known == name).map(|(_, key)| cx.t(key).to_owned())
}

/// Puts each problem at its field; returns those that no field has.
fn at_fields<'p>(
    cx: &Cx,
    problems: &'p [FieldProblem],
    fields: &mut [&mut Field],
) -> Vec<&'p FieldProblem> {
    let mut rest = Vec::new();
    for problem in problems {
        match fields.iter_mut().find(|field| field.name == problem.field) {
            Some(field) if field.error.is_none() => {
                field.error = Some(of_field(problem, cx.lang).to_owned());
            }
            Some(_) => {}
            None => rest.push(problem),
        }
    }
    rest
}

/// Says a refusal in the reader's language; what has no words of its own there keeps the domain's.
pub(crate) fn refusal(cx: &Cx, fault: &Fault) -> String {
    match fault.code() {
        "same_officer" => cx.t("work.same-officer").to_owned(),
        "shown_changed" => cx.t("work.shown-changed").to_owned(),
        _ => cx.lang.fill("work.refused", &[fault.detail(cx.lang)]),
    }
}

/// Turns a refusal into a notice for pages whose buttons have no fields; other faults stay.
pub(crate) fn as_notice(cx: &Cx, fault: Fault) -> Result<(StatusCode, Notice), Fault> {
    let status = fault.status();
    let message = match &fault {
        Fault::Refused { .. } | Fault::Invalid(_) => refusal(cx, &fault),
        _ => return Err(fault),
    };
    Ok((status, Notice { outcome: Outcome::Fail, message }))
}
