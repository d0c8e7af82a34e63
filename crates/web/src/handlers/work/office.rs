//! Forms of the office: publish a rule, open and close a call, enter a bank account.

use super::act::{AMOUNT_ZH, done, errors_label, form_key, id_of, on_form};
use super::show;
use crate::pages::officer_forms::{FormPage, Input, InputKind};
use crate::serve::{Cx, Fault, Page, Posted};
use crate::{Choice, Crumb, Field, links};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use base::{Amount, FieldProblems, Time};
use grants::{BankAccount, CallMode, NewCall, Published};
use identity::{Actor, OrganisationId, Permission};

/// Name under which problems of a pasted rule are told.
const RULE_NAME: &str = "rule.toml";

fn input(field: Field, label: &str, hint: &str, kind: InputKind) -> Input {
    Input { field, label: label.to_owned(), hint: hint.to_owned(), kind }
}

/// Shows the form again with what was refused.
fn again(cx: &Cx, fault: Fault, mut page: FormPage) -> Result<Response, Fault> {
    let mut form = std::mem::take(&mut page.form);
    let mut fields: Vec<&mut Field> = page.inputs.iter_mut().map(|one| &mut one.field).collect();
    let status = on_form(cx, fault, &mut form, &mut fields)?;
    let input = |name: &str| page.inputs.iter().find(|input| input.field.name == name);
    errors_label(cx, &mut form, |name| input(name).map(|input| input.label.clone()));
    page.form = form;
    Ok(Page::with(status, &page)?.into_response())
}

/// Shows the form for a rule file.
pub(super) async fn rule_ask(cx: Cx) -> Result<Page, Fault> {
    Page::of(&rule_page(&cx, ""))
}

/// Publishes a rule; a faulty file comes back with every problem at its line and column.
pub(super) async fn rule_send(cx: Cx, form: Posted) -> Result<Response, Fault> {
    // Kept as pasted: the file's digest is published.
    let toml = form.pairs().iter().find(|(name, _)| name == "toml");
    let toml = toml.map_or_else(String::new, |(_, text)| text.replace("\r\n", "\n"));
    let mut page = rule_page(&cx, &toml);
    if let Err(problems) = rulebook::check(RULE_NAME, &toml) {
        page.problems = problems.iter().map(ToString::to_string).collect();
        return Ok(Page::wrong(&page)?.into_response());
    }
    let actor = Actor::Person(cx.person()?.id);
    let published = done(&cx, form_key(&cx, &form, ""), move |tx| {
        let published = grants::instrument_publish(tx, actor, RULE_NAME, &toml)?;
        Ok(links::instrument(published.id.as_str()))
    });
    match published.await {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => again(&cx, fault, page),
    }
}

fn rule_page(cx: &Cx, toml: &str) -> FormPage {
    let (label, hint) = (cx.t("work.rule-file"), cx.t("work.rule-hint"));
    FormPage {
        ui: cx.ui(),
        crumbs: vec![Crumb {
            href: links::INSTRUMENTS.to_owned(),
            label: cx.t("nav.instruments").to_owned(),
        }],
        title: cx.t("work.rule-new").to_owned(),
        lede: cx.t("work.rule-lede").to_owned(),
        action: format!("{}/new", links::INSTRUMENTS),
        form: cx.form(),
        inputs: vec![input(Field::new("toml", toml), label, hint, InputKind::Text)],
        problems: Vec::new(),
        send: cx.t("work.publish").to_owned(),
    }
}

/// Shows the form for a call.
pub(super) async fn call_ask(cx: Cx) -> Result<Page, Fault> {
    let rules = rules(&cx).await?;
    Page::of(&call_page(&cx, &rules, &Posted::default()))
}

/// Opens a call.
pub(super) async fn call_send(cx: Cx, form: Posted) -> Result<Response, Fault> {
    let rules = rules(&cx).await?;
    let actor = Actor::Person(cx.person()?.id);
    let made = match new_call(&cx, &rules, &form) {
        Ok(new) => {
            done(&cx, form_key(&cx, &form, ""), move |tx| {
                Ok(links::call(grants::call_create(tx, actor, &new)?.id.as_str()))
            })
            .await
        }
        Err(fault) => Err(fault),
    };
    match made {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => again(&cx, fault, call_page(&cx, &rules, &form)),
    }
}

