//! `hutong admin`: what an operator does from the command line.

mod hub;

use crate::ZoneArgs;
use anyhow::{Context, Result, bail};
use app::{App, Payer};
use clap::{Args, Subcommand};
use identity::{Actor, NewPerson, Role};
use std::process::ExitCode;

#[derive(Subcommand)]
pub(crate) enum AdminCommand {
    /// Checks every invariant of a zone; exit 1 with the first that is broken.
    Check(CheckArgs),
    /// Shows the zone's settings, or changes those that are given.
    Zone(ZoneSetArgs),
    /// Enters a person, with roles if given; prints a sign-in link.
    Person(PersonArgs),
    /// Prints a one-time sign-in link for a person.
    Link(LinkArgs),
    /// Grants a role to a person, or takes it away.
    Role(RoleArgs),
    /// Makes a token for a person's programs and prints it, once.
    Token(TokenArgs),
    /// Looks after the hub: its files, short names and quotas.
    #[command(subcommand)]
    Hub(hub::HubCommand),
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// Prints what was checked as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(crate) struct ZoneSetArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// English name.
    #[arg(long)]
    name_en: Option<String>,
    /// Chinese name.
    #[arg(long)]
    name_zh: Option<String>,
    /// Holder of the account from which the zone pays.
    #[arg(long)]
    payer_name: Option<String>,
    /// Number of that account.
    #[arg(long)]
    payer_account: Option<String>,
    /// BIC or code of its bank.
    #[arg(long)]
    payer_bank: Option<String>,
}

#[derive(Args)]
pub(crate) struct PersonArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// The person's mail address; one person has one.
    #[arg(long)]
    email: String,
    /// Admin, Officer, Reviewer or Auditor; may be given several times.
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// Where people reach the zone, for the link.
    #[arg(long, default_value = "http://127.0.0.1:8400", env = "HUTONG_URL")]
    url: String,
}

#[derive(Args)]
pub(crate) struct LinkArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The person's mail address.
    #[arg(long)]
    email: String,
    /// Where people reach the zone.
    #[arg(long, default_value = "http://127.0.0.1:8400", env = "HUTONG_URL")]
    url: String,
}

#[derive(Args)]
pub(crate) struct RoleArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The person's mail address.
    #[arg(long)]
    email: String,
    /// Role to grant.
    #[arg(long, conflicts_with = "revoke")]
    grant: Option<Role>,
    /// Role to take away.
    #[arg(long)]
    revoke: Option<Role>,
}

#[derive(Args)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The person's mail address.
    #[arg(long)]
    email: String,
    /// What the token is for, to tell it from others.
    #[arg(long)]
    label: String,
    /// Days until it ends.
    #[arg(long, value_name = "N", default_value_t = 90,
          value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
}

/// Runs an administrator's command.
pub(crate) fn admin(command: AdminCommand) -> Result<ExitCode> {
    match command {
        AdminCommand::Check(args) => check(&args),
        AdminCommand::Zone(args) => zone(args),
        AdminCommand::Person(args) => person(args),
        AdminCommand::Link(args) => link(&args),
        AdminCommand::Role(args) => role(&args),
        AdminCommand::Token(args) => token(args),
        AdminCommand::Hub(command) => hub::run(command),
    }
}

/// A command about a zone must not make one by a mistyped path.
fn open(zone: &ZoneArgs) -> Result<App> {
    let file = zone.data.join("zone.db");
    if zone.database.is_none() && !file.exists() {
        bail!("there is no zone in {}: give its folder with --data", zone.data.display());
    }
    Ok(App::open(&zone.config())?)
}

fn check(args: &CheckArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    match app::check(&app) {
        Ok(checked) if args.json => {
            println!("{}", serde_json::json!({ "ok": true, "awards": checked.awards }));
            Ok(ExitCode::SUCCESS)
        }
        Ok(checked) => {
            println!("ok: the ledger adds up and {} awards agree with it", checked.awards);
            Ok(ExitCode::SUCCESS)
        }
        Err(app::Broken::Db(error)) => Err(error.into()),
        Err(broken) if args.json => {
            println!("{}", serde_json::json!({ "ok": false, "broken": broken.to_string() }));
            Ok(ExitCode::FAILURE)
        }
        Err(broken) => {
            println!("broken: {broken}");
            Ok(ExitCode::FAILURE)
        }
    }
}

