//! Discussions and pull requests: numbered per repository, each a list of events.
//!
//! Files and commits of a pull request lie under `refs/pr/N`. Whoever opens one moves that ref in
//! the same transaction; whoever merges one moves the branch. Texts are kept as they were
//! written; what may be shown of them is the page's business.

use crate::{
    Action, DiscussionStatus, Error, EventId, EventKind, Refused, Repo, Role, Visitor, access_test,
    event, namespace_find, namespace_read, store,
};
use base::{FieldProblem, FieldProblems, Time};
use db::{Read, Tx};
use identity::{Actor, PersonId, audit};

/// Longest comment and description: a text, not a file.
pub const COMMENT_BYTES_MAX: usize = 64 * 1024;
/// Comments and new titles that a discussion takes, counted with all its events: a page shows
/// them all. Status changes and commits go on to twice as many, so that nobody can keep a pull
/// request from being merged or closed by filling it.
pub const EVENTS_MAX: i64 = 2_000;
/// Most discussions of one part of a list.
pub const DISCUSSIONS_MAX: u32 = 100;

/// A discussion or a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discussion {
    /// Its number in the repository, from 1.
    pub number: i64,
    /// Its title, 3 to 200 characters.
    pub title: String,
    /// Who opened it.
    pub author: PersonId,
    /// Where it stands.
    pub status: DiscussionStatus,
    /// Whether it proposes a change.
    pub is_pull_request: bool,
    /// Branch that a pull request is to be merged into, as the opener gave it.
    pub base: String,
    /// Commit of that branch when it was opened.
    pub base_commit: String,
    /// Commit that merged it.
    pub merge_commit: Option<String>,
    /// When it was opened.
    pub created_at: Time,
}

/// What happened in a discussion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// What happened.
    pub kind: EventKind,
    /// Who did it.
    pub author: PersonId,
    /// When.
    pub at: Time,
    /// A comment's text, a status' word, a title, a commit.
    pub text: String,
    /// The former title, or a commit's subject.
    pub other: String,
    /// Who last edited a comment, and when.
    pub edited: Option<(PersonId, Time)>,
    /// Whether a comment was hidden; its text is gone then.
    pub is_hidden: bool,
}

/// What a pull request is based on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Branch it is to be merged into.
    pub base: String,
    /// Commit of that branch.
    pub base_commit: String,
    /// Whether it begins as a draft: without commits it should, with commits it need not.
    pub is_draft: bool,
}

/// A discussion to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDiscussion {
    /// Its title: 3 to 200 characters, without those of its edges.
    pub title: String,
    /// First comment, at most 64 KiB.
    pub description: String,
    /// What it is based on, where it is a pull request.
    pub pull: Option<Pull>,
}

/// Which discussions to list; what is `None` is not asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DiscussionFilter {
    /// Only pull requests, or none.
    pub is_pull_request: Option<bool>,
    /// Open ones, drafts among them; or closed ones, merged among them.
    pub is_open: Option<bool>,
    /// Short name of who opened them.
    pub author: Option<String>,
}

/// Opens a discussion or a pull request and takes its number; for a pull request the caller moves
/// `refs/pr/N` in the same transaction.
pub fn discussion_open(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    new: &NewDiscussion,
) -> Result<Discussion, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Contribute, now))?;
    let author = visitor.signed_in()?;
    let mut problems = FieldProblems::default();
    title_check(&mut problems, &new.title);
    text_check(&mut problems, "description", &new.description);
    problems.finish().map_err(Refused::Invalid)?;
    let (base, base_commit) = match &new.pull {
        Some(pull) => (pull.base.clone(), pull.base_commit.clone()),
        None => (String::new(), String::new()),
    };
    let is_draft = new.pull.as_ref().is_some_and(|pull| pull.is_draft);
    let discussion = Discussion {
        number: store::repo::number_take(tx, repo.id)?,
        title: new.title.trim().to_owned(),
        author,
        status: if is_draft { DiscussionStatus::Draft } else { DiscussionStatus::Open },
        is_pull_request: new.pull.is_some(),
        base,
        base_commit,
        merge_commit: None,
        created_at: now,
    };
    store::discussion::insert(tx, repo.id, &discussion)?;
    add(tx, repo, (discussion.number, author), (EventKind::Comment, &new.description, ""))?;
    let detail = (discussion.number, &discussion.title, discussion.is_pull_request);
    audit(tx, Actor::Person(author), "discussion.opened", &repo.id.0, &detail)?;
    event::discussion_happened(tx, repo, &discussion, ("create", None))?;
    Ok(discussion)
}

