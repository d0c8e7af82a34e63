//! Pages for those who apply, review, decide and pay.
//!
//! Must never: decide anything, or offer what an operation would refuse. Start reading at
//! [`decision`].

mod account;
pub(super) mod act;
mod application;
mod application_view;
mod apply;
mod apply_form;
mod apply_view;
mod claim;
mod claim_file;
mod claim_next;
mod claim_page;
mod close;
mod decision;
mod decision_view;
mod desk;
mod enrol;
mod office;
mod payment;
mod review;
mod sheet;
pub(super) mod show;
pub(super) mod upload;

use crate::serve::{Route, get, post};
use identity::Permission::{Apply, DecideAwards, Inspect, Review, RunCalls, SignedIn};

/// Routes of the working pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        get("/calls/{id}/apply", Apply, apply::ask),
        post("/calls/{id}/apply", Apply, apply::send),
        get("/applications/{id}", SignedIn, application::look),
        get("/applications/{id}/edit", Apply, apply::edit),
        post("/applications/{id}/edit", Apply, apply::change),
        post("/applications/{id}/submit", Apply, application::submit),
        post("/applications/{id}/withdraw", Apply, application::withdraw),
        post("/applications/{id}/papers", Apply, application::paper_send),
        get("/applications/{id}/papers/{code}", SignedIn, application::paper),
        get("/applications/{id}/decision", Inspect, decision::show),
        post("/applications/{id}/decision", DecideAwards, decision::vote),
        get("/applications", SignedIn, desk::applicant),
        get("/reviews", Review, desk::reviewer),
        get("/desk", Inspect, desk::officer),
        get("/applications/{id}/review", Review, review::show),
        post("/applications/{id}/review", Review, review::send),
        get("/applications/{id}/reviewers", DecideAwards, review::choose),
        post("/applications/{id}/reviewers", DecideAwards, review::assign),
        get("/calls/{id}/sheet", Inspect, sheet::show),
        post("/calls/{id}/sheet", Inspect, sheet::again),
        get("/awards/{id}/claim", Apply, claim::ask),
        post("/awards/{id}/claim", Apply, claim::send),
        get("/awards/{id}/close", DecideAwards, close::ask),
        post("/awards/{id}/close", DecideAwards, close::send),
        get("/claims/{id}", SignedIn, claim_page::show_claim),
        post("/claims/{id}", DecideAwards, claim_page::verify),
        post("/claims/{id}/files", Apply, claim_file::send),
        get("/claims/{id}/files/{sha256}", Inspect, claim_file::fetch),
        get("/payments", Inspect, payment::show),
        post("/payments", DecideAwards, payment::send),
        get("/payments/{id}", DecideAwards, payment::file),
        post("/payments/{id}/confirm", DecideAwards, payment::confirm),
        get("/calls/new", RunCalls, office::call_ask),
        post("/calls/new", RunCalls, office::call_send),
        post("/calls/{id}/close", RunCalls, office::call_close),
        get("/instruments/new", RunCalls, office::rule_ask),
        post("/instruments/new", RunCalls, office::rule_send),
        get("/organisations/{id}/bank-account", SignedIn, office::account_ask),
        post("/organisations/{id}/bank-account", SignedIn, office::account_send),
        get("/organisations/new", SignedIn, enrol::ask),
        post("/organisations/new", SignedIn, enrol::send),
        get("/account", SignedIn, account::show),
        post("/account/tokens", SignedIn, account::token_make),
        post("/account/tokens/{id}/revoke", SignedIn, account::token_end),
    ]
}
