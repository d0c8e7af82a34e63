//! Pages of the hub: repositories, their files and history, and what people do around them.
//!
//! Must never: take foreign text for markup; only a card's own renderer makes markup of it.
//! Start reading at [`frame`], which stands above every page of one repository.

pub(crate) mod card;
pub(crate) mod files;
pub(crate) mod frame;
mod samples;

use super::{Rendered, add};
use crate::Lang;

/// Renders every sample of these pages.
pub(super) fn samples_render(lang: Lang, out: &mut Vec<Rendered>) -> Result<(), askama::Error> {
    add::<card::RepoPage>(lang, out)?;
    add::<files::TreePage>(lang, out)?;
    add::<files::BlobPage>(lang, out)?;
    Ok(())
}
