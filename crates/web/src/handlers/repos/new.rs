//! Making a repository.

use super::here::{visitor_of, work};
use crate::handlers::work::act::{errors_label, on_form};
use crate::pages::officer_forms::{FormPage, Input, InputKind};
use crate::serve::{Cx, Fault, Page, Posted, Query, See};
use crate::{Choice, Crumb, Field};
use app::depot;
use axum::response::{IntoResponse, Response};
use base::FieldProblems;
use hub::{Holder, NewRepo, RepoKind, Role};

/// Frameworks of spaces that are offered; their files are kept, nothing runs.
const SDKS: [&str; 4] = ["static", "gradio", "streamlit", "docker"];

/// Shows the form.
pub(super) async fn ask(cx: Cx, query: Query) -> Result<Page, Fault> {
    let owners = owners(&cx).await?;
    Page::of(&page(&cx, &owners, &query))
}

/// Makes the repository. A form sent twice finds the name taken.
pub(super) async fn send(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let owners = owners(&cx).await?;
    let made = match read(&form) {
        Ok(new) => make(&cx, new).await,
        Err(fault) => Err(fault),
    };
    match made {
        Ok(repo) => Ok(See(format!("/{}", repo.page())).into_response()),
        Err(fault) => {
            let mut page = page(&cx, &owners, &form);
            let mut sent = std::mem::take(&mut page.form);
            let mut fields: Vec<&mut Field> =
                page.inputs.iter_mut().map(|one| &mut one.field).collect();
            let status = on_form(&cx, fault, &mut sent, &mut fields)?;
            let input = |name: &str| page.inputs.iter().find(|input| input.field.name == name);
            errors_label(&cx, &mut sent, |name| input(name).map(|input| input.label.clone()));
            page.form = sent;
            Ok(Page::with(status, &page)?.into_response())
        }
    }
}

fn read(form: &Posted) -> Result<NewRepo, Fault> {
    let mut problems = FieldProblems::default();
    let kind = RepoKind::of(form.text("kind"));
    problems.require(kind.is_some(), "kind", ("must be chosen", "须选择"));
    let is_private = match form.text("visibility") {
        "public" => Some(false),
        "private" => Some(true),
        _ => None,
    };
    problems.require(is_private.is_some(), "visibility", ("must be chosen", "须选择"));
    problems.finish().map_err(Fault::Invalid)?;
    let kind = kind.unwrap_or(RepoKind::Model);
    Ok(NewRepo {
        kind,
        owner: form.optional("owner"),
        name: form.text("name").to_owned(),
        is_private,
        sdk: if kind == RepoKind::Space { form.text("sdk").to_owned() } else { String::new() },
    })
}

async fn make(cx: &Cx, new: NewRepo) -> Result<hub::Repo, Fault> {
    let person = cx.person()?.id;
    let author = cx.app.write(move |tx| hub::namespace_ensure(tx, person)).await?.name;
    let asked = cx.clone();
    // Read again: whoever had no short name a moment ago has one now.
    let visitor = cx.app.read(move |read| visitor_of(read, &asked)).await?;
    work(cx, move |app, depot| depot::repo_begin(app, depot, (&visitor, &author), &new)).await
}

/// Names under which the person may make repositories, their own first.
async fn owners(cx: &Cx) -> Result<Vec<String>, Fault> {
    let (asked, person) = (cx.clone(), cx.person()?.id);
    let found = cx.app.write(move |tx| {
        let own = hub::namespace_ensure(tx, person)?;
        let visitor = visitor_of(tx, &asked)?;
        debug_assert!(matches!(own.holder, Holder::Person(_)));
        let organisations = hub::memberships(tx, &visitor)?.into_iter();
        let may = organisations.filter(|(_, role)| *role == Role::Admin);
        let names = may.map(|(namespace, _)| namespace.name);
        Ok::<_, hub::Error>(std::iter::once(own.name).chain(names).collect())
    });
    Ok(found.await?)
}

fn page(cx: &Cx, owners: &[String], form: &Query) -> FormPage {
    let input = |field: Field, label: &str, hint: &str| Input {
        field,
        label: cx.t(label).to_owned(),
        hint: if hint.is_empty() { String::new() } else { cx.t(hint).to_owned() },
        kind: InputKind::Line,
    };
    let kinds = [
        ("model", cx.t("hub.one-model")),
        ("dataset", cx.t("hub.one-dataset")),
        ("space", cx.t("hub.one-space")),
    ];
    let sight = [("public", cx.t("new.public")), ("private", cx.t("repo.private"))];
    let same = |name: &String| Choice { value: name.clone(), label: name.clone() };
    let owner = Field {
        choices: owners.iter().map(same).collect(),
        ..Field::new("owner", form.text("owner"))
    };
    let sdk = Field::choose("sdk", form.text("sdk"), &SDKS.map(|sdk| (sdk, sdk)));
    FormPage {
        ui: cx.ui(),
        crumbs: vec![Crumb { href: "/hub".to_owned(), label: cx.t("hub.title").to_owned() }],
        title: cx.t("hub.new").to_owned(),
        lede: cx.t("new.lede").to_owned(),
        action: "/new".to_owned(),
        form: cx.form(),
        inputs: vec![
            input(Field::choose("kind", form.text("kind"), &kinds), "hub.kind", ""),
            input(owner, "new.owner", ""),
            input(Field::new("name", form.text("name")), "new.name", "new.name-hint"),
            input(
                Field::choose("visibility", form.text("visibility"), &sight),
                "new.visibility",
                "",
            ),
            input(sdk, "new.sdk", "new.sdk-hint"),
        ],
        problems: Vec::new(),
        send: cx.t("new.send").to_owned(),
    }
}
