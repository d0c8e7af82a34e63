//! The Hugging Face wire: what its clients ask of a hub, answered by ours.
//!
//! Addresses, fields, headers and error codes are those that `huggingface_hub` 2.4 and `hf-xet` 1.8
//! use; where the wire says less than its clients expect, the client is right. Every route stands
//! in one table with what it needs ([`route_list`]), tested in one place before its handler runs.
//!
//! Must never: decide who may do what (that is `hub`), tell of a private repository, or answer
//! before a change is durable. Start reading at [`router`], then at `routes`.

mod caller;
mod cards;
mod cas;
mod chunks;
mod collections;
mod commit;
mod content;
mod counted;
mod cx;
mod discussions;
mod fault;
mod first;
mod gates;
mod git_http;
mod identity_api;
mod info;
mod inward;
mod larges;
mod lfs;
mod lines;
mod listing;
mod locks;
mod members;
mod memo;
mod oauth;
mod opened;
mod packs;
mod page;
mod pipe;
mod quick;
mod range;
mod refs;
mod repos;
mod resolve;
mod route;
mod routes;
mod shards;
mod stamp;
mod token;
mod tongue;
mod tree;
mod upkeep;
mod upload;
mod verifier;
mod viewer_api;
mod webhooks;

#[cfg(test)]
mod tests;

use app::App;
use app::depot::Depot;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use fault::Fault;
use std::sync::Arc;
use tokio::sync::Semaphore;

pub use route::{Need, Shown};

/// Largest request body of routes that do not stream: lists of files and metadata. The clients'
/// longest, 1,000 files with a sample of each, has under 1 MiB; each is held in memory, also for
/// somebody without an account.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Containers of chunks that are checked at once: each holds some MiB and a core.
const XORBS_AT_ONCE: usize = 6;

/// What an operator may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Bytes that the large files of a namespace may take, unless it has a limit of its own.
    pub quota_bytes: i64,
    /// Whether webhooks may call addresses that are not public: loopback, private networks, those
    /// of this link. Only for zones whose users are trusted with what is behind them.
    pub calls_inward: bool,
    /// Days between the first sight of garbage and its deletion, at least one; `None` where the
    /// operator collects it by hand.
    pub grace_days: Option<u16>,
}

impl Default for Options {
    fn default() -> Self {
        Self { quota_bytes: app::depot::QUOTA_BYTES, calls_inward: false, grace_days: Some(7) }
    }
}

/// What the wire is served from. Share it behind an `Arc`.
pub struct Hub {
    app: Arc<App>,
    depot: Arc<Depot>,
    /// Where the zone is reached, without a slash at the end.
    public_url: String,
    options: Options,
    signer: token::Signer,
    verifier: verifier::Verifier,
    counted: counted::Counted,
    memo: memo::Memo,
    caller: caller::Caller,
    lines: lines::Lines,
    opened: opened::Opened,
    room: chunks::Room,
    xorbs: Semaphore,
    shards: shards::Shards,
    fetches: Arc<Semaphore>,
    pushes: Arc<Semaphore>,
    packs: packs::Packs,
    upkeep: upkeep::Upkeep,
    viewer: viewer_api::Viewer,
}

impl Hub {
    /// Serves the hub of an open zone, reached at `public_url`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(
        app: Arc<App>,
        depot: Arc<Depot>,
        (public_url, options): (&str, Options),
    ) -> Result<Arc<Self>, db::Error> {
        // The program's one TLS, for webhooks; it is no error that somebody chose before us.
        drop(rustls::crypto::ring::default_provider().install_default());
        let public_url = public_url.trim_end_matches('/').to_owned();
        let secret = app.write(|tx| app::secret_ensure(tx, "hub")).await?;
        let viewer = viewer_api::Viewer::new(depot.viewer_path());
        Ok(Arc::new(Self {
            app,
            depot,
            public_url,
            options,
            signer: token::Signer::of(&secret),
            verifier: verifier::Verifier::default(),
            counted: counted::Counted::default(),
            memo: memo::Memo::default(),
            caller: caller::Caller::default(),
            lines: lines::Lines::default(),
            opened: opened::Opened::default(),
            room: chunks::Room::default(),
            xorbs: Semaphore::new(XORBS_AT_ONCE),
            shards: shards::Shards::default(),
            fetches: Arc::new(Semaphore::new(git_http::RUNS_AT_ONCE)),
            pushes: Arc::new(Semaphore::new(git_http::RUNS_AT_ONCE)),
            packs: packs::Packs::default(),
            upkeep: upkeep::Upkeep::default(),
            viewer,
        }))
    }

    /// Does what is due without anybody asking: writes counts, checks claims that an earlier
    /// process left, calls webhooks, looks after the folders of repositories that have changed,
    /// begins the collection of garbage when a day has passed since the last. Failures go to the
    /// log; what failed is tried again next time.
    pub async fn tend(self: &Arc<Self>) {
        if let Err(fault) = self.counted.write(self).await {
            tracing::warn!(?fault, "downloads could not be counted");
        }
        self.packs.begin(self);
        if let Err(error) = self.claims_check().await {
            tracing::warn!(%error, "claims could not be read");
        }
        caller::begin(self);
        upkeep::tend(self).await;
    }

    /// Begins to check claims about bytes that an earlier process left.
    async fn claims_check(self: &Arc<Self>) -> Result<(), hub::Error> {
        /// Claims begun in one round.
        const CLAIMS: u32 = 16;
        for claim in self.app.read(|read| hub::objects_claimed(read, CLAIMS)).await? {
            self.verifier.begin(self, claim);
        }
        Ok(())
    }
}

/// Returns the routes of the hub; its fallback answers for every other address, so put it behind
/// the pages' own routes.
pub fn router(hub: Arc<Hub>) -> Router {
    let routes = route::build(routes::table(), &hub)
        .fallback(route::not_found)
        .method_not_allowed_fallback(route::not_allowed)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(axum::middleware::from_fn(tongue::tell))
        .layer(axum::middleware::from_fn_with_state(hub.clone(), dress))
        .with_state(hub);
    // Around the routes: the viewer's own host is read before an address is looked up.
    Router::new().fallback_service(routes).layer(axum::middleware::map_request(viewer_api::host))
}

/// Lists every route with what it needs.
#[must_use]
pub fn route_list() -> Vec<Shown> {
    let shown = |route: route::Route| Shown {
        method: route.method.to_string(),
        path: route.path,
        need: route.need,
    };
    routes::table().into_iter().map(shown).collect()
}

/// Gives every answer the request's name, by which people find it in the log.
async fn dress(
    axum::extract::State(hub): axum::extract::State<Arc<Hub>>,
    request: Request,
    next: Next,
) -> Response {
    const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
    const TRACE_ID: &str = "x-amzn-trace-id";
    let given = request.headers().get(REQUEST_ID).or_else(|| request.headers().get(TRACE_ID));
    let id = given.cloned().unwrap_or_else(|| {
        let id = hub.app.random().id(hub.app.now());
        HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("unknown"))
    });
    let mut response = next.run(request).await;
    response.headers_mut().entry(REQUEST_ID).or_insert(id);
    response
}
