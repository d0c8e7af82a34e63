//! Refusals in Chinese, by their codes; English is what the domains say themselves.
//!
//! The words are in `messages/zh-refusals.txt`, here is only which parameters they take. Must
//! never: look at a domain's English words.

use crate::lang::{filled, table};
use base::{FieldProblem, Time};
use rulebook::{Lang, Text};
use std::collections::HashMap;
use std::sync::LazyLock;

const ZH: &str = include_str!("../messages/zh-refusals.txt");

static TABLE: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| table(ZH));

/// Says what is wrong with a field, in English where there is no Chinese.
pub(crate) fn of_field(problem: &FieldProblem, lang: crate::Lang) -> &str {
    match (lang, &problem.zh) {
        (crate::Lang::Zh, Some(zh)) => zh,
        _ => &problem.message,
    }
}

/// Says a refusal of `grants` in Chinese; `None` where nobody has written it.
pub(crate) fn of_grants(refused: &grants::Refused) -> Option<String> {
    if let grants::Refused::Identity(refused) = refused {
        return of_identity(refused);
    }
    let values = of_round(refused)
        .or_else(|| of_decision(refused))
        .or_else(|| of_payment(refused))
        .unwrap_or_default();
    say("grants", refused.code(), &values)
}

/// Says a refusal of `identity` in Chinese; `None` where nobody has written it.
pub(crate) fn of_identity(refused: &identity::Refused) -> Option<String> {
    use identity::Refused as R;
    let values = match refused {
        R::Invalid(problems) => texts([&problems.len()]),
        R::IdentifierTaken { scheme, value, owner } => texts([scheme as _, value, owner]),
        R::OrganisationUnknown(id) => texts([id]),
        R::PersonUnknown(id) => texts([id]),
        R::OwnershipUnknown(id) => texts([id]),
        R::ShareAboveWhole { total_ppm } => vec![percent(*total_ppm)],
        R::EmailTaken(email) => texts([email]),
        R::OwnsItself | R::AlreadyWithdrawn | R::LinkInvalid | R::LastAdmin => Vec::new(),
    };
    say("identity", refused.code(), &values)
}

/// Says a refusal of the hub in Chinese; `None` where nobody has written it.
pub(crate) fn of_hub(refused: &hub::Refused) -> Option<String> {
    use hub::Refused as R;
    let values = match refused {
        R::Invalid(problems) => texts([&problems.len()]),
        R::Forbidden { namespace, .. } => texts([namespace]),
        R::NamespaceUnknown(name)
        | R::NamespaceTaken(name)
        | R::NamespaceHeld(name)
        | R::RevisionUnknown(name)
        | R::EntryUnknown(name)
        | R::FileMissing(name)
        | R::RefTaken(name)
        | R::RefInvalid(name)
        | R::RefUnknown(name)
        | R::RefProtected(name)
        | R::CommentUnknown(name)
        | R::AccessUnknown(name)
        | R::PersonUnknown(name) => texts([name]),
        R::RepoTaken { path, .. } | R::Gated { path, .. } | R::PurposeNeeded { path, .. } => {
            texts([path])
        }
        R::PathInvalid { path, why } => texts([path, why]),
        R::ObjectMissing { path, sha256 } => texts([path, sha256]),
        R::ObjectFalse { sha256 } => texts([sha256]),
        R::QuotaExceeded { namespace, quota_bytes, used_bytes, asked_bytes } => {
            texts([namespace, quota_bytes, used_bytes, asked_bytes])
        }
        R::DiscussionUnknown(number) => texts([number]),
        R::Conflicts(paths) => vec![paths.join("、")],
        R::DiscussionState { .. } | R::AccessStands(_) | R::PurposeStands(_) => Vec::new(),
        R::SignIn
        | R::ReadOnlyToken
        | R::RepoUnknown
        | R::Disabled
        | R::Stale
        | R::NotGated
        | R::CollectionUnknown
        | R::ItemTaken
        | R::ItemUnknown
        | R::WebhookUnknown
        | R::PurposeUnknown => Vec::new(),
    };
    say("hub", refused.code(), &values)
}

/// Says in Chinese why there is no sheet; `None` where nobody has written it.
pub(crate) fn of_selection(refused: &selection::Refused) -> Option<String> {
    use selection::Refused as R;
    let values = match refused {
        R::TooManyProposals { given, most }
        | R::TooManyFunds { given, most }
        | R::TooManyGroups { given, most } => texts([given, most]),
        R::DuplicateProposal { proposal } | R::NoFund { proposal } => texts([proposal]),
        R::DuplicateFund { fund } => texts([fund]),
        R::DuplicateGroup { group } => texts([group]),
        R::UnknownFund { proposal, fund } | R::AwardedElsewhere { proposal, fund } => {
            texts([proposal, fund])
        }
        R::UnknownGroup { proposal, group } => texts([proposal, group]),
        R::AskNotPositive { proposal, ask } => texts([proposal as _, ask]),
        R::ScoreNegative { proposal, score } => texts([proposal as _, score]),
        R::BudgetNegative { fund, budget } => texts([fund as _, budget]),
        R::CapNegative { group, cap } => texts([group as _, cap]),
        R::MixedUnits { of, unit, expected } => texts([of as _, unit, expected]),
        R::Overflow { .. } => Vec::new(),
        R::AwardedBeyondBudget { fund, awarded, budget } => texts([fund as _, awarded, budget]),
        R::AwardedBeyondCap { group, awarded, cap } => texts([group as _, awarded, cap]),
        R::AwardedBeyondMost { awarded, most } => texts([awarded as _, most]),
        R::LeastAboveMost { least, most } => texts([least, most]),
        R::LeastUnreachable { least } => texts([least]),
        R::LeastNotFound { least, found } => texts([least, found]),
    };
    say("selection", refused.code(), &values)
}

