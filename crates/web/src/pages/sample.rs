//! Data for the samples: real names from the published case, made-up figures, hostile content.

use crate::parts::{
    GroupNode, Outcome, Pager, Paper, PathStep, Source, Step, StepKind, SupplierCondition, Test,
    Trace,
};
use crate::state::State;
use crate::{Form, Lang, Measure, OrgRef, Role, Text, Ui, Viewer};
use base::{Amount, Ppm, Unit};

/// What an attacker types into every field.
pub(crate) const HOSTILE: &str = "<script>alert('a&b')</script>\"><img src=x onerror=alert(1)>";

pub(crate) fn ui(lang: Lang, path: &str, role: Option<Role>) -> Ui {
    let viewer = match role {
        None => Viewer::Visitor,
        Some(role) => Viewer::SignedIn {
            name: match lang {
                Lang::En => "Lin Yue".to_owned(),
                Lang::Zh => "林悦".to_owned(),
            },
            organisation: match role {
                Role::Applicant => chengying().name,
                _ => Text::new("Programme office", "项目办公室"),
            },
            role,
        },
    };
    Ui {
        lang,
        zone: Text::new("Hangzhou AI Town 2019", "杭州人工智能小镇 2019"),
        path: path.to_owned(),
        viewer,
        synthetic: true,
        notice: None,
        csrf: "b3e1c09a6f".to_owned(),
    }
}

pub(crate) fn cny(yuan: i64) -> Amount {
    Amount::new(yuan.saturating_mul(100), Unit::CNY)
}

/// Makes a share of a sample; numbers outside 0 to 100 % become 0.
pub(crate) fn ppm(ppm: i64) -> Ppm {
    Ppm::new(ppm).unwrap_or(Ppm::ZERO)
}

/// Chooses a sentence that handlers write in the reader's language.
pub(crate) fn say(lang: Lang, en: &str, zh: &str) -> String {
    match lang {
        Lang::En => en.to_owned(),
        Lang::Zh => zh.to_owned(),
    }
}

pub(crate) fn form() -> Form {
    Form {
        csrf: "b3e1c09a6f".to_owned(),
        idempotency_key: "01jd8q2n7v5w0x3y".to_owned(),
        errors: Vec::new(),
    }
}

pub(crate) fn chengying() -> OrgRef {
    OrgRef::new("chengying", "Chengying Shuju", "杭州橙鹰数据技术有限公司")
}

pub(crate) fn alibaba() -> OrgRef {
    OrgRef::new("alibaba", "Alibaba Group", "阿里巴巴集团")
}

pub(crate) fn alibaba_cloud() -> OrgRef {
    OrgRef::new("alibaba-cloud", "Alibaba Cloud", "阿里云计算有限公司")
}

pub(crate) fn small_firm() -> OrgRef {
    OrgRef::new("shouyu", "Shouyu Vision", "杭州手语视觉科技有限公司")
}

pub(crate) fn long_org() -> OrgRef {
    OrgRef::new(
        "long",
        "Hangzhou Future Sci-Tech City International Joint Laboratory for Trustworthy Multimodal \
         Embodied Intelligence and Smart Governance Services (Limited Partnership)",
        "杭州未来科技城可信多模态具身智能与城市治理服务国际联合实验室科技发展合伙企业（有限合伙）",
    )
}

pub(crate) fn hostile_org() -> OrgRef {
    OrgRef::new("hostile", HOSTILE, "")
}

pub(crate) fn cloud_voucher() -> Text {
    Text::new("Cloud service voucher", "云服务补贴券")
}

