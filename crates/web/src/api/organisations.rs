//! Organisations, who owns them, and the group they belong to. Natural persons stay nameless.

use super::ask::Ask;
use super::operation::{Operation, change, look, named};
use super::shaped::{Chars, Nothing, Org, Stamp, objects};
use super::told::{Answered, Done, List, page_of};
use crate::serve::Fault;
use app::Names;
use base::{Date, Ppm};
use db::Read;
use grants::BankAccount;
use identity::Permission::{KeepRecords, Public, SignedIn};
use identity::{
    AliasLanguage, Grade, Identifier, Organisation, OrganisationId, OrganisationKind, Ownership,
    OwnershipId, OwnershipKind, SizeClass,
};

pub(super) fn operations() -> Vec<Operation> {
    vec![
        look("/api/v1/organisations", Public, "Searches organisations", list),
        look("/api/v1/organisations/{id}", Public, "Shows an organisation and its owners", show),
        look("/api/v1/organisations/{id}/group", Public, "Shows the group as a tree", group),
        change("/api/v1/organisations", KeepRecords, "Enters an organisation", register),
        change(
            "/api/v1/organisations/{id}/ownership",
            KeepRecords,
            "States who owns the organisation",
            own,
        ),
        change(
            "/api/v1/organisations/{id}/bank-account",
            SignedIn,
            "Sets where the organisation is paid; for those who act for it or keep the records",
            bank_account,
        ),
    ]
}

objects! {
    /// An identifier that a register gave.
    IdentifierShown {
        /// Code of the register, as in `CN-USCI`.
        scheme: Chars<1, 30>,
        /// The identifier.
        value: Chars<1, 60>,
    }
    /// Another name.
    Alias {
        /// Its language.
        language: AliasLanguage,
        /// The name.
        name: Chars<1, 200>,
    }
    /// An organisation to be entered.
    NewOrganisation {
        /// What it is.
        kind: OrganisationKind,
        /// English name.
        name_en: Option<Chars<0, 200>>,
        /// Chinese name.
        name_zh: Option<Chars<0, 200>>,
        /// Chinese name in Latin letters.
        name_pinyin: Option<Chars<0, 200>>,
        /// Its size.
        size_class: SizeClass,
        /// Where it is seated, as in `Hangzhou, CN`.
        region: Option<Chars<0, 200>>,
        /// When it was founded.
        registered_on: Option<Date>,
        /// Whether it was made up.
        is_synthetic: Option<bool>,
        /// Its identifiers, at most 20.
        identifiers: Option<Vec<IdentifierShown>>,
        /// Its other names, at most 50.
        aliases: Option<Vec<Alias>>,
    }
    /// An organisation.
    OrganisationShown {
        /// Its id.
        id: OrganisationId,
        /// What it is.
        kind: OrganisationKind,
        /// English name.
        name_en: String,
        /// Chinese name.
        name_zh: String,
        /// Chinese name in Latin letters.
        name_pinyin: String,
        /// Its size.
        size_class: SizeClass,
        /// Where it is seated.
        region: String,
        /// When it was founded.
        registered_on: Option<Date>,
        /// Whether it was made up.
        is_synthetic: bool,
        /// Its identifiers.
        identifiers: Vec<IdentifierShown>,
        /// Its other names.
        aliases: Vec<Alias>,
        /// Statements about its owners that stand; absent in lists.
        owners: Option<Vec<OwnerShown>>,
    }
    /// A statement about an owner.
    OwnerShown {
        /// Its id.
        id: OwnershipId,
        /// Who owns.
        owner: Org,
        /// How.
        kind: OwnershipKind,
        /// How much, in millionths; null where the source does not say.
        share_ppm: Option<Ppm>,
        /// First day; null for always.
        valid_from: Option<Date>,
        /// Last day; null until further notice.
        valid_to: Option<Date>,
        /// How well founded.
        grade: Grade,
        /// Where it was read; empty where the owner is a natural person.
        source: String,
        /// When it was entered.
        stated_at: Stamp,
    }
    /// Who owns an organisation.
    NewOwner {
        /// The owner.
        owner: OrganisationId,
        /// How.
        kind: OwnershipKind,
        /// How much, in millionths; absent where unknown.
        share_ppm: Option<Ppm>,
        /// First day; absent for always.
        valid_from: Option<Date>,
        /// Last day; absent until further notice.
        valid_to: Option<Date>,
        /// How well founded.
        grade: Grade,
        /// Where it was read.
        source: Chars<1, 500>,
    }
    /// Where an organisation is paid.
    NewBankAccount {
        /// Name of the account's holder.
        holder_name: Chars<1, 70>,
        /// IBAN, or the number that the bank uses.
        number: Chars<1, 34>,
        /// BIC or the national bank code.
        bank_code: Option<Chars<0, 35>>,
    }
    /// Which organisations.
    Searched {
        /// In a name, alias or identifier.
        text: Option<Chars<0, 100>>,
        /// The `next` of the page before.
        after: Option<Chars<1, 200>>,
        /// Rows wanted, 1 to 500.
        rows: Option<super::told::Rows>,
    }
    /// At which day.
    OnDay {
        /// The day; today where absent.
        date: Option<Date>,
    }
    /// A holding that puts a member in the group.
    Held {
        /// Who holds.
        owner: OrganisationId,
        /// What is held, as in `shares` or `votes`.
        kind: serde_json::Value,
        /// How much, in millionths.
        share_ppm: Option<Ppm>,
        /// On whose word.
        grade: serde_json::Value,
    }
    /// A member of a group.
    MemberShown {
        /// The organisation.
        organisation: Org,
        /// Steps below the head.
        depth: u32,
        /// The holdings that put it here.
        held: Vec<Held>,
    }
    /// A group at a day.
    GroupShown {
        /// The organisation or person at the top.
        head: Org,
        /// The last in the chain of those who control, natural persons and state bodies included.
        ultimate_owner: Org,
        /// The day.
        date: Date,
        /// The members as lines of a tree, the head first; at most 500.
        members: Vec<MemberShown>,
        /// How many there are.
        count: u32,
    }
}

