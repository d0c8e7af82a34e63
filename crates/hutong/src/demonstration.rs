//! `hutong demo`: the synthetic round of 2019, run through the real operations, then served.

use crate::serve::{ServeArgs, run, runtime};
use anyhow::{Context, Result, bail};
use app::depot::Depot;
use app::{App, Config, Overview, Upstream};
use base::{Clock, FixedClock, Random, SystemClock, Time, Unit};
use clap::Args;
use hub::RepoKind;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

/// Year of the round.
const YEAR: i16 = 2019;
/// Category of the cloud projects, as the plan names it.
const CLOUD: &str = "Cloud-service funds";

#[derive(Args)]
pub(crate) struct DemoArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// Builds and prints, but does not serve.
    #[arg(long)]
    exit: bool,
    /// Prints the figures as one JSON object.
    #[arg(long)]
    json: bool,
    /// Seed of what is made up; the published facts hold for every seed.
    #[arg(long, default_value_t = demo::SEED)]
    seed: u64,
}

/// Builds the demonstration where it is missing, prints its figures, serves it.
pub(crate) fn demo(args: &DemoArgs) -> Result<ExitCode> {
    let config = args.serve.zone.config();
    build(&config, args)?;
    let app = Arc::new(App::open(&config)?);
    let now = app.now();
    let seen = app.db().read(|read| app::overview_of(&app, read, YEAR, Unit::CNY, now))?;
    let hub = app.db().read(|read| HubFigures::read(&app, read, now))?;
    if args.json {
        println!("{}", figures(&seen, &hub));
    } else {
        report(&seen, &hub);
    }
    if args.exit {
        return Ok(ExitCode::SUCCESS);
    }
    // Made before the runtime starts: a write is waited for here.
    let made: Vec<_> = [("an officer", 0), ("a second officer", 1)]
        .into_iter()
        .filter_map(|(role, number)| Some((role, officer_link(&app, number)?)))
        .collect();
    let links = |url: &str| {
        for (role, link) in &made {
            println!("Sign in as {role}: {url}/sign-in/{link}");
        }
        println!("Other roles: ask for a link at {url}/sign-in; it is printed here.");
        let (model, dataset) = (demo::SHELF_MODEL, demo::SHELF_DATASET);
        println!("Models and datasets: {url}/hub; rows: {url}/datasets/{dataset}/viewer");
        println!("Whom models rest on: {url}/concentration/upstream");
        println!("From another terminal: HF_ENDPOINT={url} hf download {model}");
    };
    runtime()?.block_on(run(app.clone(), &args.serve, links))?;
    Ok(ExitCode::SUCCESS)
}

fn officer_link(app: &App, number: usize) -> Option<String> {
    let plan = demo::plan(demo::SEED);
    let officers = plan.people.iter().filter(|one| one.roles.contains(&demo::Role::Officer));
    let email = officers.map(|one| one.email.clone()).nth(number)?;
    let write = app.db().write(move |tx| {
        let Some(person) = identity::person_by_email(tx, &email)? else { return Ok(None) };
        let link = identity::link_create(tx, identity::Actor::System, person.id)?;
        Ok::<_, identity::Error>(Some(link))
    });
    write.wait().ok().flatten()
}

/// Builds the zone unless it is there. On SQLite it is built beside its place and moved there
/// when it is whole, so that an interrupted build leaves nothing half-done.
fn build(config: &Config, args: &DemoArgs) -> Result<()> {
    if let Some(url) = &config.database {
        return build_at(config, url, args);
    }
    let place = config.data.join("zone.db");
    if place.exists() {
        return is_demo(config);
    }
    let part = config.data.join("zone.part.db");
    remove(&part)?;
    std::fs::create_dir_all(&config.data)
        .with_context(|| format!("create {}", config.data.display()))?;
    build_at(config, &format!("sqlite:{}", part.display()), args)?;
    let journal = config.data.join("zone.part.db-wal");
    if journal.exists() {
        bail!("{} was not closed: remove it and try again", part.display());
    }
    std::fs::rename(&part, &place).with_context(|| format!("move {}", place.display()))
}

