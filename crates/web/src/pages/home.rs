//! Zone home: what the zone is, what it paid, and whether the field is level.

use super::{Page, sample};
use crate::{Capture, Lang, Measure, OrgRef, Part, Source, State, Text, Ui};
use askama::Template;
use base::{Amount, Ppm};

/// The first page a visitor sees.
#[derive(Debug, Clone, Template)]
#[template(path = "home.html")]
pub struct HomePage {
    /// Frame.
    pub ui: Ui,
    /// What the zone is, in one or two sentences.
    pub about: Text,
    /// Moment the figures were computed, as `YYYY-MM-DD` with an optional time.
    pub as_of: String,
    /// Figures; `None` while nothing has been paid.
    pub figures: Option<ZoneFigures>,
    /// Calls that are open or next.
    pub calls: Vec<CallCard>,
    /// Where the published facts come from, if the zone follows a published case.
    pub source: Option<Source>,
}

/// Key figures of a zone.
#[derive(Debug, Clone)]
pub struct ZoneFigures {
    /// Paid in all.
    pub paid: Amount,
    /// Accepted projects.
    pub projects: u64,
    /// Organisations that received support.
    pub firms: u64,
    /// Ownership groups that received support.
    pub groups: u64,
    /// The same money by category; shares add up to the whole.
    pub categories: Vec<CategoryFigure>,
    /// How many projects of a category one supplier has.
    pub capture: Option<Capture>,
    /// That category; empty where there is none.
    pub capture_in: Text,
    /// The largest recipient, counted as one legal entity.
    pub top_entity: OrgRef,
    /// Its share.
    pub top_entity_share: Ppm,
    /// The largest ownership group.
    pub top_group: OrgRef,
    /// Its share.
    pub top_group_share: Ppm,
    /// Herfindahl-Hirschman index by legal entity.
    pub hhi_entity: Measure,
    /// The same by ultimate owner.
    pub hhi_owner: Measure,
}

/// One category of support.
#[derive(Debug, Clone)]
pub struct CategoryFigure {
    /// Id used in the register filter.
    pub id: String,
    /// Name.
    pub name: Text,
    /// Paid.
    pub paid: Amount,
    /// Its share of all that was paid.
    pub share: Ppm,
    /// Accepted projects.
    pub projects: u64,
}

/// A call in short.
#[derive(Debug, Clone)]
pub struct CallCard {
    /// Id of the call.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Whether it is open.
    pub state: State,
    /// Last day to apply, as `YYYY-MM-DD`, or empty for a rolling call.
    pub closes: String,
    /// Budget of the call.
    pub budget: Amount,
}

impl HomePage {
    /// Lists the categories as parts of one bar.
    fn parts(&self) -> Vec<Part> {
        let tones = ["accent", "brick", "mid", "pale"];
        let figures = self.figures.iter().flat_map(|figures| &figures.categories);
        let part = |(category, tone): (&CategoryFigure, &'static str)| Part {
            label: category.name.plain(self.ui.lang).to_owned(),
            amount: category.paid,
            share: category.share,
            tone,
        };
        figures.zip(tones.into_iter().cycle()).map(part).collect()
    }
}

impl Page for HomePage {
    const NAME: &'static str = "home";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = Self {
            ui: sample::ui(lang, "/", None),
            about: Text::new(
                "A town of start-ups beside Zhejiang University and the Alibaba campus. It pays \
                 for research, rooms and cloud services, and publishes every award.",
                "毗邻浙江大学与阿里巴巴园区的创业小镇。小镇资助研发、办公场地与云服务，并公开每一笔资助。",
            ),
            as_of: "2019-12-31".to_owned(),
            figures: Some(figures()),
            calls: calls(),
            source: Some(town_source()),
        };
        let empty = Self { figures: None, calls: Vec::new(), source: None, ..typical.clone() };
        let mut extreme = typical.clone();
        extreme.ui.zone = sample::long_org().name;
        extreme.about = Text::en(sample::HOSTILE);
        if let Some(source) = &mut extreme.source {
            source.url = "javascript:alert(1)".to_owned();
        }
        if let Some(figures) = &mut extreme.figures {
            figures.paid = Amount::new(i64::MAX, base::Unit::CNY);
            figures.top_entity = sample::long_org();
            figures.top_group = sample::hostile_org();
            figures.projects = 1_000_000;
            figures.capture = Some(Capture {
                supplier: sample::long_org(),
                sole: 70_000,
                shared: 20_000,
                total: 100_000,
            });
        }
        extreme.calls = calls().into_iter().cycle().take(50).collect();
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn figures() -> ZoneFigures {
    let [rd, office, cloud] = sample::categories();
    let category = |(id, name): (&str, Text), yuan, share, projects| CategoryFigure {
        id: id.to_owned(),
        name,
        paid: sample::cny(yuan),
        share: sample::ppm(share),
        projects,
    };
    ZoneFigures {
        paid: sample::cny(43_000_000),
        projects: 123,
        firms: 97,
        groups: 84,
        categories: vec![
            category(rd, 24_510_000, 570_000, 54),
            category(office, 10_320_000, 240_000, 42),
            category(cloud, 8_170_000, 190_000, 27),
        ],
        capture: Some(Capture {
            supplier: sample::alibaba_cloud(),
            sole: 19,
            shared: 6,
            total: 27,
        }),
        capture_in: Text::new("Cloud-service funds", "云服务资金"),
        top_entity: sample::chengying(),
        top_entity_share: sample::ppm(97_209),
        top_group: sample::alibaba(),
        top_group_share: sample::ppm(243_488),
        hhi_entity: sample::measure("212", "3917462/18490000"),
        hhi_owner: sample::measure("687", "12702630/18490000"),
    }
}

fn calls() -> Vec<CallCard> {
    let card = |id: &str, title, state, closes: &str, yuan| CallCard {
        id: id.to_owned(),
        title,
        state,
        closes: closes.to_owned(),
        budget: sample::cny(yuan),
    };
    vec![
        card(
            "cloud-2020",
            Text::new("Cloud service vouchers 2020", "2020年云服务补贴券"),
            State::Open,
            "2020-03-31",
            9_000_000,
        ),
        card(
            "rd-2020",
            Text::new("R&D funds 2020, first round", "2020年研发资金第一轮"),
            State::Upcoming,
            "2020-05-15",
            25_000_000,
        ),
    ]
}

fn town_source() -> Source {
    Source {
        authority: Text::new("Nesta, Promoting nationally, acting locally", "Nesta 报告"),
        url:
            "https://www.nesta.org.uk/report/promoting-nationally-acting-locally/hangzhou-ai-town/"
                .to_owned(),
        date: "2020".to_owned(),
        quote: Text::en(
            "Alibaba Cloud was the sole supplier or co-supplier for 25 of the 27 projects in the \
             cloud services category",
        ),
    }
}
