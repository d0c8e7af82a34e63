//! Names, access, moves, refs, large files.

use super::world::{World, on_both, refusal};
use crate::*;
use identity::Actor;

fn may(world: &World, visitor: &Visitor, repo: &Repo, action: Action) -> Result<(), Refused> {
    let now = base::Time::parse("2026-03-01T09:00:00Z").unwrap();
    let result = world.db.read(|read| access_test(read, visitor, repo, (action, now)));
    result.map_err(|error| refusal::<()>(Err(error)))
}

#[test]
fn a_private_repository_does_not_exist_for_others() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "secret");
        let (lin, wu) = (world.visitor(world.lin), world.visitor(world.wu));
        let visitor = lin.clone();
        let settings = Settings { is_private: Some(true), gating: None };
        let repo = world.write(move |tx| repo_set(tx, &visitor, &repo, &settings)).expect("sets");
        assert_eq!(may(world, &lin, &repo, Action::Administer), Ok(()));
        assert_eq!(may(world, &wu, &repo, Action::Read), Ok(()));
        let forbidden = may(world, &wu, &repo, Action::Write).expect_err("works there only");
        assert_eq!(forbidden.code(), "forbidden");
        for visitor in [world.visitor(world.zhao), Visitor::default()] {
            for action in [Action::See, Action::Read, Action::Contribute, Action::Administer] {
                assert_eq!(may(world, &visitor, &repo, action), Err(Refused::RepoUnknown));
            }
        }
    });
}

#[test]
fn a_gated_repository_shows_its_facts_and_keeps_its_files() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "gated");
        let owner = world.visitor(world.lin);
        let visitor = owner.clone();
        let settings = Settings { is_private: None, gating: Some(Gating::Automatic) };
        let repo = world.write(move |tx| repo_set(tx, &visitor, &repo, &settings)).expect("sets");
        let zhao = world.visitor(world.zhao);
        assert_eq!(may(world, &zhao, &repo, Action::See), Ok(()));
        assert_eq!(may(world, &zhao, &repo, Action::Read).map_err(|r| r.code()), Err("gated"));
        assert_eq!(may(world, &owner, &repo, Action::Read), Ok(()));
    });
}

#[test]
fn names_that_differ_in_case_are_one_name() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "Digits");
        let visitor = world.visitor(world.lin);
        let new = NewRepo {
            kind: RepoKind::Model,
            owner: Some("valley".to_owned()),
            name: "dIGITS".to_owned(),
            is_private: None,
            sdk: String::new(),
        };
        let taken = world.write(move |tx| repo_create(tx, &visitor, tx.id(), &new));
        let path = "Valley/Digits".to_owned();
        let page = path.clone();
        assert_eq!(refusal(taken), Refused::RepoTaken { kind: "model", path, page });
        let found = world.read(|read| repo_find(read, RepoKind::Model, "VALLEY/digits"));
        assert_eq!(found, Some(Found::Here(repo)));
    });
}

#[test]
fn a_moved_repository_is_found_by_its_former_path_until_that_is_taken() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "old");
        let visitor = world.visitor(world.lin);
        let moving = visitor.clone();
        let moved = world.write(move |tx| repo_move(tx, &moving, &repo, ("lin", "new")));
        let moved = moved.expect("moves");
        let look =
            |path: &'static str| world.read(move |read| repo_find(read, RepoKind::Model, path));
        assert_eq!(look("valley/old"), Some(Found::Moved(moved.clone())));
        assert_eq!(look("lin/new"), Some(Found::Here(moved)));
        let taker = world.model(world.lin, "Valley", "old");
        assert_eq!(look("valley/old"), Some(Found::Here(taker)));
    });
}

