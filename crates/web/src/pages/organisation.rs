//! Organisations: the list, and one organisation with its identifiers, its awards and its group.

use super::{Page, register::RegisterRow, sample};
use crate::{Fact, Field, GroupNode, Html, Lang, OrgRef, Pager, State, Text, Ui, chart};
use askama::Template;
use base::{Amount, Ppm};

/// All organisations that applied, supplied or own.
#[derive(Debug, Clone, Template)]
#[template(path = "organisation_list.html")]
pub struct OrganisationListPage {
    /// Frame.
    pub ui: Ui,
    /// `q`: words in names, aliases and identifiers.
    pub words: Field,
    /// Organisations of this page.
    pub rows: Vec<OrganisationRow>,
    /// Where the list goes on.
    pub pager: Pager,
}

/// One organisation in the list.
#[derive(Debug, Clone)]
pub struct OrganisationRow {
    /// The organisation.
    pub org: OrgRef,
    /// Its ultimate owner, where that is another organisation.
    pub group: Option<OrgRef>,
    /// Awards.
    pub awards: u64,
    /// Received in all.
    pub received: Amount,
}

/// One organisation.
#[derive(Debug, Clone, Template)]
#[template(path = "organisation.html")]
pub struct OrganisationPage {
    /// Frame.
    pub ui: Ui,
    /// The organisation.
    pub org: OrgRef,
    /// Name in pinyin, or empty.
    pub pinyin: String,
    /// Identifiers, e.g. the unified social credit code.
    pub identifiers: Vec<Fact>,
    /// Other names.
    pub aliases: Vec<Text>,
    /// Its ultimate owner, where that is another organisation.
    pub owner: Option<OrgRef>,
    /// The group, depth first from the ultimate owner; empty where nothing is known.
    pub nodes: Vec<GroupNode>,
    /// Every statement that stands about it, as owned and as owner.
    pub statements: Vec<StatementRow>,
    /// What is odd about it and everybody above it, in the reader's language.
    pub irregularities: Vec<String>,
    /// Received by this organisation.
    pub received: Amount,
    /// Received by its whole group.
    pub group_received: Amount,
    /// Projects it supplied.
    pub supplied: u64,
    /// Its awards.
    pub awards: Vec<RegisterRow>,
    /// Where the list of awards goes on.
    pub pager: Pager,
    /// Day for which the group is shown, as `YYYY-MM-DD`.
    pub as_of: String,
}

/// One ownership statement.
#[derive(Debug, Clone)]
pub struct StatementRow {
    /// Who holds.
    pub owner: OrgRef,
    /// What is held.
    pub owned: OrgRef,
    /// How much, or `None` where it is not stated.
    pub share: Option<Ppm>,
    /// Kind of the holding, in the reader's language.
    pub kind: String,
    /// First day, as `YYYY-MM-DD`, or empty.
    pub from: String,
    /// Last day, or empty.
    pub to: String,
    /// How sure the statement is.
    pub grade: State,
    /// Where it was read; may be empty.
    pub source: String,
}

impl OrganisationPage {
    fn tree(&self) -> Html {
        let lang = self.ui.lang;
        let owner = self.nodes.first().map_or("", |node| node.org.name.plain(lang));
        let title = self.ui.t1("org.tree-title", owner);
        let desc = self.ui.t1("org.tree-desc", self.nodes.len());
        chart::tree(&self.nodes, lang, &title, &desc)
    }
}

impl GroupNode {
    pub(super) const fn indent(&self) -> usize {
        if self.depth < 6 { self.depth } else { 6 }
    }
}

