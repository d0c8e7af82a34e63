//! Git's smart protocol over HTTP: clone, fetch and push.
//!
//! Source: Git, `gitprotocol-http`. What is fetched streams from Git's program to the client; what
//! is pushed waits outside the repository until [`app::depot::push_take`] has judged it.

use crate::cx::Cx;
use crate::first::{look, work};
use crate::page::query;
use crate::pipe::{self, IDLE, Incoming, Outgoing};
use crate::{Fault, Hub};
use app::depot::{self, push_allowed, push_take, refs_shown};
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, EXPIRES, PRAGMA};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use flate2::read::GzDecoder;
use futures_util::{StreamExt, stream};
use git::{Fetch, PushLimits, Refs, Service};
use hub::{Action, Repo};
use std::io::Read;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Runs of Git's program for fetches at once; the same number again for pushes.
pub(crate) const RUNS_AT_ONCE: usize = 24;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(30);
/// Longest time of a clone or push: one of the largest size over a line of 5 Mbit/s.
const RUN_SECONDS: u64 = 3_600;
/// Longest time of a list of refs.
const LIST_SECONDS: u64 = 60;
/// Longest time until the request of a fetch has come: it holds a turn meanwhile.
const ASK_SECONDS: u64 = 60;
/// What one push may bring. Large files do not come this way.
const PUSH: PushLimits =
    PushLimits { seconds: RUN_SECONDS, pack_bytes: 2 * 1024 * 1024 * 1024, objects: 1_000_000 };
/// Bytes that a push may have beside its pack: commands, and lines about cut histories.
const COMMANDS_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Bytes that are read of a push after it was refused. Clients hear the answer only when they have
/// said all; what goes on beyond this finds the connection closed.
const UNWANTED_BYTES_MAX: u64 = PUSH.pack_bytes;

const PROTOCOL: HeaderName = HeaderName::from_static("git-protocol");

/// `GET .../info/refs?service=...`: what there is to fetch, or what a push may change.
pub(crate) async fn advertise(cx: Cx, uri: Uri, headers: HeaderMap) -> Result<Response, Fault> {
    let asked = query(&uri, "service").unwrap_or_default();
    let Some(service) = Service::from_name(&asked) else {
        let message = "only the smart protocol is served: use Git 1.6.6 or newer";
        return Err(Fault::Bad(message.to_owned()));
    };
    entry_test(&cx, service).await?;
    let kind = format!("application/x-{}-advertisement", service.name());
    if service == Service::ReceivePack {
        let body = look(&cx, |read, git, repo| {
            let refs = refs_shown(read, repo)?;
            Ok(git.receive_advertise(&refs)?)
        });
        return answer(&kind, Body::from(body.await?));
    }
    let protocol = protocol(&headers);
    fetch(&cx, (kind, LIST_SECONDS), move |git, fetch, out| {
        let fetch = Fetch { protocol: protocol.as_deref(), ..fetch };
        git.upload_advertise(fetch, out).map_err(told)
    })
    .await
}

/// `POST .../git-upload-pack`: what a clone or fetch asks for.
pub(crate) async fn upload_pack(cx: Cx, headers: HeaderMap, body: Body) -> Result<Response, Fault> {
    let service = Service::UploadPack;
    let (packed, reading) =
        request_body(service, &headers, (body, COMMANDS_BYTES_MAX, ASK_SECONDS))?;
    reading_note(&cx).await?;
    let protocol = protocol(&headers);
    let kind = format!("application/x-{}-result", service.name());
    let answer = fetch(&cx, (kind, RUN_SECONDS), move |git, fetch, out| {
        let fetch = Fetch { protocol: protocol.as_deref(), ..fetch };
        match git.upload_pack(fetch, &mut packed.unpacked(), out) {
            // What it has written tells the client why, in the words of the protocol.
            Err(git::Error::ProgramRefused { .. }) if out.is_begun() => Ok(()),
            Err(git::Error::ProgramRefused { complaint }) => {
                tracing::debug!(complaint, "a fetch was not understood");
                Err(Fault::Bad("git cannot answer this request: fetch anew".to_owned()))
            }
            other => other.map_err(told),
        }
    });
    let answer = answer.await;
    reading.abort();
    answer
}

