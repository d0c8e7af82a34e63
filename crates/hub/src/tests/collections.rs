//! Collections.

use super::world::{World, fields, on_both, refusal};
use crate::*;

fn make(world: &World, visitor: &Visitor, title: &str, is_private: bool) -> Collection {
    let new = NewCollection { title: title.to_owned(), is_private, ..NewCollection::default() };
    world.act_as(visitor, move |tx, v| collection_create(tx, v, &new)).expect("makes")
}

fn change(
    world: &World,
    visitor: &Visitor,
    slug: &str,
    change: CollectionChange,
) -> Result<Collection, Error> {
    let slug = slug.to_owned();
    world.act_as(visitor, move |tx, v| collection_update(tx, v, &slug, &change))
}

fn add(
    world: &World,
    visitor: &Visitor,
    slug: &str,
    (target, note): (Target, &str),
) -> Result<Collection, Error> {
    let (slug, note) = (slug.to_owned(), note.to_owned());
    world.act_as(visitor, move |tx, v| item_add(tx, v, &slug, (&target, &note)))
}

fn model(path: &str) -> Target {
    Target::Repo(RepoKind::Model, path.to_owned())
}

/// Items as `name:note`.
fn shown(world: &World, visitor: &Visitor, slug: &str) -> (Vec<String>, Vec<String>) {
    let items =
        world.read(|read| collection_items(read, visitor, &collection_find(read, visitor, slug)?));
    let text = |item: &Item| match &item.listed {
        Listed::Repo(repo) => format!("{}:{}", repo.name, item.note),
        Listed::Nested(nested) => format!("{}:{}", nested.title, item.note),
    };
    let ids = items.iter().map(|item| item.id.to_string()).collect();
    (items.iter().map(text).collect(), ids)
}

#[test]
fn a_slug_leads_to_its_collection_under_every_title() {
    on_both(|world| {
        let lin = world.visitor(world.lin);
        let made = make(world, &lin, " My cool stuff 1-2! ", false);
        assert_eq!(made.slug(), format!("lin/my-cool-stuff-1-2-{}", made.id));
        let new = CollectionChange {
            title: Some("新的".to_owned()),
            description: Some("What it is".to_owned()),
            theme: Some("pink".to_owned()),
            is_private: Some(true),
            position: Some(3),
        };
        world.clock.advance(1);
        let changed = change(world, &lin, &made.slug(), new).expect("changes");
        assert_eq!(changed.slug(), format!("lin/collection-{}", made.id));
        assert_ne!(changed.changed_at, made.changed_at);
        for slug in [made.slug(), changed.slug()] {
            let found = world.read(|read| collection_find(read, &lin, &slug));
            assert_eq!(found, changed);
        }
    });
}

#[test]
fn a_private_collection_does_not_exist_for_others() {
    on_both(|world| {
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let slug = make(world, &lin, "Mine", true).slug();
        for visitor in [&zhao, &Visitor::default()] {
            let found = world.look(|read| collection_find(read, visitor, &slug));
            assert_eq!(refusal(found), Refused::CollectionUnknown);
        }
        let hidden = change(world, &zhao, &slug, CollectionChange::default());
        assert_eq!(refusal(hidden), Refused::CollectionUnknown);
        let open = CollectionChange { is_private: Some(false), ..CollectionChange::default() };
        change(world, &lin, &slug, open.clone()).expect("opens");
        assert!(world.look(|read| collection_find(read, &zhao, &slug)).is_ok());
        assert_eq!(refusal(change(world, &zhao, &slug, open.clone())).code(), "forbidden");
        let reader = world.reader(world.lin);
        assert_eq!(refusal(change(world, &reader, &slug, open)), Refused::ReadOnlyToken);
        for unknown in ["", "lin/none", "lin/none-x", "lin/none-01j00000000000000000000000"] {
            let found = world.look(|read| collection_find(read, &lin, unknown));
            assert_eq!(refusal(found), Refused::CollectionUnknown, "{unknown}");
        }
    });
}

