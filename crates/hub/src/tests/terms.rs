//! Terms of platforms and lineage.

use super::world::{World, fields, on_both, refusal};
use crate::*;

fn terms(platform: &str) -> Terms {
    Terms {
        platform: platform.to_owned(),
        eligible: "firms of the zone".to_owned(),
        price: "at cost".to_owned(),
        notice_days: 90,
        portability: "export as Parquet".to_owned(),
    }
}

fn state(
    world: &World,
    visitor: &Visitor,
    repo: &Repo,
    terms: Terms,
) -> Result<StatedTerms, Error> {
    world.act((visitor, repo), move |tx, v, r| terms_set(tx, v, r, &terms))
}

#[test]
fn terms_are_stated_replaced_and_cleared_by_administrators() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "m");
        let (lin, wu) = (world.visitor(world.lin), world.visitor(world.wu));
        let read = || world.read(|read| terms_of(read, &Visitor::default(), &repo));
        assert_eq!(refusal(state(world, &wu, &repo, terms("P"))).code(), "forbidden");
        assert_eq!(read(), None);
        state(world, &lin, &repo, terms(" P ")).expect("states");
        let stated = state(world, &lin, &repo, terms("Q")).expect("states anew");
        assert_eq!((read(), stated.stated_by), (Some(stated.clone()), world.lin));
        assert_eq!(refusal(world.act((&wu, &repo), terms_clear)).code(), "forbidden");
        assert!(world.act((&lin, &repo), terms_clear).expect("clears"));
        assert!(!world.act((&lin, &repo), terms_clear).expect("is clear"));
        assert_eq!(read(), None);
    });
}

#[test]
fn every_wrong_term_is_named() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "m");
        let lin = world.visitor(world.lin);
        let long = || "x".repeat(2_001);
        let bad = Terms {
            platform: " ".to_owned(),
            eligible: long(),
            price: String::new(),
            notice_days: 3_651,
            portability: long(),
        };
        let named = fields(state(world, &lin, &repo, bad));
        assert_eq!(named, ["platform", "eligible", "price", "portability", "notice_days"]);
        let early = Terms { notice_days: -1, ..terms("P") };
        assert_eq!(fields(state(world, &lin, &repo, early)), ["notice_days"]);
        for notice_days in [0, NOTICE_DAYS_MAX] {
            let fits = Terms { notice_days, ..terms("P") };
            assert!(state(world, &lin, &repo, fits).is_ok());
        }
    });
}

#[test]
fn a_platform_shows_the_repositories_that_one_may_see() {
    on_both(|world| {
        let lin = world.visitor(world.lin);
        for name in ["a", "b", "c"] {
            world.clock.advance(1);
            let repo = world.model(world.lin, "Valley", name);
            let platform = if name == "c" { "Other" } else { "Open" };
            state(world, &lin, &repo, terms(platform)).expect("states");
            if name == "a" {
                world.set(&repo, true, Gating::Open);
            }
        }
        let names = |visitor: &Visitor, platform: &str| {
            let list = |read: &db::Read<'_>| repos_of_platform(read, visitor, platform, (None, 9));
            world.read(list).rows.iter().map(|repo| repo.name.clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&lin, " Open "), ["b", "a"]);
        assert_eq!(names(&Visitor::default(), "Open"), ["b"]);
        assert_eq!(names(&lin, "None"), Vec::<String>::new());
    });
}

fn edge(relation: &str, target_kind: RepoKind, target: &str) -> Edge {
    Edge { relation: relation.to_owned(), target_kind, target: target.to_owned() }
}

fn set(world: &World, repo: &Repo, edges: Vec<Edge>) -> usize {
    let repo = repo.clone();
    world.write(move |tx| lineage_set(tx, &repo, &edges)).expect("sets")
}

