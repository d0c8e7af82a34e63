//! Webhooks.

use super::world::{World, fields, on_both, refusal};
use crate::*;
use serde_json::{Value, json};

fn call(watched: Value) -> NewWebhook {
    NewWebhook {
        url: "https://webhook.example/test?key=1".to_owned(),
        watched: serde_json::from_value(watched).expect("a list of what is watched"),
        domains: vec![Domain::Repo, Domain::Discussion],
        secret: "my-secret".to_owned(),
    }
}

fn create(world: &World, visitor: &Visitor, new: NewWebhook) -> Result<Webhook, Error> {
    world.act_as(visitor, move |tx, v| webhook_create(tx, v, &new))
}

/// The webhooks called for an event, as the worker would find them.
fn called(world: &World, repo: &Repo, domain: Domain) -> Vec<String> {
    let known = open(world).len();
    // Effects are in the order of their ids, which two of one instant do not have.
    world.clock.advance(1);
    let due = repo.clone();
    let event = json!({"action": "update"});
    let count = world.write(move |tx| webhook_due(tx, &due, domain, &event)).expect("asks");
    let calls = open(world).split_off(known);
    assert_eq!(calls.len(), count);
    calls
}

/// Those asked to be called for the tests' own event.
fn open(world: &World) -> Vec<String> {
    let payloads = waiting(world).into_iter();
    let own = payloads.filter(|payload| payload["event"] == json!({"action": "update"}));
    own.map(|payload| payload["webhook"].as_str().expect("an id").to_owned()).collect()
}

fn waiting(world: &World) -> Vec<Value> {
    let effects = world.read(|read| Ok(db::effects_open(read, WEBHOOK_EFFECT, 100)?));
    let payload = |payload: &str| serde_json::from_str(payload).expect("JSON");
    effects.iter().map(|effect| payload(&effect.payload)).collect()
}

#[test]
fn what_happens_to_a_repository_is_told_in_the_same_commit() {
    on_both(|world| {
        let zhao = world.visitor(world.zhao);
        create(world, &zhao, call(json!([{"type": "org", "name": "Valley"}]))).expect("makes");
        let told = |expected: &[&str]| {
            let all = waiting(world);
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let scope = |payload: &Value| {
                let event = &payload["event"]["event"];
                format!("{} {}", text(&event["action"]), text(&event["scope"]))
            };
            let mut scopes: Vec<String> = all.iter().map(scope).collect();
            scopes.sort();
            assert_eq!(scopes, expected);
        };
        let repo = world.model(world.lin, "Valley", "digits");
        told(&["create repo"]);
        let lin = world.visitor(world.lin);
        let refused = world.act((&zhao, &repo), repo_delete);
        assert!(refused.is_err());
        told(&["create repo"]);
        let moved = world
            .act((&lin, &repo), |tx, v, repo| repo_move(tx, v, repo, ("lin", "letters")))
            .expect("moves");
        told(&["create repo", "move repo"]);
        world.act((&lin, &moved), repo_delete).expect("deletes");
        told(&["create repo", "move repo"]);
    });
}

#[test]
fn branches_and_tags_that_come_and_go_are_told_with_where_they_stood() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        create(world, &zhao, call(json!([{"type": "org", "name": "Valley"}]))).expect("makes");
        let (first, second) = ("1".repeat(40), "2".repeat(40));
        // What is told since the last look, whatever the order.
        let mut seen = 0;
        let mut told = |name: &str, old: Option<&str>, new: Option<&str>| {
            world.clock.advance(1);
            let all = waiting(world);
            assert_eq!(all.len(), seen + 1, "{name}: one call for each change");
            let moved = json!([{"ref": name, "oldSha": old, "newSha": new}]);
            let found = all.iter().filter(|one| one["event"]["updatedRefs"] == moved);
            let found: Vec<&Value> = found.collect();
            assert_eq!(found.len(), 1, "{name}: {all:?}");
            let expected = json!({"action": "update", "scope": "repo.content"});
            assert_eq!(found[0]["event"]["event"], expected);
            assert_eq!(found[0]["event"]["repo"]["headSha"], json!(new));
            seen += 1;
        };
        let commit = first.clone();
        world
            .act((&lin, &repo), move |tx, v, r| branch_create(tx, v, r, ("dev", &commit)))
            .expect("makes");
        told("refs/heads/dev", None, Some(&first));
        let commit = second.clone();
        world
            .act((&lin, &repo), move |tx, v, r| tag_create(tx, v, r, ("v1", &commit, "One")))
            .expect("makes");
        told("refs/tags/v1", None, Some(&second));
        world.act((&lin, &repo), |tx, v, r| branch_delete(tx, v, r, "dev")).expect("deletes");
        told("refs/heads/dev", Some(&first), None);
        world.act((&lin, &repo), |tx, v, r| tag_delete(tx, v, r, "v1")).expect("deletes");
        told("refs/tags/v1", Some(&second), None);
        let refused = world.act((&lin, &repo), |tx, v, r| tag_delete(tx, v, r, "v1"));
        assert_eq!(refusal(refused), Refused::RefUnknown("v1".to_owned()));
        assert_eq!(waiting(world).len(), 4, "what is refused is not told");
    });
}

