//! The look of Hutong: every page as a typed view model with its template, in two languages.
//!
//! Must never: open a connection, read a clock, decide anything, or write a word of interface text
//! outside `messages/`. A page is filled by a handler and rendered by [`pages::Page::html`].
//! Start reading at [`Ui`] (what surrounds every page), then at [`pages`].
//!
//! ```
//! use web::pages::{Page, error::{ErrorKind, ErrorPage}};
//!
//! let page = ErrorPage {
//!     ui: web::Ui { lang: web::Lang::Zh, path: "/awards/a".to_owned(), ..web::Ui::default() },
//!     kind: ErrorKind::NotFound,
//!     detail: String::new(),
//!     place: "/awards/a".to_owned(),
//!     request: "01jd8q2n".to_owned(),
//! };
//! assert!(page.html()?.contains("<html lang=\"zh-Hans\">"));
//! # Ok::<(), askama::Error>(())
//! ```

mod api;
mod assets;
mod chart;
mod form;
mod handlers;
mod html;
mod lang;
pub mod links;
pub mod pages;
mod parts;
mod refusal;
mod serve;
mod state;
mod text;
mod ui;

#[cfg(test)]
mod tests;

pub use assets::{Asset, asset, asset_names, asset_url};
pub use form::{Choice, CostLineFields, Field, FieldError, Form};
pub use html::Html;
pub use lang::{Lang, LangError};
pub use parts::{
    Capture, Crumb, Fact, GroupNode, Measure, OrgRef, Outcome, Pager, Paper, Part, PathStep,
    Source, Step, StepKind, SupplierCondition, Test, Trace,
};
pub use serve::{Answer, Server, Shown, Site, route_list, router, serve};
pub use state::State;
pub use text::Text;
pub use ui::{Notice, Role, Ui, Viewer};