fn title_check(problems: &mut FieldProblems, title: &str) {
    // Limits of `huggingface_hub`'s `create_discussion`.
    problems.text("title", title, 3, 200);
    problems.require(
        !title.trim().contains(char::is_control),
        "title",
        "must be one line without control characters",
    );
}

fn text_check(problems: &mut FieldProblems, field: &str, text: &str) {
    problems.require(
        text.len() <= COMMENT_BYTES_MAX,
        field,
        format!("has {} bytes; at most {COMMENT_BYTES_MAX} are kept", text.len()),
    );
}

/// Adds an event; refuses where the discussion is full.
fn add(
    tx: &mut Tx<'_>,
    repo: &Repo,
    (number, author): (i64, PersonId),
    (kind, text, other): (EventKind, &str, &str),
) -> Result<Event, Error> {
    let place = store::discussion::events_count(tx, repo.id, number)?;
    let most = match kind {
        EventKind::Comment | EventKind::TitleChange => EVENTS_MAX,
        EventKind::StatusChange | EventKind::Commit => 2 * EVENTS_MAX,
    };
    if place >= most {
        let message = format!("has {place} events already: open another one");
        return Err(Refused::Invalid(vec![FieldProblem::new("discussion", message)]).into());
    }
    let event = Event {
        id: tx.id(),
        kind,
        author,
        at: tx.now(),
        text: text.to_owned(),
        other: other.to_owned(),
        edited: None,
        is_hidden: false,
    };
    store::discussion::event_insert(tx, repo.id, (number, place), &event)?;
    Ok(event)
}

/// Lists discussions, newest first: the part with an index from 0, of at most
/// [`DISCUSSIONS_MAX`] rows, and how many there are in all.
pub fn discussions(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
    filter: &DiscussionFilter,
    (index, rows): (u32, u32),
) -> Result<(Vec<Discussion>, i64), Error> {
    visitor.sees(repo)?;
    let author = match &filter.author {
        Some(name) => match namespace_find(read, name)?.map(|found| found.holder) {
            Some(crate::Holder::Person(person)) => Some(person),
            _ => return Ok((Vec::new(), 0)),
        },
        None => None,
    };
    let rows = rows.clamp(1, DISCUSSIONS_MAX);
    let start = i64::from(index).saturating_mul(i64::from(rows));
    let asked = (filter.is_pull_request, filter.is_open, author);
    let total = store::discussion::count(read, repo.id, asked)?;
    Ok((store::discussion::list(read, repo.id, asked, (start, rows))?, total))
}

/// Reads a discussion with all its events, oldest first.
pub fn discussion_read(
    read: &Read<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
) -> Result<(Discussion, Vec<Event>), Error> {
    visitor.sees(repo)?;
    let discussion = find(read, repo, number)?;
    Ok((discussion, store::discussion::events(read, repo.id, number)?))
}

fn find(read: &Read<'_>, repo: &Repo, number: i64) -> Result<Discussion, Error> {
    let found = store::discussion::find(read, repo.id, number)?;
    Ok(found.ok_or(Refused::DiscussionUnknown(number))?)
}

/// Tests that the visitor may change what `author` made: it is theirs, or they administer the
/// namespace.
fn may_change(
    tx: &Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (author, what): (PersonId, &'static str),
) -> Result<PersonId, Error> {
    access_test(tx, visitor, repo, (Action::Contribute, tx.now()))?;
    let person = visitor.signed_in()?;
    if person == author || visitor.role_in(repo.namespace) == Some(Role::Admin) {
        return Ok(person);
    }
    let namespace = namespace_read(tx, repo.namespace)?.name;
    Err(Refused::Forbidden { what, namespace }.into())
}

/// Adds a comment of 1 byte to 64 KiB, kept as it is.
pub fn comment_add(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (number, text): (i64, &str),
) -> Result<Event, Error> {
    let now = tx.now();
    access_test(tx, visitor, repo, (Action::Contribute, now))?;
    let author = visitor.signed_in()?;
    let discussion = find(tx, repo, number)?;
    comment_check(text)?;
    let added = add(tx, repo, (number, author), (EventKind::Comment, text, ""))?;
    audit(tx, Actor::Person(author), "discussion.commented", &repo.id.0, &(number, added.id))?;
    event::discussion_happened(tx, repo, &discussion, ("create", Some(&added)))?;
    Ok(added)
}

fn comment_check(text: &str) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    text_check(&mut problems, "comment", text);
    problems.require(!text.trim().is_empty(), "comment", "must be filled in");
    problems.finish().map_err(Refused::Invalid)
}

