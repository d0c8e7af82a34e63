//! Who exists and who owns whom.

use crate::calendar::{between, day};
use crate::model::{
    AliasLanguage, Grade, Organisation, OrganisationKind, Ownership, OwnershipKind, SizeClass,
};
use crate::table::{self, rows};
use base::{Date, Ppm, Random};

/// The made-up register whose numbers the made-up organisations bear.
pub(crate) const SCHEME: &str = "HT-DEMO";
/// Where most of them sit.
const REGION: &str = "Yuhang, Hangzhou, CN";
/// Source of the statements that are real.
const NESTA: &str =
    "https://www.nesta.org.uk/report/promoting-nationally-acting-locally/hangzhou-ai-town/";
/// Source of those that are not.
const MADE_UP: &str = "made up for the demonstration; no register was read";

/// A line of the table of firms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Firm {
    pub(crate) key: &'static str,
    pub(crate) size: SizeClass,
    /// Hundredths of the usual share in a category's money; 0 where it gets none.
    pub(crate) weight: i64,
}

/// Reads what the generator needs of the made-up firms, and of the one real beneficiary.
pub(crate) fn firms() -> Vec<Firm> {
    let real = Firm { key: "chengying", size: SizeClass::Medium, weight: 0 };
    let university = Firm { key: "torreya-university", size: SizeClass::Large, weight: 0 };
    let made_up = rows::<8>(table::FIRMS).map(|[key, _, _, _, _, size, _, weight]| Firm {
        key,
        size: size_of(size),
        weight: weight.parse().expect("weights are whole numbers"),
    });
    [real, university].into_iter().chain(made_up).collect()
}

/// Makes every organisation: three real ones by name, all others made up.
pub(crate) fn organisations(random: &Random) -> Vec<Organisation> {
    let mut all = real();
    all.extend(institutions());
    all.extend(persons());
    for [key, zh, pinyin, en, trade, size, founded, _] in rows::<8>(table::FIRMS) {
        let date = founded_on(random, founded);
        all.push(firm([key, zh, pinyin, en, trade], size_of(size), date));
    }
    let made_up = all.iter_mut().filter(|o| o.is_synthetic);
    let legal = made_up.filter(|o| o.kind != OrganisationKind::NaturalPerson);
    for (number, organisation) in (1_u32..).zip(legal) {
        organisation.identifiers.push((SCHEME, format!("D{number:06}")));
    }
    all
}

/// Reads every ownership statement.
pub(crate) fn ownership() -> Vec<Ownership> {
    rows::<8>(table::OWNERSHIP)
        .map(|[owner, owned, share, kind, from, to, grade, source]| Ownership {
            owner,
            owned,
            kind: match kind {
                "votes" => OwnershipKind::Votes,
                "contract" => OwnershipKind::Contract,
                "control" => OwnershipKind::Control,
                _ => OwnershipKind::Shares,
            },
            share: share.parse().ok().and_then(|ppm| Ppm::new(ppm).ok()),
            valid_from: date_of(from),
            valid_to: date_of(to),
            grade: match grade {
                "register" => Grade::Register,
                "declared" => Grade::Declared,
                _ => Grade::Inferred,
            },
            source: if source == "nesta" { NESTA } else { MADE_UP },
        })
        .collect()
}

fn date_of(text: &'static str) -> Option<Date> {
    (!text.is_empty()).then(|| day(text))
}

fn size_of(text: &str) -> SizeClass {
    match text {
        "micro" => SizeClass::Micro,
        "small" => SizeClass::Small,
        "medium" => SizeClass::Medium,
        _ => SizeClass::Large,
    }
}

/// Returns a day in the first half of the year, so that owners of the second half come later.
fn founded_on(random: &Random, year: &str) -> Date {
    let (month, date) = (between(random, 1, 2), between(random, 1, 28));
    day(&format!("{year}-{month:02}-{date:02}"))
}

/// Returns the trade of a firm in Chinese, Latin letters and English, and its short Chinese form.
fn trade_words(trade: &str) -> [&'static str; 4] {
    match trade {
        "vision" => ["视觉科技", "Shijue Keji", "Vision", "视觉"],
        "data" => ["数据科技", "Shuju Keji", "Data", "数据"],
        "intelligence" => ["智能科技", "Zhineng Keji", "Intelligence", "智能"],
        "software" => ["软件", "Ruanjian", "Software", "软件"],
        "mobility" => ["交通科技", "Jiaotong Keji", "Mobility", "交通"],
        "speech" => ["语音科技", "Yuyin Keji", "Speech", "语音"],
        "iot" => ["物联科技", "Wulian Keji", "Connected Things", "物联"],
        "medical" => ["医疗科技", "Yiliao Keji", "Medical", "医疗"],
        "information" => ["信息技术", "Xinxi Jishu", "Information", "信息"],
        "learning" => ["教育科技", "Jiaoyu Keji", "Learning", "教育"],
        "sensing" => ["传感科技", "Chuangan Keji", "Sensing", "传感"],
        "robotics" => ["机器人", "Jiqiren", "Robotics", "机器人"],
        "microelectronics" => ["微电子", "Weidianzi", "Microelectronics", "微电子"],
        "bio" => ["生物科技", "Shengwu Keji", "Bioscience", "生物"],
        "logistics" => ["物流科技", "Wuliu Keji", "Logistics", "物流"],
        "energy" => ["能源科技", "Nengyuan Keji", "Energy", "能源"],
        "networks" => ["网络科技", "Wangluo Keji", "Networks", "网络"],
        "digital" => ["数字科技", "Shuzi Keji", "Digital", "数字"],
        "culture" => ["文化科技", "Wenhua Keji", "Culture", "文化"],
        "agritech" => ["农业科技", "Nongye Keji", "Agritech", "农业"],
        "environment" => ["环境科技", "Huanjing Keji", "Environment", "环境"],
        "cloud" => ["云计算", "Yunjisuan", "Cloud", "云"],
        "estates" => ["物业管理", "Wuye Guanli", "Estates", "物业"],
        "instruments" => ["仪器", "Yiqi", "Instruments", "仪器"],
        "testing" => ["检测技术", "Jiance Jishu", "Testing", "检测"],
        "annotation" => ["数据服务", "Shuju Fuwu", "Annotation", "数据"],
        "prototypes" => ["精密制造", "Jingmi Zhizao", "Prototypes", "精密"],
        _ => ["控股", "Konggu", "Holdings", "控股"],
    }
}