#[test]
fn bad_names_are_refused_with_every_reason() {
    on_both(|world| {
        let check = |name: &'static str, problems: usize| {
            let visitor = world.visitor(world.lin);
            let new = NewRepo {
                kind: RepoKind::Model,
                owner: None,
                name: name.to_owned(),
                is_private: None,
                sdk: String::new(),
            };
            let refused = refusal(world.write(move |tx| repo_create(tx, &visitor, tx.id(), &new)));
            let Refused::Invalid(found) = refused else { panic!("{name}: {refused:?}") };
            assert_eq!(found.len(), problems, "{name}: {found:?}");
        };
        check("", 1);
        check("a b", 1);
        check("../etc", 3);
        check("-a--b.git", 3);
        check("数字", 1);
    });
}

#[test]
fn nobody_makes_repositories_in_a_namespace_of_others() {
    on_both(|world| {
        let visitor = world.visitor(world.zhao);
        let new = |owner: &str| NewRepo {
            kind: RepoKind::Dataset,
            owner: Some(owner.to_owned()),
            name: "mine".to_owned(),
            is_private: None,
            sdk: String::new(),
        };
        let (theirs, nobodys) = (new("Valley"), new("nobody"));
        let asking = visitor.clone();
        let refused = refusal(world.write(move |tx| repo_create(tx, &asking, tx.id(), &theirs)));
        assert_eq!(refused.code(), "forbidden");
        let refused = refusal(world.write(move |tx| repo_create(tx, &visitor, tx.id(), &nobodys)));
        assert_eq!(refused, Refused::NamespaceUnknown("nobody".to_owned()));
    });
}

#[test]
fn of_two_moves_of_a_ref_one_is_stale() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "raced");
        let to = |commit: char, old: Option<char>| Move {
            name: MAIN.to_owned(),
            old: old.map(|c| c.to_string().repeat(40)),
            new: Some(Ref {
                name: MAIN.to_owned(),
                target: commit.to_string().repeat(40),
                commit: commit.to_string().repeat(40),
                message: String::new(),
            }),
        };
        let go = |moved: Move| {
            let repo = repo.clone();
            world.write(move |tx| ref_move(tx, &repo, &moved))
        };
        go(to('a', None)).expect("the first commit");
        go(to('b', Some('a'))).expect("the second commit");
        assert_eq!(refusal(go(to('c', Some('a')))), Refused::Stale);
        assert_eq!(refusal(go(to('c', None))), Refused::Stale);
    });
}

#[test]
fn a_ref_and_another_below_it_cannot_both_be_there() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "folders");
        let visitor = world.visitor(world.lin);
        let make = |branch: &'static str| {
            let (repo, visitor) = (repo.clone(), visitor.clone());
            let commit = "a".repeat(40);
            world.write(move |tx| branch_create(tx, &visitor, &repo, (branch, &commit)))
        };
        make("a/b/c").expect("the first");
        make("a-b").expect("sorted beside it");
        make("a/b0").expect("sorted behind it");
        for branch in ["a", "a/b", "a/b/c/d"] {
            let taken = Refused::RefTaken("refs/heads/a/b/c".to_owned());
            assert_eq!(refusal(make(branch)), taken, "{branch}");
        }
    });
}

#[test]
fn a_push_names_branches_tags_pull_requests_and_copies_only() {
    let check =
        |name: &str, is_good: bool| assert_eq!(ref_name_test(name).is_ok(), is_good, "{name}");
    check("refs/heads/main", true);
    check("refs/heads/feature/数据", true);
    check("refs/tags/v1.0", true);
    check("refs/pr/7", true);
    check("refs/convert/parquet", true);
    check("refs/notes/x", false);
    check("refs/heads/", false);
    check("refs/heads/a..b", false);
    check("refs/heads/refs/heads/x", false);
    check("HEAD", false);
    check("main", false);
}

