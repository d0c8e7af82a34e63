//! Every refusal is said in Chinese, with its parameters.

use crate::lang::MISSING;
use crate::refusal::{of_grants, of_identity, of_selection};
use base::{Amount, FieldProblem, Id, Time, Unit};
use grants::{ApplicationState, ClaimState, Conflict, Party, Refused, ReviewState};
use rulebook::Text;
use std::collections::BTreeSet;

fn id<T: From<Id>>() -> T {
    T::from(Id::new(Time::from_millis(1), 1, 1))
}

fn money(yuan: i64) -> Amount {
    Amount::new(yuan * 100, Unit::CNY)
}

fn at(text: &str) -> Time {
    Time::parse(text).unwrap()
}

fn problems() -> Vec<FieldProblem> {
    vec![FieldProblem::new("a", ("b", "其一"))]
}

fn texts() -> Vec<Text> {
    vec![Text::both("one", "其一"), Text::both("two", "其二")]
}

fn conflict() -> Conflict {
    let (employer, party) = (Text::both("Sister", "姊妹公司"), Text::both("Firm", "本公司"));
    Conflict::Works { employer, party, is: Party::Supplier, is_over: true }
}

/// One refusal of each kind, several where a state is part of the words.
fn of_round() -> Vec<Refused> {
    let (now, then) = (at("2026-03-02T09:00:00Z"), at("2026-06-01T00:00:00Z"));
    let mut all = vec![
        Refused::Invalid(problems()),
        Refused::RuleBroken(vec!["toml:1:2: a".to_owned(), "toml:3:4: b".to_owned()]),
        Refused::VersionTaken { code: "voucher".to_owned(), version: 2 },
        Refused::InstrumentUnknown(id()),
        Refused::CallUnknown(id()),
        Refused::CallCodeTaken("rd-2026".to_owned()),
        Refused::UnitMismatch { rule: Unit::CNY, given: Unit::EUR },
        Refused::CallNotOpen { opens_at: then, now },
        Refused::CallNotOpen { opens_at: now, now: then },
        Refused::CallClosed,
        Refused::ApplicationUnknown(id()),
        Refused::NotYours(id()),
        Refused::Sealed(then),
        Refused::Ineligible(texts()),
        Refused::NotComputable(texts()),
        Refused::PapersMissing(texts()),
    ];
    let needed = ApplicationState::Submitted;
    let states = ApplicationState::ALL.iter();
    all.extend(states.map(|is| Refused::ApplicationState { is: *is, needed }));
    all
}

fn of_decision() -> Vec<Refused> {
    let mut all = vec![
        Refused::ReviewUnknown(id()),
        Refused::ReviewNotYours,
        Refused::NotReviewer(id()),
        Refused::ReviewAssigned,
        Refused::ReviewerConflict(conflict()),
        Refused::OfficerConflict(Conflict::Acts),
        Refused::SameOfficer,
        Refused::ShownChanged,
        Refused::ReviewsMissing { needed: 2, scored: 1 },
        Refused::AmountAboveEntitled { asked: money(2), most: money(1) },
        Refused::BudgetExceeded { asked: money(2), left: money(1) },
    ];
    all.extend(ReviewState::ALL.iter().map(|state| Refused::ReviewClosed(*state)));
    all
}

fn of_payment() -> Vec<Refused> {
    let mut all = vec![
        Refused::AwardUnknown(id()),
        Refused::AwardClosed,
        Refused::AwardExpired(at("2026-06-01T00:00:00Z")),
        Refused::ClaimUnknown(id()),
        Refused::SpendsOpen(money(1)),
        Refused::SpendUnknown("job-1".to_owned()),
        Refused::SpendKeyTaken(id()),
        Refused::BillInvalid { bill: money(0), unit: Unit::CNY },
        Refused::DuplicateInvoice { invoice: "INV-1".to_owned(), claim: id() },
        Refused::SupplierRefused(texts()),
        Refused::ClaimAboveAward { asked: money(2), left: money(1) },
        Refused::ClaimAboveRule { asked: money(2), most: money(1) },
        Refused::OwnClaim,
        Refused::BankAccountMissing(id()),
        Refused::NothingDue(Unit::CNY),
        Refused::BatchUnknown(id()),
        Refused::BatchConfirmed,
    ];
    all.extend(ClaimState::ALL.iter().map(|state| Refused::ClaimState(*state)));
    all
}

fn of_people() -> Vec<identity::Refused> {
    use identity::Refused as R;
    let (scheme, value) = ("CN-USCI".to_owned(), "91330100".to_owned());
    vec![
        R::Invalid(problems()),
        R::IdentifierTaken { scheme, value, owner: id() },
        R::OrganisationUnknown(id()),
        R::PersonUnknown(id()),
        R::OwnershipUnknown(id()),
        R::OwnsItself,
        R::ShareAboveWhole { total_ppm: 1_000_001 },
        R::AlreadyWithdrawn,
        R::EmailTaken("a@b.example".to_owned()),
        R::LinkInvalid,
        R::LastAdmin,
    ]
}

