//! Likes.

use super::world::{on_both, refusal};
use crate::*;

#[test]
fn a_like_counts_once_however_often_it_is_given() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "liked");
        let zhao = world.visitor(world.zhao);
        let count = || world.read(|read| repo_by_id(read, repo.id)).expect("there").likes;
        for (first, likes) in [(true, 1), (false, 1)] {
            assert_eq!(world.act((&zhao, &repo), like_add).expect("likes"), first);
            assert_eq!(count(), likes);
        }
        assert!(world.read(|read| is_liked(read, &repo, world.zhao)));
        for (first, likes) in [(true, 0), (false, 0)] {
            assert_eq!(world.act((&zhao, &repo), like_remove).expect("unlikes"), first);
            assert_eq!(count(), likes);
        }
        assert!(!world.read(|read| is_liked(read, &repo, world.zhao)));
    });
}

#[test]
fn likes_are_listed_in_parts_newest_first_without_what_one_may_not_see() {
    on_both(|world| {
        let names = ["a", "b", "c", "d"];
        let repos = names.map(|name| world.model(world.lin, "Valley", name));
        let wu = world.visitor(world.wu);
        for repo in &repos {
            world.clock.advance(1);
            world.act((&wu, repo), like_add).expect("likes");
        }
        world.set(&repos[1], true, Gating::Open);
        let listed = |visitor: &Visitor| {
            let (mut names, mut after) = (String::new(), None);
            loop {
                let place = (after.as_deref(), 2);
                let part = world.read(|read| liked_by(read, visitor, (world.wu, None), place));
                assert!(part.rows.len() <= 2);
                part.rows.iter().for_each(|liked| names += &liked.repo.name);
                after = part.next;
                if after.is_none() {
                    return names;
                }
            }
        };
        assert_eq!(listed(&wu), "dcba");
        assert_eq!(listed(&world.visitor(world.zhao)), "dca");
        let datasets = (world.wu, Some(RepoKind::Dataset));
        assert_eq!(world.read(|read| liked_by(read, &wu, datasets, (None, 9))).rows, []);
    });
}

#[test]
fn likers_are_listed_in_parts_by_name() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "liked");
        for person in [world.lin, world.wu, world.zhao] {
            world.clock.advance(1);
            world.act((&world.visitor(person), &repo), like_add).expect("likes");
        }
        let nobody = Visitor::default();
        let part = |after: Option<&str>| {
            let part = world.read(|read| likers(read, &nobody, &repo, (after, 2)));
            (part.rows.into_iter().map(|liker| liker.name).collect::<Vec<_>>(), part.next)
        };
        let (first, next) = part(None);
        assert_eq!(first, ["zhao", "wu"]);
        assert_eq!(part(next.as_deref()), (vec!["lin".to_owned()], None));
        let bad = world.look(|read| likers(read, &nobody, &repo, (Some("1; DROP"), 2)));
        assert_eq!(refusal(bad).code(), "invalid");
    });
}

#[test]
fn strangers_and_reading_tokens_do_not_like() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "liked");
        let like = |visitor: &Visitor, repo: &Repo| refusal(world.act((visitor, repo), like_add));
        assert_eq!(like(&Visitor::default(), &repo), Refused::SignIn);
        assert_eq!(like(&world.reader(world.zhao), &repo), Refused::ReadOnlyToken);
        let hidden = world.set(&repo, true, Gating::Open);
        let zhao = world.visitor(world.zhao);
        assert_eq!(like(&zhao, &hidden), Refused::RepoUnknown);
        let listed = world.look(|read| likers(read, &zhao, &hidden, (None, 1)));
        assert_eq!(refusal(listed), Refused::RepoUnknown);
    });
}
