//! What a repository is: who sees it, who gets its files, its terms, its name, its end.

use super::files::Named;
use super::forms::{again, input, page, text};
use super::frame::count;
use super::here::Here;
use crate::Field;
use crate::handlers::work::act::form_key;
use crate::pages::repos::form::{RepoFormPage, Section};
use crate::pages::repos::frame::Tab;
use crate::serve::{Fault, Page, Posted, See};
use axum::response::{IntoResponse, Response};
use base::{FieldProblem, FieldProblems};
use db::Tx;
use hub::{Action, Gating, Personal, Repo, Settings, StatedTerms, Terms, Visitor};

/// Shows the settings.
pub(super) async fn show(here: Here) -> Result<Page, Fault> {
    Page::of(&settings_page(&here, &Posted::default()).await?)
}

async fn settings_page(here: &Here, form: &Posted) -> Result<RepoFormPage, Fault> {
    here.require(Action::Administer).await?;
    let (visitor, repo) = (here.visitor.clone(), here.repo.clone());
    let found = here.cx.app.read(move |read| {
        let terms = hub::terms_of(read, &visitor, &repo)?;
        Ok::<_, hub::Error>((terms, hub::personal_of(read, &visitor, &repo)?))
    });
    let (terms, personal) = found.await?;
    let mut sections = vec![sight(here, form), terms_section(here, form, terms.as_ref())];
    if terms.is_some() {
        sections.push(end(here, "terms-clear"));
    }
    sections.push(personal_section(here, form, personal.as_ref()));
    if personal.is_some() {
        sections.push(end(here, "personal-withdraw"));
    }
    sections.extend([rename(here, form), delete(here, form)]);
    page(here, (Tab::Settings, "main"), sections, None).await
}

/// What was typed, or what stands now.
fn value(form: &Posted, name: &str, now: &str) -> Field {
    Field::new(name, if form.has(name) { form.text(name) } else { now })
}

fn sight(here: &Here, form: &Posted) -> Section {
    let (cx, repo) = (&here.cx, &here.repo);
    let now = if repo.is_private { "private" } else { "public" };
    let sights = [("public", cx.t("new.public")), ("private", cx.t("repo.private"))];
    let gates = [
        ("Open", cx.t("hub.gating-open")),
        ("Automatic", cx.t("repo.gated-auto")),
        ("Approval", cx.t("repo.gated")),
    ];
    let seen = value(form, "visibility", now).value;
    let gated = value(form, "gating", repo.gating.as_str()).value;
    Section {
        id: "sight",
        title: cx.t("settings.sight").to_owned(),
        lede: cx.t("settings.sight-lede").to_owned(),
        action: here.href("/settings/sight"),
        inputs: vec![
            input(cx, Field::choose("visibility", &seen, &sights), ("new.visibility", "")),
            input(
                cx,
                Field::choose("gating", &gated, &gates),
                ("hub.gating", "settings.gating-hint"),
            ),
        ],
        send: cx.t("settings.save").to_owned(),
        ..Section::default()
    }
}

fn terms_section(here: &Here, form: &Posted, stated: Option<&StatedTerms>) -> Section {
    let cx = &here.cx;
    let known = |pick: fn(&Terms) -> &str| stated.map_or("", |stated| pick(&stated.terms));
    let days =
        stated.map_or_else(String::new, |stated| count(stated.terms.notice_days).to_string());
    Section {
        id: "terms",
        title: cx.t("repo.terms").to_owned(),
        lede: cx.t("settings.terms-lede").to_owned(),
        action: here.href("/settings/terms"),
        inputs: vec![
            input(cx, value(form, "platform", known(|t| &t.platform)), ("terms.platform", "")),
            input(cx, value(form, "eligible", known(|t| &t.eligible)), ("terms.eligible", "")),
            input(cx, value(form, "price", known(|t| &t.price)), ("terms.price", "")),
            input(cx, value(form, "notice_days", &days), ("terms.notice", "settings.notice-hint")),
            input(
                cx,
                value(form, "portability", known(|t| &t.portability)),
                ("terms.portability", ""),
            ),
        ],
        send: cx.t("settings.save").to_owned(),
        ..Section::default()
    }
}

fn personal_section(here: &Here, form: &Posted, declared: Option<&Personal>) -> Section {
    let cx = &here.cx;
    let known = |pick: fn(&Personal) -> &str| declared.map_or("", pick);
    Section {
        id: "personal",
        title: cx.t("repo.personal").to_owned(),
        lede: cx.t("settings.personal-lede").to_owned(),
        action: here.href("/settings/personal"),
        inputs: vec![
            text(
                cx,
                value(form, "statement", known(|one| &one.statement)),
                ("settings.statement", "settings.statement-hint"),
            ),
            input(
                cx,
                value(form, "office", known(|one| &one.office)),
                ("settings.office", "settings.office-hint"),
            ),
        ],
        send: cx.t("settings.declare").to_owned(),
        ..Section::default()
    }
}

/// A section that is one button.
fn end(here: &Here, what: &'static str) -> Section {
    let cx = &here.cx;
    let (title, lede) = match what {
        "terms-clear" => ("settings.terms-clear", "settings.terms-clear-lede"),
        _ => ("settings.personal-withdraw", "settings.personal-withdraw-lede"),
    };
    Section {
        id: what,
        title: cx.t(title).to_owned(),
        lede: cx.t(lede).to_owned(),
        action: here.href(&format!("/settings/{what}")),
        send: cx.t(title).to_owned(),
        is_danger: true,
        ..Section::default()
    }
}

