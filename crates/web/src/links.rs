//! The address of every page, in one place: templates link to these, handlers route by them, and a
//! test holds every link of every page to the route table.

/// Zone home.
pub const HOME: &str = "/";
/// List of calls.
pub const CALLS: &str = "/calls";
/// List of instruments.
pub const INSTRUMENTS: &str = "/instruments";
/// Entitlement checker; `?instrument=ID` chooses the rule.
pub const ENTITLEMENT: &str = "/entitlement";
/// The signed-in applicant's own applications, awards and claims.
pub const APPLICATIONS: &str = "/applications";
/// Officer desk; `?queue=NAME` chooses the queue.
pub const DESK: &str = "/desk";
/// Reviewer desk.
pub const REVIEWS: &str = "/reviews";
/// Public register; its filters are query parameters.
pub const REGISTER: &str = "/register";
/// List of organisations.
pub const ORGANISATIONS: &str = "/organisations";
/// Concentration page.
pub const CONCENTRATION: &str = "/concentration";
/// What models rest on.
pub const UPSTREAM: &str = "/concentration/upstream";
/// Repositories of models, datasets and spaces.
pub const HUB: &str = "/hub";
/// Help: how it works, glossary, verification.
pub const HELP: &str = "/help";
/// Sign-in by one-time link.
pub const SIGN_IN: &str = "/sign-in";
/// Ends the session (POST).
pub const SIGN_OUT: &str = "/sign-out";
/// Account and tokens.
pub const ACCOUNT: &str = "/account";

/// One call.
#[must_use]
pub fn call(id: &str) -> String {
    format!("/calls/{id}")
}

/// Apply form of a call (GET and POST).
#[must_use]
pub fn apply(call: &str) -> String {
    format!("/calls/{call}/apply")
}

/// Decision sheet of a call.
#[must_use]
pub fn sheet(call: &str) -> String {
    format!("/calls/{call}/sheet")
}

/// One instrument.
#[must_use]
pub fn instrument(id: &str) -> String {
    format!("/instruments/{id}")
}

/// Entitlement checker of one instrument.
#[must_use]
pub fn entitlement(instrument: &str) -> String {
    format!("/entitlement?instrument={instrument}")
}

/// One application.
#[must_use]
pub fn application(id: &str) -> String {
    format!("/applications/{id}")
}

/// Review form of an application (GET and POST).
#[must_use]
pub fn review(application: &str) -> String {
    format!("/applications/{application}/review")
}

/// Decision page of an application (GET and POST).
#[must_use]
pub fn decision(application: &str) -> String {
    format!("/applications/{application}/decision")
}

/// One award.
#[must_use]
pub fn award(id: &str) -> String {
    format!("/awards/{id}")
}

/// Claim form of an award (GET and POST).
#[must_use]
pub fn claim_new(award: &str) -> String {
    format!("/awards/{award}/claim")
}

/// Form that closes an award before its term (GET and POST).
#[must_use]
pub fn award_close(award: &str) -> String {
    format!("/awards/{award}/close")
}

/// One claim.
#[must_use]
pub fn claim(id: &str) -> String {
    format!("/claims/{id}")
}

/// One organisation.
#[must_use]
pub fn organisation(id: &str) -> String {
    format!("/organisations/{id}")
}

/// Register rows of one ownership group, by the id of its ultimate owner.
#[must_use]
pub fn register_group(owner: &str) -> String {
    format!("{REGISTER}?group={owner}")
}

/// Register rows of one supplier.
#[must_use]
pub fn register_supplier(supplier: &str) -> String {
    format!("{REGISTER}?supplier={supplier}")
}

/// Register rows of one category.
#[must_use]
pub fn register_category(category: &str) -> String {
    format!("{REGISTER}?category={category}")
}
