//! Discussions and pull requests.

use super::files::Named;
use super::forms::{again, input, page, text};
use super::frame::count;
use super::here::{Here, Look, name_ensure, work};
use super::history::{changes, readings_note};
use crate::Field;
use crate::handlers::view::moment;
use crate::handlers::work::act::{form_key, on_form};
use crate::html::Html;
use crate::pages::repos::discussion::{
    DiscussionPage, DiscussionRow, DiscussionsPage, EventRow, EventWhat, PullFacts, status_key,
};
use crate::pages::repos::files::rendered;
use crate::pages::repos::form::Section;
use crate::pages::repos::frame::Tab;
use crate::serve::{Fault, Page, Posted, Query, See};
use app::depot;
use axum::response::{IntoResponse, Response};
use hub::{
    Action, Discussion, DiscussionFilter, DiscussionStatus, Event, EventKind, NewDiscussion, PULLS,
    Role,
};
use identity::PersonId;
use std::collections::HashMap;

/// Discussions of one page.
const ROWS: u32 = 30;

/// Lists discussions, newest first.
pub(super) async fn list(here: Here, query: Query) -> Result<Page, Fault> {
    let is_closed = query.text("closed") == "1";
    let index: u32 = query.parse("page").unwrap_or(0);
    Page::of(&here.look(move |look| list_page(look, is_closed, index)).await?)
}

fn list_page(
    look: &Look<'_, '_>,
    is_closed: bool,
    index: u32,
) -> Result<DiscussionsPage, depot::Error> {
    let here = look.here;
    let filter = DiscussionFilter { is_open: Some(!is_closed), ..DiscussionFilter::default() };
    let (found, total) =
        hub::discussions(look.read, &here.visitor, &here.repo, &filter, (index, ROWS))?;
    let mut names = Names::default();
    let rows = found.iter().map(|one| row(look, one, &mut names)).collect::<Result<_, _>>()?;
    let closed = if is_closed { "closed=1&" } else { "" };
    let at = |index: u32| here.href(&format!("/discussions?{closed}page={index}"));
    let seen = i64::from(index).saturating_add(1).saturating_mul(i64::from(ROWS));
    Ok(DiscussionsPage {
        ui: here.cx.ui(),
        repo: look.frame(Tab::Discussions, "main")?,
        is_closed,
        rows,
        previous: index.checked_sub(1).map(at),
        next: (seen < total).then(|| at(index.saturating_add(1))),
    })
}

/// Short names of people, each read once.
#[derive(Default)]
struct Names(HashMap<PersonId, String>);

impl Names {
    fn of(&mut self, look: &Look<'_, '_>, person: PersonId) -> Result<String, hub::Error> {
        if let Some(known) = self.0.get(&person) {
            return Ok(known.clone());
        }
        let name = hub::name_of(look.read, person)?;
        self.0.insert(person, name.clone());
        Ok(name)
    }
}

fn row(
    look: &Look<'_, '_>,
    one: &Discussion,
    names: &mut Names,
) -> Result<DiscussionRow, hub::Error> {
    Ok(DiscussionRow {
        number: count(one.number),
        title: one.title.clone(),
        author: names.of(look, one.author)?,
        status: one.status,
        is_pull: one.is_pull_request,
        at: moment(one.created_at),
    })
}

fn number_of(named: &Named) -> Result<i64, Fault> {
    named.0.get("number").and_then(|text| text.parse().ok()).ok_or(Fault::NotFound)
}

/// Shows a discussion with all that happened, and what a pull request would change.
pub(super) async fn show(here: Here, named: Named) -> Result<Page, Fault> {
    let number = number_of(&named)?;
    let (page, commit) = here.look(move |look| discussion_page(look, number)).await?;
    if let Some(pull) = &page.pull {
        readings_note(&here, &pull.changes, &commit).await?;
    }
    Page::of(&page)
}

