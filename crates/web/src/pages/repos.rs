//! Pages of the hub: repositories, their files and history, and what people do around them.
//!
//! Must never: take foreign text for markup; only a card's own renderer makes markup of it.
//! Start reading at [`frame`], which stands above every page of one repository.

pub(crate) mod access;
pub(crate) mod card;
pub(crate) mod device;
pub(crate) mod discussion;
pub(crate) mod files;
pub(crate) mod form;
pub(crate) mod format;
pub(crate) mod frame;
pub(crate) mod history;
pub(crate) mod list;
mod samples;
pub(crate) mod token;
pub(crate) mod viewer;

use super::{Rendered, add};
use crate::Lang;

/// Renders every sample of these pages.
pub(super) fn samples_render(lang: Lang, out: &mut Vec<Rendered>) -> Result<(), askama::Error> {
    add::<card::RepoPage>(lang, out)?;
    add::<files::TreePage>(lang, out)?;
    add::<files::BlobPage>(lang, out)?;
    add::<form::RepoFormPage>(lang, out)?;
    add::<history::CommitsPage>(lang, out)?;
    add::<history::CommitPage>(lang, out)?;
    add::<discussion::DiscussionsPage>(lang, out)?;
    add::<discussion::DiscussionPage>(lang, out)?;
    add::<access::AccessPage>(lang, out)?;
    add::<access::ReadingsPage>(lang, out)?;
    add::<list::HubPage>(lang, out)?;
    add::<list::NamespacePage>(lang, out)?;
    add::<list::CollectionPage>(lang, out)?;
    add::<token::TokensPage>(lang, out)?;
    add::<device::DevicePage>(lang, out)?;
    add::<viewer::ViewerPage>(lang, out)?;
    Ok(())
}