#[test]
fn a_webhook_is_called_for_what_it_watches_and_no_more() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "Digits");
        let other = world.model(world.lin, "lin", "digits");
        let zhao = world.visitor(world.zhao);
        let check = |watched: Value, expected: [usize; 2]| {
            let webhook = create(world, &zhao, call(json!([watched.clone()]))).expect("makes");
            let counts = [&repo, &other].map(|repo| called(world, repo, Domain::Repo).len());
            assert_eq!(counts, expected, "{watched}");
            let id = webhook.id.to_string();
            world.act_as(&zhao, move |tx, v| webhook_delete(tx, v, &id)).expect("deletes");
        };
        check(json!({"type": "org", "name": "valley"}), [1, 0]);
        check(json!({"type": "user", "name": "valley"}), [0, 0]);
        check(json!({"type": "user", "name": "Lin"}), [0, 1]);
        check(json!({"type": "model", "name": "valley/digits"}), [1, 0]);
        check(json!({"type": "dataset", "name": "valley/digits"}), [0, 0]);
        check(json!({"type": "user", "name": "nobody-here"}), [0, 0]);
        let both = call(json!([{"type": "org", "name": "Valley"},
                               {"type": "model", "name": "Valley/Digits"}]));
        let id = create(world, &zhao, both).expect("makes").id.to_string();
        assert_eq!(called(world, &repo, Domain::Repo), [id], "one call, though both match");
    });
}

#[test]
fn a_webhook_rests_and_hears_only_its_domains() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let zhao = world.visitor(world.zhao);
        let mut new = call(json!([{"type": "org", "name": "Valley"}]));
        new.domains = vec![Domain::Discussion];
        let webhook = create(world, &zhao, new).expect("makes");
        let id = webhook.id.to_string();
        assert_eq!(called(world, &repo, Domain::Repo), Vec::<String>::new());
        assert_eq!(called(world, &repo, Domain::Discussion), [id.as_str()]);
        for is_disabled in [true, false] {
            let id = id.clone();
            let set = world.act_as(&zhao, move |tx, v| webhook_disable(tx, v, (&id, is_disabled)));
            assert_eq!(set.expect("sets").is_disabled, is_disabled);
            let awake = world.read(|read| webhook_awake(read, webhook.id)).is_some();
            assert_eq!(awake, !is_disabled);
            let calls = called(world, &repo, Domain::Discussion).len();
            assert_eq!(calls, usize::from(!is_disabled));
        }
    });
}

#[test]
fn nobody_hears_of_a_private_repository_that_they_may_not_see() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let watched = || call(json!([{"type": "org", "name": "Valley"}]));
        for person in [world.wu, world.zhao] {
            create(world, &world.visitor(person), watched()).expect("makes");
        }
        assert_eq!(called(world, &repo, Domain::Repo).len(), 2);
        let hidden = world.set(&repo, true, Gating::Open);
        let calls = called(world, &hidden, Domain::Repo);
        let of_wu = world.read(|read| webhooks(read, &world.visitor(world.wu)));
        assert_eq!(calls, [of_wu[0].id.to_string()]);
    });
}

