//! Many packs become one.

use crate::client::Client;
use crate::world::{LIN, World};
use hub::RepoKind;

#[test]
fn the_packs_of_many_commits_are_joined_and_no_commit_is_lost() {
    for world in World::each() {
        world.create("model", "busy", false);
        for number in 0..60 {
            let text = number.to_string();
            world.commit(LIN, "/api/models/lin/busy/commit/main", ("n.txt", &text));
        }
        let repo = world.repo(RepoKind::Model, "lin/busy");
        let packs = || {
            let is_pack =
                |path: &&std::path::PathBuf| path.extension().is_some_and(|e| e == "pack");
            world.stored(&repo).iter().filter(is_pack).count()
        };
        assert!(packs() > 50);
        assert_eq!(world.depot.upkeep(&world.app).expect("joins"), Some(repo.id));
        assert_eq!(world.depot.upkeep(&world.app).expect("nothing is left"), None);
        assert_eq!(packs(), 1);
        let lin = Client::of(&world, "lin", &world.url(None, "lin/busy"));
        assert_eq!(lin.git(&["rev-list", "--count", "HEAD"]), "61");
        lin.git(&["fsck", "--strict"]);
    }
}
