//! Journeys over the pages of the hub, through the whole router.

mod device;
mod world;

use world::{World, on_both};

const MODEL: &str = "/lin/signs";
const DATA: &str = "/datasets/lin/faces";

/// Makes a public repository with the form of the pages.
#[track_caller]
fn made(world: &World, kind: &str, name: &str) {
    let filled = [("kind", kind), ("name", name), ("visibility", "public")];
    let answer = world.send(&world.publisher, ("/new", "/new"), &filled);
    assert_eq!(answer.status, 303, "{}", answer.words());
}

#[track_caller]
fn put(world: &World, repo: &str, name: &str, bytes: &[u8]) {
    let form = format!("{repo}/upload/main");
    let answer = world.upload(&world.publisher, (&form, &form), &[(name, bytes)]);
    assert_eq!(answer.status, 303, "{}", answer.words());
}

/// Changes one of the settings; the answer leads on.
#[track_caller]
fn set(world: &World, repo: &str, what: &str, filled: &[(&str, &str)]) {
    let (page, action) = (format!("{repo}/settings"), format!("{repo}/settings/{what}"));
    let answer = world.send(&world.publisher, (&page, &action), filled);
    assert_eq!(answer.status, 303, "{}", answer.words());
}

#[test]
fn a_file_uploaded_in_the_browser_is_shown_with_its_history() {
    on_both(|world| {
        made(world, "model", "signs");
        put(world, MODEL, "a.py", b"print('<b>1</b>')\n");
        let page = world.get(&format!("{MODEL}/blob/main/a.py"), "");
        assert!(page.text.contains("print(&#39;&lt;b&gt;1&lt;/b&gt;&#39;)"), "{}", page.text);
        let tree = world.get(&format!("{MODEL}/tree/main"), "").words();
        assert!(tree.contains("a.pyAdd a.py"), "{tree}");
        let edit = format!("{MODEL}/edit/main/a.py");
        let filled = [("content", "print(2)\r\n"), ("summary", "Say two")];
        let answer = world.send(&world.publisher, (&edit, &edit), &filled);
        assert_eq!(answer.location, format!("{MODEL}/blob/main/a.py"), "{}", answer.words());
        let history = world.get(&format!("{MODEL}/commits/main"), "");
        assert!(history.words().contains("Say two"));
        let link = history.text.split('"').find(|text| text.contains("/commit/")).unwrap();
        let commit = world.get(link, "");
        assert_eq!(commit.status, 200);
        assert!(commit.text.contains("data-sign=\"+\">print(2)"), "{}", commit.text);
    });
}

#[test]
fn a_form_made_from_an_older_commit_changes_nothing() {
    on_both(|world| {
        made(world, "model", "signs");
        put(world, MODEL, "a.py", b"one\n");
        let edit = format!("{MODEL}/edit/main/a.py");
        let stale = "0".repeat(40);
        let filled = [("content", "mine\n"), ("parent", stale.as_str())];
        let answer = world.send(&world.publisher, (&edit, &edit), &filled);
        assert_eq!(answer.status, 409, "{}", answer.words());
        assert!(answer.words().contains("mine"), "what was typed stays");
        assert!(world.get(&format!("{MODEL}/blob/main/a.py"), "").words().contains("one"));
    });
}

#[test]
fn a_card_is_rendered_without_what_could_run() {
    on_both(|world| {
        made(world, "model", "signs");
        let card = b"---\nlicense: mit\n---\n# Signs\n\n<script>alert(1)</script>\n\n**bold**\n";
        put(world, MODEL, "README.md", card);
        let page = world.get(MODEL, "");
        assert!(page.text.contains("<strong>bold</strong>") && page.words().contains("mit"));
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
        assert!(page.words().contains("hf download lin/signs"));
    });
}

