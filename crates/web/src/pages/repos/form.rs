//! Forms of one repository: adding and changing files, opening discussions, settings.

use super::frame::{RepoFrame, Tab};
use super::samples;
use crate::html::Html;
use crate::pages::officer_forms::{Input, InputKind};
use crate::pages::{Page, sample};
use crate::{Field, Form, Lang, Role, Ui};
use askama::Template;

/// A page with one form or several.
#[derive(Debug, Clone, Template)]
#[template(path = "repos/form.html")]
pub(crate) struct RepoFormPage {
    pub(crate) ui: Ui,
    pub(crate) repo: RepoFrame,
    /// Tokens, and the errors of the form that was sent.
    pub(crate) form: Form,
    pub(crate) sections: Vec<Section>,
    /// How the text that is being edited will look.
    pub(crate) preview: Option<Html>,
}

/// One form with its title.
#[derive(Debug, Clone, Default)]
pub(crate) struct Section {
    /// Name of the section in the page.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) lede: String,
    /// Where it is sent.
    pub(crate) action: String,
    pub(crate) inputs: Vec<Input>,
    /// An input for files, with its label and hint.
    pub(crate) files: Option<Field>,
    pub(crate) send: String,
    /// Label of a second button that only shows how the text will look.
    pub(crate) preview: Option<String>,
    /// Commit that the text was read from; empty where that does not matter.
    pub(crate) parent: String,
    /// Whether it takes something away for good.
    pub(crate) is_danger: bool,
}

impl Page for RepoFormPage {
    const NAME: &'static str = "repo_form";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let input = |name: &str, kind| Input {
            field: Field::new(name, ""),
            label: sample::say(lang, "Title", "标题"),
            hint: sample::say(lang, "One line", "一行"),
            kind,
        };
        let section = Section {
            id: "edit",
            title: sample::say(lang, "Edit", "编辑"),
            lede: sample::say(lang, "A commit on the branch.", "在分支上新增提交。"),
            action: "/town-lab/signs/edit/main/README.md".to_owned(),
            inputs: vec![input("summary", InputKind::Line), input("text", InputKind::Text)],
            files: Some(Field::new("files", "")),
            send: sample::say(lang, "Commit", "提交"),
            preview: Some(sample::say(lang, "Preview", "预览")),
            parent: "8c7e5a6".to_owned(),
            is_danger: false,
        };
        let typical = Self {
            ui: sample::ui(lang, "/town-lab/signs/edit/main/README.md", Some(Role::Applicant)),
            repo: samples::frame(Tab::Files),
            form: sample::form(),
            sections: vec![section.clone()],
            preview: Some(Html::trusted("<p>text</p>".to_owned())),
        };
        let mut empty = typical.clone();
        empty.preview = None;
        empty.sections[0].files = None;
        let mut extreme = typical.clone();
        extreme.repo = samples::extreme(Tab::Settings);
        let delete = Section {
            id: "delete",
            is_danger: true,
            inputs: vec![input("confirm", InputKind::Line)],
            files: None,
            preview: None,
            ..section
        };
        extreme.sections.push(delete);
        let field = Field::new("text", sample::HOSTILE);
        extreme.sections[0].inputs[1].field =
            field.wrong(&sample::say(lang, "Write less", "请精简"));
        extreme.form = sample::form().with_errors_of([&extreme.sections[0].inputs[1].field]);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}
