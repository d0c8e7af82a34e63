//! A stand-in for the API of Kubernetes, as far as the driver asks it. Its pods are processes of
//! this machine, its answers have the shapes of the real one (names, uid, resourceVersion, Status).

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base::{Clock, SystemClock};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use testbed::TempDir;

/// What the API asks for.
pub(crate) const TOKEN: &str = "d0nt-t3ll";
/// How long a node waits for a Secret.
const PATIENCE: Duration = Duration::from_secs(60);

type Objects = BTreeMap<(String, String), Value>;

/// The server. Its processes end with it.
pub(crate) struct Fake {
    pub(crate) url: String,
    world: Arc<World>,
}

struct World {
    objects: Mutex<(Objects, u64)>,
    logs: TempDir,
}

impl World {
    fn lock(&self) -> MutexGuard<'_, (Objects, u64)> {
        self.objects.lock().expect("no test holds it in a panic")
    }

    fn object(&self, kind: &str, name: &str) -> Option<Value> {
        self.lock().0.get(&(kind.to_owned(), name.to_owned())).cloned()
    }

    fn change(&self, kind: &str, name: &str, change: impl FnOnce(&mut Value)) {
        let mut held = self.lock();
        held.1 += 1;
        let version = held.1.to_string();
        if let Some(object) = held.0.get_mut(&(kind.to_owned(), name.to_owned())) {
            change(object);
            object["metadata"]["resourceVersion"] = json!(version);
        }
    }

    fn remove(&self, kind: &str, name: &str) {
        self.lock().0.remove(&(kind.to_owned(), name.to_owned()));
    }

    /// Keeps a new object, as the API does: with an identity, a version and a time.
    fn create(&self, kind: &str, mut object: Value) -> Result<Value, Box<Response>> {
        let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let mut held = self.lock();
        let at = (kind.to_owned(), name.clone());
        if held.0.contains_key(&at) {
            let words = format!("{kind} \"{name}\" already exists");
            return Err(Box::new(status(409, "AlreadyExists", &words)));
        }
        held.1 += 1;
        object["metadata"]["uid"] = json!(format!("00000000-0000-4000-8000-{:012}", held.1));
        object["metadata"]["resourceVersion"] = json!(held.1.to_string());
        object["metadata"]["creationTimestamp"] = json!(now());
        held.0.insert(at, object.clone());
        Ok(object)
    }
}

fn now() -> String {
    SystemClock.now().to_string()
}

fn status(code: u16, reason: &str, message: &str) -> Response {
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    });
    (StatusCode::from_u16(code).expect("a code of ours"), Json(body)).into_response()
}

impl Fake {
    /// Starts it on a free port, on a thread of its own.
    pub(crate) fn start() -> Self {
        let logs = TempDir::new().expect("the temporary folder can be written");
        let world = Arc::new(World { objects: Mutex::default(), logs });
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        listener.set_nonblocking(true).expect("for tokio");
        let served = Arc::clone(&world);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                drop(axum::serve(listener, routes(served)).await);
            });
        });
        Self { url, world }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        // Its processes see that their pods are gone, and end.
        self.world.lock().0.clear();
    }
}

fn routes(world: Arc<World>) -> Router {
    let batch = "/apis/batch/v1/namespaces/lab/jobs";
    let core = "/api/v1/namespaces/lab";
    let policies = "/apis/networking.k8s.io/v1/namespaces/lab/networkpolicies";
    let plain = |kind: &'static str| {
        post(move |state, headers, body| async move { create(kind, state, headers, body).await })
    };
    Router::new()
        .route("/version", get(async || Json(json!({"major": "1", "gitVersion": "v1.20.5-fake"}))))
        .route("/api/v1/nodes", get(async || status(403, "Forbidden", "nodes is forbidden")))
        .route(batch, get(jobs).post(job_create))
        .route(&format!("{batch}/{{name}}"), get(job).delete(job_delete))
        .route(&format!("{core}/pods"), get(pods))
        .route(&format!("{core}/pods/{{name}}/log"), get(log))
        .route(&format!("{core}/secrets"), plain("secrets"))
        .route(policies, plain("networkpolicies"))
        .with_state(world)
}

fn is_let_in(headers: &HeaderMap) -> Result<(), Box<Response>> {
    let shown = headers.get("authorization").and_then(|value| value.to_str().ok());
    if shown == Some(&format!("Bearer {TOKEN}")) {
        return Ok(());
    }
    Err(Box::new(status(401, "Unauthorized", "Unauthorized")))
}

