//! The JSON API: the same operations as the pages, under `/api/v1`.
//!
//! An operation is declared once, by the functions of [`operation`]: its path, its permission and
//! a handler whose types say what it takes and gives. Route, check of the request and OpenAPI
//! document all come from that declaration.
//!
//! Must never: hold logic of its own, publish a natural person, a bank account or a mail address,
//! or change anything for a browser's session. Start reading at [`calls`].

mod applications;
mod ask;
mod audit;
mod awards;
mod calls;
mod claims;
mod decisions;
mod document;
mod evaluated;
mod instruments;
mod operation;
mod organisations;
mod payments;
mod people;
mod reviews;
pub(crate) mod shape;
pub(crate) mod shaped;
mod strict;
mod told;
mod upstream;
mod zone;

use crate::serve::Route;
use operation::Operation;

/// Every operation, by noun.
fn operations() -> Vec<Operation> {
    let nouns = [
        zone::operations(),
        upstream::operations(),
        instruments::operations(),
        calls::operations(),
        organisations::operations(),
        people::operations(),
        applications::operations(),
        decisions::operations(),
        reviews::operations(),
        awards::operations(),
        claims::operations(),
        payments::operations(),
        audit::operations(),
    ];
    nouns.into_iter().flatten().collect()
}

/// Routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes: Vec<Route> = operations().into_iter().map(|one| one.route).collect();
    routes.push(document::route());
    routes
}

#[cfg(test)]
pub(crate) use document::document;
#[cfg(test)]
pub(crate) use operation::{Gives, Takes};

/// Every operation, for tests that hold answers against what the document promises.
#[cfg(test)]
pub(crate) fn declared() -> Vec<Operation> {
    operations()
}
