//! Claims about the repositories, each for several seeds.

use super::SEEDS;
use crate::{SEED, SHELF_DATASET, SHELF_MODEL, ShelfGate, ShelfKind, ShelfRepo, plan, shelf};
use std::collections::BTreeSet;

/// What a repository's main branch says in the end of a file.
fn last<'a>(repo: &'a ShelfRepo, path: &str) -> &'a [u8] {
    let files = repo.commits.iter().rev().flat_map(|commit| &commit.files);
    let found = files.into_iter().find(|file| file.path == path);
    &found.unwrap_or_else(|| panic!("{} has no {path}", repo.path())).bytes
}

fn card(repo: &ShelfRepo) -> &str {
    std::str::from_utf8(last(repo, "README.md")).unwrap()
}

#[test]
fn every_repository_says_that_it_is_made_up_and_has_a_title_in_both_languages() {
    for repo in shelf(SEED) {
        let card = card(&repo);
        assert!(card.contains("tags: [synthetic, "), "{}", repo.path());
        assert!(card.contains("**Synthetic"), "{}", repo.path());
        let title = card.lines().find(|line| line.starts_with("# ")).unwrap();
        let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        let (english, chinese) = title.split_once(" / ").unwrap();
        assert!(!english.contains(is_chinese) && chinese.contains(is_chinese), "{title}");
    }
}

#[test]
fn repositories_belong_to_made_up_organisations_that_somebody_acts_for() {
    let plan = plan(SEED);
    for repo in shelf(SEED) {
        for key in repo.likes.iter().chain([&repo.owner]) {
            let owner = plan.organisations.iter().find(|o| o.key == *key).unwrap();
            assert!(owner.is_synthetic, "{key} is real");
            let acts = |p: &crate::Person| p.employments.contains(&(*key, true));
            let email = crate::people::representative(key);
            assert!(plan.people.iter().any(|p| p.email == email && acts(p)), "{key}");
        }
    }
}

#[test]
fn what_cards_name_is_on_the_shelf_before_them_but_for_one_outside() {
    let mut seen = BTreeSet::new();
    let mut outside = Vec::new();
    for repo in shelf(SEED) {
        let card = card(&repo);
        let base = card.lines().filter_map(|line| line.strip_prefix("base_model: "));
        let data = card.lines().filter_map(|line| line.strip_prefix("datasets: ["));
        let named = base.chain(data.map(|line| line.trim_end_matches(']')));
        outside.extend(named.filter(|path| !seen.contains(*path)).map(ToOwned::to_owned));
        assert!(seen.insert(repo.path()), "{} is there twice", repo.path());
    }
    assert_eq!(outside, ["faraway-lab/forecast-base"]);
    assert!(seen.contains(SHELF_DATASET) && seen.contains(SHELF_MODEL));
}

#[test]
fn what_the_console_proposes_is_open() {
    let all = shelf(SEED);
    let of = |path: &str| all.iter().find(|repo| repo.path() == path).unwrap();
    let (data, model) = (of(SHELF_DATASET), of(SHELF_MODEL));
    assert_eq!((data.kind, data.gate), (ShelfKind::Dataset, ShelfGate::Open));
    assert_eq!((model.kind, model.gate), (ShelfKind::Model, ShelfGate::Open));
    assert!(data.commits.len() > 1 && model.commits.len() > 1, "there is a history to see");
    for gate in [ShelfGate::Approval, ShelfGate::Purpose] {
        assert_eq!(all.iter().filter(|repo| repo.gate == gate).count(), 1, "{gate:?}");
    }
}

#[test]
fn tables_are_rectangular_and_numbers_are_within_reason() {
    for seed in SEEDS {
        let tables = shelf(seed).into_iter().flat_map(|repo| repo.commits).flat_map(|c| c.files);
        let mut count = 0;
        for table in tables.filter(|file| file.path.ends_with(".csv")) {
            let text = String::from_utf8(table.bytes).unwrap();
            let columns = text.lines().next().unwrap().split(',').count();
            assert!(text.lines().count() > 50, "{}", table.path);
            assert!(text.lines().all(|line| line.split(',').count() == columns), "{}", table.path);
            for line in text.lines().skip(1).filter(|_| table.path.starts_with("data/")) {
                let noise: u64 = line.split(',').nth(3).unwrap().parse().unwrap();
                assert!((38..=75).contains(&noise), "{line}");
            }
            count += 1;
        }
        assert_eq!(count, 4);
    }
}

#[test]
fn a_route_leads_to_another_place() {
    let all = shelf(SEED);
    let requests = all.iter().find(|repo| repo.name == "route-requests").unwrap();
    let text = std::str::from_utf8(last(requests, "requests.csv")).unwrap();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_ne!(cells[1], cells[2], "{line}");
    }
}

#[test]
fn weights_are_files_that_safetensors_can_read() {
    for repo in shelf(SEED).iter().filter(|repo| repo.kind == ShelfKind::Model) {
        let bytes = last(repo, "model.safetensors");
        let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
        let length = usize::try_from(u64::from_le_bytes(*length)).unwrap();
        assert!(length.is_multiple_of(8), "{length}");
        let head: serde_json::Value = serde_json::from_slice(&rest[..length]).unwrap();
        assert_eq!(head["weight"]["data_offsets"][1], rest.len() - length);
    }
}

#[test]
fn equal_seeds_give_equal_bytes_and_others_do_not() {
    assert_eq!(shelf(SEED), shelf(SEED));
    assert_ne!(shelf(SEED), shelf(SEED + 1));
}