#[test]
fn edges_are_replaced_and_odd_ones_left_out() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "tuned");
        let nobody = Visitor::default();
        let tuned = edge("finetune", RepoKind::Model, "far/base");
        let trained = edge("trained-on", RepoKind::Dataset, "far/text");
        assert_eq!(set(world, &repo, vec![trained.clone(), tuned.clone(), tuned.clone()]), 2);
        let kept = world.read(|read| lineage_of(read, &nobody, &repo));
        assert_eq!(kept, [tuned.clone(), trained]);
        let odd = vec![
            edge("", RepoKind::Model, "far/base"),
            edge("finetune", RepoKind::Model, " "),
            edge("finetune", RepoKind::Model, &"x".repeat(201)),
            edge("shows", RepoKind::Space, "far/demo"),
            tuned.clone(),
        ];
        assert_eq!(set(world, &repo, odd), 1);
        assert_eq!(world.read(|read| lineage_of(read, &nobody, &repo)), [tuned]);
        let many = (0..300).map(|n| edge("merge", RepoKind::Model, &format!("far/{n}")));
        assert_eq!(set(world, &repo, many.collect()), EDGES_MAX);
        let hidden = world.set(&repo, true, Gating::Open);
        let unseen = world.look(|read| lineage_of(read, &nobody, &hidden));
        assert_eq!(refusal(unseen), Refused::RepoUnknown);
    });
}

#[test]
fn dependence_follows_a_repository_through_its_names() {
    on_both(|world| {
        let base = world.model(world.lin, "Valley", "base");
        let lin = world.visitor(world.lin);
        let (old, new) = (world.model(world.wu, "wu", "old"), world.model(world.wu, "wu", "new"));
        set(world, &old, vec![edge("finetune", RepoKind::Model, "valley/BASE")]);
        let moved = world
            .act((&lin, &base), |tx, v, r| repo_move(tx, v, r, ("Valley", "root")))
            .expect("moves");
        set(world, &new, vec![edge("finetune", RepoKind::Model, "Valley/root")]);
        let far = world.model(world.wu, "wu", "far");
        set(world, &far, vec![edge("finetune", RepoKind::Model, "else/where")]);
        let names = |visitor: &Visitor, path: &str| {
            let asked = (RepoKind::Model, path);
            let part = world.read(|read| dependents(read, visitor, asked, (None, 9)));
            let mut names: Vec<_> = part.rows.iter().map(|repo| repo.name.clone()).collect();
            names.sort();
            names
        };
        let nobody = Visitor::default();
        for path in ["Valley/root", "valley/base"] {
            assert_eq!(names(&nobody, path), ["new", "old"], "{path}");
        }
        assert_eq!(names(&nobody, "Else/Where"), ["far"]);
        let all = world.read(lineage_edges);
        let targets: Vec<_> = all.iter().map(|edge| (edge.repo, edge.target)).collect();
        for found in [(old.id, Some(base.id)), (new.id, Some(base.id)), (far.id, None)] {
            assert!(targets.contains(&found), "{found:?} in {targets:?}");
        }
        world.set(&moved, true, Gating::Open);
        assert_eq!(names(&lin, "Valley/root"), ["new", "old"]);
        assert_eq!(names(&nobody, "Valley/root"), ["new"], "its former name stays unknown");
    });
}

#[test]
fn the_count_of_dependence_reads_public_models_and_datasets_with_their_holders() {
    on_both(|world| {
        let model = world.model(world.lin, "Valley", "m");
        let data = world.repo(world.wu, RepoKind::Dataset, ("wu", "d"));
        world.repo(world.lin, RepoKind::Space, ("Valley", "s"));
        let hidden = world.model(world.lin, "Valley", "hidden");
        world.set(&hidden, true, Gating::Open);
        world.set(&model, false, Gating::Approval);
        let words = ("names of patients", "office@example.org");
        world
            .act((&world.visitor(world.wu), &data), move |tx, v, r| {
                personal_declare(tx, v, r, words)
            })
            .expect("declares");
        let mut found = world.read(lineage_repos);
        found.sort_by(|one, other| one.path.cmp(&other.path));
        let shown: Vec<_> =
            found.iter().map(|one| (one.kind, one.path.as_str(), one.is_personal)).collect();
        assert_eq!(
            shown,
            [(RepoKind::Model, "Valley/m", false), (RepoKind::Dataset, "wu/d", true)]
        );
        assert!(matches!(found[0].holder, Holder::Organisation(_)), "{:?}", found[0]);
        assert_eq!(found[1].holder, Holder::Person(world.wu));
    });
}