fn discussion_page(
    look: &Look<'_, '_>,
    number: i64,
) -> Result<(DiscussionPage, String), depot::Error> {
    let here = look.here;
    let (found, events) = hub::discussion_read(look.read, &here.visitor, &here.repo, number)?;
    let mut names = Names::default();
    let discussion = row(look, &found, &mut names)?;
    let mut rows = Vec::with_capacity(events.len());
    for event in &events {
        rows.push(EventRow {
            author: names.of(look, event.author)?,
            at: moment(event.at),
            what: what(here, event),
        });
    }
    let (pull, commit) = pull(look, &found)?;
    let repo = look.frame(Tab::Discussions, "main")?;
    let person = here.visitor.person;
    let is_own = person == Some(found.author);
    let administers = here.visitor.role_in(here.repo.namespace) == Some(Role::Admin);
    let may_change = person.is_some() && (is_own || administers) && !here.repo.is_disabled;
    let is_open = matches!(found.status, DiscussionStatus::Open | DiscussionStatus::Draft);
    let has_conflict = pull.as_ref().is_some_and(|pull| !pull.conflicts.is_empty());
    let page = DiscussionPage {
        ui: here.cx.ui(),
        events: rows,
        may_comment: look.may(Action::Contribute)?,
        may_close: may_change && is_open,
        may_open: may_change
            && matches!(found.status, DiscussionStatus::Closed | DiscussionStatus::Draft),
        may_merge: repo.may_write
            && found.is_pull_request
            && found.status == DiscussionStatus::Open
            && !has_conflict,
        form: here.cx.form(),
        comment: Field::new("comment", ""),
        discussion,
        repo,
        pull,
    };
    Ok((page, commit))
}

/// Renders what somebody wrote. Its links lead into the main branch.
fn comment_html(here: &Here, text: &str) -> Html {
    rendered(card::render(text, &super::card::link_base(here, "main", "")))
}

fn what(here: &Here, event: &Event) -> EventWhat {
    let status = |word: &str| match word {
        "draft" => DiscussionStatus::Draft,
        "closed" => DiscussionStatus::Closed,
        "merged" => DiscussionStatus::Merged,
        _ => DiscussionStatus::Open,
    };
    match event.kind {
        EventKind::Comment if event.is_hidden => EventWhat::Hidden,
        EventKind::Comment => {
            EventWhat::Comment(comment_html(here, &event.text), event.edited.is_some())
        }
        EventKind::StatusChange => EventWhat::Status(status_key(status(&event.text))),
        EventKind::TitleChange => EventWhat::Title(event.text.clone()),
        EventKind::Commit => {
            let subject = if event.other.is_empty() { &event.text } else { &event.other };
            EventWhat::Commit(subject.clone(), here.href(&format!("/commit/{}", event.text)))
        }
    }
}

/// Finds what a pull request would change, and the commit it ends in.
fn pull(
    look: &Look<'_, '_>,
    found: &Discussion,
) -> Result<(Option<PullFacts>, String), depot::Error> {
    if !found.is_pull_request {
        return Ok((None, String::new()));
    }
    let name = format!("{PULLS}{}", found.number);
    let Some(head) = super::card::head_find(look, &name)? else {
        return Ok((None, String::new()));
    };
    // What was merged is compared with what it was opened against, for the branch has it now.
    let is_merged = found.status == DiscussionStatus::Merged;
    let base = if is_merged { &found.base_commit } else { &found.base };
    let Some(base) = super::card::head_find(look, base)? else {
        return Ok((None, String::new()));
    };
    let common = look.git.merge_base(base.commit, head.commit)?;
    let before = match common {
        Some(commit) => Some(look.git.commit_read(commit)?.tree),
        None => None,
    };
    let conflicts = match found.status {
        DiscussionStatus::Open => depot::conflicts(look.git, base.commit, head.commit)?,
        _ => Vec::new(),
    };
    let facts = PullFacts {
        base: found.base.strip_prefix(hub::HEADS).unwrap_or(&found.base).to_owned(),
        name,
        changes: changes(look, before, head.tree)?,
        conflicts,
    };
    Ok((Some(facts), head.commit.to_string()))
}

/// What a button of the page asks for.
#[derive(Clone, Copy)]
enum Act {
    Comment,
    Merge,
    Close,
    Open,
}

