//! Pure checks of what people enter.

use crate::{NewOrganisation, NewOwnership, NewPerson, OrganisationKind, Ownership};
use base::{Date, FieldProblem, FieldProblems};

/// Longest name: longer ones exist, but not in a register we know.
const NAME_CHARS_MAX: usize = 200;
/// Most identifiers of one organisation.
const IDENTIFIERS_MAX: usize = 20;
/// Most aliases of one organisation.
const ALIASES_MAX: usize = 50;
/// Longest source of a statement.
const SOURCE_CHARS_MAX: usize = 500;
/// Length of a unified social credit identifier (GB 32100-2015, section 4).
const USCI_CHARS: usize = 18;

/// Checks an organisation; all problems at once.
pub(crate) fn organisation_check(new: &NewOrganisation) -> Result<(), Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    problems.require(
        !new.name_en.trim().is_empty() || !new.name_zh.trim().is_empty(),
        "name_en",
        ("must be filled in unless there is a Chinese name", "未填写中文名称时须填写"),
    );
    for (field, name) in
        [("name_en", &new.name_en), ("name_zh", &new.name_zh), ("name_pinyin", &new.name_pinyin)]
    {
        problems.text(field, name, 0, NAME_CHARS_MAX);
    }
    problems.text("region", &new.region, 0, NAME_CHARS_MAX);
    let few = new.identifiers.len() <= IDENTIFIERS_MAX;
    problems.require(
        few,
        "identifiers",
        ("are too many: at most 20 are kept", "数量过多：最多 20 项"),
    );
    problems.require(
        new.aliases.len() <= ALIASES_MAX,
        "aliases",
        ("are too many: at most 50", "数量过多：最多 50 项"),
    );
    for (i, identifier) in new.identifiers.iter().enumerate() {
        let plain = |text: &str, most: usize| {
            !text.is_empty()
                && text.len() <= most
                && text
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/'))
        };
        let field = |part: &str| format!("identifiers.{i}.{part}");
        if !plain(&identifier.scheme, 30) {
            problems.add(
                field("scheme"),
                (
                    "must be an org-id list code such as `CN-USCI`",
                    "须为机构登记号体系代码，如 `CN-USCI`",
                ),
            );
        }
        if !plain(&identifier.value, 60) {
            problems.add(
                field("value"),
                ("must be letters and digits, at most 60", "须为字母和数字，最多 60 个"),
            );
        } else if identifier.scheme == "CN-USCI" && identifier.value.len() != USCI_CHARS {
            let count = identifier.value.len();
            let zh = format!("有 {count} 个字符，统一社会信用代码应为 18 位");
            problems.add(field("value"), (format!("has {count} characters; a USCI has 18"), zh));
        }
    }
    for (i, (_, alias)) in new.aliases.iter().enumerate() {
        problems.text(&format!("aliases.{i}"), alias, 1, NAME_CHARS_MAX);
    }
    if new.kind == OrganisationKind::NaturalPerson && !new.identifiers.is_empty() {
        problems.add("identifiers", ("of natural persons are not kept", "自然人的登记号不予保存"));
    }
    problems.finish()
}

/// Checks a person; all problems at once.
pub(crate) fn person_check(new: &NewPerson) -> Result<(), Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    problems.text("name", &new.name, 1, 100);
    problems.text("email", &new.email, 1, 200);
    let (local, domain) = new.email.trim().split_once('@').unwrap_or(("", ""));
    let is_address = !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && new.email.trim().chars().all(|c| !c.is_whitespace() && !c.is_control());
    problems.require(
        is_address,
        "email",
        ("must be a mail address such as `wei@example.org`", "须为邮箱地址，如 `wei@example.org`"),
    );
    problems.finish()
}

/// Checks an ownership statement by itself; all problems at once.
pub(crate) fn ownership_check(new: &NewOwnership) -> Result<(), Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    problems.text("source", &new.source, 1, SOURCE_CHARS_MAX);
    if let (Some(from), Some(to)) = (new.valid_from, new.valid_to) {
        problems.require(
            from <= to,
            "valid_to",
            ("must not be before `valid_from`", "不得早于生效日期"),
        );
    }
    problems.finish()
}

/// Adds up what is owned at the same time in the same way as the new statement says; the most at
/// any day, in ppm, counting the new statement.
pub(crate) fn owned_at_once_ppm(new: &NewOwnership, others: &[Ownership]) -> i64 {
    let share = new.share.map_or(0, base::Ppm::get);
    let rivals: Vec<&Ownership> = others
        .iter()
        .filter(|other| {
            other.withdrawn_at.is_none() && other.kind == new.kind && other.grade == new.grade
        })
        .filter(|other| overlap((new.valid_from, new.valid_to), (other.valid_from, other.valid_to)))
        .collect();
    // The sum over a period is largest on a first day of one of its statements.
    let mut starts: Vec<Option<Date>> = rivals.iter().map(|other| other.valid_from).collect();
    starts.push(new.valid_from);
    let inside = |day: &Option<Date>| overlap((*day, *day), (new.valid_from, new.valid_to));
    let sum = |day: Option<Date>| -> i64 {
        let held = rivals.iter().filter(|other| {
            let from_holds = match (other.valid_from, day) {
                (None, _) => true,
                (Some(from), Some(day)) => from <= day,
                (Some(_), None) => false,
            };
            let to_holds = match (other.valid_to, day) {
                (Some(to), Some(day)) => to >= day,
                _ => true,
            };
            from_holds && to_holds
        });
        held.filter_map(|other| other.share).map(base::Ppm::get).sum()
    };
    let most = starts.into_iter().filter(|day| day.is_none() || inside(day)).map(sum).max();
    share + most.unwrap_or(0)
}

fn overlap(a: (Option<Date>, Option<Date>), b: (Option<Date>, Option<Date>)) -> bool {
    let starts_before_end = |start: Option<Date>, end: Option<Date>| match (start, end) {
        (Some(start), Some(end)) => start <= end,
        _ => true,
    };
    starts_before_end(a.0, b.1) && starts_before_end(b.0, a.1)
}
