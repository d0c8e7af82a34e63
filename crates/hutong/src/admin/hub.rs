//! `hutong admin hub`: upkeep of the hub's files, short names, quotas.

use super::{find, open};
use crate::ZoneArgs;
use anyhow::{Context, Result, bail};
use app::App;
use app::depot::{Collected, Depot, Found, FsckTold, Fscked, GcOptions, GcStep, fsck, gc};
use clap::{Args, Subcommand};
use hub::{Holder, Namespace};
use identity::{Actor, OrganisationId};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal, stderr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// Namespaces that are read at once.
const ROWS_AT_ONCE: u32 = 500;

#[derive(Subcommand)]
pub(crate) enum HubCommand {
    /// Deletes what no branch, tag or pull request has needed for a grace period. May run while the
    /// zone serves, which does the same once a day.
    Gc(GcArgs),
    /// Checks everything that is stored, and says what to do about each fault; exit 1 when there is
    /// one. Changes nothing; may run while the zone serves.
    Fsck(FsckArgs),
    /// Gives a person or an organisation its short name on the hub.
    Namespace(NamespaceArgs),
    /// Sets how many bytes the large files of a namespace may take.
    Quota(QuotaArgs),
    /// Lists the namespaces with what they use.
    List(ListArgs),
}

/// Where the hub keeps its files.
#[derive(Args)]
struct FilesArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// Where large files of the hub are: `file:/FOLDER` or `s3://BUCKET/PREFIX?endpoint=URL`; the
    /// data folder by default. Give what `hutong serve` gets.
    #[arg(long, value_name = "URL", env = "HUTONG_FILES")]
    files: Option<String>,
}

#[derive(Args)]
pub(crate) struct GcArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Counts what would go, and deletes nothing.
    #[arg(long)]
    dry_run: bool,
    /// Days between the first sight of garbage and its deletion. Uploads under way rely on one.
    #[arg(long, value_name = "N", default_value_t = 7,
          value_parser = clap::value_parser!(u16).range(1..=3650))]
    grace_days: u16,
}

#[derive(Args)]
pub(crate) struct FsckArgs {
    #[command(flatten)]
    files: FilesArgs,
    /// Looks at names and sizes only, and hashes no large file.
    #[arg(long)]
    quick: bool,
}

#[derive(Args)]
pub(crate) struct NamespaceArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The short name: letters, digits, `-`, `_` and `.`.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    holder: HolderArgs,
    /// Makes its repositories begin private.
    #[arg(long)]
    private: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct HolderArgs {
    /// Mail address of the person who gets the name.
    #[arg(long, value_name = "EMAIL")]
    person: Option<String>,
    /// Id of the organisation that gets the name, as its page shows it.
    #[arg(long, value_name = "ID")]
    organisation: Option<base::Id>,
}

#[derive(Args)]
pub(crate) struct QuotaArgs {
    #[command(flatten)]
    zone: ZoneArgs,
    /// The short name.
    #[arg(long)]
    name: String,
    /// Bytes, or a size such as `50GiB` or `2TB`; without it the zone's own limit holds again.
    #[arg(long, value_name = "SIZE", value_parser = crate::hub_args::size_parse)]
    bytes: Option<i64>,
}

#[derive(Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    zone: ZoneArgs,
}

/// Runs a command about the hub.
pub(crate) fn run(command: HubCommand) -> Result<ExitCode> {
    match command {
        HubCommand::Gc(args) => collect(&args),
        HubCommand::Fsck(args) => check(&args),
        HubCommand::Namespace(args) => namespace(args),
        HubCommand::Quota(args) => quota(&args),
        HubCommand::List(args) => list(&args),
    }
}

/// What is shown while something takes long: a line that moves on a terminal, else a line for each
/// kind of work. Both go to standard error.
struct Display {
    bar: Option<ProgressBar>,
    what: &'static str,
}

impl Display {
    fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            // A template that does not parse leaves the plain style.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg} {pos}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
            bar
        });
        Self { bar, what: "" }
    }

    fn step(&mut self, step: GcStep) {
        match &self.bar {
            Some(bar) => {
                if self.what != step.what {
                    bar.set_message(step.what);
                }
                bar.set_position(step.done);
            }
            None if self.what != step.what => eprintln!("{}", step.what),
            None => {}
        }
        self.what = step.what;
    }

    fn say(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| println!("{text}")),
            None => println!("{text}"),
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

async fn depot(app: &App, args: &FilesArgs) -> Result<Arc<Depot>> {
    let data = &args.zone.config().data;
    let depot = Depot::open(data, args.files.as_deref(), app.random_shared()).await;
    Ok(Arc::new(depot.context("open the store of large files; see --files")?))
}

