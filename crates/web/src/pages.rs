//! Every page: one view model per page, filled by a handler and rendered by [`Page::html`].
//!
//! Must never: decide, query or compute a figure that a domain crate owns. Start reading at
//! [`Page`], then at [`decision`], the page that matters most.

pub mod account;
pub mod application;
pub mod apply;
pub mod award;
pub mod award_close;
pub mod call;
pub mod claim;
pub mod concentration;
pub mod decision;
pub mod desk;
pub mod enrol;
pub mod entitlement;
pub mod error;
pub mod help;
pub mod home;
pub mod instrument;
pub mod officer_forms;
pub mod organisation;
pub mod register;
pub(crate) mod repos;
pub mod review;
mod sample;
pub mod sheet;
pub mod upstream;

use crate::{Lang, Ui};

/// A page that can be rendered and shows itself with samples.
pub trait Page: askama::Template + Sized {
    /// Name of the page, as in its template: `register`.
    const NAME: &'static str;

    /// Returns the frame, so that a caller can set the viewer or the address.
    fn ui_mut(&mut self) -> &mut Ui;

    /// Returns an empty, a typical and an extreme example, each with its name.
    fn samples(lang: Lang) -> Vec<(&'static str, Self)>;

    /// Renders the whole page as HTML.
    ///
    /// # Errors
    /// Only what writing to a string can fail with, which is nothing in practice.
    fn html(&self) -> Result<String, askama::Error> {
        self.render()
    }
}

/// One rendered sample, for tests and for looking at.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Name of the page.
    pub page: &'static str,
    /// Name of the sample.
    pub sample: &'static str,
    /// The HTML.
    pub html: String,
}

/// Renders every sample of every page in one language.
///
/// # Errors
/// The first sample that does not render.
pub fn samples_render(lang: Lang) -> Result<Vec<Rendered>, askama::Error> {
    let mut out = Vec::new();
    add::<home::HomePage>(lang, &mut out)?;
    add::<call::CallListPage>(lang, &mut out)?;
    add::<call::CallPage>(lang, &mut out)?;
    add::<instrument::InstrumentListPage>(lang, &mut out)?;
    add::<instrument::InstrumentPage>(lang, &mut out)?;
    add::<entitlement::EntitlementPage>(lang, &mut out)?;
    add::<apply::ApplyPage>(lang, &mut out)?;
    add::<application::ApplicationPage>(lang, &mut out)?;
    add::<desk::DeskPage>(lang, &mut out)?;
    add::<review::ReviewPage>(lang, &mut out)?;
    add::<register::RegisterPage>(lang, &mut out)?;
    add::<decision::DecisionPage>(lang, &mut out)?;
    add::<sheet::SheetPage>(lang, &mut out)?;
    add::<award::AwardPage>(lang, &mut out)?;
    add::<award_close::AwardClosePage>(lang, &mut out)?;
    add::<claim::ClaimFormPage>(lang, &mut out)?;
    add::<claim::ClaimPage>(lang, &mut out)?;
    add::<organisation::OrganisationListPage>(lang, &mut out)?;
    add::<enrol::EnrolPage>(lang, &mut out)?;
    add::<organisation::OrganisationPage>(lang, &mut out)?;
    add::<concentration::ConcentrationPage>(lang, &mut out)?;
    add::<upstream::UpstreamPage>(lang, &mut out)?;
    add::<account::SignInPage>(lang, &mut out)?;
    add::<account::AccountPage>(lang, &mut out)?;
    add::<officer_forms::FormPage>(lang, &mut out)?;
    add::<officer_forms::ReviewersPage>(lang, &mut out)?;
    add::<officer_forms::PaymentsPage>(lang, &mut out)?;
    repos::samples_render(lang, &mut out)?;
    add::<error::ErrorPage>(lang, &mut out)?;
    add::<help::HelpPage>(lang, &mut out)?;
    Ok(out)
}

fn add<P: Page>(lang: Lang, out: &mut Vec<Rendered>) -> Result<(), askama::Error> {
    for (sample, page) in P::samples(lang) {
        out.push(Rendered { page: P::NAME, sample, html: page.html()? });
    }
    Ok(())
}
