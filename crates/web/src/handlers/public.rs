//! Pages that anybody may read.

mod award;
mod calls;
mod concentration;
mod entitlement;
mod files;
mod filter;
mod help;
mod home;
mod instruments;
mod organisations;
mod register;
mod upstream;

#[cfg(test)]
pub(crate) use files::csv_cell;

use crate::serve::{Route, get};
use identity::Permission::Public;

/// Routes of the public pages.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        get("/", Public, home::show),
        get("/calls", Public, calls::list),
        get("/calls/{id}", Public, calls::show),
        get("/instruments", Public, instruments::list),
        get("/instruments/{id}", Public, instruments::show),
        get("/entitlement", Public, entitlement::show),
        get("/register", Public, register::show),
        get("/register.csv", Public, files::csv),
        get("/register.json", Public, files::json),
        get("/awards/{id}", Public, award::show),
        get("/organisations", Public, organisations::list),
        get("/organisations/{id}", Public, organisations::show),
        get("/concentration", Public, concentration::show),
        get("/concentration/upstream", Public, upstream::show),
        get("/help", Public, help::show),
    ]
}