/// Parameters of what is refused on the way to an application.
fn of_round(refused: &grants::Refused) -> Option<Vec<String>> {
    use grants::Refused as R;
    Some(match refused {
        R::Invalid(problems) => texts([&problems.len()]),
        R::RuleBroken(lines) => vec![lines.len().to_string(), lines.join("；")],
        R::VersionTaken { code, version } => texts([code as _, version]),
        R::InstrumentUnknown(id) => texts([id]),
        R::CallUnknown(id) => texts([id]),
        R::CallCodeTaken(code) => texts([code]),
        R::UnitMismatch { rule, given } => texts([rule, given]),
        R::CallNotOpen { opens_at, now } => {
            let when = if now < opens_at { "before" } else { "after" };
            vec![part(refused, when, &[instant(*opens_at)])]
        }
        R::ApplicationUnknown(id) => texts([id]),
        R::NotYours(id) => texts([id]),
        R::ApplicationState { is, needed } => {
            let state = |state: &grants::ApplicationState| part(refused, state.as_str(), &[]);
            vec![state(is), state(needed)]
        }
        R::Sealed(end) => vec![instant(*end)],
        R::Ineligible(reasons) | R::NotComputable(reasons) => vec![joined(reasons, "；")],
        R::PapersMissing(papers) => vec![joined(papers, "、")],
        _ => return None,
    })
}

/// Parameters of what is refused at reviews and decisions.
fn of_decision(refused: &grants::Refused) -> Option<Vec<String>> {
    use grants::Refused as R;
    Some(match refused {
        R::ReviewUnknown(id) => texts([id]),
        R::ReviewClosed(state) => vec![part(refused, state.as_str(), &[])],
        R::NotReviewer(id) => texts([id]),
        R::ReviewerConflict(conflict) | R::OfficerConflict(conflict) => {
            vec![conflict.words().get(Lang::Zh).to_owned()]
        }
        R::ReviewsMissing { needed, scored } => texts([needed, scored]),
        R::AmountAboveEntitled { asked, most } => texts([asked, most]),
        R::BudgetExceeded { asked, left } => texts([asked, left]),
        _ => return None,
    })
}

/// Parameters of what is refused at awards, claims and payments.
fn of_payment(refused: &grants::Refused) -> Option<Vec<String>> {
    use grants::Refused as R;
    Some(match refused {
        R::AwardUnknown(id) => texts([id]),
        R::AwardExpired(end) => vec![instant(*end)],
        R::ClaimUnknown(id) => texts([id]),
        R::ClaimState(state) => vec![part(refused, state.as_str(), &[])],
        R::SpendsOpen(reserved) => texts([reserved]),
        R::SpendUnknown(key) => texts([key]),
        R::SpendKeyTaken(id) => texts([id]),
        R::BillInvalid { bill, unit } => texts([bill as _, unit]),
        R::DuplicateInvoice { invoice, claim } => texts([invoice as _, claim]),
        R::SupplierRefused(reasons) => vec![joined(reasons, "；")],
        R::ClaimAboveAward { asked, left } => texts([asked, left]),
        R::ClaimAboveRule { asked, most } => texts([asked, most]),
        R::BankAccountMissing(id) => texts([id]),
        R::NothingDue(unit) => texts([unit]),
        R::BatchUnknown(id) => texts([id]),
        _ => return None,
    })
}

/// Tells whether there is a text under `domain.code`.
#[cfg(test)]
pub(crate) fn is_written(key: &str) -> bool {
    TABLE.contains_key(key)
}

/// Lists the keys of all texts.
#[cfg(test)]
pub(crate) fn written() -> Vec<&'static str> {
    TABLE.keys().map(String::as_str).collect()
}

fn say(domain: &str, code: &str, values: &[String]) -> Option<String> {
    TABLE.get(&format!("{domain}.{code}")).map(|message| filled(message, values))
}

/// Says a part of a refusal that depends on a state; the state's own word where none is written.
fn part(refused: &grants::Refused, word: &str, values: &[String]) -> String {
    let code = format!("{}.{word}", refused.code());
    say("grants", &code, values).unwrap_or_else(|| word.to_owned())
}

fn texts<const N: usize>(values: [&dyn std::fmt::Display; N]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn joined(texts: &[Text], mark: &str) -> String {
    texts.iter().map(|text| text.get(Lang::Zh)).collect::<Vec<_>>().join(mark)
}

/// Writes an instant to the minute, with the zone it is in.
fn instant(at: Time) -> String {
    let text: String = at.to_string().chars().take(16).collect();
    format!("{} UTC", text.replace('T', " "))
}

/// Writes millionths as a percentage with two decimals, rounded up so that what is above the whole
/// never looks like it.
fn percent(ppm: i64) -> String {
    let hundredths = ppm.saturating_add(99) / 100;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
