//! Upstream dependence: whom the zone's models rest on.

use super::concentration::FindingShown;
use super::{Page, sample};
use crate::chart;
use crate::{Html, Lang, OrgRef, Text, Ui, links};
use askama::Template;
use base::Ppm;

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "upstream.html")]
pub struct UpstreamPage {
    /// Frame.
    pub ui: Ui,
    /// Figures; `None` while there is no public model.
    pub figures: Option<UpstreamFigures>,
}

/// What was counted.
#[derive(Debug, Clone)]
pub struct UpstreamFigures {
    /// Public models.
    pub models: u64,
    /// Those whose cards name nothing.
    pub silent: u64,
    /// Those that rest on something outside.
    pub far: u64,
    /// By group. All lists: what most models of others rest on first.
    pub groups: Vec<Resting>,
    /// By organisation.
    pub organisations: Vec<Resting>,
    /// By repository.
    pub repositories: Vec<Resting>,
    /// By name of what is outside.
    pub outside: Vec<Resting>,
    /// What is above a threshold.
    pub findings: Vec<FindingShown>,
    /// Moment of the computation.
    pub as_of: String,
}

/// How many models rest on one thing.
#[derive(Debug, Clone)]
pub struct Resting {
    /// What it is called.
    pub name: Text,
    /// Its page; empty where there is none.
    pub href: String,
    /// Models that name it themselves.
    pub direct: u64,
    /// Models of its own group.
    pub own: u64,
    /// Models of others.
    pub others: u64,
    /// Models of others at all.
    pub others_models: u64,
    /// Part of the models of others.
    pub others_share: Ppm,
    /// Models of its own group, as part of all models.
    pub own_part: Ppm,
    /// Models of others, as part of all models.
    pub others_part: Ppm,
    /// Both, as part of all models.
    pub share: Ppm,
}

impl Resting {
    /// Draws both parts of all models; the numbers stand beside it.
    fn bar(&self) -> Html {
        chart::bar(&[(self.others_part, "fill-accent"), (self.own_part, "fill-brick")])
    }
}

impl Page for UpstreamPage {
    const NAME: &'static str = "upstream";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let ui = sample::ui(lang, links::UPSTREAM, None);
        let typical = Self { ui, figures: Some(figures()) };
        let empty = Self { figures: None, ..typical.clone() };
        let mut silent = typical.clone();
        let mut extreme = typical.clone();
        if let Some(figures) = &mut silent.figures {
            for list in lists(figures) {
                list.clear();
            }
            figures.findings.clear();
            figures.silent = figures.models;
            figures.far = 0;
        }
        if let Some(figures) = &mut extreme.figures {
            let hostile = Resting { name: Text::en(sample::HOSTILE), ..figures.outside[0].clone() };
            let long = Resting {
                others: 1_234_567,
                others_models: 12_345_678,
                ..row(&sample::long_org(), (9, 9, 1), 9)
            };
            for list in lists(figures) {
                *list = vec![hostile.clone(), long.clone()];
                list.extend(vec![hostile.clone(); 13]);
            }
            figures.findings[0].formula = sample::HOSTILE.to_owned();
            figures.findings[0].who = vec![sample::hostile_org(), sample::long_org()];
        }
        vec![("empty", empty), ("silent", silent), ("typical", typical), ("extreme", extreme)]
    }
}

fn lists(figures: &mut UpstreamFigures) -> [&mut Vec<Resting>; 4] {
    let UpstreamFigures { groups, organisations, repositories, outside, .. } = figures;
    [groups, organisations, repositories, outside]
}

/// Makes a row of a sample: direct, own, others, of the models of others, of ten models.
fn row(org: &OrgRef, (direct, own, others): (u64, u64, u64), others_models: u64) -> Resting {
    let part = |part: u64, whole: u64| {
        let ppm = part.saturating_mul(1_000_000).checked_div(whole).unwrap_or(0);
        sample::ppm(i64::try_from(ppm).unwrap_or(0))
    };
    Resting {
        name: org.name.clone(),
        href: links::organisation(&org.id),
        direct,
        own,
        others,
        others_models,
        others_share: part(others, others_models),
        own_part: part(own, 10),
        others_part: part(others, 10),
        share: part(own + others, 10),
    }
}

fn figures() -> UpstreamFigures {
    let named = |path: &str, href: &str, row: Resting| Resting {
        name: Text::en(path),
        href: href.to_owned(),
        ..row
    };
    let (alibaba, cloud) = (sample::alibaba(), sample::alibaba_cloud());
    UpstreamFigures {
        models: 10,
        silent: 2,
        far: 3,
        groups: vec![row(&alibaba, (4, 2, 5), 7), row(&sample::small_firm(), (1, 0, 1), 9)],
        organisations: vec![row(&cloud, (4, 2, 5), 7), row(&sample::small_firm(), (1, 0, 1), 9)],
        repositories: vec![named(
            "datasets/town-lab/street-signs",
            "/datasets/town-lab/street-signs",
            row(&cloud, (4, 2, 5), 7),
        )],
        outside: vec![named("far-lab/base-7b", "", row(&cloud, (2, 0, 3), 10))],
        findings: vec![FindingShown {
            key: "public.flag-upstream",
            value: "71.4285 %".to_owned(),
            limit: "50 %".to_owned(),
            formula: "models of others that rest on it / models of others = 5 / 7".to_owned(),
            who: vec![alibaba],
        }],
        as_of: "2019-12-31".to_owned(),
    }
}
