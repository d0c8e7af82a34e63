//! `hutong serve`: a zone on a port until it is told to stop.

use crate::ZoneArgs;
use crate::hub_args::HubArgs;
use anyhow::{Context, Result};
use app::App;
use app::depot::Depot;
use clap::Args;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// How often the zone tends to what is due by itself.
const TEND_SECONDS: u64 = 5;

#[derive(Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) zone: ZoneArgs,
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8400", env = "HUTONG_LISTEN")]
    pub(crate) listen: SocketAddr,
    /// Where people reach the zone, as in `https://zone.example`; the listening address by default.
    #[arg(long, value_name = "URL", env = "HUTONG_URL")]
    pub(crate) url: Option<String>,
    /// Where large files of the hub go: `file:/FOLDER` or `s3://BUCKET/PREFIX?endpoint=URL`; the
    /// data folder by default.
    #[arg(long, value_name = "URL", env = "HUTONG_FILES")]
    pub(crate) files: Option<String>,
    #[command(flatten)]
    pub(crate) hub: HubArgs,
}

/// Serves a zone.
pub(crate) fn serve(args: &ServeArgs) -> Result<()> {
    let app = App::open(&args.zone.config())?;
    runtime()?.block_on(run(Arc::new(app), args, |_| {}))
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")
}

/// Listens, tells `ready` where, and serves until Ctrl-C or SIGTERM.
pub(crate) async fn run(app: Arc<App>, args: &ServeArgs, ready: impl FnOnce(&str)) -> Result<()> {
    let listener = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("listen on {}; choose another with --listen", args.listen))?;
    let url = match &args.url {
        Some(url) => url.clone(),
        None => format!("http://{}", listener.local_addr().context("read the address")?),
    };
    println!("Serving at {url} (stop with Ctrl-C)");
    ready(&url);
    let depot = depot_open(&app, args).await?;
    let options = args.hub.options();
    let quota_bytes = options.quota_bytes;
    let hub = hub_open(&app, &depot, (&url, options)).await?;
    let tending = tokio::spawn(tend(app.clone(), hub.clone()));
    let warming = tokio::spawn(warm(app.clone()));
    let server = web::Server::new(app.clone(), &url)
        .with_depot(depot)
        .with_quota(quota_bytes)
        .with_tables(hub.clone())
        .quick({
            let hub = hub.clone();
            move |request| hub.quick(request)
        })
        .beyond(hub_api::router(hub));
    let served = web::serve(listener, server, stop()).await;
    tending.abort();
    warming.abort();
    app.close();
    served.context("serve")
}

async fn depot_open(app: &Arc<App>, args: &ServeArgs) -> Result<Arc<Depot>> {
    let data = &args.zone.config().data;
    let depot = Depot::open(data, args.files.as_deref(), app.random_shared()).await;
    Ok(Arc::new(depot.context("open the store of large files; see --files")?))
}

async fn hub_open(
    app: &Arc<App>,
    depot: &Arc<Depot>,
    place: (&str, hub_api::Options),
) -> Result<Arc<hub_api::Hub>> {
    let hub = hub_api::Hub::open(app.clone(), depot.clone(), place);
    hub.await.context("open the hub")
}

async fn warm(app: Arc<App>) {
    if let Err(error) = app.warm().await {
        tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "warming failed");
    }
}

async fn tend(app: Arc<App>, hub: Arc<hub_api::Hub>) {
    let mut beat = tokio::time::interval(Duration::from_secs(TEND_SECONDS));
    loop {
        beat.tick().await;
        if let Err(error) = app.tend().await {
            tracing::warn!(error = format!("{:#}", anyhow::Error::new(error)), "tending failed");
        }
        hub.tend().await;
    }
}

async fn stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        tracing::error!("cannot listen for SIGTERM");
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