impl Page for OrganisationListPage {
    const NAME: &'static str = "organisation_list";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let row = |org, group, awards, yuan| OrganisationRow {
            org,
            group,
            awards,
            received: sample::cny(yuan),
        };
        let typical = Self {
            ui: sample::ui(lang, "/organisations", None),
            words: Field::new("q", ""),
            rows: vec![
                row(sample::chengying(), Some(sample::alibaba()), 2, 4_180_000),
                row(sample::small_firm(), None, 3, 1_874_000),
                row(sample::alibaba_cloud(), Some(sample::alibaba()), 0, 0),
            ],
            pager: sample::pager(1, 3, 3, None),
        };
        let empty = Self { rows: Vec::new(), pager: Pager::default(), ..typical.clone() };
        let mut extreme = typical.clone();
        let long = row(sample::long_org(), Some(sample::hostile_org()), 999_999, 1_234_567_890);
        extreme.rows = vec![long; 50];
        extreme.words.value = sample::HOSTILE.to_owned();
        extreme.pager = sample::pager(51, 100, 9_000, Some("/organisations?after=x"));
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

impl Page for OrganisationPage {
    const NAME: &'static str = "organisation";

    fn ui_mut(&mut self) -> &mut Ui {
        &mut self.ui
    }

    fn samples(lang: Lang) -> Vec<(&'static str, Self)> {
        let typical = typical(lang);
        let empty = Self {
            org: sample::small_firm(),
            pinyin: String::new(),
            identifiers: Vec::new(),
            aliases: Vec::new(),
            owner: None,
            nodes: Vec::new(),
            statements: Vec::new(),
            irregularities: Vec::new(),
            awards: Vec::new(),
            pager: Pager::default(),
            received: sample::cny(0),
            group_received: sample::cny(0),
            supplied: 0,
            ..typical.clone()
        };
        let mut extreme = typical.clone();
        extreme.org = sample::long_org();
        extreme.owner = Some(sample::hostile_org());
        extreme.aliases = vec![Text::en(sample::HOSTILE); 20];
        extreme.nodes = (0..50)
            .map(|i| {
                let mut node = sample::group_nodes(lang)[2].clone();
                node.depth = if i == 0 { 0 } else { 1 + i % 5 };
                node.org = if i % 7 == 0 { sample::hostile_org() } else { sample::long_org() };
                node.is_subject = i == 9;
                node
            })
            .collect();
        extreme.statements[0].owner = sample::hostile_org();
        extreme.statements[0].share = None;
        extreme.statements[0].source = sample::HOSTILE.to_owned();
        extreme.irregularities = vec![sample::HOSTILE.to_owned(); 3];
        extreme.received = sample::cny(1_234_567_890);
        vec![("empty", empty), ("typical", typical), ("extreme", extreme)]
    }
}

fn typical(lang: Lang) -> OrganisationPage {
    let awards: Vec<RegisterRow> = super::register::rows()
        .into_iter()
        .filter(|row| row.beneficiary == sample::chengying())
        .collect();
    OrganisationPage {
        ui: sample::ui(lang, "/organisations/chengying", None),
        org: sample::chengying(),
        pinyin: "Hangzhou Chengying Shuju Jishu Youxian Gongsi".to_owned(),
        identifiers: vec![Fact {
            label: sample::say(lang, "Unified social credit code", "统一社会信用代码"),
            value: "91330110MA28XXXXXX".to_owned(),
        }],
        aliases: vec![
            Text::en("Chengying Data"),
            Text::en("Orange Eagle Data"),
            Text::zh("杭州橙鹰数据"),
            Text::zh("橙鹰"),
        ],
        owner: Some(sample::alibaba()),
        nodes: sample::group_nodes(lang),
        statements: vec![StatementRow {
            owner: sample::alibaba(),
            owned: sample::chengying(),
            share: Some(sample::ppm(600_000)),
            kind: sample::say(lang, "Shares", "股权"),
            from: "2018-01-01".to_owned(),
            to: String::new(),
            grade: State::Register,
            source: "https://www.gsxt.gov.cn".to_owned(),
        }],
        irregularities: Vec::new(),
        received: sample::cny(4_180_000),
        group_received: sample::cny(6_740_000),
        supplied: 0,
        awards,
        pager: sample::pager(1, 2, 2, None),
        as_of: "2019-12-31".to_owned(),
    }
}
