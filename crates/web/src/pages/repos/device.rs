//! Where somebody answers a program that asks to sign in.

use crate::pages::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;

/// The page of one question.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/device.html")]
pub(crate) struct DevicePage {
    pub(crate) ui: Ui,
    pub(crate) form: Form,
    /// Name of the person in whose name the program would act.
    pub(crate) person: String,
    /// `user_code`, as typed.
    pub(crate) code: Field,
    pub(crate) step: DeviceStep,
}

/// Where the person is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DeviceStep {
    /// Asks for the code.
    Ask,
    /// Shows what is asked for.
    Decide {
        /// Code, as in `WDJB-MJHT`.
        code: String,
        /// What the program calls itself; may be empty.
        agent: String,
        /// When it asked, as `YYYY-MM-DDTHH:MM`.
        asked: String,
    },
    /// The program gets its token.
    Approved,
    /// It gets none.
    Refused,
}

impl Page for DevicePage {
    const NAME: &'static str = "device";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let empty = Self {
            ui: sample::ui(lang, "/login/device", Some(Role::Applicant)),
            form: sample::form(),
            person: sample::say(lang, "Lin Yue", "林悦"),
            code: Field::new("user_code", ""),
            step: DeviceStep::Ask,
        };
        let decide = |agent: &str| DeviceStep::Decide {
            code: "WDJB-MJHT".to_owned(),
            agent: agent.to_owned(),
            asked: "2019-10-01T09:30".to_owned(),
        };
        let agent = "python-httpx2/2.16.2";
        let typical = Self { step: decide(agent), ..empty.clone() };
        let nameless = Self { step: decide(""), ..empty.clone() };
        let extreme = Self {
            person: sample::HOSTILE.to_owned(),
            step: decide(sample::HOSTILE),
            ..empty.clone()
        };
        let says = sample::say(lang, "No program waits with this code", "没有程序在等待此代码");
        let code = Field::new("user_code", sample::HOSTILE).wrong(&says);
        let wrong = Self { form: sample::form().with_errors_of([&code]), code, ..empty.clone() };
        let approved = Self { step: DeviceStep::Approved, ..empty.clone() };
        let refused = Self { step: DeviceStep::Refused, ..empty.clone() };
        vec![
            ("empty", empty),
            ("typical", typical),
            ("nameless", nameless),
            ("wrong", wrong),
            ("approved", approved),
            ("refused", refused),
            ("extreme", extreme),
        ]
    }
}
