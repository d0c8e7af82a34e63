//! How much there is, as far as one may see it.

use super::world::{World, on_both, refusal};
use crate::*;

fn namespace(world: &World, name: &str) -> Namespace {
    world.read(|read| namespace_find(read, name)).expect("is there")
}

#[test]
fn what_one_may_not_see_is_not_counted() {
    on_both(|world| {
        let shown = world.model(world.lin, "Valley", "digits");
        let hidden = world.model(world.lin, "Valley", "secret");
        let data = world.repo(world.lin, RepoKind::Dataset, ("Valley", "rows"));
        world.set(&hidden, true, Gating::Open);
        let lin = world.visitor(world.lin);
        for repo in [&shown, &hidden, &data] {
            world.act((&lin, repo), like_add).expect("likes");
        }
        let counts = |visitor: &Visitor, name: &str| {
            let namespace = namespace(world, name);
            world.read(|read| counts_of(read, visitor, &namespace))
        };
        let zhao = world.visitor(world.zhao);
        let seen = Counts { models: 1, datasets: 1, ..Counts::default() };
        assert_eq!(counts(&zhao, "Valley"), seen);
        assert_eq!(counts(&Visitor::default(), "Valley"), seen);
        assert_eq!(counts(&world.visitor(world.wu), "Valley").models, 2);
        assert_eq!((counts(&zhao, "lin").likes, counts(&lin, "lin").likes), (2, 3));
    });
}

#[test]
fn discussions_are_counted_for_whoever_opened_them() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let zhao = world.visitor(world.zhao);
        let new = NewDiscussion {
            title: "A question".to_owned(),
            description: String::new(),
            pull: None,
        };
        world
            .act((&zhao, &repo), move |tx, v, repo| discussion_open(tx, v, repo, &new))
            .expect("opens");
        let of = namespace(world, "zhao");
        assert_eq!(world.read(|read| counts_of(read, &zhao, &of)).discussions, 1);
    });
}

#[test]
fn tags_in_use_are_those_of_public_repositories() {
    on_both(|world| {
        let shown = world.model(world.lin, "Valley", "digits");
        let hidden = world.model(world.lin, "Valley", "secret");
        let hidden = world.set(&hidden, true, Gating::Open);
        for (repo, tag) in [(shown, "open"), (hidden, "closed")] {
            let facts = CardFacts { tags: vec![tag.to_owned()], ..CardFacts::default() };
            world.write(move |tx| card_set(tx, &repo, &facts)).expect("keeps");
        }
        assert_eq!(world.read(|read| tags_used(read, RepoKind::Model)), ["open"]);
        assert_eq!(world.read(|read| tags_used(read, RepoKind::Space)), [""; 0]);
    });
}

#[test]
fn only_members_learn_who_works_for_an_organisation() {
    on_both(|world| {
        let today = base::Time::parse("2026-03-01T09:00:00Z").unwrap().date();
        let valley = namespace(world, "Valley");
        let wu = world.visitor(world.wu);
        let mut members = world.read(|read| members(read, &wu, &valley, today));
        members.sort_by(|a, b| a.name.cmp(&b.name));
        let shown: Vec<_> = members.iter().map(|m| (m.name.as_str(), m.may_act)).collect();
        assert_eq!(shown, [("lin", true), ("wu", false)]);
        let ask =
            |visitor: &Visitor| world.look(|read| crate::members(read, visitor, &valley, today));
        assert_eq!(refusal(ask(&Visitor::default())), Refused::SignIn);
        let zhao = world.visitor(world.zhao);
        assert!(matches!(refusal(ask(&zhao)), Refused::Forbidden { .. }));
    });
}
