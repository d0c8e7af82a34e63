//! Pull requests: proposed changes on a ref of their own, and their merge.

use super::publish::{larges_test, plain_ref};
use super::{Card, Depot, Draft, Error, Message, Published, Push, held, revision_find};
use crate::App;
use git::{Commit, Merged, Oid};
use hub::{Discussion, HEADS, Move, NewDiscussion, PULLS, Pull, Refused, Repo, Visitor};
use identity::{Actor, audit};
use std::sync::Arc;

/// Words that a pull request opens with when its maker gave none.
const DESCRIPTION: &str = "Opened together with its first commit.";
/// Shortest and longest title of a discussion, in characters.
const TITLE_CHARS: (usize, usize) = (3, 200);

/// Opens a pull request whose ref stands where its branch stands. Blocks.
///
/// # Errors
/// As [`hub::discussion_open`].
pub fn pull_open(
    app: &App,
    depot: &Depot,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    (title, description): (&str, &str),
) -> Result<Discussion, Error> {
    let git = depot.git(repo.id)?;
    let head = app.db().read(|read| revision_find(read, &git, repo, hub::MAIN))?;
    let new = NewDiscussion {
        title: title.to_owned(),
        description: description.to_owned(),
        pull: Some(Pull {
            base: hub::MAIN.to_owned(),
            base_commit: head.commit.to_string(),
            is_draft: true,
        }),
    };
    let (visitor, repo) = (visitor.clone(), repo.clone());
    let opened = app.db().write(move |tx| {
        let opened = hub::discussion_open(tx, &visitor, &repo, &new)?;
        let name = format!("{PULLS}{}", opened.number);
        let new = Some(plain_ref(&name, head.commit));
        hub::ref_move(tx, &repo, &Move { name, old: None, new })?;
        Ok::<_, hub::Error>(opened)
    });
    Ok(opened.wait()?)
}

/// Publishes a change as a new pull request against a branch. Blocks.
///
/// # Errors
/// As [`super::publish`]; [`Refused::RevisionUnknown`] for a base that is no branch.
pub fn propose(
    app: &App,
    depot: &Depot,
    push: &Push,
    draft: &mut Draft,
) -> Result<Published, Error> {
    let base = branch_name(&push.revision);
    let git = depot.git(push.repo.id)?;
    let head = app.db().read(|read| {
        if hub::ref_find(read, &push.repo, &base)?.is_none() {
            return Err(Error::from(Refused::RevisionUnknown(push.revision.clone())));
        }
        revision_find(read, &git, &push.repo, &base)
    })?;
    if push.parent.as_ref().is_some_and(|parent| *parent != head.commit.to_string()) {
        return Err(Refused::Stale.into());
    }
    let built = draft.build(Some((head.commit, head.tree)), vec![head.commit], &push.message)?;
    let new = NewDiscussion {
        title: title_of(&push.message),
        description: description_of(&push.message),
        pull: Some(Pull { base, base_commit: head.commit.to_string(), is_draft: false }),
    };
    let (visitor, repo, larges) = (push.visitor.clone(), push.repo.clone(), draft.larges().clone());
    let subject = push.message.summary.clone();
    let opened = app.db().write(move |tx| {
        let opened = hub::discussion_open(tx, &visitor, &repo, &new)?;
        larges_test(tx, &repo, &larges)?;
        let name = format!("{PULLS}{}", opened.number);
        let commit = built.commit.to_string();
        hub::commit_note(tx, &visitor, &repo, opened.number, (&commit, &subject))?;
        let to = Some(plain_ref(&name, built.commit));
        hub::ref_move(tx, &repo, &Move { name: name.clone(), old: None, new: to })?;
        Ok::<_, hub::Error>(name)
    });
    let name = opened.wait()?;
    depot.touched(push.repo.id);
    Ok(Published { commit: built.commit, name })
}

fn branch_name(revision: &str) -> String {
    if revision.starts_with(HEADS) { revision.to_owned() } else { format!("{HEADS}{revision}") }
}

fn title_of(message: &Message) -> String {
    let (least, most) = TITLE_CHARS;
    let line = message.summary.lines().next().unwrap_or_default().trim();
    let title: String = line.chars().filter(|c| !c.is_control()).take(most).collect();
    if title.chars().count() < least { format!("Change: {title}") } else { title }
}

