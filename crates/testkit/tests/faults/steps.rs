//! An upload that is cut off by the end of its zone, at every request and at four places of each:
//! nothing acknowledged is lost, nothing is seen by halves, and the same upload goes through after.

use super::upload::{Cut, Line, Way, upload};
use super::zone::{Zone, content, sound};
use std::path::Path;

const CUTS: [Cut; 4] = [Cut::Half, Cut::Sent, Cut::Working(1_500), Cut::Heard];

/// The bytes of an upload. What goes in parts has to be long (`MULTIPART_BYTES_MIN` of `hub-api`).
fn bytes_of(way: Way, number: usize) -> Vec<u8> {
    if way != Way::Parts {
        return content(number, 300_000);
    }
    let mut bytes = content(number, 30);
    bytes.resize(257 << 20, 0);
    bytes
}

/// Cuts an upload off, looks at what is left, and uploads the same again. Returns whether there
/// was such a request.
fn cut_off(folder: &Path, way: Way, (request, cut): (usize, Cut), name: usize) -> bool {
    let told = format!("{way:?}, request {request}, {cut:?}");
    let data = folder.join("zone");
    let mut zone = Zone::start(&data);
    let (path, bytes) = (format!("{name}.bin"), bytes_of(way, name));
    let mut line = Line::new(&mut zone, Some((request, cut)));
    let found = upload(&mut line, way, (&path, &bytes), folder);
    if zone.child.try_wait().expect("the zone is ours").is_none() {
        assert!(found.is_ok_and(|answer| answer.status == 200), "{told}: not cut off");
        return false;
    }
    let is_acknowledged = found.is_ok_and(|answer| answer.status == 200);
    sound(&data);
    let mut zone = Zone::start(&data);
    let file = format!("DVUser/r/resolve/main/{path}");
    let seen = zone.at.get(&file).expect("the zone answers");
    let is_whole = seen.status == 200 && seen.body == bytes;
    assert!(is_whole || (seen.status == 404 && !is_acknowledged), "{told}: {}", seen.status);
    // A push of what is there is none.
    if way != Way::Push || !is_whole {
        let again = upload(&mut Line::new(&mut zone, None), way, (&path, &bytes), folder);
        let again = again.expect("the zone answers");
        assert_eq!(again.status, 200, "{told}: {}", again.text());
    }
    let seen = zone.at.get(&file).expect("the zone answers");
    assert!(seen.status == 200 && seen.body == bytes, "{told}: again");
    true
}

/// Makes a repository, and cuts until there is no such request.
fn cuts(way: Way, cuts: impl Iterator<Item = (usize, Cut)>) -> usize {
    let folder = testbed::TempDir::new().expect("a folder");
    Zone::start(&folder.path().join("zone")).at.repo_create();
    let made = (0..).zip(cuts).take_while(|(name, cut)| cut_off(folder.path(), way, *cut, *name));
    made.count()
}

fn at_every_request(way: Way) -> usize {
    cuts(way, (0..).flat_map(|request| CUTS.map(|cut| (request, cut))))
}

#[test]
fn a_commit_of_small_files_is_whole_or_not_there_wherever_the_zone_ends() {
    assert_eq!(at_every_request(Way::Small), 4);
}

#[test]
fn a_large_file_in_one_piece_is_whole_or_not_there_wherever_the_zone_ends() {
    assert_eq!(at_every_request(Way::Basic), 4 * 4);
}

#[test]
fn a_large_file_in_chunks_is_whole_or_not_there_wherever_the_zone_ends() {
    assert_eq!(at_every_request(Way::Chunks), 4 * 4);
}

#[test]
fn a_push_is_whole_or_not_there_wherever_the_zone_ends() {
    assert_eq!(at_every_request(Way::Push), 4);
}

/// Batch, five parts, joining, asking whether it is there, commit. Each upload writes 257 MiB, so
/// that only what differs from the other ways is cut.
#[test]
fn a_large_file_in_parts_is_whole_or_not_there_wherever_the_zone_ends() {
    let chosen = [
        (2, Cut::Half),
        (2, Cut::Heard),
        (6, Cut::Sent),
        (6, Cut::Working(20_000)),
        (6, Cut::Heard),
        (8, Cut::Working(1_500)),
    ];
    assert_eq!(cuts(Way::Parts, chosen.into_iter()), chosen.len());
}