type Asked = Query<HashMap<String, String>>;

async fn create(
    kind: &'static str,
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Json(object): Json<Value>,
) -> Response {
    let done = is_let_in(&headers).and_then(|()| world.create(kind, object));
    done.map_or_else(|no| *no, |object| (StatusCode::CREATED, Json(object)).into_response())
}

async fn job_create(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Json(object): Json<Value>,
) -> Response {
    if let Err(no) = is_let_in(&headers) {
        return *no;
    }
    let command = &object["spec"]["template"]["spec"]["containers"][0]["command"];
    if !command.is_array() || object["spec"]["template"]["spec"]["restartPolicy"] != "Never" {
        return status(422, "Invalid", "Job.batch is invalid: spec.template.spec: Required value");
    }
    match world.create("jobs.batch", object) {
        Ok(job) => {
            pod_start(&world, &job);
            (StatusCode::CREATED, Json(job)).into_response()
        }
        Err(no) => *no,
    }
}

async fn job(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Response {
    if let Err(no) = is_let_in(&headers) {
        return *no;
    }
    let missing = || status(404, "NotFound", &format!("jobs.batch \"{name}\" not found"));
    world.object("jobs.batch", &name).map_or_else(missing, |job| Json(job).into_response())
}

/// Foreground: the Job stays, marked, until its pods are gone.
async fn job_delete(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(asked): Asked,
) -> Response {
    if let Err(no) = is_let_in(&headers) {
        return *no;
    }
    if asked.get("propagationPolicy").map(String::as_str) != Some("Foreground") {
        return status(400, "BadRequest", "this stand-in knows only Foreground");
    }
    let mark = |object: &mut Value| object["metadata"]["deletionTimestamp"] = json!(now());
    world.change("jobs.batch", &name, mark);
    world.change("pods", &name, mark);
    let Some(job) = world.object("jobs.batch", &name) else {
        return status(404, "NotFound", &format!("jobs.batch \"{name}\" not found"));
    };
    let is_over =
        |pod: &Value| pod["status"]["containerStatuses"][0]["state"]["terminated"].is_object();
    if world.object("pods", &name).as_ref().is_none_or(is_over) {
        pod_remove(&world, &name);
    }
    Json(job).into_response()
}

fn pod_remove(world: &World, name: &str) {
    for kind in ["pods", "jobs.batch", "secrets"] {
        world.remove(kind, name);
    }
}

async fn jobs(State(world): State<Arc<World>>, headers: HeaderMap, asked: Asked) -> Response {
    list(&world, &headers, "jobs.batch", &asked)
}

async fn pods(State(world): State<Arc<World>>, headers: HeaderMap, asked: Asked) -> Response {
    list(&world, &headers, "pods", &asked)
}

/// Knows selectors of the one form `label in (a,b)`.
fn list(world: &World, headers: &HeaderMap, kind: &str, asked: &Asked) -> Response {
    if let Err(no) = is_let_in(headers) {
        return *no;
    }
    let selector = asked.get("labelSelector").map_or("", String::as_str);
    let Some((label, values)) = selector.trim_end_matches(')').split_once(" in (") else {
        return status(400, "BadRequest", "unable to parse requirement");
    };
    let values: Vec<&str> = values.split(',').collect();
    let is_meant = |object: &&Value| {
        object["metadata"]["labels"][label].as_str().is_some_and(|value| values.contains(&value))
    };
    let held = world.lock();
    let all = held.0.iter().filter(|((of, _), _)| of == kind).map(|(_, object)| object);
    let items: Vec<Value> = all.filter(is_meant).cloned().collect();
    let version = held.1.to_string();
    Json(json!({"kind": "List", "metadata": {"resourceVersion": version}, "items": items}))
        .into_response()
}

async fn log(
    State(world): State<Arc<World>>,
    headers: HeaderMap,
    Path(name): Path<String>,
    Query(asked): Asked,
) -> Response {
    if let Err(no) = is_let_in(&headers) {
        return *no;
    }
    let most = asked.get("limitBytes").and_then(|most| most.parse().ok()).unwrap_or(usize::MAX);
    match fs::read(world.logs.path().join(&name)) {
        Ok(mut bytes) => {
            bytes.truncate(most);
            bytes.into_response()
        }
        Err(_) => status(400, "BadRequest", "container \"run\" is waiting to start"),
    }
}

/// Makes the pod and, on a thread, what its node would do.
fn pod_start(world: &Arc<World>, job: &Value) {
    let name = job["metadata"]["name"].as_str().expect("it was made").to_owned();
    let owner = json!([{"apiVersion": "batch/v1", "kind": "Job", "name": name,
                        "uid": job["metadata"]["uid"], "controller": true}]);
    let template = &job["spec"]["template"];
    let metadata =
        json!({"name": name, "labels": template["metadata"]["labels"], "ownerReferences": owner});
    let pod =
        json!({"metadata": metadata, "spec": template["spec"], "status": {"phase": "Pending"}});
    if let Ok(pod) = world.create("pods", pod) {
        let world = Arc::clone(world);
        thread::spawn(move || node(&world, &name, &pod));
    }
}

fn node(world: &World, name: &str, pod: &Value) {
    let container = &pod["spec"]["containers"][0];
    let mut variables = vec![];
    if container["envFrom"].is_array() {
        // As a node does, it waits for the Secret.
        let mut secret = None;
        let is_there = testbed::wait_until(PATIENCE, || {
            secret = world.object("secrets", name);
            secret.is_some() || world.object("pods", name).is_none()
        });
        let Some(secret) = secret.filter(|_| is_there) else { return };
        let values = secret["stringData"].as_object().expect("the driver writes one");
        variables.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    for variable in container["env"].as_array().expect("the driver writes one") {
        let name = variable["name"].as_str().expect("it has a name").to_owned();
        variables.push((name, variable["value"].clone()));
    }
    let started_at = now();
    let terminated = |code: i32, reason: &str, message: &str| {
        json!({"terminated": {"exitCode": code, "reason": reason, "message": message,
                              "startedAt": started_at, "finishedAt": now()}})
    };
    let finish = |state: Value, why: &str| {
        let phase = if state["terminated"]["exitCode"] == 0 { "Succeeded" } else { "Failed" };
        let status =
            json!({"phase": phase, "reason": why, "containerStatuses": [{"state": state}]});
        world.change("pods", name, |pod| pod["status"] = status);
    };
    let mut child = match process(world, name, container, &variables) {
        Ok(child) => child,
        Err(why) => return finish(terminated(128, "StartError", &why), ""),
    };
    let state = json!({"running": {"startedAt": started_at}});
    let status = json!({"phase": "Running", "containerStatuses": [{"state": state}]});
    world.change("pods", name, |pod| pod["status"] = status);
    let limit = pod["spec"]["activeDeadlineSeconds"].as_u64().expect("the driver writes one");
    let (code, is_late) = watched(world, name, &mut child, Duration::from_secs(limit));
    let reason = if code == 0 { "Completed" } else { "Error" };
    finish(terminated(code, reason, ""), if is_late { "DeadlineExceeded" } else { "" });
    let is_marked = |object: Value| object["metadata"]["deletionTimestamp"].is_string();
    if world.object("jobs.batch", name).is_some_and(is_marked) {
        pod_remove(world, name);
    }
}

fn process(
    world: &World,
    name: &str,
    container: &Value,
    variables: &[(String, Value)],
) -> Result<Child, String> {
    let words = container["command"].as_array().expect("it was looked at");
    // `$$(` is `$(`, as in the real API.
    let plain = |value: &Value| value.as_str().unwrap_or_default().replace("$$(", "$(");
    let words: Vec<String> = words.iter().map(plain).collect();
    let output = File::create(world.logs.path().join(name)).map_err(|error| error.to_string())?;
    let error = output.try_clone().map_err(|error| error.to_string())?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env_clear().env("PATH", "/usr/bin:/bin");
    command.envs(variables.iter().map(|(name, value)| (name, plain(value))));
    command.stdin(Stdio::null()).stdout(output).stderr(error).process_group(0);
    command.spawn().map_err(|error| format!("exec: \"{}\": {error}", words[0]))
}

/// Waits for a process; ends it with its group when its time is over or its pod is deleted.
fn watched(world: &World, name: &str, child: &mut Child, limit: Duration) -> (i32, bool) {
    let is_marked = |pod: Value| pod["metadata"]["deletionTimestamp"].is_string();
    let mut ended = None;
    let in_time = testbed::wait_until(limit, || {
        ended = child.try_wait().ok().flatten();
        ended.is_some() || world.object("pods", name).is_none_or(is_marked)
    });
    if let Some(status) = ended {
        return (status.code().or(status.signal().map(|sign| 128 + sign)).unwrap_or(1), false);
    }
    let group = format!("-{}", child.id());
    drop(Command::new("kill").args(["-KILL", "--", &group]).status());
    drop(child.wait());
    (137, !in_time)
}
