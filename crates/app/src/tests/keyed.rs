//! Claims about changes that are sent with a key.

use super::gc_world::worlds;
use crate::depot::{Draft, Message, Push, publish_keyed};
use crate::once_find;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_sent_again_is_made_once_because_its_key_is_kept_with_it() {
    for world in worlds().await {
        let repo = world.repo("digits").await;
        let mut heads = Vec::new();
        for (key, location) in [("a", "/first"), ("a", "/second"), ("b", "/third")] {
            let (visitor, own) = (world.visitor().await, repo.clone());
            let act = move |app: &crate::App, depot: &crate::depot::Depot| {
                let mut draft = Draft::begin(depot, &own).unwrap();
                draft.file("a.txt", location.as_bytes()).unwrap();
                let message = Message {
                    author: "lin".to_owned(),
                    summary: "change".to_owned(),
                    description: String::new(),
                    seconds: 1,
                };
                let revision = "main".to_owned();
                let push = Push { repo: own.clone(), visitor, revision, parent: None, message };
                let to = publish_keyed(app, depot, &push, (&mut draft, key, location)).unwrap();
                let kept = app.db().read(|read| once_find(read, key)).unwrap();
                let head = app.db().read(|read| hub::ref_find(read, &own, "refs/heads/main"));
                (to, kept, head.unwrap().map(|head| head.commit))
            };
            heads.push(world.aside(act).await);
        }
        let first = Some("/first".to_owned());
        assert_eq!((&heads[0].0, &heads[0].1), (&"/first".to_owned(), &first));
        assert_eq!(heads[1], heads[0]);
        assert_eq!(heads[2].0, "/third");
        assert_ne!(heads[2].2, heads[0].2);
    }
}