async fn rules(cx: &Cx) -> Result<Vec<Published>, Fault> {
    let page = base::Page::first(base::PAGE_ROWS_MAX);
    let rules = cx.app.read(move |read| grants::instruments_list(read, &page));
    rules.await.map_err(Fault::from)
}

fn new_call(cx: &Cx, rules: &[Published], form: &Posted) -> Result<NewCall, Fault> {
    let mut problems = FieldProblems::default();
    let rule = rules.iter().find(|rule| rule.id.as_str() == form.text("instrument"));
    problems.require(rule.is_some(), "instrument", ("must be chosen", "须选择"));
    let has = |name: &str| !form.text(name).is_empty();
    problems.require(has("code"), "code", ("must be filled in", "须填写"));
    let has_title = has("title_en") || has("title_zh");
    let one_title = ("must be filled in, in English or in Chinese", "中英文名称须至少填写一项");
    problems.require(has_title, "title_en", one_title);
    problems.require(has("category"), "category", ("must be filled in", "须填写"));
    let budget = rule.and_then(|rule| {
        problems.keep_or("budget", Amount::parse(form.text("budget"), rule.unit), AMOUNT_ZH)
    });
    let mode = problems.keep_or("mode", form.text("mode").parse::<CallMode>(), "须选择");
    let opens_at = day(form.text("opens_at"));
    problems.require(
        opens_at.is_some(),
        "opens_at",
        ("must be a date such as `2026-03-01`", "须为日期，如 `2026-03-01`"),
    );
    let closes = form.text("closes_at");
    let closes_at = day(closes);
    let is_read = closes.is_empty() || closes_at.is_some();
    problems.require(
        is_read,
        "closes_at",
        ("must be a date such as `2026-06-01`", "须为日期，如 `2026-06-01`"),
    );
    let reviews = form.text("reviews_least").parse::<u32>();
    let reviews = reviews.map_err(|_| "must be a whole number");
    let reviews_least = problems.keep_or("reviews_least", reviews, "须为整数");
    problems.finish().map_err(Fault::Invalid)?;
    match (rule, budget, mode, opens_at, reviews_least) {
        (Some(rule), Some(budget), Some(mode), Some(opens_at), Some(reviews_least)) => {
            Ok(NewCall {
                code: form.text("code").to_owned(),
                instrument: rule.id,
                title_en: form.text("title_en").to_owned(),
                title_zh: form.text("title_zh").to_owned(),
                category: form.text("category").to_owned(),
                mode,
                budget,
                opens_at,
                closes_at,
                reviews_least,
                is_synthetic: cx.zone.is_synthetic,
            })
        }
        _ => Err(Fault::BadRequest("the call cannot be read".to_owned())),
    }
}

/// Reads the first instant of a day.
fn day(text: &str) -> Option<Time> {
    text.parse::<base::Date>().ok().map(Time::from_date)
}

fn call_inputs(cx: &Cx, rules: &[Published], form: &Posted) -> Vec<Input> {
    let field = |name: &str| Field::new(name, form.text(name));
    let rule = |rule: &Published| Choice {
        value: rule.id.to_string(),
        label: format!("{} v{} ({})", rule.code, rule.version, rule.unit),
    };
    let rules: Vec<Choice> = rules.iter().map(rule).collect();
    let modes = [
        ("Open", cx.t("work.mode-open")),
        ("Rolling", cx.t("work.mode-rolling")),
        ("Sealed", cx.t("work.mode-sealed")),
    ];
    let line = |name: &str, label: &str, hint: &str| {
        input(
            field(name),
            cx.t(label),
            if hint.is_empty() { "" } else { cx.t(hint) },
            InputKind::Line,
        )
    };
    let select = |field: Field, label: &str| input(field, cx.t(label), "", InputKind::Line);
    vec![
        select(Field { choices: rules, ..field("instrument") }, "col.instrument"),
        line("code", "work.code", "work.code-hint"),
        line("title_en", "apply.title-en", ""),
        line("title_zh", "apply.title-zh", ""),
        line("category", "col.category", ""),
        select(Field::choose("mode", form.text("mode"), &modes), "work.mode"),
        input(field("budget"), cx.t("calls.budget"), cx.t("work.budget-hint"), InputKind::Money),
        line("opens_at", "calls.opens", "work.date-hint"),
        line("closes_at", "calls.closes", "work.closes-hint"),
        line("reviews_least", "work.reviews-least", "work.reviews-least-hint"),
    ]
}

