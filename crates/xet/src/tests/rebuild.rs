use super::{Store, noise};
use crate::{Bad, Hash, Rebuild, STEP_BYTES_MAX, Steps};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::io::{self, Read};
use std::ops::Range;

fn part(store: &Store, xorb: &Hash, bytes: &Range<u64>) -> Vec<u8> {
    let index = |byte| usize::try_from(byte).unwrap();
    store.bodies[xorb][index(bytes.start)..index(bytes.end)].to_vec()
}

fn rebuilt(store: &Store, file: &crate::File, range: Option<Range<u64>>) -> Vec<u8> {
    let steps = Steps::new(file.terms.as_slice(), range, |hash| store.xorbs.get(hash)).unwrap();
    let mut content = Vec::new();
    Rebuild::new(steps, |xorb, bytes| Ok(part(store, xorb, &bytes)))
        .read_to_end(&mut content)
        .unwrap();
    content
}

#[test]
fn a_file_comes_back_with_its_sha256() {
    let mut store = Store::default();
    let bytes = noise(9_000_000, 4);
    let file = store.pack(&bytes);
    let content = rebuilt(&store, &file, None);
    assert_eq!(Some(Sha256::digest(&content).into()), file.sha256);
    let empty = Store::default().pack(&[]);
    assert!(rebuilt(&store, &empty, None).is_empty());
}

#[test]
fn no_step_reads_more_than_its_limit() {
    let mut store = Store::default();
    let bytes = [noise(9_000_000, 4), vec![0; 9_000_000]].concat();
    let file = store.pack(&bytes);
    let steps = Steps::new(file.terms, None, |hash| store.xorbs.get(hash).cloned()).unwrap();
    let mut total = 0;
    for step in steps {
        let step = step.unwrap();
        assert!(step.bytes().end - step.bytes().start <= u64::from(STEP_BYTES_MAX));
        assert!(step.length() <= 4 * 1024 * 1024);
        total += step.length();
    }
    assert_eq!(total, 18_000_000);
}

#[test]
fn a_damaged_chunk_is_never_given_out() {
    let mut store = Store::default();
    let file = store.pack(&noise(500_000, 4));
    let xorb = file.terms[0].xorb;
    let second = store.xorbs[&xorb].chunks()[1].start;
    store.bodies.get_mut(&xorb).unwrap()[usize::try_from(second).unwrap() + 20] ^= 1;
    let steps = Steps::new(file.terms.as_slice(), None, |hash| store.xorbs.get(hash)).unwrap();
    let mut content = Vec::new();
    let failed = Rebuild::new(steps, |xorb, bytes| Ok(part(&store, xorb, &bytes)))
        .read_to_end(&mut content)
        .unwrap_err();
    assert_eq!((failed.kind(), content.len()), (io::ErrorKind::InvalidData, 0));
    let bad = failed.into_inner().unwrap().downcast::<Bad>().unwrap();
    assert_eq!(*bad, Bad::ChunkHash { xorb, chunk: 1 });
}

#[test]
fn a_short_or_long_read_is_damage() {
    let mut store = Store::default();
    let file = store.pack(&noise(50_000, 4));
    let mut steps = Steps::new(file.terms.as_slice(), None, |hash| store.xorbs.get(hash)).unwrap();
    let step = steps.next().unwrap().unwrap();
    let stored = part(&store, &step.xorb(), &step.bytes());
    let mut to = b"kept".to_vec();
    let short = step.open(&stored[..stored.len() - 1], &mut to);
    assert_eq!(short, Err(Bad::Truncated { what: "chunk" }));
    let long = step.open(&[&stored[..], b"x"].concat(), &mut to);
    assert_eq!(long, Err(Bad::Trailing { what: "chunk" }));
    assert_eq!(to, b"kept");
}

#[test]
fn a_lost_xorb_ends_the_steps() {
    let mut store = Store::default();
    let file = store.pack(&noise(50_000, 4));
    let mut steps =
        Steps::new(file.terms.as_slice(), None, |_: &Hash| None::<crate::Xorb>).unwrap();
    assert_eq!(steps.next(), Some(Err(Bad::XorbUnknown(file.terms[0].xorb))));
    assert_eq!(steps.next(), None);
}

#[test]
fn a_range_behind_the_end_is_refused() {
    let file = Store::default().pack(b"four");
    let steps = Steps::new(file.terms.as_slice(), Some(4..9), |_: &Hash| None::<crate::Xorb>);
    assert_eq!(steps.err(), Some(Bad::OutOfRange { start: 4, size_bytes: 4 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_range_is_rebuilt(
        ends in (any::<prop::sample::Index>(), any::<prop::sample::Index>())
    ) {
        let mut store = Store::default();
        let (file, content) = store.patchwork();
        let (a, b) = (ends.0.index(content.len()), ends.1.index(content.len()));
        let (from, to) = (a.min(b), a.max(b) + 1);
        let range = u64::try_from(from).unwrap()..u64::try_from(to).unwrap();
        prop_assert_eq!(&rebuilt(&store, &file, Some(range)), &content[from..to]);
    }
}