/// Removes a database with what SQLite keeps beside it.
fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let file = path.with_file_name(format!(
            "{}{suffix}",
            path.file_name().unwrap_or_default().to_string_lossy()
        ));
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("remove {}", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A folder that holds another zone is not touched.
fn is_demo(config: &Config) -> Result<()> {
    let app = App::open(config)?;
    let zone = app.db().read(app::zone_read)?;
    app.close();
    if zone.name_en != demo::ZONE_EN {
        bail!(
            "{} holds another zone, `{}`: choose an empty folder with --data",
            config.data.display(),
            zone.name_en
        );
    }
    Ok(())
}

fn build_at(config: &Config, url: &str, args: &DemoArgs) -> Result<()> {
    let config = Config { database: Some(url.to_owned()), data: config.data.clone() };
    let clock = Arc::new(FixedClock::at(Time::from_millis(0)));
    let random = Arc::new(Random::system());
    let app = App::open_with(&config, clock.clone(), random)?;
    let zone = app.db().read(app::zone_read)?;
    let organisations = app.db().read(identity::organisations_all)?;
    let plan = demo::plan(args.seed);
    if zone.name_en == demo::ZONE_EN {
        let paid =
            app.db().read(|read| app::overview_of(&app, read, YEAR, Unit::CNY, app.now()))?.paid;
        let is_filled = app.db().read(HubFigures::is_filled)?;
        if paid.minor == plan.expected().paid_minor && is_filled {
            return Ok(());
        }
        bail!("the database holds an unfinished demonstration: choose an empty database");
    }
    if !organisations.is_empty() {
        bail!("the database holds another zone, `{}`: choose an empty one", zone.name_en);
    }
    let mut progress = Progress::new(args.json);
    let runtime = runtime()?;
    let files = args.serve.files.as_deref();
    let depot = runtime
        .block_on(Depot::open(&config.data, files, app.random_shared()))
        .context("open the store of large files; see --files")?;
    let place = demo::HubPlace { depot: &depot, runtime: runtime.handle(), now: SystemClock.now() };
    demo::run(&app, &clock, &plan, &place, |done, total| progress.show(done, total))
        .context("run the demonstration")?;
    // Payment files are left for the worker of a zone that is served.
    app.close();
    Ok(())
}

/// A line on the console that counts steps; silent where nobody watches.
struct Progress {
    is_shown: bool,
    shown: usize,
}

impl Progress {
    fn new(is_json: bool) -> Self {
        let is_shown = !is_json && std::io::stderr().is_terminal();
        if !is_json && !is_shown {
            eprintln!("Building the demonstration ...");
        }
        Self { is_shown, shown: 0 }
    }

    fn show(&mut self, done: usize, total: usize) {
        let percent = done * 100 / total.max(1);
        if !self.is_shown || (percent == self.shown && done < total) {
            return;
        }
        self.shown = percent;
        let bar = "#".repeat(percent / 4);
        eprint!("\rBuilding the demonstration [{bar:<25}] {done} of {total} steps");
        if done == total {
            eprintln!();
        }
        // Only the look of the console depends on it.
        let _ = std::io::stderr().flush();
    }
}

/// What the round comes to, read back from the zone.
struct Figures {
    cloud_projects: u64,
    with_top: u64,
    top_supplier: String,
    top_group: String,
    entity_ppm: u64,
    owner_ppm: u64,
}

fn read_back(seen: &Overview) -> Figures {
    let cloud = seen.categories.iter().find(|one| one.category == CLOUD);
    let top = cloud.and_then(|one| one.captures.suppliers.first());
    let share = |share: Option<&app::OwnerShare>| {
        share.and_then(|share| share.share).map_or(0, |ratio| ratio.ppm())
    };
    Figures {
        cloud_projects: cloud.map_or(0, |one| one.projects),
        with_top: top.map_or(0, |top| top.sole + top.co),
        top_supplier: top.map_or(String::new(), |top| seen.names.name(top.supplier)),
        top_group: seen.group.top.as_ref().map_or(String::new(), |top| seen.names.name(top.key)),
        entity_ppm: share(seen.top_group_entity.as_ref()),
        owner_ppm: share(seen.group.top.as_ref()),
    }
}

/// What the hub holds, read back from the zone.
struct HubFigures {
    models: i64,
    datasets: i64,
    upstream: Upstream,
}

impl HubFigures {
    fn read(app: &App, read: &db::Read<'_>, now: Time) -> Result<Self> {
        let count = |kind| hub::repos_count(read, &hub::Visitor::default(), kind);
        Ok(Self {
            models: count(RepoKind::Model)?,
            datasets: count(RepoKind::Dataset)?,
            upstream: app::upstream_of(app, read, now)?,
        })
    }

    /// Tells whether the last thing that is made there is there.
    fn is_filled(read: &db::Read<'_>) -> Result<bool, hub::Error> {
        let query = hub::CollectionQuery { limit: 1, ..hub::CollectionQuery::default() };
        Ok(!hub::collections(read, &hub::Visitor::default(), &query)?.rows.is_empty())
    }

    /// The group that most models of others rest on: its name, how many, of how many.
    fn top(&self) -> Option<(String, u64, u64)> {
        let top = self.upstream.groups.first()?;
        Some((self.upstream.names.name(top.key), top.others, top.others_models))
    }
}

fn figures(seen: &Overview, hub: &HubFigures) -> serde_json::Value {
    let found = read_back(seen);
    let by_category: serde_json::Map<String, serde_json::Value> =
        seen.categories.iter().map(|one| (one.category.clone(), one.projects.into())).collect();
    let points = |index: Option<app::Ratio>| index.map_or(0, |index| index.points());
    serde_json::json!({
        "synthetic": true,
        "paid_minor": seen.paid.minor,
        "unit": seen.unit.code(),
        "projects": seen.projects,
        "projects_by_category": by_category,
        "cloud_projects": found.cloud_projects,
        "cloud_projects_with_top_supplier": found.with_top,
        "top_supplier": found.top_supplier,
        "top_group": found.top_group,
        "top_group_share_entity_ppm": found.entity_ppm,
        "top_group_share_owner_ppm": found.owner_ppm,
        "hhi_entity": points(seen.entity.hhi),
        "hhi_owner": points(seen.group.hhi),
        "models": hub.models,
        "datasets": hub.datasets,
        "upstream_top_group": hub.top().map(|(name, ..)| name),
        "upstream_others": hub.top().map(|(_, others, _)| others),
        "upstream_others_models": hub.top().map(|(.., models)| models),
    })
}

fn report(seen: &Overview, hub: &HubFigures) {
    let found = read_back(seen);
    let percent = |ppm: u64| format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100);
    let points = |index: Option<app::Ratio>| index.map_or(0, |index| index.points());
    println!("{} (synthetic round within published facts)", demo::ZONE_EN);
    println!("  paid                 {}", seen.paid);
    println!("  projects             {}", seen.projects);
    for one in &seen.categories {
        println!("    {:<20} {:>3}   {}", one.category, one.projects, one.paid);
    }
    println!(
        "  supplier capture     {} in {} of {} cloud projects",
        found.top_supplier, found.with_top, found.cloud_projects
    );
    println!("  largest group        {}", found.top_group);
    println!("    by entity          {} (its largest member)", percent(found.entity_ppm));
    println!("    by owner           {}", percent(found.owner_ppm));
    println!("  HHI by entity        {}", points(seen.entity.hhi));
    println!("  HHI by owner         {}", points(seen.group.hhi));
    println!("  hub                  {} models, {} datasets (synthetic)", hub.models, hub.datasets);
    if let Some((name, others, models)) = hub.top() {
        println!("    rest on one group  {others} of {models} models of others: {name}");
    }
}