fn firm(names: [&'static str; 5], size_class: SizeClass, date: Date) -> Organisation {
    let [key, zh, pinyin, en, trade] = names;
    let [trade_zh, trade_pinyin, trade_en, trade_short] = trade_words(trade);
    Organisation {
        key,
        kind: OrganisationKind::Company,
        name_en: format!("{en} {trade_en}"),
        name_zh: format!("杭州{zh}{trade_zh}有限公司"),
        name_pinyin: format!("Hangzhou {pinyin} {trade_pinyin} Youxian Gongsi"),
        aliases: vec![
            (AliasLanguage::Zh, format!("{zh}{trade_short}")),
            (AliasLanguage::Pinyin, format!("{pinyin} {trade_en}")),
        ],
        size_class,
        region: REGION,
        registered_on: Some(date),
        identifiers: Vec::new(),
        is_synthetic: true,
    }
}

fn real() -> Vec<Organisation> {
    use AliasLanguage::{En, Zh};
    let one = |key, names: [&str; 3], aliases: &[(AliasLanguage, &str)]| Organisation {
        key,
        kind: OrganisationKind::Company,
        name_en: names[0].to_owned(),
        name_zh: names[1].to_owned(),
        name_pinyin: names[2].to_owned(),
        aliases: aliases.iter().map(|(language, name)| (*language, (*name).to_owned())).collect(),
        size_class: SizeClass::Unknown,
        region: "Hangzhou, CN",
        registered_on: None,
        identifiers: Vec::new(),
        is_synthetic: false,
    };
    let chengying = [
        "Chengying Shuju",
        "杭州橙鹰数据技术有限公司",
        "Hangzhou Chengying Shuju Jishu Youxian Gongsi",
    ];
    vec![
        one("alibaba", ["Alibaba Group", "阿里巴巴", "Alibaba"], &[(En, "Alibaba Group Holding")]),
        one("alibaba-cloud", ["Alibaba Cloud", "阿里云", "Aliyun"], &[(En, "Aliyun")]),
        one(
            "chengying",
            chengying,
            &[
                (En, "Chengying Data"),
                (En, "Orange Eagle Data"),
                (Zh, "杭州橙鹰数据"),
                (Zh, "橙鹰"),
            ],
        ),
    ]
}

fn institutions() -> Vec<Organisation> {
    use OrganisationKind::{Company, Institute, PublicBody, University};
    let one = |key, kind, [name_en, name_zh, name_pinyin]: [&str; 3]| Organisation {
        key,
        kind,
        name_en: name_en.to_owned(),
        name_zh: name_zh.to_owned(),
        name_pinyin: name_pinyin.to_owned(),
        aliases: Vec::new(),
        size_class: SizeClass::Unknown,
        region: REGION,
        registered_on: None,
        identifiers: Vec::new(),
        is_synthetic: true,
    };
    let office = ["AI Town Programme Office (demonstration)", "人工智能小镇扶持办公室(演示)", ""];
    vec![
        one("town-office", PublicBody, office),
        one(
            "torreya-university",
            University,
            ["Torreya Creek University", "榧溪大学", "Feixi Daxue"],
        ),
        one(
            "torreya-assets",
            Company,
            [
                "Torreya Creek University Assets",
                "榧溪大学资产经营有限公司",
                "Feixi Daxue Zichan Jingying Youxian Gongsi",
            ],
        ),
        one("reedmarsh", Institute, ["Reedmarsh Institute", "葭泽研究院", "Jiaze Yanjiuyuan"]),
        one("tidemarsh", Institute, ["Tidemarsh Institute", "汐泽研究院", "Xize Yanjiuyuan"]),
    ]
}

fn persons() -> Vec<Organisation> {
    let one = |key, en: &str, zh: &str| Organisation {
        key,
        kind: OrganisationKind::NaturalPerson,
        name_en: format!("Demo Person {en}"),
        name_zh: format!("演示自然人{zh}"),
        name_pinyin: String::new(),
        aliases: Vec::new(),
        size_class: SizeClass::Unknown,
        region: "",
        registered_on: None,
        identifiers: Vec::new(),
        is_synthetic: true,
    };
    vec![
        one("person-a", "A", "甲"),
        one("person-b", "B", "乙"),
        one("person-c", "C", "丙"),
        one("person-d", "D", "丁"),
        one("person-e", "E", "戊"),
        one("person-f", "F", "己"),
        one("person-g", "G", "庚"),
        one("person-h", "H", "辛"),
        one("person-i", "I", "壬"),
    ]
}