fn zone(args: ZoneSetArgs) -> Result<ExitCode> {
    // The first command on a new zone: it may make one.
    let app = App::open(&args.zone.config())?;
    let mut zone = app.db().read(app::zone_read)?;
    let known = zone.clone();
    zone.name_en = args.name_en.unwrap_or(zone.name_en);
    zone.name_zh = args.name_zh.unwrap_or(zone.name_zh);
    zone.payer = Payer {
        name: args.payer_name.unwrap_or(zone.payer.name),
        number: args.payer_account.unwrap_or(zone.payer.number),
        bank_code: args.payer_bank.unwrap_or(zone.payer.bank_code),
    };
    if zone != known {
        let new = zone.clone();
        let kept = app.db().write(move |tx| app::zone_set(tx, &new)).wait()?;
        if let Err(problems) = kept {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            bail!("{}", lines.join("; "));
        }
    }
    println!("{}", serde_json::to_string_pretty(&zone).context("show the zone")?);
    Ok(ExitCode::SUCCESS)
}

fn person(args: PersonArgs) -> Result<ExitCode> {
    let app = App::open(&args.zone.config())?;
    let new = NewPerson { name: args.name, email: args.email };
    let roles = args.roles;
    let write = app.db().write(move |tx| {
        let person = identity::person_register(tx, Actor::System, &new)?;
        for role in &roles {
            identity::role_grant(tx, Actor::System, person.id, *role)?;
        }
        identity::link_create(tx, Actor::System, person.id)
    });
    let link = write.wait().map_err(explain)?;
    println!("{}/sign-in/{link}", args.url.trim_end_matches('/'));
    Ok(ExitCode::SUCCESS)
}

/// Says every bad field, not only how many there are.
fn explain(error: identity::Error) -> anyhow::Error {
    match error {
        identity::Error::Refused(identity::Refused::Invalid(problems)) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", lines.join("; "))
        }
        error => error.into(),
    }
}

fn find(app: &App, email: &str) -> Result<identity::PersonId> {
    let person = app.db().read(|read| identity::person_by_email(read, email))?;
    let person = person.with_context(|| {
        format!("nobody has the address `{email}`: enter them with `hutong admin person`")
    })?;
    Ok(person.id)
}

fn link(args: &LinkArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let id = find(&app, &args.email)?;
    let link = app.db().write(move |tx| identity::link_create(tx, Actor::System, id)).wait()?;
    println!("{}/sign-in/{link}", args.url.trim_end_matches('/'));
    Ok(ExitCode::SUCCESS)
}

fn role(args: &RoleArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let id = find(&app, &args.email)?;
    let (grant, revoke) = (args.grant, args.revoke);
    if grant.is_none() && revoke.is_none() {
        bail!("say what to do with --grant ROLE or --revoke ROLE");
    }
    let write = app.db().write(move |tx| {
        if let Some(role) = grant {
            identity::role_grant(tx, Actor::System, id, role)?;
        }
        if let Some(role) = revoke {
            identity::role_revoke(tx, Actor::System, id, role)?;
        }
        Ok::<_, identity::Error>(())
    });
    write.wait().map_err(explain)?;
    println!("done");
    Ok(ExitCode::SUCCESS)
}

fn token(args: TokenArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let id = find(&app, &args.email)?;
    let (label, seconds) = (args.label, i64::from(args.days) * 86_400);
    let write = app.db().write(move |tx| identity::token_create(tx, id, &label, seconds));
    let (secret, token) = write.wait().map_err(explain)?;
    println!("{secret}");
    eprintln!("Keep it: it is not shown again. It ends at {}.", token.expires_at);
    Ok(ExitCode::SUCCESS)
}
