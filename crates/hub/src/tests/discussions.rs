//! Discussions and pull requests.

use super::world::{World, fields, on_both, refusal};
use crate::*;

const COMMIT: &str = "1111111111111111111111111111111111111111";

fn open(world: &World, visitor: &Visitor, repo: &Repo, pull: Option<bool>) -> i64 {
    let pull = pull.map(|is_draft| Pull {
        base: MAIN.to_owned(),
        base_commit: COMMIT.to_owned(),
        is_draft,
    });
    let new = NewDiscussion {
        title: " A title ".to_owned(),
        description: "First *words*".to_owned(),
        pull,
    };
    let opened = world.act((visitor, repo), move |tx, v, r| discussion_open(tx, v, r, &new));
    opened.expect("opens").number
}

fn read(world: &World, repo: &Repo, number: i64) -> (Discussion, Vec<Event>) {
    let owner = world.visitor(world.lin);
    world.read(|read| discussion_read(read, &owner, repo, number))
}

fn comment(
    world: &World,
    visitor: &Visitor,
    repo: &Repo,
    (number, text): (i64, &str),
) -> Result<Event, Error> {
    let text = text.to_owned();
    world.act((visitor, repo), move |tx, v, r| comment_add(tx, v, r, (number, &text)))
}

fn set(
    world: &World,
    visitor: &Visitor,
    repo: &Repo,
    (number, status, comment): (i64, DiscussionStatus, &'static str),
) -> Result<Event, Error> {
    world.act((visitor, repo), move |tx, v, r| status_set(tx, v, r, number, (status, comment)))
}

fn merge(world: &World, visitor: &Visitor, repo: &Repo, number: i64) -> Result<Event, Error> {
    world.act((visitor, repo), move |tx, v, r| merged_set(tx, v, r, number, (COMMIT, "thanks")))
}

fn kinds(events: &[Event]) -> Vec<(EventKind, &str)> {
    events.iter().map(|event| (event.kind, event.text.as_str())).collect()
}

#[test]
fn discussions_and_pull_requests_share_one_row_of_numbers() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let zhao = world.visitor(world.zhao);
        let numbers = [Some(true), None, Some(false)].map(|pull| open(world, &zhao, &repo, pull));
        assert_eq!(numbers, [1, 2, 3]);
        let statuses = numbers.map(|number| read(world, &repo, number).0.status);
        use DiscussionStatus::{Draft, Open};
        assert_eq!(statuses, [Draft, Open, Open]);
        let (pull, events) = read(world, &repo, 1);
        assert_eq!((pull.title.as_str(), pull.base.as_str()), ("A title", MAIN));
        assert_eq!((pull.author, pull.base_commit.as_str()), (world.zhao, COMMIT));
        assert_eq!(kinds(&events), [(EventKind::Comment, "First *words*")]);
    });
}

#[test]
fn lists_are_newest_first_and_count_what_the_filter_finds() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        open(world, &zhao, &repo, Some(true));
        open(world, &lin, &repo, None);
        open(world, &zhao, &repo, None);
        open(world, &zhao, &repo, Some(false));
        set(world, &lin, &repo, (2, DiscussionStatus::Closed, "")).expect("closes");
        merge(world, &lin, &repo, 4).expect("merges");
        let check = |filter: DiscussionFilter, place: (u32, u32), expected: (&[i64], i64)| {
            let nobody = Visitor::default();
            let listed = |read: &db::Read<'_>| discussions(read, &nobody, &repo, &filter, place);
            let (rows, total) = world.read(listed);
            let numbers: Vec<_> = rows.iter().map(|row| row.number).collect();
            assert_eq!((numbers.as_slice(), total), expected, "{filter:?}");
        };
        let all = DiscussionFilter::default;
        check(all(), (0, 10), (&[4, 3, 2, 1], 4));
        check(all(), (1, 3), (&[1], 4));
        check(all(), (u32::MAX, u32::MAX), (&[], 4));
        let pulls = DiscussionFilter { is_pull_request: Some(true), ..all() };
        check(pulls, (0, 10), (&[4, 1], 2));
        // A draft is open, and what was merged is closed.
        check(DiscussionFilter { is_open: Some(true), ..all() }, (0, 10), (&[3, 1], 2));
        check(DiscussionFilter { is_open: Some(false), ..all() }, (0, 10), (&[4, 2], 2));
        let by = |name: &str| DiscussionFilter { author: Some(name.to_owned()), ..all() };
        check(by("LIN"), (0, 10), (&[2], 1));
        check(by("unknown"), (0, 10), (&[], 0));
        check(by("valley"), (0, 10), (&[], 0));
    });
}