fn description_of(message: &Message) -> String {
    let text = message.description.trim();
    if text.is_empty() { DESCRIPTION.to_owned() } else { text.to_owned() }
}

/// Merges a pull request into its branch by a merge commit. Blocks.
///
/// # Errors
/// [`Refused::DiscussionState`], [`Refused::Conflicts`], [`Refused::Stale`] when the branch moved
/// meanwhile.
pub fn merge(
    app: &App,
    depot: &Depot,
    (visitor, repo): (&Visitor, &Arc<Repo>),
    (number, comment, author): (i64, &str, &str),
) -> Result<Published, Error> {
    let lock = depot.lock(repo.id);
    let _turn = held(&lock);
    let git = depot.git(repo.id)?;
    let pull = format!("{PULLS}{number}");
    let (discussion, base, head) = app.db().read(|read| {
        let (discussion, _) = hub::discussion_read(read, visitor, repo, number)?;
        if !discussion.is_pull_request {
            let what = "merging it, for it is no pull request";
            return Err(Refused::DiscussionState { status: "a discussion", what }.into());
        }
        let base = revision_find(read, &git, repo, &discussion.base)?;
        let head = revision_find(read, &git, repo, &pull)?;
        Ok::<_, Error>((discussion, base, head))
    })?;
    let seconds = app.now().millis().div_euclid(1_000);
    let summary = format!("{} (#{number})", discussion.title);
    let message =
        Message { author: author.to_owned(), summary, description: String::new(), seconds };
    let commit = merged(&git, (base.commit, base.tree), (head.commit, head.tree), &message)?;
    let moved = Move {
        name: discussion.base.clone(),
        old: Some(base.commit.to_string()),
        new: Some(plain_ref(&discussion.base, commit)),
    };
    let name = discussion.base;
    let card = Card::read(&git, repo, (&name, git.commit_read(commit)?.tree))?;
    let (visitor, repo, comment) = (visitor.clone(), repo.clone(), comment.to_owned());
    let done = app.db().write(move |tx| {
        hub::merged_set(tx, &visitor, &repo, number, (&commit.to_string(), &comment))?;
        hub::ref_move(tx, &repo, &moved)?;
        let actor = Actor::Person(visitor.signed_in()?);
        audit(tx, actor, "repo.pushed", &repo.id.0, &(&moved.name, number))?;
        match &card {
            Some(card) => card.keep(tx, &repo, actor),
            None => Ok::<_, hub::Error>(()),
        }
    });
    done.wait()?;
    Ok(Published { commit, name })
}

fn merged(
    git: &git::Repo,
    (ours, ours_tree): (Oid, Oid),
    (theirs, theirs_tree): (Oid, Oid),
    message: &Message,
) -> Result<Oid, Error> {
    let base = git.merge_base(ours, theirs)?;
    let base_tree = base.map(|base| git.commit_read(base)).transpose()?.map(|commit| commit.tree);
    let mut writer = git.writer();
    let tree = match writer.merge_trees(base_tree, ours_tree, theirs_tree)? {
        Merged::Tree(tree) => tree,
        Merged::Conflicts(paths) => return Err(Refused::Conflicts(paths).into()),
    };
    let actor = message.actor();
    let commit = Commit {
        tree,
        parents: vec![ours, theirs],
        author: actor.clone(),
        committer: actor,
        message: message.text(),
    };
    let commit = writer.commit_write(&commit)?;
    writer.finish()?;
    Ok(commit)
}

/// Lists the paths that keep a pull request from being merged. Blocks.
pub fn conflicts(git: &git::Repo, ours: Oid, theirs: Oid) -> Result<Vec<String>, Error> {
    let base = git.merge_base(ours, theirs)?;
    let tree = |commit: Oid| git.commit_read(commit).map(|commit| commit.tree);
    let base = base.map(tree).transpose()?;
    let mut writer = git.writer();
    match writer.merge_trees(base, tree(ours)?, tree(theirs)?)? {
        Merged::Tree(_) => Ok(Vec::new()),
        Merged::Conflicts(paths) => Ok(paths),
    }
}
