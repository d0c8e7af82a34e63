//! A hub that reads what is uploaded and keeps nothing: what the client and the connection take by
//! themselves, on the same machine. No hub can be quicker.

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use serde_json::json;
use std::future::poll_fn;
use std::pin::Pin;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) struct Discard {
    // Ends with this.
    _runtime: Runtime,
    pub(crate) url: String,
}

impl Discard {
    pub(crate) fn start() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let own = url.clone();
        let router = Router::new().fallback(move |request| answer(own.clone(), request));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { _runtime: runtime, url }
    }
}

async fn answer(url: String, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    drain(request.into_body()).await;
    let ends = |tail: &str| path.contains(tail);
    if ends("/xet-write-token/") {
        let headers = [
            ("x-xet-cas-url", url.clone()),
            ("x-xet-access-token", "none".to_owned()),
            ("x-xet-token-expiration", "4000000000".to_owned()),
        ];
        let body = json!({"casUrl": url, "exp": 4_000_000_000_u64, "accessToken": "none"});
        return (headers, Json(body)).into_response();
    }
    let body = if ends("/preupload/") {
        let file = |path: &str| json!({"path": path, "uploadMode": "lfs", "shouldIgnore": false});
        json!({"files": [file("first.bin")]})
    } else if ends("/commit/") {
        json!({"commitUrl": format!("{url}/bench/xet/commit/0"), "commitOid": "0".repeat(40)})
    } else if ends("/v1/xorbs/") {
        json!({"was_inserted": true})
    } else if ends("/v1/shards") {
        json!({"result": 1})
    } else if ends("/repos/create") {
        json!({"url": format!("{url}/bench/xet"), "name": "bench/xet", "id": "0"})
    } else {
        return axum::http::StatusCode::NOT_FOUND.into_response();
    };
    Json(body).into_response()
}

async fn drain(mut body: Body) {
    use axum::body::HttpBody;
    while let Some(Ok(_)) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {}
}
