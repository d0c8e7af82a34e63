//! The texts are what the types of xet-client 1.8.0 (`cas_types`) wrote for the same values.

use crate::wire::{
    FETCH_RANGES_MAX, Grant, GrantAsked, GrantChecksum, ReconstructionV1, ReconstructionV2,
    ShardEvent, ShardStage, ShardStored, XorbStored,
};
use crate::{Fetch, FetchRange, Hash, Plan, PlanTerm};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;

const A: &str = "0000000000000001000000000000000200000000000000030000000000000004";
const B: &str = "0000000000000005000000000000000600000000000000070000000000000008";
const TERMS: &str = r#""offset_into_first_range":5,"terms":[{"hash":"0000000000000001000000000000000200000000000000030000000000000004","unpacked_length":1000,"range":{"start":1,"end":3}},{"hash":"0000000000000005000000000000000600000000000000070000000000000008","unpacked_length":77,"range":{"start":0,"end":1}}]"#;

fn a() -> Hash {
    A.parse().unwrap()
}

fn plan() -> Plan {
    let term = |xorb: &str, chunks, unpacked_bytes| PlanTerm {
        xorb: xorb.parse().unwrap(),
        chunks,
        unpacked_bytes,
    };
    let range = FetchRange { chunks: 1..3, bytes: 10..20 };
    Plan {
        bytes: 5..1_077,
        offset_into_first_range: 5,
        terms: vec![term(A, 1..3, 1_000), term(B, 0..1, 77)],
        fetches: vec![Fetch { xorb: a(), ranges: vec![range] }],
    }
}

fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(ours: &T, theirs: &str) {
    let theirs_value: Value = serde_json::from_str(theirs).unwrap();
    assert_eq!(serde_json::to_value(ours).unwrap(), theirs_value);
    assert_eq!(&serde_json::from_str::<T>(theirs).unwrap(), ours);
}

#[test]
fn a_plan_is_answered_as_the_client_reads_it() {
    let url = "http://zone.example/x";
    let v1: ReconstructionV1 = plan().v1(|_, _| url.to_owned());
    check(
        &v1,
        &format!(
            r#"{{{TERMS},"fetch_info":{{"{A}":[{{"range":{{"start":1,"end":3}},"url":"{url}","url_range":{{"start":10,"end":19}}}}]}}}}"#
        ),
    );
    let v2: ReconstructionV2 = plan().v2(|_, _| url.to_owned());
    check(
        &v2,
        &format!(
            r#"{{{TERMS},"xorbs":{{"{A}":[{{"url":"{url}","ranges":[{{"chunks":{{"start":1,"end":3}},"bytes":{{"start":10,"end":19}}}}]}}]}}}}"#
        ),
    );
}

#[test]
fn an_address_covers_a_limited_number_of_ranges() {
    let mut plan = plan();
    let range = |number: u32| FetchRange { chunks: number..number + 1, bytes: number..number + 1 };
    plan.fetches[0].ranges = (0..300).map(|number| range(number * 2)).collect();
    let mut counts = Vec::new();
    let v2 = plan.v2(|xorb, ranges| {
        assert_eq!(*xorb, a());
        counts.push(ranges.len());
        String::new()
    });
    assert_eq!(counts, [FETCH_RANGES_MAX, FETCH_RANGES_MAX, 44]);
    assert_eq!(v2.xorbs[&a()].len(), 3);
}

#[test]
fn answers_to_uploads_are_the_clients() {
    check(&XorbStored { was_inserted: true }, r#"{"was_inserted":true}"#);
    let stored = ShardStored { result: 1, shard_hash: Some(a()) };
    check(&stored, &format!(r#"{{"result":1,"shard_hash":"{A}"}}"#));
    check(&ShardStored { result: 0, shard_hash: None }, r#"{"result":0}"#);
    let validating = ShardEvent::Validating { verified: 1, total: 2 };
    check(&validating, r#"{"type":"validating","verified":1,"total":2}"#);
    let committing = ShardEvent::Committing { stage: ShardStage::Syncing };
    check(&committing, r#"{"type":"committing","stage":"syncing"}"#);
    check(&ShardEvent::Result, r#"{"type":"result"}"#);
    let error = ShardEvent::Error { message: "m".to_owned(), retryable: true };
    check(&error, r#"{"type":"error","message":"m","retryable":true}"#);
}

#[test]
fn grants_are_the_clients() {
    let checksum =
        GrantChecksum { algo: "crc64nvme".to_owned(), value: "18446744073709551615".to_owned() };
    let asked = r#"{"length":9,"checksum":{"algo":"crc64nvme","value":"18446744073709551615"}}"#;
    check(&GrantAsked { length: 9, checksum }, asked);
    let grant = Grant {
        id: "i".to_owned(),
        method: "PUT".to_owned(),
        url: "u".to_owned(),
        headers: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
    };
    check(&grant, r#"{"id":"i","method":"PUT","url":"u","headers":{"a":"b"}}"#);
}
