//! A small zone with a publisher and a guest, and a browser as small as these tests need.

use crate::{Server, router};
use app::depot::Depot;
use app::{App, Config};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use base::{FixedClock, Random, Time};
use identity::{Actor, NewPerson, PersonId, Role};
use scraper::{ElementRef, Html, Selector};
use std::sync::Arc;
use testbed::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// Bytes that large files may take.
pub(super) const QUOTA_BYTES: usize = 64 * 1024;

pub(super) struct World {
    runtime: Runtime,
    service: crate::Site,
    app: Arc<App>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) publisher: String,
    pub(super) guest: String,
    pub(super) office: String,
    _folder: TempDir,
}

/// An answer as a browser sees it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) location: String,
    /// Cookies that it sets, one a line.
    pub(super) cookies: String,
    pub(super) text: String,
}

impl Answer {
    /// The words of the page's main part.
    pub(super) fn words(&self) -> String {
        let page = Html::parse_document(&self.text);
        let main = Selector::parse("main").unwrap();
        let words: String = page.select(&main).flat_map(|main| main.text()).collect();
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn on_both(check: impl Fn(&World)) {
    for database in testbed::databases() {
        check(&World::new(database.url()));
    }
}

fn person(app: &App, name: &str, role: Option<Role>) -> PersonId {
    let new = NewPerson { name: name.to_owned(), email: format!("{name}@example.org") };
    let made = app.db().write(move |tx| {
        let id = identity::person_register(tx, Actor::System, &new)?.id;
        if let Some(role) = role {
            identity::role_grant(tx, Actor::System, id, role)?;
        }
        Ok::<_, identity::Error>(id)
    });
    made.wait().unwrap()
}

fn cookie(app: &App, person: PersonId) -> String {
    let session = app.db().write(move |tx| {
        let link = identity::link_create(tx, Actor::System, person)?;
        Ok::<_, identity::Error>(identity::link_use(tx, &link)?.1)
    });
    format!("hutong_session={}", session.wait().unwrap())
}

impl World {
    fn new(url: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let config = Config { data: folder.path().to_path_buf(), database: Some(url.to_owned()) };
        let random = Arc::new(Random::seeded(7));
        let app = Arc::new(App::open_with(&config, clock.clone(), random).unwrap());
        let runtime = Runtime::new().unwrap();
        let depot = Depot::open(folder.path(), None, app.random_shared());
        let depot = Arc::new(runtime.block_on(depot).unwrap());
        let people = [("lin", None), ("guest", None), ("office", Some(Role::Auditor))];
        let [publisher, guest, office] =
            people.map(|(name, role)| cookie(&app, person(&app, name, role)));
        let server = Server::new(app.clone(), "http://zone.example").with_depot(depot);
        let server = server.with_quota(i64::try_from(QUOTA_BYTES).unwrap());
        let service = router(server);
        Self { runtime, service, app, clock, publisher, guest, office, _folder: folder }
    }

    /// Sends a request with a token instead of a session.
    pub(super) fn get_as_program(&self, address: &str, token: &str) -> Answer {
        let request =
            Request::builder().uri(address).header("authorization", format!("Bearer {token}"));
        self.ask(request.body(Body::empty()).unwrap())
    }

    pub(super) fn app(&self) -> &App {
        &self.app
    }

    pub(super) fn get(&self, address: &str, cookie: &str) -> Answer {
        let request = Request::builder().uri(address).header("cookie", cookie);
        self.ask(request.body(Body::empty()).unwrap())
    }

    /// Sends the form that a page offers, with some of its fields filled in.
    #[track_caller]
    pub(super) fn send(
        &self,
        cookie: &str,
        (page, action): (&str, &str),
        filled: &[(&str, &str)],
    ) -> Answer {
        let shown = self.get(page, cookie);
        let fields = fields(&shown.text, action);
        assert!(!fields.is_empty(), "no form to {action} on {page}: {}", shown.words());
        let kept = fields.into_iter().filter(|(name, _)| filled.iter().all(|(new, _)| new != name));
        let new = filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let pairs: Vec<(String, String)> = kept.chain(new).collect();
        self.post(cookie, action, &pairs)
    }

    pub(super) fn post(&self, cookie: &str, action: &str, pairs: &[(String, String)]) -> Answer {
        let encoded = crate::handlers::encoded;
        let body: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect();
        let request = Request::builder()
            .method("POST")
            .uri(action)
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.join("&"))).unwrap())
    }

    /// Sends the form with files that a page offers.
    #[track_caller]
    pub(super) fn upload(
        &self,
        cookie: &str,
        (page, action): (&str, &str),
        files: &[(&str, &[u8])],
    ) -> Answer {
        const MARK: &str = "a-mark-between-parts";
        let mut body = Vec::new();
        for (name, value) in fields(&self.get(page, cookie).text, action) {
            let head = format!("content-disposition: form-data; name=\"{name}\"");
            body.extend(format!("--{MARK}\r\n{head}\r\n\r\n{value}\r\n").as_bytes());
        }
        for (name, bytes) in files {
            let head =
                format!("content-disposition: form-data; name=\"files\"; filename=\"{name}\"");
            body.extend(format!("--{MARK}\r\n{head}\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{MARK}--\r\n").as_bytes());
        let request = Request::builder()
            .method("POST")
            .uri(action)
            .header("cookie", cookie)
            .header("content-type", format!("multipart/form-data; boundary={MARK}"));
        self.ask(request.body(Body::from(body)).unwrap())
    }

    fn ask(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.service.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let location = parts.headers.get("location").map_or("", |to| to.to_str().unwrap());
            let set = parts.headers.get_all("set-cookie").iter();
            let set: Vec<&str> = set.map(|value| value.to_str().unwrap()).collect();
            let cookies = set.join("\n");
            let bytes = to_bytes(body, usize::MAX).await.unwrap();
            Answer {
                status: parts.status.as_u16(),
                location: location.to_owned(),
                cookies,
                text: String::from_utf8(bytes.to_vec()).unwrap(),
            }
        })
    }
}

/// What a form holds already; empty where the page has no such form.
fn fields(page: &str, action: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(page);
    let select = |text: &str| Selector::parse(text).unwrap();
    let forms = select("main form");
    let Some(form) = page.select(&forms).find(|form| form.attr("action") == Some(action)) else {
        return Vec::new();
    };
    let value = |input: &ElementRef<'_>| match input.value().name() {
        "textarea" => Some(input.text().collect()),
        "select" => {
            let options = select("option");
            let chosen = input.select(&options).find(|one| one.attr("selected").is_some());
            let chosen = chosen.or_else(|| input.select(&options).next())?;
            chosen.attr("value").map(ToOwned::to_owned)
        }
        _ if input.attr("type") == Some("file") => None,
        _ => Some(input.attr("value").unwrap_or_default().to_owned()),
    };
    form.select(&select("input, textarea, select"))
        .filter_map(|input| Some((input.attr("name")?.to_owned(), value(&input)?)))
        .collect()
}
