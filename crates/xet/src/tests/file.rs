use super::Store;
use crate::{Bad, File, Hash, Term, file_check, stored_check, terms_decode, terms_encode};

fn checked(store: &Store, file: &File) -> Result<(), Bad> {
    file_check(file, |hash| store.xorbs.get(hash))
}

/// The patchwork with one change.
fn changed(change: impl FnOnce(&mut File)) -> (Store, File, Result<(), Bad>) {
    let mut store = Store::default();
    let (mut file, _) = store.patchwork();
    change(&mut file);
    let found = checked(&store, &file);
    (store, file, found)
}

#[test]
fn an_honest_file_passes() {
    assert_eq!(changed(|_| {}).2, Ok(()));
    let empty = File { hash: Hash::ZERO, sha256: None, size_bytes: 0, terms: Vec::new() };
    assert_eq!(checked(&Store::default(), &empty), Ok(()));
}

#[test]
fn a_xorb_that_is_not_here_for_this_sender_is_unknown() {
    let (store, file, _) = changed(|_| {});
    let hidden = file.terms[1].xorb;
    let found = file_check(&file, |hash| store.xorbs.get(hash).filter(|_| *hash != hidden));
    assert_eq!(found, Err(Bad::XorbUnknown(hidden)));
}

#[test]
fn a_range_that_the_xorb_does_not_have_is_refused() {
    for (chunk_start, chunk_end) in [(0, 9_999), (3, 3), (4, 3), (u32::MAX, u32::MAX)] {
        let (_, file, found) = changed(|file| {
            (file.terms[2].chunk_start, file.terms[2].chunk_end) = (chunk_start, chunk_end);
        });
        let xorb = file.terms[2].xorb;
        assert_eq!(found, Err(Bad::TermRange { xorb, chunk_start, chunk_end }));
    }
}

#[test]
fn a_term_that_states_another_length_is_refused() {
    let (_, file, found) = changed(|file| file.terms[0].unpacked_bytes += 1);
    let (xorb, stated) = (file.terms[0].xorb, file.terms[0].unpacked_bytes);
    assert_eq!(found, Err(Bad::TermLength { xorb, stated, found: u64::from(stated) - 1 }));
}

#[test]
fn a_term_without_proof_is_refused() {
    let (_, file, found) = changed(|file| file.terms[3].verification = None);
    assert_eq!(found, Err(Bad::TermUnproven(file.terms[3].xorb)));
}

#[test]
fn a_term_with_a_wrong_proof_is_refused() {
    let (_, file, found) = changed(|file| file.terms[3].verification = Some(Hash::ZERO));
    assert_eq!(found, Err(Bad::TermProof(file.terms[3].xorb)));
}

#[test]
fn chunks_that_make_another_file_are_refused() {
    let (_, file, found) = changed(|file| {
        file.terms.swap(0, 1);
    });
    assert!(matches!(found, Err(Bad::FileHash { expected, .. }) if expected == file.hash));
}

#[test]
fn terms_come_back_as_they_went_and_damage_is_seen() {
    let term = |n: u8| Term {
        xorb: Hash::from_bytes([n; 32]),
        chunk_start: u32::from(n),
        chunk_end: 1_000,
        unpacked_bytes: u32::MAX,
        verification: None,
    };
    let terms = vec![term(1), term(2)];
    let bytes = terms_encode(&terms);
    assert_eq!(terms_decode(&bytes), Some(terms));
    assert_eq!(terms_decode(&bytes[1..]), None);
    assert_eq!(terms_decode(&[]), Some(Vec::new()));
}

#[test]
fn a_stored_file_is_checked_without_its_proofs() {
    let mut store = Store::default();
    let (file, content) = store.patchwork();
    let terms = terms_decode(&terms_encode(&file.terms)).unwrap();
    let size_bytes = u64::try_from(content.len()).unwrap();
    let check =
        |hash: Hash, terms: &[Term]| stored_check(hash, terms, |xorb| store.xorbs.get(xorb));
    assert_eq!(check(file.hash, &terms), Ok(size_bytes));
    assert!(matches!(check(Hash::ZERO, &terms), Err(Bad::FileHash { .. })));
    assert!(matches!(check(file.hash, &terms[1..]), Err(Bad::FileHash { .. })));
    let lost = stored_check(file.hash, &terms, |_| None::<&crate::Xorb>);
    assert_eq!(lost, Err(Bad::XorbUnknown(terms[0].xorb)));
}