#[test]
fn items_keep_their_order_and_notes() {
    on_both(|world| {
        let lin = world.visitor(world.lin);
        world.model(world.lin, "Valley", "m");
        world.repo(world.lin, RepoKind::Dataset, ("Valley", "d"));
        let nested = make(world, &lin, "nested", false).slug();
        let slug = make(world, &lin, "Mine", false).slug();
        let dataset = || Target::Repo(RepoKind::Dataset, "Valley/d".to_owned());
        add(world, &lin, &slug, (model("valley/M"), "My model")).expect("adds");
        add(world, &lin, &slug, (dataset(), "")).expect("adds");
        add(world, &lin, &slug, (Target::Nested(nested.clone()), "")).expect("adds");
        let (items, ids) = shown(world, &lin, &slug);
        assert_eq!(items, ["m:My model", "d:", "nested:"]);
        for taken in [model("Valley/m"), dataset(), Target::Nested(nested)] {
            assert_eq!(refusal(add(world, &lin, &slug, (taken, ""))), Refused::ItemTaken);
        }
        let (at, id) = (slug.clone(), ids[0].clone());
        let update = world
            .act_as(&lin, move |tx, v| item_update(tx, v, &at, &id, (Some("New note"), Some(1))));
        update.expect("moves");
        assert_eq!(shown(world, &lin, &slug).0, ["d:", "m:New note", "nested:"]);
        let (at, id) = (slug.clone(), ids[1].clone());
        let update =
            world.act_as(&lin, move |tx, v| item_update(tx, v, &at, &id, (None, Some(99))));
        update.expect("moves to the end");
        assert_eq!(shown(world, &lin, &slug).0, ["m:New note", "nested:", "d:"]);
        let delete = || {
            let (at, id) = (slug.clone(), ids[0].clone());
            world.act_as(&lin, move |tx, v| item_delete(tx, v, &at, &id))
        };
        delete().expect("takes out");
        assert_eq!(shown(world, &lin, &slug).0, ["nested:", "d:"]);
        assert_eq!(refusal(delete()), Refused::ItemUnknown);
        add(world, &lin, &slug, (model("Valley/m"), "again")).expect("adds at the end");
        assert_eq!(shown(world, &lin, &slug).0, ["nested:", "d:", "m:again"]);
    });
}

#[test]
fn items_that_one_may_not_see_are_left_out() {
    on_both(|world| {
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let open = world.model(world.lin, "Valley", "open");
        let secret = world.model(world.lin, "Valley", "secret");
        let nested = make(world, &lin, "nested", true).slug();
        let slug = make(world, &lin, "Mine", false).slug();
        for target in [model(&secret.path()), Target::Nested(nested), model(&open.path())] {
            add(world, &lin, &slug, (target, "")).expect("adds");
        }
        world.set(&secret, true, Gating::Open);
        assert_eq!(shown(world, &lin, &slug).0, ["secret:", "nested:", "open:"]);
        assert_eq!(shown(world, &zhao, &slug).0, ["open:"]);
        let theirs = make(world, &zhao, "Theirs", false).slug();
        let hidden = add(world, &zhao, &theirs, (model(&secret.path()), ""));
        assert_eq!(refusal(hidden), Refused::RepoUnknown);
        world.act((&lin, &open), repo_delete).expect("deletes");
        assert_eq!(shown(world, &zhao, &slug).0, Vec::<String>::new());
    });
}

