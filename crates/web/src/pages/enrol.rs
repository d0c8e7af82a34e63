//! Registering an organisation with its owners, so that groups can be found.

use super::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;

/// The form that registers an organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "enrol.html")]
pub struct EnrolPage {
    /// Frame.
    pub ui: Ui,
    /// Tokens and errors.
    pub form: Form,
    /// `name_en`.
    pub name_en: Field,
    /// `name_zh`.
    pub name_zh: Field,
    /// `identifier`, e.g. the unified social credit code.
    pub identifier: Field,
    /// `size`, a select.
    pub size: Field,
    /// Owners.
    pub owners: Vec<OwnerFields>,
}

/// The inputs of one owner; field names carry its number, as in `owner1_share`.
#[derive(Debug, Clone)]
pub struct OwnerFields {
    /// Number of the owner, from 1.
    pub number: usize,
    /// `ownerN_name`, name or identifier.
    pub name: Field,
    /// `ownerN_share`, a percentage.
    pub share: Field,
    /// `ownerN_since`, a date.
    pub since: Field,
}

impl OwnerFields {
    /// Makes the inputs of one owner, empty.
    #[must_use]
    pub fn empty(number: usize) -> Self {
        let field = |part: &str| Field::new(&format!("owner{number}_{part}"), "");
        Self { number, name: field("name"), share: field("share"), since: field("since") }
    }
}

impl Page for EnrolPage {
    const NAME: &'static str = "enrol";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let small = sample::say(lang, "Small", "小型");
        let large = sample::say(lang, "Large", "大型");
        let empty = Self {
            ui: sample::ui(lang, "/organisations/new", Some(Role::Applicant)),
            form: sample::form(),
            name_en: Field::new("name_en", ""),
            name_zh: Field::new("name_zh", ""),
            identifier: Field::new("identifier", ""),
            size: Field::choose("size", "small", &[("small", &small), ("large", &large)]),
            owners: vec![OwnerFields::empty(1)],
        };
        let mut typical = empty.clone();
        typical.name_en.value = "Shouyu Vision".to_owned();
        typical.name_zh.value = "杭州手语视觉科技有限公司".to_owned();
        typical.owners[0].name.value = "Zhejiang University".to_owned();
        typical.owners[0].share.value = "12.5 %".to_owned();
        let mut extreme = typical.clone();
        extreme.owners = (1..=20).map(OwnerFields::empty).collect();
        extreme.name_en.value = sample::HOSTILE.to_owned();
        let share = Field::new("owner1_share", "120 %");
        extreme.owners[0].share = share.wrong(&sample::say(
            lang,
            "`120 %` is above 100 %: all shares together make 100 %",
            "`120 %` 超过100%：全部股份合计为100%",
        ));
        extreme.form = sample::form().with_errors_of([&extreme.owners[0].share]);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