/// Whole sentences in Chinese: every parameter filled, Chinese marks, no stored word of a state.
fn sound(code: &str, text: Option<String>) {
    let text = text.unwrap_or_else(|| panic!("`{code}` has no Chinese text"));
    assert!(!text.contains(MISSING), "`{code}`: {text}");
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let chars: Vec<char> = text.chars().collect();
    assert!(chars.iter().filter(|c| is_chinese(**c)).count() > 5, "`{code}`: {text}");
    let bad = chars.windows(2).any(|pair| is_chinese(pair[0]) && ",;:?!()".contains(pair[1]));
    assert!(!bad, "`{code}`: {text}");
    let states = ApplicationState::ALL.iter().map(|state| state.as_str());
    let states = states.chain(ReviewState::ALL.iter().map(|state| state.as_str()));
    for word in states.chain(ClaimState::ALL.iter().map(|state| state.as_str())) {
        assert!(!text.contains(word), "`{code}`: {text}");
    }
}

#[test]
fn every_code_of_a_refusal_has_a_chinese_text() {
    let codes = |domain: &str, codes: &[&str]| -> Vec<String> {
        codes.iter().map(|code| format!("{domain}.{code}")).collect()
    };
    let mut wanted = codes("grants", Refused::CODES);
    wanted.extend(codes("identity", identity::Refused::CODES));
    wanted.extend(codes("selection", selection::Refused::CODES));
    wanted.extend(codes("hub", hub::Refused::CODES));
    let missing: Vec<_> = wanted.iter().filter(|key| !crate::refusal::is_written(key)).collect();
    assert!(missing.is_empty(), "without Chinese text: {missing:?}");
    let parts = |key: &&str| wanted.iter().all(|code| code != key && !is_part(key, code));
    let unknown: Vec<&str> = crate::refusal::written().into_iter().filter(parts).collect();
    assert!(unknown.is_empty(), "texts of no refusal: {unknown:?}");
}

fn is_part(key: &str, code: &str) -> bool {
    key.strip_prefix(code).is_some_and(|rest| rest.starts_with('.'))
}

#[test]
fn every_refusal_is_said_in_chinese_with_all_its_parameters() {
    let all: Vec<Refused> =
        of_round().into_iter().chain(of_decision()).chain(of_payment()).collect();
    let seen: BTreeSet<&str> = all.iter().map(Refused::code).collect();
    assert_eq!(seen, Refused::CODES.iter().copied().collect());
    for refused in &all {
        sound(refused.code(), of_grants(refused));
    }
    let people = of_people();
    let seen: BTreeSet<&str> = people.iter().map(identity::Refused::code).collect();
    assert_eq!(seen, identity::Refused::CODES.iter().copied().collect());
    for refused in people {
        sound(refused.code(), of_identity(&refused));
        sound(refused.code(), of_grants(&Refused::Identity(refused.clone())));
    }
}

#[test]
fn a_refused_sheet_is_said_in_chinese_with_all_its_parameters() {
    use selection::Refused as R;
    let (name, other) = ("a".to_owned(), "b".to_owned());
    for refused in [
        R::TooManyProposals { given: 2, most: 1 },
        R::UnknownFund { proposal: name.clone(), fund: other },
        R::AskNotPositive { proposal: name.clone(), ask: money(0) },
        R::MixedUnits { of: name.clone(), unit: Unit::EUR, expected: Unit::CNY },
        R::AwardedBeyondCap { group: name, awarded: money(2), cap: money(1) },
        R::AwardedBeyondMost { awarded: 2, most: 1 },
        R::Overflow { what: selection::Summed::Asks },
    ] {
        sound(refused.code(), of_selection(&refused));
    }
}

#[test]
fn parameters_stand_where_the_sentence_wants_them() {
    let said = |refused: Refused| of_grants(&refused).unwrap();
    let check = |refused: Refused, expected: &str| assert_eq!(said(refused), expected);
    check(
        Refused::ReviewerConflict(conflict()),
        "该评审人存在利益冲突：该人员曾任职于姊妹公司，该机构与供应商本公司同属一个集团",
    );
    let needed = ApplicationState::Draft;
    check(
        Refused::ApplicationState { is: ApplicationState::Submitted, needed },
        "该申请目前的状态为“已提交”，须为“草稿”方可办理：请重新打开页面查看",
    );
    check(
        Refused::Sealed(at("2026-06-01T00:00:00Z")),
        "本次征集的申请在 2026-06-01 00:00 UTC 之前封存，届时方可查阅",
    );
    check(Refused::PapersMissing(texts()), "缺少以下材料：其一、其二");
    let share = identity::Refused::ShareAboveWhole { total_ppm: 1_000_001 };
    assert!(said(Refused::Identity(share)).contains("达 100.01 %"));
}
