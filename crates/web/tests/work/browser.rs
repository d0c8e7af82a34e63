//! A browser as small as these tests need: cookies, forms as pages offer them, files.

use scraper::{ElementRef, Html, Selector};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value)
    }

    /// The place a change leads to.
    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status, 303, "{}", self.text());
        self.header("location").to_owned()
    }

    /// The words of the page's main part.
    pub(crate) fn text(&self) -> String {
        let page = Html::parse_document(&self.body);
        let main = page.select(&selector("main")).next();
        let text = main.map_or_else(|| self.body.clone(), |main| main.text().collect());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        let text = self.text();
        assert!(text.contains(words), "`{words}` is not in ({}): {text}", self.status);
        self
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Where the page's links lead within the zone, without marks within a page.
    pub(crate) fn links(&self) -> Vec<String> {
        let page = Html::parse_document(&self.body);
        let wanted = selector("a[href^='/']");
        let links = page.select(&wanted).filter_map(|link| link.attr("href"));
        let within = |link: &str| link.split('#').next().unwrap_or_default().to_owned();
        links.filter(|link| !link.contains("lang=")).map(within).collect()
    }

    /// Whether the page offers a form to this address.
    pub(crate) fn offers(&self, action: &str) -> bool {
        form_of(&Html::parse_document(&self.body), action).is_some()
    }

    /// A form of the page with everything that is filled in already.
    #[track_caller]
    pub(crate) fn form(&self, action: &str) -> Form {
        let page = Html::parse_document(&self.body);
        let form = form_of(&page, action);
        assert!(form.is_some(), "no form to `{action}` ({}): {}", self.status, self.text());
        let form = form.expect("tested above");
        let is_multipart = form.attr("enctype") == Some("multipart/form-data");
        let mut fields = Vec::new();
        for input in form.select(&selector("input, textarea, select")) {
            let Some(name) = input.attr("name") else { continue };
            if let Some(value) = value_of(&input) {
                fields.push((name.to_owned(), value));
            }
        }
        Form { action: action.to_owned(), is_multipart, fields, files: Vec::new() }
    }
}

fn value_of(input: &ElementRef<'_>) -> Option<String> {
    match input.value().name() {
        "textarea" => Some(input.text().collect()),
        "select" => {
            let chosen = input.select(&selector("option[selected]")).next();
            let chosen = chosen.or_else(|| input.select(&selector("option")).next())?;
            chosen.attr("value").map(ToOwned::to_owned)
        }
        _ => match input.attr("type") {
            Some("file") => None,
            Some("radio") if input.attr("checked").is_none() => None,
            _ => Some(input.attr("value").unwrap_or_default().to_owned()),
        },
    }
}

fn form_of<'p>(page: &'p Html, action: &str) -> Option<ElementRef<'p>> {
    page.select(&selector("main form")).find(|form| form.attr("action") == Some(action))
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).expect("a selector of these tests")
}

/// A form to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    action: String,
    is_multipart: bool,
    pub(crate) fields: Vec<(String, String)>,
    files: Vec<(String, String, Vec<u8>)>,
}

impl Form {
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends it from the page in Chinese.
    pub(crate) fn in_chinese(mut self) -> Self {
        self.action.push_str("?lang=zh");
        self
    }

    pub(crate) fn file(mut self, field: &str, name: &str, bytes: &[u8]) -> Self {
        self.files.push((field.to_owned(), name.to_owned(), bytes.to_vec()));
        self
    }

    fn body(&self) -> (String, Vec<u8>) {
        if !self.is_multipart {
            let pair = |(k, v): &(String, String)| format!("{}={}", escape(k), escape(v));
            let body = self.fields.iter().map(pair).collect::<Vec<_>>().join("&");
            return ("application/x-www-form-urlencoded".to_owned(), body.into_bytes());
        }
        let mut body = Vec::new();
        let head = "--cut\r\nContent-Disposition: form-data; name=";
        for (name, value) in &self.fields {
            body.extend(format!("{head}\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, file, bytes) in &self.files {
            let kind = "Content-Type: application/octet-stream";
            let part = format!("{head}\"{name}\"; filename=\"{file}\"\r\n{kind}\r\n\r\n");
            body.extend(part.bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--cut--\r\n");
        ("multipart/form-data; boundary=cut".to_owned(), body)
    }
}

fn escape(text: &str) -> String {
    let one = |byte: u8| match byte {
        b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Somebody at a browser.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) address: SocketAddr,
    /// Secret of the session; empty for a visitor.
    pub(crate) session: String,
}

impl Browser {
    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "", &[])
    }

    pub(crate) fn send(&self, form: &Form) -> Answer {
        let (kind, body) = form.body();
        self.ask("POST", &form.action, &kind, &body)
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = Form {
            action: path.to_owned(),
            is_multipart: false,
            fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            files: Vec::new(),
        };
        self.send(&form)
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("connects");
        let cookie = match self.session.as_str() {
            "" => String::new(),
            session => format!("Cookie: hutong_session={session}\r\n"),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: zone\r\nConnection: close\r\n{cookie}\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sends");
        // A refusal may close before all of a body is read.
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("answers");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer");
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }
}
