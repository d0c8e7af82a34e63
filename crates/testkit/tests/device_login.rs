//! `hf auth login` without a token, against a served zone: the program shows a code, its person
//! approves in the page, and the program goes on, also when its token is about to end.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Names the virtual environment with `huggingface_hub`.
const CLIENTS: &str = "HUTONG_CLIENTS";
const EMAIL: &str = "bench%40example.org";

/// A zone that ends with its test.
struct Zone {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Zone {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_test-zone"))
            .arg("--data")
            .arg(data)
            .stdout(Stdio::piped())
            .spawn()
            .expect("starts the zone");
        let mut lines = BufReader::new(child.stdout.take().expect("its output is a pipe")).lines();
        let url = said(&mut lines, "Serving at ");
        Self { child, lines, url }
    }

    /// Sends a request as a browser does and returns its head and body.
    fn ask(&self, (method, path): (&str, &str), cookie: &str, body: &str) -> (String, String) {
        let host = self.url.strip_prefix("http://").expect("the zone serves plain HTTP");
        let mut stream = TcpStream::connect(host).expect("connects");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sends");
        stream.write_all(body.as_bytes()).expect("sends");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("answers");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        (head.to_owned(), body.to_owned())
    }

    /// Signs in with the link that the zone prints; returns the session's cookie.
    fn sign_in(&mut self) -> String {
        self.ask(("POST", "/sign-in"), "", &format!("email={EMAIL}"));
        let link = said(&mut self.lines, "sign-in link for bench@example.org: ");
        let path = link.strip_prefix(&self.url).expect("a link to the zone").to_owned();
        let (head, _) = self.ask(("POST", &path), "", "");
        let cookies = head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        let session = cookies.into_iter().find(|cookie| cookie.starts_with("hutong_session="));
        let session = session.and_then(|cookie| cookie.split(';').next());
        session.expect("a session").to_owned()
    }
}

impl Drop for Zone {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a line and returns what stands behind its beginning.
fn said(lines: &mut Lines<BufReader<ChildStdout>>, begin: &str) -> String {
    let mut lines = lines.map(|line| line.expect("reads what the program says"));
    lines.find_map(|line| Some(line.strip_prefix(begin)?.to_owned())).expect("the program says it")
}

/// The value of a hidden input.
fn hidden<'p>(page: &'p str, name: &str) -> &'p str {
    let mark = format!("name=\"{name}\" value=\"");
    let rest = page.split(&mark).nth(1).expect("the page has the input");
    rest.split('"').next().unwrap_or_default()
}

/// `hf` with a home of its own and no token.
fn hf(venv: &Path, (home, url): (&Path, &str), args: &[&str]) -> Command {
    let mut command = Command::new(venv.join("bin/hf"));
    command
        .args(args)
        .env("HF_HOME", home)
        .env("HF_ENDPOINT", url)
        .env_remove("HF_TOKEN")
        .env_remove("HUGGING_FACE_HUB_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `hf`, which must succeed, and returns what it says.
fn hf_says(venv: &Path, place: (&Path, &str), args: &[&str]) -> String {
    let run = hf(venv, place, args).output().expect("runs the client");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    let wrong = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{args:?}: {told}\n{wrong}");
    told
}

/// Lets `hf auth login` ask, and answers it in the page with `act`. Returns what it says.
fn login(zone: &Zone, (venv, home, cookie): (&Path, &Path, &str), act: &str) -> (bool, String) {
    let mut client = hf(venv, (home, &zone.url), &["auth", "login", "--force"])
        .spawn()
        .expect("runs the client");
    let mut lines = BufReader::new(client.stdout.take().expect("its output is a pipe")).lines();
    let mut lines_read = lines.by_ref().map(|line| line.expect("reads what the client says"));
    let page = lines_read.find_map(|line| {
        let found = line.split_whitespace().find(|word| word.contains("?user_code="));
        found.map(ToOwned::to_owned)
    });
    let page = page.expect("the client shows where to go");
    let path = page.strip_prefix(&zone.url).expect("a page of the zone").to_owned();
    let (_, shown) = zone.ask(("GET", &path), cookie, "");
    let (csrf, code) = (hidden(&shown, "csrf"), hidden(&shown, "user_code"));
    assert!(shown.contains("<code>python-"), "it says who asks: {shown}");
    let form = format!("csrf={csrf}&user_code={code}&act={act}");
    let (head, _) = zone.ask(("POST", "/login/device"), cookie, &form);
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let rest: Vec<String> = lines_read.collect();
    let mut wrong = String::new();
    let errors = client.stderr.as_mut().expect("its errors are a pipe");
    errors.read_to_string(&mut wrong).expect("reads what went wrong");
    let done = client.wait().expect("the client ends");
    (done.success(), format!("{}\n{wrong}", rest.join("\n")))
}

/// Lets the stored token end within the hour, by the client's own account.
fn soon_over(home: &Path) -> String {
    let path = home.join("stored_tokens");
    let stored = std::fs::read_to_string(&path).expect("the client has stored its token");
    let line = |line: &str| match line.split_once('=') {
        Some((name, _)) if name.trim() == "expires_at" => "expires_at = 1000000000".to_owned(),
        _ => line.to_owned(),
    };
    assert!(stored.contains("refresh_token"), "{stored}");
    let lines: Vec<String> = stored.lines().map(line).collect();
    std::fs::write(&path, lines.join("\n")).expect("writes");
    std::fs::read_to_string(home.join("token")).expect("the client has a token")
}

#[test]
fn hf_auth_login_works_without_a_token() {
    let Some(venv) = std::env::var_os(CLIENTS).map(PathBuf::from) else {
        assert!(!testbed::is_ci(), "set {CLIENTS} to a virtual environment");
        eprintln!("left out: set {CLIENTS} to a virtual environment");
        return;
    };
    let folder = testbed::TempDir::new().expect("a folder");
    let mut zone = Zone::start(&folder.path().join("zone"));
    let cookie = zone.sign_in();
    let home = folder.path().join("home");
    let place = (venv.as_path(), home.as_path(), cookie.as_str());
    let (done, told) = login(&zone, place, "refuse");
    assert!(!done && told.contains("denied"), "{told}");
    let (done, told) = login(&zone, place, "approve");
    assert!(done, "{told}");
    let whoami = ["auth", "whoami"];
    let told = hf_says(&venv, (&home, &zone.url), &whoami);
    assert!(told.contains("bench"), "{told}");
    let first = soon_over(&home);
    let told = hf_says(&venv, (&home, &zone.url), &whoami);
    assert!(told.contains("bench"), "{told}");
    let second = std::fs::read_to_string(home.join("token")).expect("the client has a token");
    assert_ne!(first, second, "the client has renewed its token");
    let (_, listed) = zone.ask(("GET", "/settings/tokens"), &cookie, "");
    assert_eq!(listed.matches("<th scope=\"row\">hf auth login, ").count(), 1, "{listed}");
}
