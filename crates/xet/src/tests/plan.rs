use super::Store;
use crate::{Bad, Hash, Plan, Xorb, chunks_unpack, plan};
use proptest::prelude::*;
use std::ops::Range;

/// Downloads as a client does: fetch the ranges, open them, cut the terms out, drop the front.
fn client_download(store: &Store, plan: &Plan) -> Vec<u8> {
    let mut content = Vec::new();
    for term in &plan.terms {
        let fetch = plan.fetches.iter().find(|fetch| fetch.xorb == term.xorb).unwrap();
        let holds = |range: &&crate::FetchRange| {
            range.chunks.start <= term.chunks.start && term.chunks.end <= range.chunks.end
        };
        let range = fetch.ranges.iter().find(holds).unwrap();
        let bytes = index(range.bytes.start)..index(range.bytes.end);
        let xorb = &store.xorbs[&term.xorb];
        let mut plain = Vec::new();
        let count = chunks_unpack(&store.bodies[&term.xorb][bytes], &mut plain).unwrap();
        assert_eq!(count, range.chunks.end - range.chunks.start);
        let first = xorb.chunks()[index(range.chunks.start)].unpacked_start;
        let start = xorb.chunks()[index(term.chunks.start)].unpacked_start - first;
        content.extend_from_slice(&plain[index(start)..index(start + term.unpacked_bytes)]);
    }
    let length = usize::try_from(plan.bytes.end - plan.bytes.start).unwrap();
    let offset = usize::try_from(plan.offset_into_first_range).unwrap();
    content[offset..offset + length].to_vec()
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap()
}

#[test]
fn a_plan_for_the_whole_file_gives_all_of_it() {
    let mut store = Store::default();
    let (file, content) = store.patchwork();
    let plan = plan(&file.terms, None, |hash| store.xorbs.get(hash)).unwrap();
    assert_eq!(client_download(&store, &plan), content);
    assert_eq!(plan.terms.len(), 6);
    // Chunks 2-6, 4-9 and 9-10 of the first touch; 0-4 and 3-5 of the second overlap.
    let ranges: Vec<(Hash, Range<u32>)> = plan
        .fetches
        .iter()
        .flat_map(|fetch| fetch.ranges.iter().map(|range| (fetch.xorb, range.chunks.clone())))
        .collect();
    assert_eq!(ranges, [(file.terms[0].xorb, 2..10), (file.terms[1].xorb, 0..5)]);
}

#[test]
fn a_range_within_one_chunk_fetches_that_chunk() {
    let mut store = Store::default();
    let (file, content) = store.patchwork();
    let plan = plan(&file.terms, Some(10..20), |hash| store.xorbs.get(hash)).unwrap();
    assert_eq!(plan.offset_into_first_range, 10);
    assert_eq!(plan.terms[0].chunks, 2..3);
    assert_eq!(client_download(&store, &plan), content[10..20]);
}

#[test]
fn a_range_is_cut_at_the_end_and_refused_behind_it() {
    let mut store = Store::default();
    let (file, _) = store.patchwork();
    let size_bytes = file.size_bytes;
    let lookup = |hash: &Hash| store.xorbs.get(hash);
    let cut = plan(&file.terms, Some(size_bytes - 1..u64::MAX), lookup).unwrap();
    assert_eq!(cut.bytes, size_bytes - 1..size_bytes);
    let behind = plan(&file.terms, Some(size_bytes..u64::MAX), lookup);
    assert_eq!(behind, Err(Bad::OutOfRange { start: size_bytes, size_bytes }));
    let empty = plan(&file.terms, Some(5..5), lookup);
    assert_eq!(empty, Err(Bad::OutOfRange { start: 5, size_bytes }));
}

#[test]
fn an_empty_file_has_an_empty_plan() {
    let lookup = |_: &Hash| None::<Xorb>;
    for range in [None, Some(0..10)] {
        assert_eq!(plan(&[], range, lookup), Ok(Plan::default()));
    }
    let behind = plan(&[], Some(1..10), lookup);
    assert_eq!(behind, Err(Bad::OutOfRange { start: 1, size_bytes: 0 }));
}

#[test]
fn a_lost_xorb_is_said_only_where_it_is_needed() {
    let mut store = Store::default();
    let (file, _) = store.patchwork();
    let lost = file.terms[1].xorb;
    let lookup = |hash: &Hash| store.xorbs.get(hash).filter(|_| *hash != lost);
    assert!(plan(&file.terms, Some(0..10), lookup).is_ok());
    assert_eq!(plan(&file.terms, None, lookup), Err(Bad::XorbUnknown(lost)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_range_is_what_the_client_asked_for(
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>())
    ) {
        let mut store = Store::default();
        let (file, content) = store.patchwork();
        let (a, b) = (ends.0.index(content.len()), ends.1.index(content.len()));
        let (from, to) = (a.min(b), a.max(b) + 1);
        let range = u64::try_from(from).unwrap()..u64::try_from(to).unwrap();
        let plan = plan(&file.terms, Some(range), |hash| store.xorbs.get(hash)).unwrap();
        prop_assert_eq!(&client_download(&store, &plan), &content[from..to]);
        let first = &store.xorbs[&plan.terms[0].xorb].chunks()[index(plan.terms[0].chunks.start)];
        prop_assert!(plan.offset_into_first_range < u64::from(first.unpacked_length));
    }
}
