//! The whole service: the quick answers, then the router.

use super::{Shared, dress};
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::Service;

/// Answers what it has at hand; see [`super::Server::quick`].
pub(crate) type Quick = Arc<dyn Fn(&Request) -> Option<Response> + Send + Sync>;

type Routed = <Router as Service<Request>>::Future;

/// Pages, forms, JSON API and assets as one service. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    shared: Shared,
    router: Router,
    quick: Option<Quick>,
}

impl Site {
    pub(crate) fn of(shared: Shared, router: Router, quick: Option<Quick>) -> Self {
        Self { shared, router, quick }
    }

    /// The quick answer, dressed as every other.
    fn at_hand(&self, request: &Request) -> Option<Response> {
        let mut response = self.quick.as_ref()?(request)?;
        let app = &self.shared.app;
        dress::guard(response.headers_mut(), app.random().id(app.now()).as_str());
        Some(response)
    }
}

impl Service<Request> for Site {
    type Response = Response;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, request: Request) -> Answer {
        match self.at_hand(&request) {
            Some(response) => Answer::AtHand(ready(Ok(response))),
            None => Answer::Routed(self.router.call(request)),
        }
    }
}

/// An answer on its way.
pub enum Answer {
    /// It was at hand.
    AtHand(Ready<Result<Response, Infallible>>),
    /// A handler makes it.
    Routed(Routed),
}

impl Future for Answer {
    type Output = Result<Response, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::AtHand(answer) => Pin::new(answer).poll(cx),
            Self::Routed(answer) => Pin::new(answer).poll(cx),
        }
    }
}