/// Finds a comment that is still shown, by its id as a client writes it.
fn comment_find(read: &Read<'_>, repo: &Repo, number: i64, id: &str) -> Result<Event, Error> {
    find(read, repo, number)?;
    let found = match id.parse() {
        Ok(known) => store::discussion::event(read, repo.id, number, known)?,
        Err(_) => None,
    };
    let shown = found.filter(|event| event.kind == EventKind::Comment && !event.is_hidden);
    Ok(shown.ok_or_else(|| Refused::CommentUnknown(id.chars().take(60).collect()))?)
}

/// Replaces the text of a comment and notes who did and when; for its author and administrators.
pub fn comment_edit(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
    (id, text): (&str, &str),
) -> Result<Event, Error> {
    visitor.sees(repo)?;
    let comment = comment_find(tx, repo, number, id)?;
    let by = may_change(tx, visitor, repo, (comment.author, "edit comments of others"))?;
    comment_check(text)?;
    let edited = Some((by, tx.now()));
    let changed = Event { text: text.to_owned(), edited, ..comment };
    store::discussion::event_update(tx, &changed)?;
    let detail = (number, changed.id);
    audit(tx, Actor::Person(by), "discussion.comment-edited", &repo.id.0, &detail)?;
    let discussion = find(tx, repo, number)?;
    event::discussion_happened(tx, repo, &discussion, ("update", Some(&changed)))?;
    Ok(changed)
}

/// Hides a comment and erases its text, for good; for its author and administrators.
pub fn comment_hide(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (number, id): (i64, &str),
) -> Result<Event, Error> {
    visitor.sees(repo)?;
    let comment = comment_find(tx, repo, number, id)?;
    let by = may_change(tx, visitor, repo, (comment.author, "hide comments of others"))?;
    let hidden = Event { text: String::new(), is_hidden: true, ..comment };
    store::discussion::event_update(tx, &hidden)?;
    let detail = (number, hidden.id);
    audit(tx, Actor::Person(by), "discussion.comment-hidden", &repo.id.0, &detail)?;
    let discussion = find(tx, repo, number)?;
    event::discussion_happened(tx, repo, &discussion, ("update", Some(&hidden)))?;
    Ok(hidden)
}

/// Renames a discussion; for its author and administrators.
pub fn title_set(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    (number, title): (i64, &str),
) -> Result<Event, Error> {
    visitor.sees(repo)?;
    let mut discussion = find(tx, repo, number)?;
    let by = may_change(tx, visitor, repo, (discussion.author, "rename discussions of others"))?;
    let mut problems = FieldProblems::default();
    title_check(&mut problems, title);
    problems.finish().map_err(Refused::Invalid)?;
    let former = std::mem::replace(&mut discussion.title, title.trim().to_owned());
    store::discussion::update(tx, repo.id, &discussion)?;
    let said = (EventKind::TitleChange, discussion.title.as_str(), former.as_str());
    let added = add(tx, repo, (number, by), said)?;
    audit(tx, Actor::Person(by), "discussion.renamed", &repo.id.0, &(number, title.trim()))?;
    event::discussion_happened(tx, repo, &discussion, ("update", None))?;
    Ok(added)
}

/// Opens or closes a discussion, with a comment before it where that is not empty; for its author
/// and administrators. Merged ones stay so, and nothing becomes a draft again
/// ([`Refused::DiscussionState`]).
pub fn status_set(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
    (status, comment): (DiscussionStatus, &str),
) -> Result<Event, Error> {
    visitor.sees(repo)?;
    let mut discussion = find(tx, repo, number)?;
    let what = "open or close discussions of others";
    let by = may_change(tx, visitor, repo, (discussion.author, what))?;
    status_check(discussion.status, status)?;
    discussion.status = status;
    settle(tx, repo, &discussion, (by, comment))
}

