//! One support round: instruments, calls, applications, reviews, decisions, awards, claims,
//! payments.
//!
//! INVARIANT: nothing is awarded, settled or paid but through a hold in the ledger, in the same
//! commit as the state it belongs to; what an officer saw before a vote is kept with the vote;
//! supplier conditions are tested again at the moment money is settled.
//!
//! Must never: move value itself (that is `ledger`), or compute support (that is `rulebook`).
//! Start reading at [`application_submit`], [`vote_cast`] and [`claim_settle`].

mod application;
mod award;
mod call;
mod claim;
mod claim_file;
mod conflict;
mod decision;
mod error;
mod event;
mod evidence;
mod group;
mod instrument;
mod invariants;
mod model;
mod payment;
mod proposal;
mod register;
mod review;
mod rules;
mod spend;
mod store;

#[cfg(test)]
mod tests;

pub use application::{
    PAPER_BYTES_MAX, application_create, application_edit, application_entitlement,
    application_find, application_read, application_submit, application_withdraw,
    applications_list, paper_add, paper_content, papers_of,
};
pub use award::{
    AwardFilter, AwardSum, FILTER_IDS_MAX, award_close, award_find, award_of_application,
    award_page_key, award_read, awards_each, awards_expired_close, awards_list, awards_sum,
    suppliers_each, suppliers_of_award,
};
pub use call::{
    CATEGORY_CHARS_MAX, account_of, call_close, call_create, call_read, calls_list,
    calls_of_instrument, money_appropriated, money_left, zone_account,
};
pub use claim::{
    claim_check, claim_payee, claim_read, claim_refuse, claim_settle, claim_submit, claims_list,
    claims_of_award, supplier_states,
};
pub use claim_file::{
    CLAIM_FILE_BYTES_MAX, CLAIM_FILES_MAX, ClaimFile, FileKind, claim_file_add, claim_file_content,
    claim_files_of, claim_files_shared,
};
pub use conflict::{Conflict, Party};
pub use decision::{
    Decided, Shown, ShownBudget, ShownReview, VoteForm, shown_of, vote_cast, votes_of,
};
pub use error::{Error, Refused};
pub use event::{Event, EventKind, events_of};
pub use evidence::{
    Entitlement, Graph, entitlement, graph_at, graph_at_default, is_affiliated, related_of,
};
pub use group::{GroupAwarded, group_awarded};
pub use instrument::{
    due_on, instrument_compile, instrument_find, instrument_latest, instrument_newest,
    instrument_page_key, instrument_publish, instrument_read, instruments_list,
};
pub use invariants::{CheckError, check_invariants};
pub use model::{
    Application, ApplicationId, ApplicationState, Award, AwardId, AwardState, BankAccount, Call,
    CallId, CallMode, Claim, ClaimId, ClaimState, CostLine, Declared, Draft, InstrumentId, NewCall,
    NewClaim, NewSpend, Paper, Payment, PaymentBatch, PaymentBatchId, PaymentId, PaymentState,
    Published, Review, ReviewId, ReviewState, Score, Spend, SpendId, Verdict, Vote,
};
pub use payment::{
    bank_account_of, bank_account_set, batch_confirm, batch_payments, batch_read, batches_list,
    batches_newest, payments_due, payments_of_award, payments_send,
};
pub use proposal::{Faults, LeftOut, Proposal, proposal_of};
pub use register::{
    AwardOrder, RegisterChoices, RegisterLine, RegisterRow, received_by, register_choices,
    register_each, register_row, register_rows, register_rows_of,
};
pub use review::{
    conflict_find, review_assign, review_read, review_recuse, review_score, reviews_by, reviews_of,
};
pub use spend::{spend_hold, spend_read, spend_settle, spends_of_award};
