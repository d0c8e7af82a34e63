//! The viewer's own host: clients ask `datasets-server.{host of the hub}` for `/splits` and so on.

use super::question::Question;
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::HOST;

/// What such a host's name begins with (`datasets`, `utils/_dataset_viewer.py`).
const PREFIX: &str = "datasets-server.";

/// Leads questions to that host to the viewer's routes.
pub(crate) async fn host(mut request: Request) -> Request {
    let told = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    let host = told.or_else(|| request.uri().host()).unwrap_or_default();
    if host.starts_with(PREFIX)
        && let Some(uri) = moved(request.uri())
    {
        *request.uri_mut() = uri;
    }
    request
}

fn moved(uri: &Uri) -> Option<Uri> {
    let name = uri.path().trim_matches('/');
    let question = Question::ALL.into_iter().find(|question| question.name() == name)?;
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    format!("/hub/viewer/{}{query}", question.name()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn only_questions_are_led_elsewhere() {
        let check = |from: &str, to: Option<&str>| {
            let found = moved(&from.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), to, "{from}");
        };
        check("/splits?dataset=a/b", Some("/hub/viewer/splits?dataset=a/b"));
        check("/is-valid", Some("/hub/viewer/is-valid"));
        check("/api/whoami-v2", None);
        check("/", None);
        check("/a/b/splits", None);
    }
}
