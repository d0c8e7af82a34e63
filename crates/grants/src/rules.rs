//! Pure checks and decisions.

use crate::{Draft, NewClaim, Refused, Score, Verdict, Vote};
use base::{Amount, Date, FieldProblem, FieldProblems, Time, Unit};
use identity::PersonId;

/// Most cost lines of an application: more belong on a list in a paper.
const LINES_MAX: usize = 100;
/// Longest summary.
const SUMMARY_CHARS_MAX: usize = 4_000;
/// Longest reason or comment.
pub(crate) const REASON_CHARS_MAX: usize = 2_000;
/// Most criteria of a review.
const CRITERIA_MAX: usize = 20;

/// Checks what an applicant wrote; all problems at once.
pub(crate) fn draft_check(draft: &Draft, unit: Unit) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    let is_named = !draft.title_en.trim().is_empty() || !draft.title_zh.trim().is_empty();
    problems.require(
        is_named,
        "title_en",
        ("must be filled in unless there is a Chinese title", "未填写中文名称时须填写"),
    );
    problems.text("title_en", &draft.title_en, 0, 200);
    problems.text("title_zh", &draft.title_zh, 0, 200);
    problems.text("summary", &draft.summary, 1, SUMMARY_CHARS_MAX);
    problems.text("subject", &draft.subject, 0, 100);
    amount_check(&mut problems, "requested", draft.requested, unit);
    let count = draft.lines.len();
    problems.require(count > 0, "lines", ("must have at least one cost line", "至少须有一项费用"));
    problems.require(
        count <= LINES_MAX,
        "lines",
        ("are too many: at most 100 are kept", "数量过多：最多 100 项"),
    );
    for (i, line) in draft.lines.iter().enumerate().take(LINES_MAX) {
        amount_check(&mut problems, &format!("lines.{i}.amount"), line.amount, unit);
        for (field, code) in [("cost", &line.cost), ("what", &line.what)] {
            let code = code.as_deref().unwrap_or("");
            problems.text(&format!("lines.{i}.{field}"), code, 0, 60);
        }
    }
    let total = draft.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount.minor));
    problems.require(
        total.is_some(),
        "lines",
        ("add up to more than can be counted", "合计超出可计算的范围"),
    );
    problems.finish().map_err(Refused::Invalid)
}

/// What is wrong with a supplier that nobody has registered.
pub(crate) const SUPPLIER_UNKNOWN: (&str, &str) =
    ("is no registered organisation: register it first", "不是已登记的机构：请先登记");

/// Refuses a supplier that nobody knows: a bad field, not a broken foreign key.
pub(crate) fn supplier_unknown(field: &str) -> Refused {
    Refused::Invalid(vec![FieldProblem::new(field, SUPPLIER_UNKNOWN)])
}

fn amount_check(problems: &mut FieldProblems, field: &str, amount: Amount, unit: Unit) {
    problems.require(amount.minor > 0, field, ("must be above zero", "须大于零"));
    if amount.unit != unit {
        let zh = format!("以 {} 计，而该征集以 {unit} 支付", amount.unit);
        problems.add(field, (format!("is in {}; this call pays in {unit}", amount.unit), zh));
    }
}

/// Checks a claim's fields; all problems at once.
pub(crate) fn claim_check(new: &NewClaim, unit: Unit, today: Date) -> Result<(), Refused> {
    let mut problems = FieldProblems::default();
    problems.text("invoice_number", &new.invoice_number, 1, 60);
    let has_key = !invoice_key(&new.invoice_number).is_empty();
    problems.require(
        has_key,
        "invoice_number",
        ("must have letters or digits", "须包含字母或数字"),
    );
    problems.require(
        new.invoice_date <= today,
        "invoice_date",
        ("must not be in the future", "不得晚于今日"),
    );
    amount_check(&mut problems, "invoice", new.invoice, unit);
    amount_check(&mut problems, "asked", new.asked, unit);
    let fits = new.asked.minor <= new.invoice.minor;
    problems.require(fits, "asked", ("must not be above the invoice", "不得超过发票金额"));
    problems.finish().map_err(Refused::Invalid)
}