fn collect(args: &GcArgs) -> Result<ExitCode> {
    let app = Arc::new(open(&args.files.zone)?);
    let grace_seconds = i64::from(args.grace_days) * 86_400;
    let options = GcOptions { grace_seconds, is_dry: args.dry_run };
    let mut display = Display::new();
    let collected = crate::serve::runtime()?.block_on(async {
        let depot = depot(&app, &args.files).await?;
        let mut watch = |step: GcStep| {
            display.step(step);
            true
        };
        gc(&app, &depot, &options, &mut watch).await.context("collect garbage")
    });
    display.end();
    let collected = collected?;
    print_collected(&collected, args);
    let is_whole = collected.skipped.is_empty();
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_collected(collected: &Collected, args: &GcArgs) {
    let gone = if args.dry_run { "would go" } else { "gone" };
    let line = |name: &str, found: &Found| {
        let Found { kept, gone: count, gone_bytes, waiting, waiting_bytes } = found;
        println!(
            "{name}: {kept} in use, {count} {gone} ({gone_bytes} bytes), {waiting} waiting \
             ({waiting_bytes} bytes)"
        );
    };
    line("large files named by repositories", &collected.objects);
    line("files as chunks", &collected.chunked);
    line("stored whole", &collected.wholes);
    line("stored containers of chunks", &collected.xorbs);
    line("Git folders", &collected.folders);
    println!("leftovers of killed requests: {} gone", collected.litter);
    let (bytes, waiting) = (collected.gone_bytes(), collected.waiting_bytes());
    println!(
        "{bytes} bytes {gone}; {waiting} bytes wait for their {} days to end",
        args.grace_days
    );
    for skipped in &collected.skipped {
        println!("left alone: {skipped}");
    }
    if !collected.skipped.is_empty() {
        println!("run `hutong admin hub fsck` to see what is wrong");
    }
}

fn check(args: &FsckArgs) -> Result<ExitCode> {
    let app = Arc::new(open(&args.files.zone)?);
    let mut display = Display::new();
    let checked = crate::serve::runtime()?.block_on(async {
        let depot = depot(&app, &args.files).await?;
        let mut watch = |told: FsckTold| match told {
            FsckTold::Step(step) => display.step(step),
            FsckTold::Fault(fault) => display.say(&format!("fault: {fault}")),
        };
        fsck(&app, &depot, args.quick, &mut watch).await.context("check the hub")
    });
    display.end();
    let Fscked { repos, refs, objects, chunked, xorbs, wholes, bytes, faults } = checked?;
    println!(
        "checked {repos} repositories with {refs} refs and {objects} large files, {chunked} files \
         as chunks, {xorbs} containers; hashed {wholes} whole files, {bytes} bytes in all"
    );
    if faults == 0 {
        println!("ok");
        return Ok(ExitCode::SUCCESS);
    }
    println!("{faults} faults");
    Ok(ExitCode::FAILURE)
}

fn namespace(args: NamespaceArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let holder = match (&args.holder.person, args.holder.organisation) {
        (Some(email), _) => Holder::Person(find(&app, email)?),
        (None, Some(id)) => Holder::Organisation(OrganisationId(id)),
        (None, None) => bail!("say who gets the name: --person EMAIL or --organisation ID"),
    };
    let (name, is_private) = (args.name, args.private);
    let claim = app
        .db()
        .write(move |tx| hub::namespace_claim(tx, Actor::System, holder, (&name, is_private)));
    let made = claim.wait().map_err(explain)?;
    println!("{} is the short name of {}", made.name, made.fullname);
    Ok(ExitCode::SUCCESS)
}

/// Says every bad field, not only how many there are.
fn explain(error: hub::Error) -> anyhow::Error {
    match error {
        hub::Error::Refused(hub::Refused::Invalid(problems)) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", lines.join("; "))
        }
        error => error.into(),
    }
}

fn quota(args: &QuotaArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let found = app.db().read(|read| hub::namespace_find(read, &args.name))?;
    let Some(found) = found else {
        bail!("there is no namespace `{}`: list them with `hutong admin hub list`", args.name);
    };
    let (id, bytes) = (found.id, args.bytes);
    app.db().write(move |tx| hub::quota_set(tx, Actor::System, id, bytes)).wait()?;
    match bytes {
        Some(bytes) => println!("{} may store {bytes} bytes", found.name),
        None => println!("{} may store what the zone allows everybody", found.name),
    }
    Ok(ExitCode::SUCCESS)
}

fn list(args: &ListArgs) -> Result<ExitCode> {
    let app = open(&args.zone)?;
    let mut after = String::new();
    println!("NAME\tHOLDER\tREPOSITORIES\tUSED_BYTES\tQUOTA_BYTES\tBEGIN");
    loop {
        let page = app.db().read(|read| {
            let page = hub::namespaces(read, &after, ROWS_AT_ONCE)?;
            let used = |found: Namespace| {
                let (repos, bytes) = hub::namespace_used(read, found.id)?;
                Ok::<_, hub::Error>((found, repos, bytes))
            };
            page.into_iter().map(used).collect::<Result<Vec<_>, _>>()
        })?;
        let Some((last, ..)) = page.last() else { return Ok(ExitCode::SUCCESS) };
        after = last.name.to_lowercase();
        for (found, repos, bytes) in page {
            let quota = found.quota_bytes.map_or_else(|| "-".to_owned(), |bytes| bytes.to_string());
            let begin = if found.is_private { "private" } else { "public" };
            println!("{}\t{}\t{repos}\t{bytes}\t{quota}\t{begin}", found.name, found.fullname);
        }
    }
}