fn status_check(from: DiscussionStatus, to: DiscussionStatus) -> Result<(), Refused> {
    use DiscussionStatus::{Closed, Draft, Merged, Open};
    let what = match (from, to) {
        (Draft | Closed, Open) | (Draft | Open, Closed) => return Ok(()),
        (_, Open) => "opening it",
        (_, Closed) => "closing it",
        (_, Draft) => "making it a draft",
        (_, Merged) => "merging it without a commit",
    };
    Err(Refused::DiscussionState { status: from.wire(), what })
}

/// Writes a new status, the comment that explains it, and the event.
fn settle(
    tx: &mut Tx<'_>,
    repo: &Repo,
    discussion: &Discussion,
    (by, comment): (PersonId, &str),
) -> Result<Event, Error> {
    let number = discussion.number;
    if !comment.trim().is_empty() {
        comment_check(comment)?;
        let added = add(tx, repo, (number, by), (EventKind::Comment, comment, ""))?;
        event::discussion_happened(tx, repo, discussion, ("create", Some(&added)))?;
    }
    store::discussion::update(tx, repo.id, discussion)?;
    let status = discussion.status.wire();
    let added = add(tx, repo, (number, by), (EventKind::StatusChange, status, ""))?;
    audit(tx, Actor::Person(by), "discussion.status-set", &repo.id.0, &(number, status))?;
    event::discussion_happened(tx, repo, discussion, ("update", None))?;
    Ok(added)
}

/// Tests that the visitor may merge a pull request now, and returns it: who may change files, when
/// it is open.
pub fn merge_test(
    tx: &Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
) -> Result<Discussion, Error> {
    access_test(tx, visitor, repo, (Action::Write, tx.now()))?;
    let discussion = find(tx, repo, number)?;
    let is_open = discussion.status == DiscussionStatus::Open;
    if discussion.is_pull_request && is_open {
        return Ok(discussion);
    }
    let what = if discussion.is_pull_request {
        "merging it; open it first"
    } else {
        "merging it, for it is no pull request"
    };
    Err(Refused::DiscussionState { status: discussion.status.wire(), what }.into())
}

/// Notes that a pull request was merged by a commit; the caller has moved the branch in this
/// transaction.
pub fn merged_set(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
    (merge_commit, comment): (&str, &str),
) -> Result<Event, Error> {
    let mut discussion = merge_test(tx, visitor, repo, number)?;
    discussion.status = DiscussionStatus::Merged;
    discussion.merge_commit = Some(merge_commit.to_owned());
    settle(tx, repo, &discussion, (visitor.signed_in()?, comment))
}

/// Tests that the visitor may push to a pull request now, and returns it: its author and
/// administrators, until it is closed or merged.
pub fn push_test(
    tx: &Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
) -> Result<Discussion, Error> {
    visitor.sees(repo)?;
    let discussion = find(tx, repo, number)?;
    may_change(tx, visitor, repo, (discussion.author, "push to pull requests of others"))?;
    let is_open = matches!(discussion.status, DiscussionStatus::Draft | DiscussionStatus::Open);
    if discussion.is_pull_request && is_open {
        return Ok(discussion);
    }
    let what = if discussion.is_pull_request {
        "pushing to it"
    } else {
        "pushing to it, for it is no pull request"
    };
    Err(Refused::DiscussionState { status: discussion.status.wire(), what }.into())
}

/// Notes a commit that was pushed to `refs/pr/N`; the caller has moved that ref in this
/// transaction. The subject is cut at 200 characters.
pub fn commit_note(
    tx: &mut Tx<'_>,
    visitor: &Visitor,
    repo: &Repo,
    number: i64,
    (commit, subject): (&str, &str),
) -> Result<Event, Error> {
    push_test(tx, visitor, repo, number)?;
    let subject: String = subject.chars().take(200).collect();
    let author = visitor.signed_in()?;
    let event = add(tx, repo, (number, author), (EventKind::Commit, commit, &subject))?;
    audit(tx, Actor::Person(author), "discussion.pushed", &repo.id.0, &(number, commit))?;
    Ok(event)
}