#[test]
fn a_private_repository_is_to_others_as_one_that_is_not_there() {
    on_both(|world| {
        made(world, "model", "signs");
        put(world, MODEL, "a.py", b"one\n");
        set(world, MODEL, "sight", &[("visibility", "private"), ("gating", "Open")]);
        let tails =
            ["", "/tree/main", "/blob/main/a.py", "/commits/main", "/discussions", "/access"];
        for tail in tails {
            assert_eq!(world.get(&format!("{MODEL}{tail}"), &world.publisher).status, 200);
            for cookie in ["", &world.guest] {
                let hidden = world.get(&format!("{MODEL}{tail}"), cookie);
                let absent = world.get(&format!("/lin/other{tail}"), cookie);
                assert_eq!((hidden.status, absent.status), (404, 404), "{tail}");
                let plain = |text: &str| text.replace("/lin/other", MODEL);
                let words = |text: &str| plain(text).split("Request").next().map(str::len);
                assert_eq!(words(&hidden.words()), words(&absent.words()), "{tail}");
            }
        }
        assert!(!world.get("/hub", &world.guest).words().contains("signs"));
        assert!(!world.get("/lin", "").words().contains("signs"));
        assert!(world.get("/hub", &world.publisher).words().contains("lin/signs"));
    });
}

#[test]
fn who_may_not_change_a_repository_is_offered_no_form_and_refused() {
    on_both(|world| {
        made(world, "model", "signs");
        put(world, MODEL, "a.py", b"one\n");
        for tail in ["/settings", "/upload/main", "/edit/main/a.py", "/delete/main/a.py"] {
            let at = format!("{MODEL}{tail}");
            assert_eq!(world.get(&at, &world.guest).status, 403, "{at}");
            assert_eq!(world.get(&at, "").status, 401, "{at}");
            let page = world.get(MODEL, &world.guest);
            assert!(!page.text.contains(&at), "{at} is offered");
        }
        let forged = world.post(&world.publisher, &format!("{MODEL}/like"), &[]);
        assert_eq!(forged.status, 403, "a form without its token");
    });
}

#[test]
fn the_gate_asks_the_questions_of_the_card_and_opens_when_accepted() {
    on_both(|world| {
        made(world, "dataset", "faces");
        let card =
            b"---\nextra_gated_fields:\n  Company: text\n  I agree: checkbox\n---\n# Faces\n";
        put(world, DATA, "README.md", card);
        put(world, DATA, "a.csv", b"x,y\nsecret,2\n");
        set(world, DATA, "sight", &[("visibility", "public"), ("gating", "Approval")]);
        let file = format!("{DATA}/blob/main/a.csv");
        let shows = |world: &World| world.get(&file, &world.guest).words().contains("secret");
        assert!(!shows(world), "the gate is closed");
        let at = format!("{DATA}/access");
        let wrong = world.send(&world.guest, (&at, &at), &[("answer1", ""), ("answer2", "")]);
        assert_eq!(wrong.status, 422);
        let words = wrong.words();
        assert!(words.contains("Company: must be filled in"), "{words}");
        assert!(words.contains("I agree: must be agreed to"), "{words}");
        let filled = [("answer1", "Shouyu"), ("answer2", "yes")];
        assert_eq!(world.send(&world.guest, (&at, &at), &filled).status, 303);
        assert!(!shows(world), "nobody has decided");
        let page = world.get(&at, &world.publisher);
        assert!(page.words().contains("Shouyu"), "{}", page.words());
        let form = format!("{at}/");
        let action = page.text.split('"').find(|text| text.starts_with(&form)).unwrap();
        let decided = world.send(&world.publisher, (&at, action), &[("act", "accept")]);
        assert_eq!(decided.status, 303, "{}", decided.words());
        assert!(shows(world), "the gate is open");
        let theirs = world.get(&at, &world.guest);
        assert!(!theirs.text.contains(action), "only the owner decides");
    });
}