pub(crate) fn categories() -> [(&'static str, Text); 3] {
    [
        ("rd", Text::new("R&D funds", "研发资金")),
        ("office", Text::new("Office-fee subsidies", "办公场地补贴")),
        ("cloud", Text::new("Cloud-service funds", "云服务资金")),
    ]
}

pub(crate) fn voucher_source() -> Source {
    Source {
        authority: Text::new("Hangzhou AI highland measures", "杭州市人工智能高地措施"),
        url: "https://www.szaicx.com/page141?article_id=17429".to_owned(),
        date: "2025-06-13".to_owned(),
        quote: Text::zh("一般按不超过合同实际发生金额的30%给予补贴"),
    }
}

pub(crate) fn papers(given: bool) -> Vec<Paper> {
    let paper = |en: &str, zh: &str, is_required, file: &str| Paper {
        name: Text::new(en, zh),
        is_required,
        given: given.then(|| file.to_owned()),
        href: given.then(|| "/applications/p-0042/papers/contract".to_owned()),
    };
    vec![
        paper("Service contract", "服务合同", true, "contract.pdf, 1.2 MB"),
        paper("Business licence", "营业执照", true, "licence.pdf, 340 kB"),
        paper("Ownership statement", "股权结构说明", false, "owners.pdf, 88 kB"),
    ]
}

fn step(kind: StepKind, en: &str, zh: &str, after: Amount) -> Step {
    let label = Text::new(en, zh);
    Step { kind, label, limit: None, used: None, left: None, after, binds: false }
}

fn cap(en: &str, zh: &str, (limit, used): (i64, i64), after: Amount) -> Step {
    Step {
        limit: Some(cny(limit)),
        used: Some(cny(used)),
        left: Some(cny(limit - used)),
        ..step(StepKind::Cap, en, zh, after)
    }
}

pub(crate) fn trace() -> Trace {
    let mut group = cap(
        "Group cap in the calendar year",
        "集团年度上限",
        (8_000_000, 6_740_000),
        cny(1_260_000),
    );
    group.binds = true;
    Trace {
        tests: tests(),
        steps: vec![
            step(
                StepKind::Base,
                "Eligible cloud and compute contracts",
                "符合条件的云与算力合同",
                cny(6_200_000),
            ),
            step(
                StepKind::Rate,
                "30 % of the contract amount incurred",
                "合同实际发生金额的30%",
                cny(1_860_000),
            ),
            cap("Cap per firm and year", "企业年度上限", (8_000_000, 1_240_000), cny(1_860_000)),
            group,
            step(StepKind::Result, "Entitlement", "可获支持", cny(1_260_000)),
        ],
        suppliers: vec![
            SupplierCondition {
                condition: Text::new(
                    "The supplier is not affiliated with the beneficiary",
                    "供应商与受益企业无关联关系",
                ),
                outcome: Outcome::Fail,
                because: Text::new(
                    "Alibaba Cloud and Chengying Shuju are both held by Alibaba Group",
                    "阿里云与橙鹰数据同属阿里巴巴集团",
                ),
            },
            SupplierCondition {
                condition: Text::new("The supplier is on the admitted list", "供应商在准入名单内"),
                outcome: Outcome::Pass,
                because: Text::new("Admitted on 2019-01-15", "2019年1月15日准入"),
            },
        ],
        result: Some(cny(1_260_000)),
        why_not_more: Text::new(
            "The group cap binds: firms of Alibaba Group already received 6,740,000.00 CNY of the \
             8,000,000.00 CNY one group may receive in 2019.",
            "集团上限起限制作用：2019年一个集团最多可获8,000,000.00元，阿里巴巴集团所属企业已获6,740,000.00元。",
        ),
    }
}

fn tests() -> Vec<Test> {
    let test = |(en, zh): (&str, &str), expression: &str, outcome, because: Text| Test {
        question: Text::new(en, zh),
        expression: expression.to_owned(),
        outcome,
        because,
    };
    vec![
        test(
            ("Registered in the town", "注册地在小镇"),
            "applicant.registered_in == \"hz-ai-town\"",
            Outcome::Pass,
            Text::new("Registered on 2018-03-02", "2018年3月2日注册"),
        ),
        test(
            ("Not on the list of dishonest persons", "未列入失信名单"),
            "!applicant.is_dishonest",
            Outcome::Pass,
            Text::new("Checked on 2019-10-28", "2019年10月28日核查"),
        ),
        test(
            ("Annual turnover is stated", "已申报年营业收入"),
            "applicant.turnover_fen > 0",
            Outcome::Pass,
            Text::new("12,400,000.00 CNY in 2018", "2018年12,400,000.00元"),
        ),
    ]
}

pub(crate) fn path_to_alibaba() -> Vec<PathStep> {
    vec![
        PathStep { owner: alibaba(), share: Some(ppm(1_000_000)), owned: alibaba_cloud() },
        PathStep { owner: alibaba(), share: None, owned: chengying() },
    ]
}

pub(crate) fn group_nodes(lang: Lang) -> Vec<GroupNode> {
    let node = |org: OrgRef, depth, share: Option<i64>, owner: Text, grade| GroupNode {
        org,
        depth,
        share: share.map(ppm),
        owner,
        kind: say(lang, "shares", "股权"),
        from: "2017-07-01".to_owned(),
        to: String::new(),
        grade,
        received: None,
        is_subject: false,
    };
    let holding = OrgRef::new("ali-cn", "Alibaba (China) Co.", "阿里巴巴（中国）有限公司");
    let mut chengying = node(chengying(), 2, Some(670_000), holding.name.clone(), State::Declared);
    chengying.received = Some(cny(4_180_000));
    chengying.is_subject = true;
    let xianyu = OrgRef::new("renshe", "Renshe Data", "杭州人社数据服务有限公司");
    vec![
        node(alibaba(), 0, None, Text::default(), State::Register),
        node(holding.clone(), 1, Some(1_000_000), alibaba().name, State::Register),
        chengying,
        node(xianyu, 2, Some(510_000), holding.name, State::Inferred),
        node(alibaba_cloud(), 1, Some(1_000_000), alibaba().name, State::Register),
        node(
            OrgRef::new("yunqi", "Yunqi Lab", "云栖实验室"),
            2,
            Some(800_000),
            alibaba_cloud().name,
            State::Declared,
        ),
    ]
}

pub(crate) fn measure(shown: &str, exact: &str) -> Measure {
    Measure { shown: shown.to_owned(), exact: exact.to_owned() }
}

pub(crate) fn pager(first: u64, last: u64, total: u64, next: Option<&str>) -> Pager {
    Pager { first, last, total, previous: None, next: next.map(str::to_owned) }
}
