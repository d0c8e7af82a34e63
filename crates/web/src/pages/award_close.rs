//! Closing an award before its term: what goes where, before it is done.

use super::{Page, sample};
use crate::{Form, Lang, OrgRef, Role, Text, Ui};
use askama::Template;
use base::Amount;

/// Asks an officer to confirm that an award is closed.
#[derive(Debug, Clone, Template)]
#[template(path = "award_close.html")]
pub struct AwardClosePage {
    /// Frame.
    pub ui: Ui,
    /// Id of the award.
    pub id: String,
    /// Title of the project.
    pub title: Text,
    /// Who received it.
    pub beneficiary: OrgRef,
    /// Call whose budget gets the money back: id and title.
    pub call: (String, Text),
    /// What goes back.
    pub left: Amount,
    /// What is verified and still to be paid; it stays due.
    pub waiting: Amount,
    /// What is paid; it stays paid.
    pub paid: Amount,
    /// Day on which the award ends without this, as `YYYY-MM-DD`; empty where it never does.
    pub ends: String,
    /// Claims that have to be verified or refused first: id and invoice number.
    pub open: Vec<(String, String)>,
    /// Why this officer cannot close it, in the reader's language.
    pub obstacle: Option<String>,
    /// Tokens and errors.
    pub form: Form,
}

impl AwardClosePage {
    const fn is_offered(&self) -> bool {
        self.open.is_empty() && self.obstacle.is_none()
    }
}

impl Page for AwardClosePage {
    const NAME: &'static str = "award_close";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            waiting: sample::cny(0),
            paid: sample::cny(0),
            ends: String::new(),
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.title = Text::en(sample::HOSTILE);
        extreme.beneficiary = sample::long_org();
        extreme.left = sample::cny(1_234_567_890);
        extreme.open = vec![("c-0013".to_owned(), sample::HOSTILE.to_owned()); 20];
        let conflict = Self { obstacle: Some(sample::HOSTILE.to_owned()), ..typical.clone() };
        vec![("empty", empty), ("typical", typical), ("extreme", extreme), ("conflict", conflict)]
    }
}

fn typical(lang: Lang) -> AwardClosePage {
    AwardClosePage {
        ui: sample::ui(lang, "/awards/a-0004/close", Some(Role::Officer)),
        id: "a-0004".to_owned(),
        title: Text::new("Sign language translation by computer vision", "计算机视觉手语翻译"),
        beneficiary: sample::small_firm(),
        call: ("cloud-2019".to_owned(), sample::cloud_voucher()),
        left: sample::cny(80_000),
        waiting: sample::cny(60_000),
        paid: sample::cny(150_000),
        ends: "2020-06-18".to_owned(),
        open: Vec::new(),
        obstacle: None,
        form: sample::form(),
    }
}