/// `POST .../git-receive-pack`: a push.
pub(crate) async fn receive_pack(
    cx: Cx,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Fault> {
    let service = Service::ReceivePack;
    entry_test(&cx, service).await?;
    let turn = turn(&cx.hub, service).await?;
    let bytes_max = PUSH.pack_bytes.saturating_add(COMMANDS_BYTES_MAX);
    let (packed, reading) = request_body(service, &headers, (body, bytes_max, RUN_SECONDS))?;
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let pushed = work(&cx, move |app, depot| {
        let _turn = turn;
        let refs = app.db().read(|read| refs_shown(read, &repo))?;
        let git = depot.git(repo.id)?;
        let mut input = packed.unpacked();
        let received = match git.receive(&refs, &mut input, PUSH) {
            Ok(received) => received,
            Err(error) => return Ok(Err(told(error))),
        };
        drop(input);
        let outcomes = push_take(app, depot, (&visitor, &repo), &received)?;
        let told = |outcome: Result<(), depot::PushRefused>| outcome.map_err(|no| no.to_string());
        let outcomes: Vec<_> = outcomes.into_iter().map(told).collect();
        Ok(Ok(received.report(&outcomes, &[])))
    });
    let pushed = pushed.await?;
    if let Ok(rest) = reading.await {
        drain(rest).await;
    }
    answer(&format!("application/x-{}-result", service.name()), Body::from(pushed?))
}

/// Tests what the visitor may do; the gate let in whoever may see the repository.
async fn entry_test(cx: &Cx, service: Service) -> Result<(), Fault> {
    let (visitor, repo, now) = (cx.visitor.clone(), cx.repo()?, cx.now);
    cx.read(move |read| match service {
        Service::UploadPack => hub::access_test(read, &visitor, &repo, (Action::Read, now)),
        Service::ReceivePack => push_allowed(read, (&visitor, &repo), now),
    })
    .await
}

/// Notes a reading of personal data: a clone reads every file.
async fn reading_note(cx: &Cx) -> Result<(), Fault> {
    let (repo, visitor) = (cx.repo()?, cx.visitor.clone());
    let (asked, asker) = (repo.clone(), visitor.clone());
    if cx.read(move |read| hub::personal_of(read, &asker, &asked)).await?.is_none() {
        return Ok(());
    }
    cx.write(move |tx| {
        let main = hub::ref_find(tx, &repo, hub::MAIN)?.map(|main| main.commit);
        hub::reading_note(tx, &visitor, &repo, ("(git fetch)", &main.unwrap_or_default()))
    })
    .await
    .map(drop)
}

async fn turn(hub: &Hub, service: Service) -> Result<OwnedSemaphorePermit, Fault> {
    let turns = match service {
        Service::UploadPack => &hub.fetches,
        Service::ReceivePack => &hub.pushes,
    };
    match timeout(PATIENCE, turns.clone().acquire_owned()).await {
        Ok(turn) => turn.map_err(Fault::failed),
        Err(_) => Err(Fault::Busy("too many people clone or push at once: try again")),
    }
}

/// Runs a fetch on a thread of its own and streams what it writes. A failure before the first byte
/// is a fault; later it breaks the answer off.
async fn fetch<F>(cx: &Cx, (kind, seconds): (String, u64), run: F) -> Result<Response, Fault>
where
    F: FnOnce(&git::Repo, Fetch<'_>, &mut Outgoing) -> Result<(), Fault> + Send + 'static,
{
    let (hub, repo) = (cx.hub.clone(), cx.repo()?);
    let turn = turn(&hub, Service::UploadPack).await?;
    let (mut out, mut parts) = pipe::outgoing();
    let running = tokio::task::spawn_blocking(move || {
        // The thread may outlive the request: its turn ends with it.
        let _turn = turn;
        let done = opened(&hub, &repo).and_then(|(git, refs)| {
            run(&git, Fetch { refs: &refs, protocol: None, seconds }, &mut out)
        });
        if let Err(fault) = &done
            && out.is_begun()
        {
            tracing::debug!(?fault, "an answer to Git broke off");
            out.break_off();
        }
        done
    });
    match parts.recv().await {
        Some(Ok(first)) => {
            let rest = stream::unfold(parts, |mut parts| async move {
                parts.recv().await.map(|part| (part, parts))
            });
            let whole = stream::iter([Ok(first)]).chain(rest);
            answer(&kind, Body::from_stream(whole))
        }
        Some(Err(error)) => Err(Fault::failed(error)),
        None => {
            running.await.map_err(Fault::failed)??;
            answer(&kind, Body::empty())
        }
    }
}

fn opened(hub: &Hub, repo: &Repo) -> Result<(git::Repo, Refs), Fault> {
    let refs = hub.app.db().read(|read| refs_shown(read, repo))?;
    Ok((hub.depot.git(repo.id)?, refs))
}

/// A body with its compression.
struct Packed {
    body: Incoming,
    is_packed: bool,
    bytes_max: u64,
}

impl Packed {
    /// Removes the compression; call it where blocking does no harm, for it reads the first bytes.
    fn unpacked(self) -> Box<dyn Read + Send> {
        if self.is_packed {
            // A small body can unpack to a large one: what comes out has the same limit.
            Box::new(GzDecoder::new(self.body).take(self.bytes_max))
        } else {
            Box::new(self.body)
        }
    }
}

/// Begins to read the body of a request.
fn request_body(
    service: Service,
    headers: &HeaderMap,
    (body, bytes_max, seconds): (Body, u64, u64),
) -> Result<(Packed, JoinHandle<Body>), Fault> {
    let wanted = format!("application/x-{}-request", service.name());
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind.as_bytes() != wanted.as_bytes()) {
        return Err(Fault::MediaType(format!("the body must be {wanted}")));
    }
    let is_packed = match headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => false,
        Some(b"gzip" | b"x-gzip") => true,
        Some(_) => return Err(Fault::MediaType("the body may be packed by gzip only".to_owned())),
    };
    let (body, reading) = pipe::incoming(body, (bytes_max, Duration::from_secs(seconds)));
    Ok((Packed { body, is_packed, bytes_max }, reading))
}