fn call_page(cx: &Cx, rules: &[Published], form: &Posted) -> FormPage {
    FormPage {
        ui: cx.ui(),
        crumbs: vec![Crumb { href: links::CALLS.to_owned(), label: cx.t("nav.calls").to_owned() }],
        title: cx.t("work.call-new").to_owned(),
        lede: cx.t("work.call-lede").to_owned(),
        action: format!("{}/new", links::CALLS),
        form: cx.form(),
        inputs: call_inputs(cx, rules, form),
        problems: Vec::new(),
        send: cx.t("work.call-open").to_owned(),
    }
}

/// Closes a call before its time.
pub(super) async fn call_close(
    cx: Cx,
    Path(id): Path<String>,
    _form: Posted,
) -> Result<Response, Fault> {
    let id: grants::CallId = id_of(&id)?;
    let person = cx.person()?.id;
    // A call is closed once: its id is the key.
    let see = done(&cx, format!("{person}:close:{id}"), move |tx| {
        grants::call_close(tx, Actor::Person(person), id)?;
        Ok(links::call(id.as_str()))
    });
    Ok(see.await?.into_response())
}

/// Shows where an organisation is paid, to those who may change it.
pub(super) async fn account_ask(cx: Cx, Path(id): Path<String>) -> Result<Page, Fault> {
    let (page, known) = account_page(&cx, id_of(&id)?).await?;
    let mut page = page;
    if let Some(known) = known {
        let values = [known.holder_name, known.number, known.bank_code];
        for (one, value) in page.inputs.iter_mut().zip(values) {
            one.field.value = value;
        }
    }
    Page::of(&page)
}

/// Enters where an organisation is paid.
pub(super) async fn account_send(
    cx: Cx,
    Path(id): Path<String>,
    form: Posted,
) -> Result<Response, Fault> {
    let id: OrganisationId = id_of(&id)?;
    let account = BankAccount {
        holder_name: form.text("holder_name").to_owned(),
        number: form.text("number").to_owned(),
        bank_code: form.text("bank_code").to_owned(),
    };
    let standing = cx.standing.clone();
    let set = done(&cx, form_key(&cx, &form, ""), move |tx| {
        grants::bank_account_set(tx, &standing, id, &account)?;
        Ok(links::organisation(id.as_str()))
    });
    match set.await {
        Ok(see) => Ok(see.into_response()),
        Err(fault) => {
            let (mut page, _) = account_page(&cx, id).await?;
            for one in &mut page.inputs {
                one.field.value = form.text(&one.field.name).to_owned();
            }
            again(&cx, fault, page)
        }
    }
}

async fn account_page(
    cx: &Cx,
    id: OrganisationId,
) -> Result<(FormPage, Option<BankAccount>), Fault> {
    if !cx.standing.may_act_for(id) && !cx.standing.may(Permission::KeepRecords) {
        return Err(Fault::Forbidden);
    }
    let zone = cx.app.clone();
    let found = cx.app.read(move |read| {
        let names = app::names(&zone, read)?;
        Ok::<_, grants::Error>((grants::bank_account_of(read, id)?, names))
    });
    let (known, names) = found.await?;
    if names.get(id).is_none() {
        return Err(Fault::NotFound);
    }
    let line = |name: &str, label: &str, hint: &str| {
        input(Field::new(name, ""), label, hint, InputKind::Line)
    };
    let firm = show::org(&names, id).name.plain(cx.lang).to_owned();
    let page = FormPage {
        ui: cx.ui(),
        crumbs: vec![Crumb { href: links::organisation(id.as_str()), label: firm }],
        title: cx.t("work.account").to_owned(),
        lede: cx.t("work.account-lede").to_owned(),
        action: format!("{}/bank-account", links::organisation(id.as_str())),
        form: cx.form(),
        inputs: vec![
            line("holder_name", cx.t("work.holder"), ""),
            line("number", cx.t("work.number"), ""),
            line("bank_code", cx.t("work.bank-code"), cx.t("work.bank-code-hint")),
        ],
        problems: Vec::new(),
        send: cx.t("work.save").to_owned(),
    };
    Ok((page, known))
}
