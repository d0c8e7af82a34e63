//! Declares an operation once: its route, what it takes, what it gives, and the way between.

use super::ask::Ask;
use super::shape::Shape;
use super::shaped::{Nothing, Shaped};
use super::told::{Answered, Done, File};
use crate::serve::{Cx, Fault, Route, get, post};
use axum::Json;
use axum::extract::{RawPathParams, Request, rejection::RawPathParamsRejection};
use axum::response::IntoResponse;
use base::FieldProblem;
use identity::Permission;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// What a request carries besides its address.
pub(crate) enum Takes {
    /// Nothing.
    Nothing,
    /// JSON.
    Json(Shape),
    /// Bytes of any kind.
    Bytes,
}

/// What an answer carries.
pub(crate) enum Gives {
    /// JSON.
    Json(Shape),
    /// A file of this media type.
    File(&'static str),
}

/// An operation of the API.
pub(crate) struct Operation {
    pub(crate) route: Route,
    pub(crate) summary: &'static str,
    /// Parameters of the address's query, as members of an object.
    pub(crate) query: Shape,
    pub(crate) takes: Takes,
    pub(crate) gives: Gives,
    /// Whether it changes something: it then needs an API token and takes an idempotency key.
    pub(crate) changes: bool,
}

type Params = Result<RawPathParams, RawPathParamsRejection>;

/// Declares a question by address.
pub(crate) fn look<Q, T, F, R>(
    path: &'static str,
    permission: Permission,
    summary: &'static str,
    act: F,
) -> Operation
where
    Q: Shaped + DeserializeOwned + Send,
    T: Shaped + Serialize,
    F: Fn(Ask, Q) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<T, Fault>> + Send,
{
    let handler = move |cx: Cx, params: Params, request: Request| {
        let act = act.clone();
        async move {
            let query = Ask::query::<Q>(request.uri())?;
            let ask = Ask::of(cx, params, request.headers())?;
            Ok::<_, Fault>(Json(act(ask, query).await?))
        }
    };
    Operation {
        route: get(path, permission, handler),
        summary,
        query: Q::shape(),
        takes: Takes::Nothing,
        gives: Gives::Json(T::shape()),
        changes: false,
    }
}

/// Declares a question with a body; it changes nothing.
pub(crate) fn question<B, T, F, R>(
    path: &'static str,
    permission: Permission,
    summary: &'static str,
    act: F,
) -> Operation
where
    B: Shaped + DeserializeOwned + Send,
    T: Shaped + Serialize,
    F: Fn(Ask, B) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<T, Fault>> + Send,
{
    let handler = move |cx: Cx, params: Params, request: Request| {
        let act = act.clone();
        async move {
            Ask::query::<Nothing>(request.uri())?;
            let mut ask = Ask::of(cx, params, request.headers())?;
            let body = ask.body::<B>(request).await?;
            Ok::<_, Fault>(Json(act(ask, body).await?))
        }
    };
    Operation {
        route: post(path, permission, handler),
        summary,
        query: Nothing::shape(),
        takes: takes_of::<B>(),
        gives: Gives::Json(T::shape()),
        changes: false,
    }
}

/// Declares a change: its handler ends in [`Ask::change`].
pub(crate) fn change<B, F, R>(
    path: &'static str,
    permission: Permission,
    summary: &'static str,
    act: F,
) -> Operation
where
    B: Shaped + DeserializeOwned + Send,
    F: Fn(Ask, B) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Answered, Fault>> + Send,
{
    let handler = move |cx: Cx, params: Params, request: Request| {
        let act = act.clone();
        async move {
            Ask::query::<Nothing>(request.uri())?;
            let mut ask = Ask::of(cx, params, request.headers())?;
            ask.needs_token()?;
            let body = ask.body::<B>(request).await?;
            act(ask, body).await
        }
    };
    Operation {
        route: post(path, permission, handler),
        summary,
        query: Nothing::shape(),
        takes: takes_of::<B>(),
        gives: Gives::Json(Done::shape()),
        changes: true,
    }
}

/// Declares a change that takes a file as it is.
pub(crate) fn upload<Q, F, R>(
    path: &'static str,
    permission: Permission,
    summary: &'static str,
    act: F,
) -> Operation
where
    Q: Shaped + DeserializeOwned + Send,
    F: Fn(Ask, Q, Vec<u8>) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Answered, Fault>> + Send,
{
    let handler = move |cx: Cx, params: Params, request: Request| {
        let act = act.clone();
        async move {
            let query = Ask::query::<Q>(request.uri())?;
            let mut ask = Ask::of(cx, params, request.headers())?;
            ask.needs_token()?;
            let bytes = ask.bytes(request, grants::PAPER_BYTES_MAX).await?;
            act(ask, query, bytes).await
        }
    };
    Operation {
        route: post(path, permission, handler),
        summary,
        query: Q::shape(),
        takes: Takes::Bytes,
        gives: Gives::Json(Done::shape()),
        changes: true,
    }
}

/// Declares a file to be fetched.
pub(crate) fn file<F, R>(
    path: &'static str,
    (permission, media): (Permission, &'static str),
    summary: &'static str,
    act: F,
) -> Operation
where
    F: Fn(Ask) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<File, Fault>> + Send,
{
    let handler = move |cx: Cx, params: Params, request: Request| {
        let act = act.clone();
        async move {
            Ask::query::<Nothing>(request.uri())?;
            let ask = Ask::of(cx, params, request.headers())?;
            Ok::<_, Fault>(act(ask).await?.of(media).into_response())
        }
    };
    Operation {
        route: get(path, permission, handler),
        summary,
        query: Nothing::shape(),
        takes: Takes::Nothing,
        gives: Gives::File(media),
        changes: false,
    }
}

fn takes_of<B: Shaped>() -> Takes {
    let shape = B::shape();
    if shape.members().is_empty() { Takes::Nothing } else { Takes::Json(shape) }
}

/// Names one field that is wrong.
pub(crate) fn wrong(field: &str, message: impl Into<String>) -> Fault {
    Fault::Invalid(vec![FieldProblem::new(field, message.into())])
}

/// Says of a thing that the body names and nobody knows in which field it is named.
pub(crate) fn named(field: &'static str) -> impl Fn(Fault) -> Fault {
    move |fault| match fault {
        Fault::NotFound => wrong(field, "names nothing that is known here"),
        fault => fault,
    }
}
