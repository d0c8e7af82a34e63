//! Lists of repositories.

use super::world::{World, fields, on_both};
use crate::*;
use proptest::prelude::*;

fn card(world: &World, repo: &Repo, facts: CardFacts) -> Repo {
    let repo = repo.clone();
    world.write(move |tx| card_set(tx, &repo, &facts)).expect("keeps the card")
}

fn facts(summary: &str, tags: &[&str]) -> CardFacts {
    CardFacts {
        summary: summary.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..CardFacts::default()
    }
}

fn names(world: &World, visitor: &Visitor, query: &Query) -> Vec<String> {
    let part = world.read(|read| repos_list(read, visitor, query));
    part.rows.iter().map(|repo| repo.name.clone()).collect()
}

/// Follows a list to its end.
fn walked(world: &World, visitor: &Visitor, mut query: Query) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let part = world.read(|read| repos_list(read, visitor, &query));
        assert!(part.rows.len() <= usize::try_from(query.limit).unwrap());
        all.extend(part.rows.iter().map(|repo| repo.name.clone()));
        query.after = part.next;
        if query.after.is_none() {
            return all;
        }
    }
}

#[test]
fn every_filter_finds_what_it_names() {
    on_both(|world| {
        let a = world.model(world.lin, "Valley", "Alpha");
        let b = world.model(world.lin, "lin", "beta");
        world.repo(world.lin, RepoKind::Dataset, ("lin", "alpha-data"));
        let all = facts("A 100% open 模型", &["zh", "license:mit", "Speech"]);
        let all = CardFacts {
            card: "{}".to_owned(),
            license: "mit".to_owned(),
            pipeline_tag: "text-generation".to_owned(),
            library: "transformers".to_owned(),
            ..all
        };
        card(world, &a, all);
        card(world, &b, facts("", &["zh"]));
        world.set(&b, false, Gating::Approval);
        let nobody = Visitor::default();
        let check = |change: &dyn Fn(&mut Query), expected: &[&str]| {
            let mut query = Query::of(RepoKind::Model, 10);
            query.sort = Sort::Created;
            query.is_descending = false;
            change(&mut query);
            let mut found = names(world, &nobody, &query);
            found.sort();
            assert_eq!(found, expected, "{query:?}");
        };
        let some = |text: &str| Some(text.to_owned());
        check(&|_| {}, &["Alpha", "beta"]);
        check(&|q| q.author = some("VALLEY"), &["Alpha"]);
        check(&|q| q.author = some("none"), &[]);
        check(&|q| q.license = some("mit"), &["Alpha"]);
        check(&|q| q.pipeline_tag = some("text-generation"), &["Alpha"]);
        check(&|q| q.library = some("transformers"), &["Alpha"]);
        check(&|q| q.gated = Some(true), &["beta"]);
        check(&|q| q.gated = Some(false), &["Alpha"]);
        check(&|q| q.filters = vec!["zh".to_owned()], &["Alpha", "beta"]);
        check(&|q| q.filters = vec!["zh".to_owned(), "license:mit".to_owned()], &["Alpha"]);
        check(&|q| q.filters = vec!["z".to_owned()], &[]);
        for found in ["ALPH", "lley/al", "100%", "模型", "speech", " mit "] {
            check(&|q| q.search = some(found), &["Alpha"]);
        }
        for missed in ["_lpha", "al%a", "\\", "100_"] {
            check(&|q| q.search = some(missed), &[]);
        }
        let data = Query { search: some("alpha"), ..Query::of(RepoKind::Dataset, 10) };
        assert_eq!(names(world, &nobody, &data), ["alpha-data"]);
    });
}

#[test]
fn private_repositories_are_listed_for_members_alone() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "secret");
        world.set(&repo, true, Gating::Open);
        let query = Query { search: Some("secret".to_owned()), ..Query::of(RepoKind::Model, 10) };
        for (person, expected) in [(world.lin, 1), (world.wu, 1), (world.zhao, 0)] {
            assert_eq!(names(world, &world.visitor(person), &query).len(), expected);
        }
        assert_eq!(names(world, &Visitor::default(), &query).len(), 0);
    });
}

