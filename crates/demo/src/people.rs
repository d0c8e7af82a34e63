//! The people: three officers, six reviewers, an auditor, and one representative of each applicant.

use crate::model::{Application, Organisation, Person, Role};
use std::collections::BTreeSet;

/// Mail addresses of the officers. Two vote; the third verifies the claims.
pub(crate) const OFFICERS: [&str; 3] =
    ["lin.officer@example.org", "zhou.officer@example.org", "shen.officer@example.org"];

/// Mail addresses of the reviewers and whom they work for. Some of the employers belong to groups
/// that apply: these are the conflicts that must be found.
pub(crate) const REVIEWERS: [(&str, &[&str]); 6] = [
    ("fang.reviewer@example.org", &["torreya-university"]),
    ("lu.reviewer@example.org", &["liyuan"]),
    ("xie.reviewer@example.org", &["reedmarsh", "qianwu"]),
    ("tang.reviewer@example.org", &["guyu"]),
    ("he.reviewer@example.org", &["tidemarsh"]),
    ("qiu.reviewer@example.org", &["reedmarsh"]),
];

/// Returns the address of the person who applies and claims for an organisation.
pub(crate) fn representative(organisation: &str) -> String {
    format!("{organisation}@example.org")
}

/// Makes everybody.
pub(crate) fn people(organisations: &[Organisation], applications: &[Application]) -> Vec<Person> {
    let office: &[&str] = &["town-office"];
    let mut all: Vec<Person> =
        OFFICERS.iter().map(|email| staff(email, Role::Officer, office)).collect();
    all.extend(REVIEWERS.iter().map(|(email, firms)| staff(email, Role::Reviewer, firms)));
    all.push(staff("gu.auditor@example.org", Role::Auditor, &[]));
    let applicants: BTreeSet<&str> = applications.iter().map(|a| a.organisation).collect();
    let applies = |o: &&Organisation| applicants.contains(o.key);
    all.extend(organisations.iter().filter(applies).map(|organisation| Person {
        name: format!("Representative of {} (made up)", organisation.name_en),
        email: representative(organisation.key),
        roles: Vec::new(),
        employments: vec![(organisation.key, true)],
    }));
    all
}

/// Makes somebody whose name is in the address: `lin.officer` is "Lin (made-up officer)".
fn staff(email: &str, role: Role, employers: &[&'static str]) -> Person {
    let surname = email.split('.').next().unwrap_or(email);
    let (first, rest) = surname.split_at(1);
    let title = role.as_str().to_lowercase();
    Person {
        name: format!("{}{rest} (made-up {title})", first.to_uppercase()),
        email: email.to_owned(),
        roles: vec![role],
        employments: employers.iter().map(|employer| (*employer, false)).collect(),
    }
}