/// Strips what people write differently in one invoice number: case, spaces, punctuation.
pub(crate) fn invoice_key(number: &str) -> String {
    let key = number.chars().filter(|c| c.is_alphanumeric());
    key.flat_map(char::to_uppercase).collect()
}

/// Checks scores; all problems at once. Returns their mean in thousandths, rounded down.
pub(crate) fn scores_check(scores: &[Score], comment: &str) -> Result<i64, Refused> {
    let mut problems = FieldProblems::default();
    problems.text("comment", comment, 1, REASON_CHARS_MAX);
    let count = scores.len();
    problems.require(
        (1..=CRITERIA_MAX).contains(&count),
        "scores",
        ("must be 1 to 20", "须为 1 至 20 项"),
    );
    for (i, score) in scores.iter().enumerate() {
        problems.text(&format!("scores.{i}.criterion"), &score.criterion, 1, 60);
        let in_range = score.points <= 100;
        problems.require(
            in_range,
            &format!("scores.{i}.points"),
            ("must be 0 to 100", "须为 0 至 100"),
        );
        let twice = scores[..i].iter().any(|other| other.criterion == score.criterion);
        problems.require(!twice, &format!("scores.{i}.criterion"), ("is there twice", "重复出现"));
    }
    problems.finish().map_err(Refused::Invalid)?;
    let sum: i64 = scores.iter().map(|score| i64::from(score.points)).sum();
    Ok(sum * 1_000 / i64::try_from(count).unwrap_or(1))
}

/// What a vote leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Another officer must vote.
    First,
    /// Both approve this amount.
    Approved,
    /// Both decline.
    Declined,
    /// The two differ: the next round begins.
    Differed,
}

/// Decides what a vote leads to, given the votes of the same round before it.
pub(crate) fn vote_outcome(
    earlier: &[&Vote],
    officer: PersonId,
    verdict: Verdict,
    amount: Amount,
) -> Result<Outcome, Refused> {
    let Some(first) = earlier.first() else { return Ok(Outcome::First) };
    if first.officer == officer {
        return Err(Refused::SameOfficer);
    }
    Ok(match (first.verdict, verdict) {
        (Verdict::Approve, Verdict::Approve) if first.amount == amount => Outcome::Approved,
        (Verdict::Decline, Verdict::Decline) => Outcome::Declined,
        _ => Outcome::Differed,
    })
}

/// Returns the first instant and the end of the window of a cap that counts calendar years.
pub(crate) fn calendar_window(today: Date, years: u32, year_starts: &str) -> (Time, Time) {
    let (month, day) = year_starts
        .split_once('-')
        .and_then(|(month, day)| Some((month.parse().ok()?, day.parse().ok()?)))
        .unwrap_or((1, 1));
    let start_of = |year: i16| Date::new(year, month, day).unwrap_or(today);
    let this = start_of(today.year());
    let current = if this <= today { today.year() } else { today.year() - 1 };
    let back = i16::try_from(years.saturating_sub(1)).unwrap_or(i16::MAX);
    let first = start_of(current.saturating_sub(back));
    (Time::from_date(first), Time::from_date(start_of(current.saturating_add(1))))
}

/// Returns the first instant of a window of rolling years up to a day, and the day's end.
pub(crate) fn rolling_window(today: Date, years: u32) -> (Time, Time) {
    let span = jiff_years(years);
    let first = today.checked_sub(span).and_then(Date::tomorrow).unwrap_or(Date::MIN);
    (Time::from_date(first), Time::from_date(today.tomorrow().unwrap_or(Date::MAX)))
}

fn jiff_years(years: u32) -> base::Span {
    // The rule file's check bounds the number of years.
    base::Span::new().try_years(i64::from(years)).unwrap_or_default()
}
