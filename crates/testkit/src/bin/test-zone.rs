//! Serves a whole zone with the accounts that outside test suites expect, until it is told to stop.

use anyhow::{Context, Result};
use app::depot::Depot;
use app::{App, Config};
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// Serves a zone for tests. Everybody can read its tokens: never use it for anything else.
#[derive(Parser)]
struct Args {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder to keep the zone in; a fresh one, removed at the end, by default.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Database to use instead of the embedded one.
    #[arg(long)]
    database: Option<String>,
    /// Where large files go.
    #[arg(long)]
    files: Option<String>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    log_start();
    let own = testbed::TempDir::new().context("make a folder")?;
    let data = args.data.clone().unwrap_or_else(|| own.path().to_owned());
    let config = Config { data: data.clone(), database: args.database.clone() };
    let app = Arc::new(App::open(&config).context("open the zone")?);
    let is_new = app.db().read(|read| hub::namespace_find(read, "DVUser"))?.is_none();
    if is_new {
        testkit::hub_accounts(&app)?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(app, &args, &data))
}

async fn serve(app: Arc<App>, args: &Args, data: &std::path::Path) -> Result<()> {
    let listener = TcpListener::bind(args.listen).await.context("listen")?;
    let url = format!("http://{}", listener.local_addr()?);
    let depot = Depot::open(data, args.files.as_deref(), app.random_shared()).await;
    let depot = Arc::new(depot.context("open the depot")?);
    let options = hub_api::Options::default();
    let hub = hub_api::Hub::open(app.clone(), depot.clone(), (&url, options)).await?;
    println!("Serving at {url}");
    let tended = hub.clone();
    let tending = tokio::spawn(async move {
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        loop {
            beat.tick().await;
            tended.tend().await;
        }
    });
    let server = web::Server::new(app.clone(), &url)
        .with_depot(depot)
        .with_tables(hub.clone())
        .quick({
            let hub = hub.clone();
            move |request| hub.quick(request)
        })
        .beyond(hub_api::router(hub));
    let served = web::serve(listener, server, stop()).await;
    tending.abort();
    app.close();
    served.context("serve")
}

async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

fn log_start() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("HUTONG_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