#[test]
fn personal_data_opens_for_an_approved_purpose_and_each_reading_is_on_record() {
    on_both(|world| {
        made(world, "dataset", "faces");
        put(world, DATA, "a.csv", b"secret\n");
        let declared = [("statement", "Faces of 40 people"), ("office", "office@example.org")];
        set(world, DATA, "personal", &declared);
        let file = format!("{DATA}/blob/main/a.csv");
        assert!(!world.get(&file, &world.guest).words().contains("secret"));
        let (at, ask) = (format!("{DATA}/access"), format!("{DATA}/purposes"));
        let wrong = world.send(&world.guest, (&at, &ask), &[("purpose", ""), ("expires_at", "x")]);
        assert!(wrong.words().contains("Purpose: ") && wrong.words().contains("Until: "));
        let filled = [("purpose", "Measure by age"), ("expires_at", "2026-09-01")];
        assert_eq!(world.send(&world.guest, (&at, &ask), &filled).status, 303);
        let page = world.get(&at, &world.publisher);
        let form = format!("{ask}/");
        let action = page.text.split('"').find(|text| text.starts_with(&form)).unwrap();
        let decided = world.send(&world.publisher, (&at, action), &[("act", "approve")]);
        assert_eq!(decided.status, 303, "{}", decided.words());
        assert!(world.get(&file, &world.guest).words().contains("secret"));
        let readings = world.get(&format!("{DATA}/readings"), &world.office).words();
        assert!(readings.contains("guest") && readings.contains("Measure by age"), "{readings}");
        assert_eq!(world.get(&format!("{DATA}/readings"), &world.guest).status, 403);
    });
}

#[test]
fn a_discussion_is_opened_answered_and_closed() {
    on_both(|world| {
        made(world, "model", "signs");
        let new = format!("{MODEL}/discussions/new");
        let short = world.send(&world.guest, (&new, &new), &[("title", "x")]);
        assert_eq!(short.status, 422);
        let filled = [("title", "Which signs?"), ("description", "<img src=x> *these*")];
        let at = world.send(&world.guest, (&new, &new), &filled).location;
        assert_eq!(at, format!("{MODEL}/discussions/1"));
        let said = [("comment", "All forty."), ("act", "comment")];
        assert_eq!(world.send(&world.publisher, (&at, &at), &said).status, 303);
        let closed = [("comment", ""), ("act", "close")];
        assert_eq!(world.send(&world.publisher, (&at, &at), &closed).status, 303);
        let page = world.get(&at, "");
        assert!(page.words().contains("opened by guest"), "{}", page.words());
        assert!(page.words().contains("All forty.") && page.words().contains("Closed"));
        assert!(page.text.contains("<em>these</em>") && !page.text.contains("src=\"x\""));
        assert!(!page.text.contains("value=\"close\""), "a visitor closes nothing");
    });
}

#[test]
fn a_repository_is_deleted_only_under_its_whole_name_and_moved_ones_are_found() {
    on_both(|world| {
        made(world, "model", "signs");
        set(world, MODEL, "rename", &[("name", "gestures")]);
        let moved = world.get(&format!("{MODEL}/tree/main"), "");
        assert_eq!((moved.status, moved.location.as_str()), (303, "/lin/gestures/tree/main"));
        let (page, action) = ("/lin/gestures/settings", "/lin/gestures/settings/delete");
        let wrong = world.send(&world.publisher, (page, action), &[("confirm", "gestures")]);
        assert_eq!(wrong.status, 422);
        let done = world.send(&world.publisher, (page, action), &[("confirm", "lin/gestures")]);
        assert_eq!(done.status, 303, "{}", done.words());
        assert_eq!(world.get("/lin/gestures", &world.publisher).status, 404);
        let left = world
            .app()
            .db()
            .read(|read| hub::repo_find(read, hub::RepoKind::Model, "lin/gestures"));
        assert_eq!(left.unwrap(), None);
    });
}

#[test]
fn a_token_is_shown_once_with_the_lines_that_use_it() {
    on_both(|world| {
        let at = "/settings/tokens";
        let made = world.send(&world.publisher, (at, at), &[("label", "laptop")]);
        assert!(made.words().contains("hf auth login --token "), "{}", made.words());
        assert!(made.words().contains("export HF_ENDPOINT=http://zone.example"));
        let later = world.get(at, &world.publisher).words();
        assert!(later.contains("laptop") && !later.contains("--token"), "{later}");
        let wrong = world.send(&world.publisher, (at, at), &[("label", ""), ("days", "9999")]);
        assert_eq!(wrong.status, 422);
    });
}