#[test]
fn a_comment_is_kept_as_written_and_an_edit_is_marked() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, wu, zhao) =
            (world.visitor(world.lin), world.visitor(world.wu), world.visitor(world.zhao));
        let number = open(world, &zhao, &repo, None);
        let raw = "  <script>alert(1)</script>\n\n**评论** 🤗 ";
        let id = comment(world, &zhao, &repo, (number, raw)).expect("writes").id.to_string();
        let events = read(world, &repo, number).1;
        assert_eq!((events[1].text.as_str(), events[1].edited), (raw, None));
        let edit = |visitor: &Visitor, id: &str, text: &'static str| {
            let id = id.to_owned();
            world.act((visitor, &repo), move |tx, v, r| comment_edit(tx, v, r, number, (&id, text)))
        };
        assert_eq!(refusal(edit(&wu, &id, "no")).code(), "forbidden");
        world.clock.advance(60);
        edit(&zhao, &id, "mine").expect("the author edits");
        let edited = edit(&lin, &id, "calmer").expect("an administrator edits");
        assert_eq!(edited.edited.map(|(by, _)| by), Some(world.lin));
        assert_eq!(read(world, &repo, number).1[1], edited);
        for unknown in ["x", &world.zhao.to_string()] {
            let refused = refusal(edit(&zhao, unknown, "new"));
            assert_eq!(refused, Refused::CommentUnknown(unknown.to_owned()));
        }
    });
}

#[test]
fn a_hidden_comment_loses_its_words_for_good() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let zhao = world.visitor(world.zhao);
        let number = open(world, &zhao, &repo, None);
        let id = read(world, &repo, number).1[0].id.to_string();
        let hide = |visitor: &Visitor| {
            let id = id.clone();
            world.act((visitor, &repo), move |tx, v, r| comment_hide(tx, v, r, (number, &id)))
        };
        assert_eq!(refusal(hide(&world.visitor(world.wu))).code(), "forbidden");
        hide(&world.visitor(world.lin)).expect("hides");
        let event = read(world, &repo, number).1.remove(0);
        assert_eq!((event.text.as_str(), event.is_hidden), ("", true));
        assert_eq!(refusal(hide(&zhao)), Refused::CommentUnknown(id.clone()));
    });
}

#[test]
fn a_new_title_leaves_the_former_one_behind() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let zhao = world.visitor(world.zhao);
        let number = open(world, &zhao, &repo, None);
        let rename = |visitor: &Visitor, title: &'static str| {
            world.act((visitor, &repo), move |tx, v, r| title_set(tx, v, r, (number, title)))
        };
        let event = rename(&zhao, " New title ").expect("renames");
        assert_eq!((event.text.as_str(), event.other.as_str()), ("New title", "A title"));
        let (discussion, events) = read(world, &repo, number);
        assert_eq!((discussion.title.as_str(), events.last()), ("New title", Some(&event)));
        assert_eq!(refusal(rename(&world.visitor(world.wu), "Other")).code(), "forbidden");
        assert_eq!(refusal(rename(&zhao, "  ab ")).code(), "invalid");
        assert_eq!(refusal(rename(&zhao, "two\nlines")).code(), "invalid");
    });
}

#[test]
fn a_status_moves_only_where_it_may() {
    use DiscussionStatus::{Closed, Draft, Merged, Open};
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let number = open(world, &zhao, &repo, Some(true));
        let refused = |status| {
            let before = read(world, &repo, number);
            let refused = refusal(set(world, &zhao, &repo, (number, status, "why")));
            assert_eq!(refused.code(), "discussion_state");
            assert_eq!(read(world, &repo, number), before, "a refusal leaves nothing behind");
        };
        [Draft, Merged].into_iter().for_each(refused);
        set(world, &zhao, &repo, (number, Open, "")).expect("opens");
        [Open, Draft, Merged].into_iter().for_each(refused);
        set(world, &lin, &repo, (number, Closed, "not now")).expect("an administrator closes");
        [Closed, Draft, Merged].into_iter().for_each(refused);
        set(world, &zhao, &repo, (number, Open, " ")).expect("opens again");
        merge(world, &lin, &repo, number).expect("merges");
        [Open, Closed, Draft, Merged].into_iter().for_each(refused);
        let (discussion, events) = read(world, &repo, number);
        assert_eq!(discussion.merge_commit.as_deref(), Some(COMMIT));
        let (said, moved) = (EventKind::Comment, EventKind::StatusChange);
        assert_eq!(
            kinds(&events)[1..],
            [
                (moved, "open"),
                (said, "not now"),
                (moved, "closed"),
                (moved, "open"),
                (said, "thanks"),
                (moved, "merged")
            ]
        );
    });
}