#[test]
fn every_order_is_walked_in_parts_without_loss() {
    on_both(|world| {
        let made = ["a", "b", "c", "d", "e"];
        let repos = made.map(|name| {
            world.clock.advance(1);
            world.model(world.lin, "Valley", name)
        });
        let counted: Vec<_> = repos.iter().zip([5, 1, 1, 3, 5]).map(|(r, n)| (r.id, n)).collect();
        world.write(move |tx| downloads_add(tx, &counted)).expect("counts");
        world.act((&world.visitor(world.wu), &repos[2]), like_add).expect("likes");
        world.clock.advance(1);
        card(world, &repos[1], CardFacts::default());
        let nobody = Visitor::default();
        for (sort, down, up) in [
            (Sort::Created, "edcba", "abcde"),
            (Sort::Changed, "bedca", "acdeb"),
            (Sort::Downloads, "eadcb", "bcdae"),
            (Sort::Likes, "cedba", "abdec"),
        ] {
            for limit in [1, 2, 5, 1_000] {
                let query = Query { sort, ..Query::of(RepoKind::Model, limit) };
                assert_eq!(walked(world, &nobody, query.clone()).concat(), down, "{sort:?}");
                let query = Query { is_descending: false, ..query };
                assert_eq!(walked(world, &nobody, query).concat(), up, "{sort:?} upwards");
            }
        }
    });
}

#[test]
fn a_part_goes_on_where_the_last_one_ended_though_rows_come_and_go() {
    on_both(|world| {
        let repos = ["a", "b", "c"].map(|name| {
            world.clock.advance(1);
            world.model(world.lin, "Valley", name)
        });
        let nobody = Visitor::default();
        let mut query = Query { sort: Sort::Created, ..Query::of(RepoKind::Model, 2) };
        let first = world.read(|read| repos_list(read, &nobody, &query));
        world.clock.advance(1);
        world.model(world.lin, "Valley", "new");
        world.act((&world.visitor(world.lin), &repos[1]), repo_delete).expect("deletes");
        query.after = first.next;
        assert_eq!(names(world, &nobody, &query), ["a"]);
    });
}

#[test]
fn places_and_filters_that_nobody_gave_out_are_refused() {
    on_both(|world| {
        let list = |query: &Query| world.look(|read| repos_list(read, &Visitor::default(), query));
        for after in ["", "1", "x.y", "1.x", "99999999999999999999.01j00000000000000000000000"] {
            let after = Some(after.to_owned());
            let query = Query { after, ..Query::of(RepoKind::Model, 1) };
            assert_eq!(fields(list(&query)), ["cursor"]);
        }
        let mut query = Query::of(RepoKind::Model, 0);
        query.filters = vec!["x".to_owned(); FILTERS_MAX];
        assert!(list(&query).is_ok());
        query.filters.push("x".to_owned());
        assert_eq!(fields(list(&query)), ["filter"]);
    });
}

#[test]
fn a_card_is_cut_to_its_limits_and_its_tags_are_replaced() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "m");
        card(world, &repo, facts("", &["old", "both"]));
        let long = "长".repeat(600);
        let mut all = facts(&long, &["both", " new ", "both", "", &long]);
        all.tags.extend((0..600).map(|n| format!("t{n:03}")));
        all.card = " ".repeat(512 * 1_024 + 1);
        let kept = card(world, &repo, all);
        assert_eq!((kept.summary.chars().count(), kept.card.as_str()), (500, ""));
        assert_eq!(world.read(|read| repo_by_id(read, repo.id)), Some(kept));
        let other = world.model(world.lin, "Valley", "bare");
        let tags = world.read(|read| tags_of(read, &[repo.id, other.id]));
        let found = &tags[&repo.id];
        assert_eq!(found[..2], ["both", "new"]);
        assert!(found.len() <= TAGS_MAX && found.contains(&"t000".to_owned()));
        assert!(!tags.contains_key(&other.id));
    });
}

#[test]
fn orders_have_the_words_of_clients() {
    let known = ["createdAt", "last_modified", "downloads", "likes", "trendingScore"];
    let found = known.map(|word| Sort::of(word).expect("known"));
    use Sort::{Changed, Created, Downloads, Likes};
    assert_eq!(found, [Created, Changed, Downloads, Likes, Likes]);
    assert_eq!(Sort::of("price"), None);
}

proptest! {
    #[test]
    fn a_pattern_is_the_text_and_never_a_wildcard(text in "[a-z%_\\\\]{0,20}") {
        let pattern = crate::listing::pattern(&text);
        let inner = pattern.strip_prefix('%').and_then(|p| p.strip_suffix('%')).expect("any");
        let mut plain = String::new();
        let mut escaped = false;
        for c in inner.chars() {
            prop_assert!(escaped || !matches!(c, '%' | '_'), "{pattern}");
            escaped = !escaped && c == '\\';
            if !escaped {
                plain.push(c);
            }
        }
        prop_assert_eq!(plain, text);
    }
}