/// Names an organisation as it may be published.
pub(super) fn org(names: &Names, id: OrganisationId) -> Org {
    let (name_en, name_zh) = names.both(id);
    Org { id, name_en, name_zh }
}

async fn list(ask: Ask, query: Searched) -> Result<List<OrganisationShown>, Fault> {
    let page = page_of(query.after, query.rows);
    let text = query.text.unwrap_or_default().0;
    ask.read(move |read| {
        let rows = identity::organisations_search(read, &text, &page)?;
        Ok(List::of(rows, &page, |row| row.id.to_string(), |row| Some(shown(row, None))))
    })
    .await
}

async fn show(ask: Ask, _: Nothing) -> Result<OrganisationShown, Fault> {
    let id = ask.id()?;
    let app = ask.cx.app.clone();
    ask.read(move |read| {
        let found = public(read, id)?;
        let names = app::names(&app, read)?;
        let (owners, _) = identity::ownership_of(read, id)?;
        let owners = owners.iter().filter(|one| one.withdrawn_at.is_none());
        let owners = owners.map(|one| owner_shown(one, &names)).collect();
        Ok(shown(found, Some(owners)))
    })
    .await
}

/// Reads an organisation that is no natural person: of those not even their being here is told.
fn public(read: &Read<'_>, id: OrganisationId) -> Result<Organisation, Fault> {
    let found = identity::organisation_read(read, id)?;
    if found.kind == OrganisationKind::NaturalPerson { Err(Fault::NotFound) } else { Ok(found) }
}

fn shown(from: Organisation, owners: Option<Vec<OwnerShown>>) -> OrganisationShown {
    let identifier =
        |one: Identifier| IdentifierShown { scheme: Chars(one.scheme), value: Chars(one.value) };
    let alias = |(language, name)| Alias { language, name: Chars(name) };
    OrganisationShown {
        id: from.id,
        kind: from.kind,
        name_en: from.name_en,
        name_zh: from.name_zh,
        name_pinyin: from.name_pinyin,
        size_class: from.size_class,
        region: from.region,
        registered_on: from.registered_on,
        is_synthetic: from.is_synthetic,
        identifiers: from.identifiers.into_iter().map(identifier).collect(),
        aliases: from.aliases.into_iter().map(alias).collect(),
        owners,
    }
}

