//! An upload that is cut off by the end of its zone, at every request and at four places of each:
//! nothing acknowledged is lost, nothing is seen by halves, and the same upload goes through after.

use super::trace::{Traced, is_traceable};
use super::upload::{Cut, Line, Way, upload};
use super::zone::{Place, content};

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

/// What ends a zone.
#[derive(Debug, Clone, Copy)]
enum End {
    /// A request that is cut off.
    Request(usize, Cut),
    /// The call of this number, in any of its threads, that makes something durable or seen.
    Call(u32),
}

/// Ends a zone during an upload, looks at what is left, and uploads the same again. Returns whether
/// there was such a step.
fn cut_off(place: &Place, way: Way, end: End, name: usize) -> bool {
    let told = format!("{way:?}, {end:?}");
    let (folder, mut zone) = (place.scratch(), place.zone());
    let (path, bytes) = (format!("{name}.bin"), bytes_of(way, name));
    let (cut, traced) = match end {
        End::Request(request, cut) => (Some((request, cut)), None),
        End::Call(number) => (None, Some(Traced::of(&zone, number))),
    };
    let found = upload(&mut Line::new(&mut zone, cut), way, (&path, &bytes), folder);
    if found.is_ok() && !zone.is_over() {
        assert!(found.is_ok_and(|answer| answer.status == 200), "{told}: not cut off");
        return false;
    }
    zone.child.wait().expect("the zone ends");
    drop(traced);
    let is_acknowledged = found.is_ok_and(|answer| answer.status == 200);
    place.check();
    let mut zone = place.zone();
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

/// Makes a repository, and ends its zone until there is no such step. Returns how many there were,
/// on the engine with the fewest.
fn cuts(way: Way, ends: impl Iterator<Item = End> + Clone) -> usize {
    let on = |place: Place| {
        place.zone().at.repo_create();
        let made = (0..).zip(ends.clone());
        made.take_while(|(name, end)| cut_off(&place, way, *end, *name)).count()
    };
    // What parts add to the other ways lies in the store of files, not in the database.
    let engines = if way == Way::Parts { 1 } else { usize::MAX };
    Place::each().take(engines).map(on).min().expect("there is an engine")
}

fn at_every_request(way: Way) -> usize {
    cuts(way, (0..).flat_map(|request| CUTS.map(|cut| End::Request(request, cut))))
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
    let ends = chosen.into_iter().map(|(request, cut)| End::Request(request, cut));
    assert_eq!(cuts(Way::Parts, ends), chosen.len());
}

/// The test before cuts where the client sees; this one where the zone syncs, renames, links and
/// removes, as counted in each of its threads. A push is left out: most of its steps are those of
/// Git's own programs, which would be ended and not the zone.
#[test]
fn an_upload_is_whole_or_not_there_whichever_durable_step_is_the_last() {
    if !is_traceable() {
        return eprintln!("STRACE ABSENT: a zone was not ended within its requests");
    }
    for way in [Way::Small, Way::Basic, Way::Chunks] {
        let steps = cuts(way, (1..).map(End::Call));
        println!("{way:?}: {steps} steps");
        assert!(steps >= 3, "{way:?} has but {steps} steps");
    }
}