fn rename(here: &Here, form: &Posted) -> Section {
    let cx = &here.cx;
    Section {
        id: "rename",
        title: cx.t("settings.rename").to_owned(),
        lede: cx.t("settings.rename-lede").to_owned(),
        action: here.href("/settings/rename"),
        inputs: vec![
            input(cx, value(form, "owner", &here.repo.owner), ("new.owner", "")),
            input(cx, value(form, "name", &here.repo.name), ("new.name", "new.name-hint")),
        ],
        send: cx.t("settings.rename").to_owned(),
        ..Section::default()
    }
}

fn delete(here: &Here, form: &Posted) -> Section {
    let cx = &here.cx;
    let path = here.repo.path();
    Section {
        id: "delete",
        title: cx.t("settings.delete").to_owned(),
        lede: cx.lang.fill("settings.delete-lede", &[path]),
        action: here.href("/settings/delete"),
        inputs: vec![input(cx, value(form, "confirm", ""), ("settings.confirm", ""))],
        send: cx.t("settings.delete").to_owned(),
        is_danger: true,
        ..Section::default()
    }
}

/// A change that one of the forms asks for.
#[derive(Clone)]
enum Change {
    Sight(Settings),
    Terms(Terms),
    TermsClear,
    Personal(String, String),
    PersonalWithdraw,
    Rename(String, String),
    Delete,
}

fn read(here: &Here, what: &str, form: &Posted) -> Result<Change, Fault> {
    let field = |name: &str| form.text(name).replace("\r\n", "\n");
    Ok(match what {
        "sight" => Change::Sight(sight_read(form)?),
        "terms" => {
            let mut problems = FieldProblems::default();
            let days = form.parse::<i64>("notice_days");
            let wrong = ("must be a number of days, as in `90`", "须为天数，如 90");
            problems.require(days.is_some(), "notice_days", wrong);
            problems.finish().map_err(Fault::Invalid)?;
            Change::Terms(Terms {
                platform: field("platform"),
                eligible: field("eligible"),
                price: field("price"),
                notice_days: days.unwrap_or(0),
                portability: field("portability"),
            })
        }
        "terms-clear" => Change::TermsClear,
        "personal" => Change::Personal(field("statement"), field("office")),
        "personal-withdraw" => Change::PersonalWithdraw,
        "rename" => Change::Rename(field("owner"), field("name")),
        "delete" => {
            if form.text("confirm") != here.repo.path() {
                let wrong =
                    ("must be the whole name, as it stands above", "须填写上面所示的完整名称");
                return Err(Fault::Invalid(vec![FieldProblem::new("confirm", wrong)]));
            }
            Change::Delete
        }
        _ => return Err(Fault::NotFound),
    })
}

fn sight_read(form: &Posted) -> Result<Settings, Fault> {
    let mut problems = FieldProblems::default();
    let is_private = match form.text("visibility") {
        "public" => Some(false),
        "private" => Some(true),
        _ => None,
    };
    problems.require(is_private.is_some(), "visibility", ("must be chosen", "须选择"));
    let gating = form.text("gating").parse::<Gating>().ok();
    problems.require(gating.is_some(), "gating", ("must be chosen", "须选择"));
    problems.finish().map_err(Fault::Invalid)?;
    Ok(Settings { is_private, gating })
}

/// Does a change, and says where it can be seen.
fn act(
    tx: &mut Tx<'_>,
    (visitor, repo): (&Visitor, &Repo),
    change: &Change,
) -> Result<String, hub::Error> {
    match change {
        Change::Sight(settings) => drop(hub::repo_set(tx, visitor, repo, settings)?),
        Change::Terms(terms) => drop(hub::terms_set(tx, visitor, repo, terms)?),
        Change::TermsClear => drop(hub::terms_clear(tx, visitor, repo)?),
        Change::Personal(statement, office) => {
            drop(hub::personal_declare(tx, visitor, repo, (statement, office))?);
        }
        Change::PersonalWithdraw => drop(hub::personal_withdraw(tx, visitor, repo)?),
        Change::Rename(owner, name) => {
            let moved = hub::repo_move(tx, visitor, repo, (owner, name))?;
            return Ok(format!("/{}/settings", moved.page()));
        }
        Change::Delete => {
            hub::repo_delete(tx, visitor, repo)?;
            return Ok(format!("/{}", repo.owner));
        }
    }
    Ok(format!("/{}/settings", repo.page()))
}

/// Changes one of the settings.
pub(super) async fn send(here: Here, named: Named, form: Posted) -> Result<Response, Fault> {
    here.require(Action::Administer).await?;
    let what = named.0.get("what").cloned().unwrap_or_default();
    let done = match read(&here, &what, &form) {
        Ok(change) => {
            let is_end = matches!(change, Change::Delete);
            let (visitor, repo) = (here.visitor.clone(), here.repo.clone());
            let key = form_key(&here.cx, &form, &format!("{what}:{}", repo.id));
            let done =
                here.write(move |tx| app::once(tx, &key, |tx| act(tx, (&visitor, &repo), &change)));
            let done = done.await;
            if done.is_ok() && is_end {
                super::here::depot_of(&here.cx)?.forget(here.repo.id);
            }
            done
        }
        Err(fault) => Err(fault),
    };
    match done {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => again(&here.cx, named_here(fault), settings_page(&here, &form).await?),
    }
}

/// The domain calls a namespace that nobody has by its own word; the form asks for the owner.
fn named_here(fault: Fault) -> Fault {
    match fault {
        Fault::Refused { code, message, zh } if code == "namespace_unknown" => {
            let zh = zh.unwrap_or_else(|| message.clone());
            let words = (message.as_str(), zh.as_str());
            Fault::Invalid(vec![FieldProblem::new("owner", words)])
        }
        fault => fault,
    }
}