/// Reads on in a body that nobody wants, so that its sender comes to hear the answer.
async fn drain(body: Body) {
    let mut parts = body.into_data_stream();
    let mut left = UNWANTED_BYTES_MAX;
    while let Ok(Some(Ok(part))) = timeout(IDLE, parts.next()).await {
        left = left.saturating_sub(u64::try_from(part.len()).unwrap_or(u64::MAX));
        if left == 0 {
            return;
        }
    }
}

fn protocol(headers: &HeaderMap) -> Option<String> {
    Some(headers.get(PROTOCOL)?.to_str().ok()?.to_owned())
}

/// Says what of a failure is the client's.
fn told(error: git::Error) -> Fault {
    use git::Error as E;
    match error {
        E::Protocol(_) | E::Limit { .. } => Fault::Bad(error.to_string()),
        E::Input(cause) => Fault::Bad(format!("the body broke off: {cause}")),
        E::Output(cause) => Fault::Bad(format!("the connection broke off: {cause}")),
        E::TimedOut { .. } => Fault::Busy("this took too long: fetch or push less at once"),
        other => Fault::failed(other),
    }
}

fn answer(kind: &str, body: Body) -> Result<Response, Fault> {
    let kind = HeaderValue::from_str(kind).map_err(Fault::failed)?;
    // Old proxies know only the last two (`http-backend.c`, `hdr_nocache`).
    let never = [
        (CACHE_CONTROL, HeaderValue::from_static("no-cache, max-age=0, must-revalidate")),
        (EXPIRES, HeaderValue::from_static("Fri, 01 Jan 1980 00:00:00 GMT")),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ];
    Ok((never, [(CONTENT_TYPE, kind)], body).into_response())
}