/// Comments, merges, opens or closes.
pub(super) async fn act(here: Here, named: Named, form: Posted) -> Result<Response, Fault> {
    let number = number_of(&named)?;
    let act = match form.text("act") {
        "merge" => Act::Merge,
        "close" => Act::Close,
        "open" => Act::Open,
        _ => Act::Comment,
    };
    let comment = form.pairs().iter().find(|(name, _)| name == "comment");
    let comment = comment.map_or_else(String::new, |(_, text)| text.replace("\r\n", "\n"));
    let to = here.href(&format!("/discussions/{number}"));
    let done = match act {
        Act::Merge => merge(&here, number, &comment).await,
        act => change(&here, &form, (number, act, &comment), to.clone()).await,
    };
    match done {
        Ok(()) => Ok(See(to).into_response()),
        Err(fault) => {
            let (mut page, _) = here.look(move |look| discussion_page(look, number)).await?;
            page.comment = Field::new("comment", &comment);
            let status = on_form(&here.cx, fault, &mut page.form, &mut [&mut page.comment])?;
            Ok(Page::with(status, &page)?.into_response())
        }
    }
}

async fn change(
    here: &Here,
    form: &Posted,
    (number, act, comment): (i64, Act, &str),
    to: String,
) -> Result<(), Fault> {
    let (visitor, repo, comment) = (here.visitor.clone(), here.repo.clone(), comment.to_owned());
    let key = form_key(&here.cx, form, &to);
    let done = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            name_ensure(tx, &visitor)?;
            match act {
                Act::Close => {
                    let wanted = (DiscussionStatus::Closed, comment.as_str());
                    hub::status_set(tx, &visitor, &repo, number, wanted)?;
                }
                Act::Open => {
                    let wanted = (DiscussionStatus::Open, comment.as_str());
                    hub::status_set(tx, &visitor, &repo, number, wanted)?;
                }
                Act::Comment | Act::Merge => {
                    hub::comment_add(tx, &visitor, &repo, (number, &comment))?;
                }
            }
            Ok::<_, hub::Error>(to.clone())
        })
    });
    done.await?;
    Ok(())
}

/// Merges; a second time finds it merged and is refused.
async fn merge(here: &Here, number: i64, comment: &str) -> Result<(), Fault> {
    here.require(Action::Write).await?;
    let person = here.cx.person()?.id;
    let author = here.write(move |tx| hub::namespace_ensure(tx, person)).await?.name;
    let (visitor, repo, comment) = (here.visitor.clone(), here.repo.clone(), comment.to_owned());
    work(&here.cx, move |app, depot| {
        depot::merge(app, depot, (&visitor, &repo), (number, &comment, &author))
    })
    .await?;
    Ok(())
}

fn new_section(here: &Here, form: &Posted) -> Section {
    let cx = &here.cx;
    Section {
        id: "open",
        title: cx.t("discussion.new").to_owned(),
        lede: cx.t("discussion.new-lede").to_owned(),
        action: here.href("/discussions/new"),
        inputs: vec![
            input(cx, Field::new("title", form.text("title")), ("discussion.title", "")),
            text(
                cx,
                Field::new("description", form.text("description")),
                ("discussion.comment", "discussion.markdown"),
            ),
        ],
        send: cx.t("discussion.open-it").to_owned(),
        ..Section::default()
    }
}

/// Shows the form that opens a discussion.
pub(super) async fn ask(here: Here) -> Result<Page, Fault> {
    here.require(Action::Contribute).await?;
    let section = new_section(&here, &Posted::default());
    Page::of(&page(&here, (Tab::Discussions, "main"), vec![section], None).await?)
}

/// Opens a discussion.
pub(super) async fn open(here: Here, form: Posted) -> Result<Response, Fault> {
    let new = NewDiscussion {
        title: form.text("title").to_owned(),
        description: form.text("description").replace("\r\n", "\n"),
        pull: None,
    };
    let (visitor, repo) = (here.visitor.clone(), here.repo.clone());
    let (key, list) = (form_key(&here.cx, &form, "open"), here.href("/discussions"));
    let opened = here.write(move |tx| {
        app::once(tx, &key, |tx| {
            name_ensure(tx, &visitor)?;
            let opened = hub::discussion_open(tx, &visitor, &repo, &new)?;
            Ok::<_, hub::Error>(format!("{list}/{}", opened.number))
        })
    });
    match opened.await {
        Ok(to) => Ok(See(to).into_response()),
        Err(fault) => {
            let section = new_section(&here, &form);
            let page = page(&here, (Tab::Discussions, "main"), vec![section], None).await?;
            again(&here.cx, fault, page)
        }
    }
}
