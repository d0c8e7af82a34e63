//! The accounts that the tests of `huggingface_hub` expect to find.

use anyhow::{Context, Result};
use app::App;
use hub::{Holder, namespace_claim};
use identity::{
    Actor, NewOrganisation, NewPerson, OrganisationKind, SizeClass, TOKEN_SECONDS_MAX,
    employment_start, organisation_register, person_register, token_adopt,
};

/// Somebody with a token, and the organisation that they act for.
#[derive(Debug, Clone, Copy)]
pub struct Account {
    /// Short name.
    pub name: &'static str,
    /// Name to show.
    pub fullname: &'static str,
    /// Their token.
    pub token: &'static str,
    /// Short name, name to show, and whether its repositories begin private.
    pub organisation: Option<(&'static str, &'static str, bool)>,
}

/// The accounts, as the client's own suite names them (`tests/testing_constants.py`), and one
/// for our own clients.
pub const HUB_ACCOUNTS: &[Account] = &[
    Account {
        name: "__DUMMY_HUB_USER__",
        fullname: "Dummy User",
        token: "hf_HubCITokenXXXXXXXXXXXXXXXXXXXXX",
        organisation: Some(("valid_org_hub", "Dummy Hub Org", false)),
    },
    Account {
        name: "DVUser",
        fullname: "DV User",
        token: "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",
        organisation: None,
    },
    Account {
        name: "EnterpriseAdmin",
        fullname: "Enterprise Admin",
        token: "hf_enterprise_admin_token",
        organisation: Some(("EnterpriseOrgPrivate", "Enterprise Org Private", true)),
    },
    Account {
        name: "bench",
        fullname: "Bench",
        token: "hf_bench_token_of_the_test_zone",
        organisation: None,
    },
];

/// Enters the accounts into an empty zone. Blocks.
///
/// # Errors
/// When the database fails, or the accounts are there already.
pub fn hub_accounts(app: &App) -> Result<()> {
    for account in HUB_ACCOUNTS {
        app.db().write(|tx| enter(tx, account)).wait().context("enter an account")?;
    }
    Ok(())
}

fn enter(tx: &mut db::Tx<'_>, account: &Account) -> Result<(), hub::Error> {
    let system = Actor::System;
    let email = format!("{}@example.org", account.name.to_lowercase());
    let new = NewPerson { name: account.fullname.to_owned(), email };
    let person = person_register(tx, system, &new)?.id;
    namespace_claim(tx, system, Holder::Person(person), (account.name, false))?;
    token_adopt(tx, person, ("tests", account.token), TOKEN_SECONDS_MAX)?;
    let Some((name, fullname, is_private)) = account.organisation else { return Ok(()) };
    let new = NewOrganisation {
        kind: OrganisationKind::Company,
        name_en: fullname.to_owned(),
        name_zh: String::new(),
        name_pinyin: String::new(),
        size_class: SizeClass::Small,
        region: String::new(),
        registered_on: None,
        is_synthetic: true,
        identifiers: Vec::new(),
        aliases: Vec::new(),
    };
    let organisation = organisation_register(tx, system, &new)?.id;
    namespace_claim(tx, system, Holder::Organisation(organisation), (name, is_private))?;
    employment_start(tx, system, person, organisation, (true, None))?;
    Ok(())
}
