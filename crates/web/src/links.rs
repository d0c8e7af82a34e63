//! The address of every page, in one place: templates link to these (a test holds them to
//! [`PATTERNS`]), handlers route by them.

/// Every address a page links to or posts to; `{}` stands for one id.
pub const PATTERNS: [&str; 38] = [
    "/",
    "/account",
    "/account/tokens",
    "/account/tokens/{}/revoke",
    "/applications",
    "/applications/{}",
    "/applications/{}/decision",
    "/applications/{}/review",
    "/applications/{}/withdraw",
    "/assets/{}",
    "/awards/{}",
    "/awards/{}/claim",
    "/awards/{}/proof",
    "/calls",
    "/calls/{}",
    "/calls/{}/apply",
    "/calls/{}/sheet",
    "/claims/{}",
    "/concentration",
    "/desk",
    "/desk/payments.csv",
    "/desk/payments.xml",
    "/entitlement",
    "/help",
    "/instruments",
    "/instruments/{}",
    "/openapi.json",
    "/organisations",
    "/organisations/new",
    "/organisations/{}",
    "/papers/{}",
    "/register",
    "/register.csv",
    "/register.json",
    "/reviews",
    "/sign-in",
    "/sign-out",
    "/source",
];

/// Tells whether an address (without its query) is one of [`PATTERNS`].
#[must_use]
pub fn is_known(path: &str) -> bool {
    let matches = |pattern: &&str| {
        let (wanted, given) = (pattern.split('/'), path.split('/'));
        wanted.clone().count() == given.clone().count()
            && wanted.zip(given).all(|(w, g)| w == g || (w == "{}" && !g.is_empty()))
    };
    PATTERNS.iter().any(matches)
}

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
