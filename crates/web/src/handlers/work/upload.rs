//! Forms that carry files, and files that are sent back to be kept.

use crate::serve::{BODY_BYTES_MAX, BodyMost, Cx, Fault, Posted, body_refused};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use std::ops::Deref;
use std::sync::Arc;

/// What a form with files is sent as.
const FORM: &str = "multipart/form-data";
/// Longest text of one field, in bytes: above every limit of a domain, so that those are told.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Most parts of one form: an application with a hundred cost lines and thirty papers.
const PARTS_MAX: usize = 1_000;

/// A file of a form.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Name of the field.
    pub(crate) field: String,
    /// Name of the file as its owner calls it, without folders.
    pub(crate) name: String,
    /// What is in it; shared, because a write may be repeated.
    pub(crate) bytes: Arc<[u8]>,
}

/// A form with files, from a page of this session. A form without files is taken as well.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    form: Posted,
    /// Its files; inputs left empty are not among them.
    pub(crate) files: Vec<File>,
}

impl Upload {
    /// Returns the fields without the files.
    pub(crate) fn form(&self) -> &Posted {
        &self.form
    }

    /// Returns the file of a field; `None` where it was left empty.
    pub(crate) fn file(&self, field: &str) -> Option<File> {
        self.files.iter().find(|file| file.field == field).cloned()
    }
}

impl Deref for Upload {
    type Target = Posted;
    fn deref(&self) -> &Posted {
        &self.form
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, state: &S) -> Result<Self, Fault> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with(FORM)) {
            let form = Posted::from_request(request, state).await?;
            return Ok(Self { form, files: Vec::new() });
        }
        let cx = request.extensions().get::<Cx>().cloned();
        let cx = cx.ok_or_else(|| Fault::Failed("a route without a gate".to_owned()))?;
        let most = request.extensions().get::<BodyMost>().map_or(BODY_BYTES_MAX, |most| most.0);
        let refused = |reason: String| Fault::BadRequest(reason);
        let unread = |e: MultipartError| match body_refused(e.status(), e.body_text(), FORM) {
            Fault::TooLarge(_) => Fault::TooLarge(most),
            fault => fault,
        };
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|error| body_refused(error.status(), error.body_text(), FORM))?;
        let (mut pairs, mut files, mut count) = (Vec::new(), Vec::new(), 0);
        while let Some(part) = parts.next_field().await.map_err(unread)? {
            count += 1;
            if count > PARTS_MAX {
                return Err(refused(format!("more than {PARTS_MAX} fields")));
            }
            let field = part.name().unwrap_or_default().to_owned();
            let name = part.file_name().map(file_name);
            let bytes = part.bytes().await.map_err(unread)?;
            match name {
                Some(name) if name.is_empty() && bytes.is_empty() => {}
                Some(name) => files.push(File { field, name, bytes: Arc::from(&bytes[..]) }),
                None if bytes.len() > TEXT_BYTES_MAX => {
                    return Err(refused(format!("the field `{field}` is longer than 64 KiB")));
                }
                None => pairs.push((field, String::from_utf8_lossy(&bytes).into_owned())),
            }
        }
        Ok(Self { form: Posted::of(&cx, pairs)?, files })
    }
}

/// Keeps the last part of a path: some browsers send the folder with it.
fn file_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

/// Sends a file to keep, never to be shown by the browser, whatever is in it. The name is written
/// twice: plain, and as RFC 6266 extends it.
pub(crate) fn attachment(name: &str, bytes: Vec<u8>) -> Result<Response, Fault> {
    let plain =
        |b: u8| if b.is_ascii_alphanumeric() || b".-_".contains(&b) { char::from(b) } else { '_' };
    let safe: String = name.bytes().map(plain).collect();
    let encoded = super::show::escaped(name);
    let disposition = format!("attachment; filename=\"{safe}\"; filename*=UTF-8''{encoded}");
    let disposition =
        HeaderValue::from_str(&disposition).map_err(|error| Fault::Failed(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}