#[test]
fn only_open_pull_requests_are_merged_and_only_by_those_who_may_write() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let (draft, talk, ready) = (
            open(world, &zhao, &repo, Some(true)),
            open(world, &zhao, &repo, None),
            open(world, &zhao, &repo, Some(false)),
        );
        for number in [draft, talk] {
            assert_eq!(refusal(merge(world, &lin, &repo, number)).code(), "discussion_state");
        }
        for visitor in [&zhao, &world.visitor(world.wu)] {
            assert_eq!(refusal(merge(world, visitor, &repo, ready)).code(), "forbidden");
        }
        merge(world, &lin, &repo, ready).expect("merges");
        assert_eq!(refusal(merge(world, &lin, &repo, ready)).code(), "discussion_state");
        assert_eq!(refusal(merge(world, &lin, &repo, 9)), Refused::DiscussionUnknown(9));
    });
}

#[test]
fn a_pull_request_takes_commits_of_its_author_until_it_is_closed() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let (pull, talk) = (open(world, &zhao, &repo, Some(true)), open(world, &zhao, &repo, None));
        let push = |visitor: &Visitor, number: i64| {
            world.act((visitor, &repo), move |tx, v, r| {
                commit_note(tx, v, r, number, (COMMIT, "Add a file"))
            })
        };
        let event = push(&zhao, pull).expect("pushes");
        assert_eq!((event.text.as_str(), event.other.as_str()), (COMMIT, "Add a file"));
        assert!(push(&lin, pull).is_ok());
        assert_eq!(refusal(push(&world.visitor(world.wu), pull)).code(), "forbidden");
        assert_eq!(refusal(push(&zhao, talk)).code(), "discussion_state");
        set(world, &zhao, &repo, (pull, DiscussionStatus::Closed, "")).expect("closes");
        assert_eq!(refusal(push(&zhao, pull)).code(), "discussion_state");
    });
}

#[test]
fn texts_have_their_limits_and_strangers_no_voice() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let zhao = world.visitor(world.zhao);
        let check = |title: &str, bytes: usize, problems: usize| {
            let new = NewDiscussion {
                title: title.to_owned(),
                description: "x".repeat(bytes),
                pull: None,
            };
            let opened = world.act((&zhao, &repo), move |tx, v, r| discussion_open(tx, v, r, &new));
            match opened {
                Ok(_) => assert_eq!(problems, 0, "{title}"),
                refused => match refusal(refused) {
                    Refused::Invalid(found) => assert_eq!(found.len(), problems, "{title}"),
                    refused => panic!("{refused:?}"),
                },
            }
        };
        check("abc", COMMENT_BYTES_MAX, 0);
        check(&"题".repeat(200), 0, 0);
        check(&"题".repeat(201), COMMENT_BYTES_MAX + 1, 2);
        check(" ab ", 0, 1);
        let say = |visitor: &Visitor, repo: &Repo, text: &str| {
            refusal(comment(world, visitor, repo, (1, text)))
        };
        assert_eq!(say(&zhao, &repo, " \n").code(), "invalid");
        assert_eq!(say(&zhao, &repo, &"x".repeat(COMMENT_BYTES_MAX + 1)).code(), "invalid");
        assert_eq!(say(&Visitor::default(), &repo, "hello"), Refused::SignIn);
        assert_eq!(say(&world.reader(world.zhao), &repo, "hello"), Refused::ReadOnlyToken);
        let hidden = world.set(&repo, true, Gating::Open);
        assert_eq!(say(&zhao, &hidden, "hello"), Refused::RepoUnknown);
        let unseen = world.look(|read| discussion_read(read, &zhao, &hidden, 1));
        assert_eq!(refusal(unseen), Refused::RepoUnknown);
        assert!(comment(world, &world.visitor(world.wu), &hidden, (1, "here")).is_ok());
    });
}

#[test]
fn a_full_discussion_takes_no_words_and_can_still_be_merged() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "talked-of");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let number = open(world, &zhao, &repo, Some(false));
        let fill = world.act((&zhao, &repo), move |tx, v, r| {
            (1..EVENTS_MAX).try_for_each(|_| comment_add(tx, v, r, (number, "spam")).map(|_| ()))
        });
        fill.expect("fills");
        let rename =
            world.act((&zhao, &repo), move |tx, v, r| title_set(tx, v, r, (number, "New")));
        assert_eq!(fields(comment(world, &zhao, &repo, (number, "more"))), ["discussion"]);
        assert_eq!(fields(rename), ["discussion"]);
        assert_eq!(read(world, &repo, number).0.title, "A title");
        let merged =
            world.act((&lin, &repo), move |tx, v, r| merged_set(tx, v, r, number, (COMMIT, "")));
        let event = merged.expect("merges");
        assert_eq!(read(world, &repo, number).1.last(), Some(&event));
    });
}