#[test]
fn lists_are_filtered_and_newest_change_first() {
    on_both(|world| {
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let repo = world.model(world.lin, "Valley", "m");
        let titles = [("100% Maths", false), ("Mine", true), ("Poems", false)];
        let made = titles.map(|(title, is_private)| {
            world.clock.advance(1);
            make(world, &lin, title, is_private)
        });
        world.clock.advance(1);
        add(world, &lin, &made[0].slug(), (model("valley/m"), "")).expect("adds");
        let check = |visitor: &Visitor, query: CollectionQuery, expected: &[&str]| {
            let part = world.read(|read| {
                collections(read, visitor, &CollectionQuery { limit: 10, ..query.clone() })
            });
            let titles: Vec<_> = part.rows.iter().map(|row| row.title.as_str()).collect();
            assert_eq!(titles, expected, "{query:?}");
        };
        let all = CollectionQuery::default;
        check(&lin, all(), &["100% Maths", "Poems", "Mine"]);
        check(&zhao, all(), &["100% Maths", "Poems"]);
        check(
            &zhao,
            CollectionQuery { owner: Some("LIN".to_owned()), ..all() },
            &["100% Maths", "Poems"],
        );
        check(&zhao, CollectionQuery { owner: Some("zhao".to_owned()), ..all() }, &[]);
        let item = |item: &str| CollectionQuery { item: Some(item.to_owned()), ..all() };
        check(&zhao, item("models/Valley/m"), &["100% Maths"]);
        for none in ["datasets/Valley/m", "models/none", "collections/lin/x-y", "papers/1", "x"] {
            check(&zhao, item(none), &[]);
        }
        let search = |text: &str| CollectionQuery { search: Some(text.to_owned()), ..all() };
        check(&lin, search("MATH"), &["100% Maths"]);
        check(&lin, search("0% m"), &["100% Maths"]);
        check(&lin, search("%m"), &[]);
        world.set(&repo, true, Gating::Open);
        check(&zhao, item("models/Valley/m"), &[]);
        let mut query = CollectionQuery { limit: 2, ..all() };
        let first = world.read(|read| collections(read, &lin, &query));
        query.after = first.next;
        let second = world.read(|read| collections(read, &lin, &query));
        assert_eq!((first.rows.len(), second.rows.len(), second.next), (2, 1, None));
    });
}

#[test]
fn a_deleted_collection_leaves_those_that_held_it() {
    on_both(|world| {
        let lin = world.visitor(world.lin);
        let nested = make(world, &lin, "nested", false).slug();
        let slug = make(world, &lin, "Mine", false).slug();
        add(world, &lin, &slug, (Target::Nested(nested.clone()), "")).expect("adds");
        let delete = || {
            let nested = nested.clone();
            world.act_as(&lin, move |tx, v| collection_delete(tx, v, &nested))
        };
        delete().expect("deletes");
        assert_eq!(refusal(delete()), Refused::CollectionUnknown);
        assert_eq!(shown(world, &lin, &slug).0, Vec::<String>::new());
    });
}

#[test]
fn what_does_not_fit_a_collection_is_refused() {
    on_both(|world| {
        let lin = world.visitor(world.lin);
        let create = |owner: &str, title: &str| {
            let new = NewCollection {
                owner: Some(owner.to_owned()),
                title: title.to_owned(),
                description: "x".repeat(2_001),
                is_private: false,
            };
            world.act_as(&lin, move |tx, v| collection_create(tx, v, &new))
        };
        assert_eq!(fields(create("lin", " ")), ["title", "description"]);
        assert_eq!(refusal(create("none", "x")), Refused::NamespaceUnknown("none".to_owned()));
        assert_eq!(refusal(create("zhao", "x")).code(), "forbidden");
        let slug = make(world, &lin, "Mine", false).slug();
        let bad = CollectionChange {
            theme: Some("beige".to_owned()),
            position: Some(-1),
            ..CollectionChange::default()
        };
        assert_eq!(fields(change(world, &lin, &slug, bad)), ["theme", "position"]);
        let itself = add(world, &lin, &slug, (Target::Nested(slug.clone()), ""));
        assert_eq!(fields(itself), ["item"]);
        world.model(world.lin, "Valley", "m");
        let noted = add(world, &lin, &slug, (model("Valley/m"), &"x".repeat(501)));
        assert_eq!(fields(noted), ["note"]);
        let unknown = add(world, &lin, &slug, (model("Valley/none"), ""));
        assert_eq!(refusal(unknown), Refused::RepoUnknown);
    });
}