#[test]
fn a_webhook_is_its_owners_alone() {
    on_both(|world| {
        let (lin, zhao) = (world.visitor(world.lin), world.visitor(world.zhao));
        let watched = json!([{"type": "user", "name": "julien-c"}]);
        let webhook = create(world, &zhao, call(watched)).expect("makes");
        let id = webhook.id.to_string();
        let found = world.read(|read| webhook_read(read, &zhao, &id));
        assert_eq!(found, webhook);
        assert_eq!(world.read(|read| webhooks(read, &zhao)), [webhook]);
        assert_eq!(world.read(|read| webhooks(read, &lin)), []);
        let gone = |result: Result<(), Error>| assert_eq!(refusal(result), Refused::WebhookUnknown);
        gone(world.look(|read| webhook_read(read, &lin, &id)).map(|_| ()));
        gone(world.look(|read| webhook_read(read, &zhao, "x")).map(|_| ()));
        let delete = |visitor: &Visitor| {
            let id = id.clone();
            world.act_as(visitor, move |tx, v| webhook_delete(tx, v, &id))
        };
        gone(delete(&lin));
        assert_eq!(refusal(delete(&world.reader(world.zhao))), Refused::ReadOnlyToken);
        assert_eq!(refusal(delete(&Visitor::default())), Refused::SignIn);
        delete(&zhao).expect("deletes");
        gone(delete(&zhao));
    });
}

#[test]
fn a_change_keeps_what_it_does_not_name() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let zhao = world.visitor(world.zhao);
        let new = call(json!([{"type": "org", "name": "Valley"}]));
        let id = create(world, &zhao, new.clone()).expect("makes").id.to_string();
        let change = |change: WebhookChange| {
            let id = id.clone();
            world.act_as(&zhao, move |tx, v| webhook_update(tx, v, &id, &change))
        };
        let url = "http://webhook.example/new".to_owned();
        let moved = WebhookChange { url: Some(url.clone()), ..WebhookChange::default() };
        let changed = change(moved).expect("changes");
        assert_eq!(changed.call, NewWebhook { url, ..new });
        assert_eq!(called(world, &repo, Domain::Repo).len(), 1);
        let none = WebhookChange { watched: Some(Vec::new()), ..WebhookChange::default() };
        change(none).expect("changes");
        assert_eq!(called(world, &repo, Domain::Repo).len(), 0);
        let bad = WebhookChange { domains: Some(Vec::new()), ..WebhookChange::default() };
        assert_eq!(fields(change(bad)), ["domains"]);
    });
}

#[test]
fn addresses_and_secrets_that_cannot_be_called_are_refused() {
    on_both(|world| {
        let zhao = world.visitor(world.zhao);
        for url in [
            "ftp://a.example",
            "javascript:alert(1)",
            "https://",
            "http:///path",
            "https://user:pass@a.example/",
            "https://a.example/\nX: y",
            "http",
            "数据",
        ] {
            let bad = NewWebhook { url: url.to_owned(), ..call(json!([])) };
            assert_eq!(fields(create(world, &zhao, bad)), ["url"], "{url}");
        }
        let secret = "line\r\nX-Other: 1".to_owned();
        let bad = NewWebhook { secret, ..call(json!([{"type": "user", "name": " "}])) };
        assert_eq!(fields(create(world, &zhao, bad)), ["watched.name", "secret"]);
        let watched = json!(vec![json!({"type": "user", "name": "x"}); 101]);
        assert_eq!(fields(create(world, &zhao, call(watched))), ["watched"]);
        let port = NewWebhook { url: "HTTP://a.example:8080".to_owned(), ..call(json!([])) };
        assert!(create(world, &zhao, port).is_ok());
    });
}

#[test]
fn a_person_has_at_most_a_hundred_webhooks() {
    on_both(|world| {
        let zhao = world.visitor(world.zhao);
        let fill = world.act_as(&zhao, |tx, v| {
            (0..WEBHOOKS_MAX).try_for_each(|_| webhook_create(tx, v, &call(json!([]))).map(|_| ()))
        });
        fill.expect("fills");
        assert_eq!(fields(create(world, &zhao, call(json!([])))), ["webhook"]);
        assert!(create(world, &world.visitor(world.wu), call(json!([]))).is_ok());
    });
}

#[test]
fn neither_the_trail_nor_the_outbox_holds_a_secret() {
    on_both(|world| {
        let repo = world.model(world.lin, "Valley", "digits");
        let zhao = world.visitor(world.zhao);
        let new = call(json!([{"type": "org", "name": "Valley"}]));
        let webhook = create(world, &zhao, new).expect("makes");
        called(world, &repo, Domain::Repo);
        let effects = world.read(|read| Ok(db::effects_open(read, WEBHOOK_EFFECT, 10)?));
        let lines = world.read(|read| Ok(identity::audit_of(read, &webhook.id.0, 10)?));
        assert_eq!((effects.len(), lines.len()), (1, 1));
        let all = format!("{effects:?}{lines:?}");
        assert!(all.contains("webhook.example"), "{all}");
        assert!(!all.contains("my-secret") && !all.contains("key=1"), "{all}");
    });
}