fn owner_shown(from: &Ownership, names: &Names) -> OwnerShown {
    // A source may name the person whom the mask hides.
    let is_person =
        names.get(from.owner).is_none_or(|owner| owner.kind == OrganisationKind::NaturalPerson);
    OwnerShown {
        id: from.id,
        owner: org(names, from.owner),
        kind: from.kind,
        share_ppm: from.share,
        valid_from: from.valid_from,
        valid_to: from.valid_to,
        grade: from.grade,
        source: if is_person { String::new() } else { from.source.clone() },
        stated_at: Stamp(from.stated_at),
    }
}

async fn group(ask: Ask, query: OnDay) -> Result<GroupShown, Fault> {
    let (id, now) = (ask.id()?, ask.now());
    let date = query.date.unwrap_or_else(|| now.date());
    let app = ask.cx.app.clone();
    ask.read(move |read| {
        public(read, id)?;
        let names = app::names(&app, read)?;
        let graph = grants::graph_at_default(read, date)?;
        let group = graph.ownership.group(&id);
        let count = u32::try_from(group.members.len()).unwrap_or(u32::MAX);
        let most = usize::try_from(base::PAGE_ROWS_MAX).unwrap_or(usize::MAX);
        let members = group.tree().into_iter().take(most).map(|branch| MemberShown {
            organisation: org(&names, branch.key),
            depth: u32::try_from(branch.depth).unwrap_or(u32::MAX),
            held: branch.links.iter().map(held).collect(),
        });
        Ok(GroupShown {
            head: org(&names, group.head),
            ultimate_owner: org(&names, graph.ownership.ultimate_owner(&id)),
            date,
            members: members.collect(),
            count,
        })
    })
    .await
}

fn held(link: &oversight::Link<OrganisationId>) -> Held {
    let statement = &link.statement;
    let word = |value: Result<serde_json::Value, _>| value.unwrap_or(serde_json::Value::Null);
    Held {
        owner: statement.owner,
        kind: word(serde_json::to_value(statement.kind)),
        share_ppm: statement.share,
        grade: word(serde_json::to_value(statement.grade)),
    }
}

async fn register(ask: Ask, new: NewOrganisation) -> Result<Answered, Fault> {
    let actor = ask.actor()?;
    let identifiers = new.identifiers.unwrap_or_default().into_iter();
    let aliases = new.aliases.unwrap_or_default().into_iter();
    let text = |text: Option<Chars<0, 200>>| text.unwrap_or_default().0;
    let new = identity::NewOrganisation {
        kind: new.kind,
        name_en: text(new.name_en),
        name_zh: text(new.name_zh),
        name_pinyin: text(new.name_pinyin),
        size_class: new.size_class,
        region: text(new.region),
        registered_on: new.registered_on,
        is_synthetic: new.is_synthetic.unwrap_or(false),
        identifiers: identifiers
            .map(|one| Identifier { scheme: one.scheme.0, value: one.value.0 })
            .collect(),
        aliases: aliases.map(|one| (one.language, one.name.0)).collect(),
    };
    ask.change(move |tx| {
        let made = identity::organisation_register(tx, actor, &new)?;
        Ok(Done::made("organisations", &made.id))
    })
    .await
}

async fn own(ask: Ask, new: NewOwner) -> Result<Answered, Fault> {
    let (owned, actor): (OrganisationId, _) = (ask.id()?, ask.actor()?);
    let new = identity::NewOwnership {
        owner: new.owner,
        owned,
        kind: new.kind,
        share: new.share_ppm,
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        grade: new.grade,
        source: new.source.0,
    };
    ask.change(move |tx| {
        identity::organisation_read(tx, owned)?;
        let made = identity::ownership_state(tx, actor, &new).map_err(Fault::from);
        let made = made.map_err(named("owner"))?;
        Ok(Done { id: Some(made.id.to_string()), ..Done::changed("organisations", &owned) })
    })
    .await
}

async fn bank_account(ask: Ask, new: NewBankAccount) -> Result<Answered, Fault> {
    let id: OrganisationId = ask.id()?;
    let standing = ask.cx.standing.clone();
    let account = BankAccount {
        holder_name: new.holder_name.0,
        number: new.number.0,
        bank_code: new.bank_code.unwrap_or_default().0,
    };
    ask.change(move |tx| {
        grants::bank_account_set(tx, &standing, id, &account)?;
        Ok(Done::changed("organisations", &id))
    })
    .await
}