#[test]
fn what_belongs_into_large_file_storage_goes_there_from_the_browser_too() {
    on_both(|world| {
        made(world, "model", "signs");
        put(world, MODEL, "small.txt", b"plain words\n");
        put(world, MODEL, "by-name.bin", b"plain words\n");
        put(world, MODEL, "by-content.dat", b"a\0b");
        let raw = world.get(&format!("{MODEL}/tree/main"), "").words();
        let is_large = |name: &str| {
            let at = format!("{MODEL}/blob/main/{name}");
            world.get(&at, "").words().contains(&base::sha256_hex(match name {
                "by-content.dat" => b"a\0b",
                _ => b"plain words\n",
            }))
        };
        assert!(is_large("by-name.bin") && is_large("by-content.dat"), "{raw}");
        assert!(!is_large("small.txt"), "{raw}");
        // A path that no pattern covered has a line of its own from then on.
        let attributes = world.get(&format!("{MODEL}/blob/main/.gitattributes"), "").words();
        assert!(attributes.contains("/by-content.dat filter=lfs"), "{attributes}");
    });
}

#[test]
fn an_upload_over_the_quota_is_refused_and_changes_nothing() {
    on_both(|world| {
        made(world, "model", "signs");
        let form = format!("{MODEL}/upload/main");
        let bytes = vec![0_u8; world::QUOTA_BYTES + 1];
        let answer = world.upload(&world.publisher, (&form, &form), &[("a.bin", &bytes)]);
        assert_eq!(answer.status, 409, "{}", answer.words());
        assert!(!world.get(&format!("{MODEL}/tree/main"), "").words().contains("a.bin"));
    });
}

#[test]
fn there_is_no_page_of_rows_where_nothing_reads_tables() {
    on_both(|world| {
        made(world, "dataset", "faces");
        assert_eq!(world.get(&format!("{DATA}/viewer"), "").status, 404);
        assert!(!world.get(DATA, "").text.contains(&format!("{DATA}/viewer")));
    });
}

#[test]
fn what_models_rest_on_is_counted_from_their_cards() {
    on_both(|world| {
        assert!(world.get("/concentration?lang=en", "").text.contains("/concentration/upstream"));
        let upstream = |lang: &str| {
            // Figures are kept for two seconds.
            world.clock.advance(3);
            world.get(&format!("/concentration/upstream?lang={lang}"), "")
        };
        assert!(upstream("en").words().contains("No public model is here yet"));
        assert!(upstream("zh").words().contains("尚无公开模型"));
        made(world, "dataset", "faces");
        made(world, "model", "signs");
        let silent = upstream("en").words();
        assert!(silent.contains("No model rests on any") && silent.contains("1 of 1"), "{silent}");
        let card = "---\nbase_model: far/base\ndatasets: [lin/faces]\n---\n# Signs\n";
        put(world, MODEL, "README.md", card.as_bytes());
        let page = upstream("en");
        assert!(page.text.contains("href=\"/datasets/lin/faces\""), "{}", page.text);
        assert!(page.words().contains("far/base"));
        let told = world.get("/api/v1/concentration/upstream", "").text;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!((&told["models"], &told["models_outside"]), (&1.into(), &1.into()), "{told}");
        assert_eq!(told["by_repository"][0]["path"], "lin/faces");
        assert_eq!(told["by_repository"][0]["models"]["own"], 1);
        assert_eq!(told["by_organisation"], serde_json::json!([]), "people are not listed");
        // A dataset that becomes private is as one that was never here.
        set(world, DATA, "sight", &[("visibility", "private"), ("gating", "Open")]);
        assert!(!upstream("en").text.contains("href=\"/datasets/lin/faces\""));
    });
}
