//! The running server.

use super::site::{Quick, Site};
use super::{dress, route, routes};
use app::depot::{Depot, QUOTA_BYTES, Tables};
use app::{App, Zone, zone_read};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::Response;
use base::Time;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;

/// Largest request body: a paper of 2 MiB with its form around it.
pub(crate) const BODY_BYTES_MAX: usize = 3 * 1024 * 1024;
/// How long the zone's settings are kept between looks, in milliseconds.
const ZONE_MILLIS: i64 = 1_000;

/// What the pages and the API are served from.
pub struct Server {
    pub(crate) app: Arc<App>,
    /// Where the zone is reached, as in `https://zone.example`.
    pub(crate) public_url: String,
    /// Files of repositories; without it there are no pages of the hub.
    pub(crate) depot: Option<Arc<Depot>>,
    /// Works out tables of datasets; without it there is no page of rows.
    pub(crate) tables: Option<Arc<dyn Tables>>,
    /// Bytes that the large files of a namespace may take, unless it has a limit of its own.
    pub(crate) quota_bytes: i64,
    /// Answers addresses that are none of the pages' own.
    beyond: Option<Router>,
    quick: Option<Quick>,
    zone: Mutex<Option<(Time, Zone)>>,
}

/// The server as every handler sees it.
pub(crate) type Shared = Arc<Server>;

impl Server {
    /// Serves an open zone, reached at `public_url` (scheme and host, without a slash at the end).
    #[must_use]
    pub fn new(app: Arc<App>, public_url: &str) -> Self {
        let public_url = public_url.trim_end_matches('/').to_owned();
        let zone = Mutex::new(None);
        Self {
            app,
            public_url,
            depot: None,
            tables: None,
            quota_bytes: QUOTA_BYTES,
            beyond: None,
            quick: None,
            zone,
        }
    }

    /// Shows the repositories whose files are in this depot.
    #[must_use]
    pub fn with_depot(self, depot: Arc<Depot>) -> Self {
        Self { depot: Some(depot), ..self }
    }

    /// Shows the rows of datasets.
    #[must_use]
    pub fn with_tables(self, tables: Arc<dyn Tables>) -> Self {
        Self { tables: Some(tables), ..self }
    }

    /// Sets how many bytes the large files of a namespace may take, unless it has a limit of its
    /// own; without it [`QUOTA_BYTES`].
    #[must_use]
    pub fn with_quota(self, quota_bytes: i64) -> Self {
        Self { quota_bytes, ..self }
    }

    /// Lets another service answer what the pages do not. What it answers with 404 to a browser is
    /// shown as the pages show it.
    #[must_use]
    pub fn beyond(self, service: Router) -> Self {
        Self { beyond: Some(service), ..self }
    }

    /// Asks this first, of every request: it answers those whose answer it has at hand. It must
    /// neither wait nor answer what the service given to [`Server::beyond`] would not.
    #[must_use]
    pub fn quick(
        self,
        answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
    ) -> Self {
        Self { quick: Some(Arc::new(answer)), ..self }
    }

    /// Returns the zone's settings, at most a second old.
    pub(crate) async fn zone(&self) -> Result<Zone, db::Error> {
        let now = self.app.now();
        let kept = self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((seen, zone)) = kept
            && (0..ZONE_MILLIS).contains(&(now.millis() - seen.millis()))
        {
            return Ok(zone);
        }
        let zone = self.app.read(zone_read).await?;
        *self.zone.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, zone.clone()));
        Ok(zone)
    }

    /// Tells whether browsers reach the zone over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Returns the whole service: pages, forms, JSON API and assets.
pub fn router(mut server: Server) -> Site {
    let beyond = server.beyond.take();
    let quick = server.quick.take();
    let shared = Arc::new(server);
    let beyond = beyond.unwrap_or_else(|| Router::new().fallback(dress::not_found));
    let own = beyond.clone();
    // Addresses that begin with a namespace are the most general ones, so they come last.
    let named = route::build(routes::named(), &shared)
        .fallback(move |request| dress::beyond(own, request))
        .with_state(shared.clone());
    let router = route::build(routes::table(), &shared)
        .fallback(move |request| dress::named_or_beyond(named, beyond, request))
        .layer(axum::middleware::from_fn_with_state(shared.clone(), dress::dress))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared.clone());
    Site::of(shared, router, quick)
}

/// Serves until `stop` is ready; requests under way are finished.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    server: Server,
    stop: impl Future<Output = ()>,
) -> std::io::Result<()> {
    listen::serve(listener, router(server), stop).await
}