#[test]
fn bytes_that_were_hashed_here_are_never_replaced_by_a_claim() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "claims");
        let object = |state, size_bytes| NewObject {
            sha256: "a".repeat(64),
            size_bytes,
            chunked: (state == ObjectState::Claimed).then(|| "b".repeat(64)),
            store: repo.namespace,
            state,
        };
        let add = |new: NewObject| {
            let repo = repo.clone();
            world.write(move |tx| object_add(tx, &repo, &new)).expect("adds");
        };
        add(object(ObjectState::Claimed, 5));
        add(object(ObjectState::Held, 7));
        add(object(ObjectState::Claimed, 9));
        let found = world.read(|read| object_find(read, &repo, &"a".repeat(64))).expect("is there");
        assert_eq!((found.state, found.size_bytes), (ObjectState::Held, 7));
        let repo = world.read(|read| repo_by_id(read, repo.id)).expect("is there");
        assert_eq!(repo.used_bytes, 7);
    });
}

#[test]
fn a_deleted_repository_leaves_no_row_that_names_it() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "gone");
        let visitor = world.visitor(world.lin);
        let (path, deleted) = (repo.path(), repo.clone());
        world
            .write(move |tx| {
                branch_create(tx, &visitor, &deleted, ("v1", &"a".repeat(40)))?;
                repo_delete(tx, &visitor, &deleted)
            })
            .expect("deletes");
        assert_eq!(world.read(|read| repo_find(read, RepoKind::Model, &path)), None);
        assert_eq!(world.read(|read| refs_of(read, &repo)), Vec::new());
    });
}

#[test]
fn a_full_namespace_takes_no_more_bytes() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "full");
        let (namespace, held) = (repo.namespace, repo.clone());
        world
            .write(move |tx| {
                quota_set(tx, Actor::System, namespace, Some(10))?;
                let new = NewObject {
                    sha256: "a".repeat(64),
                    size_bytes: 8,
                    chunked: None,
                    store: namespace,
                    state: ObjectState::Held,
                };
                object_add(tx, &held, &new)
            })
            .expect("fits");
        let ask = |bytes| world.db.read(|read| quota_test(read, &repo, (bytes, i64::MAX)));
        ask(2).expect("fits exactly");
        let (used_bytes, quota_bytes, asked_bytes) = (8, 10, 3);
        let namespace = "lin".to_owned();
        let refused = Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes };
        assert_eq!(refusal(ask(3)), refused);
    });
}

#[test]
fn containers_that_no_file_needs_fill_a_namespace_too() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "full");
        let store = repo.namespace;
        world
            .write(move |tx| {
                quota_set(tx, Actor::System, store, Some(10))?;
                let new = Xorb { hash: "a".repeat(64), size_bytes: 18, chunks: Vec::new() };
                xorb_add(tx, store, &new, &[])
            })
            .expect("is new");
        let ask = |bytes| world.db.read(|read| store_test(read, store, (bytes, i64::MAX)));
        ask(2).expect("fits exactly");
        let (used_bytes, quota_bytes, asked_bytes) = (18, 20, 3);
        let namespace = "lin".to_owned();
        let refused = Refused::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes };
        assert_eq!(refusal(ask(3)), refused);
    });
}

#[test]
fn files_from_outside_take_a_tenth_of_a_namespace() {
    on_both(|world| {
        let repo = world.model(world.lin, "lin", "full");
        let other = {
            let zhao = world.zhao;
            world.write(move |tx| namespace_ensure(tx, zhao)).expect("is known").id
        };
        let own = repo.clone();
        world
            .write(move |tx| {
                quota_set(tx, Actor::System, own.namespace, Some(100))?;
                for (letter, store, size_bytes) in [("a", own.namespace, 50), ("b", other, 8)] {
                    let (chunked, state) = (None, ObjectState::Held);
                    let sha256 = letter.repeat(64);
                    let new = NewObject { sha256, size_bytes, chunked, store, state };
                    object_add(tx, &own, &new)?;
                }
                Ok(())
            })
            .expect("is new");
        let ask = |bytes| world.db.read(|read| share_test(read, &repo, (bytes, i64::MAX)));
        ask(2).expect("fits exactly");
        assert!(matches!(
            refusal(ask(3)),
            Refused::QuotaExceeded { quota_bytes: 10, used_bytes: 8, asked_bytes: 3, .. }
        ));
        world.db.read(|read| quota_test(read, &repo, (42, i64::MAX))).expect("the owner goes on");
    });
}
