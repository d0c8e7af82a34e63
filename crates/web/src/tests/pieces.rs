//! Claims about amounts, dates, names, addresses and charts.

use crate::chart;
use crate::{Lang, Outcome, Text, Ui};
use base::{Amount, Ppm, Unit};

fn ui(lang: Lang, path: &str) -> Ui {
    Ui { lang, path: path.to_owned(), ..Ui::default() }
}

#[test]
fn the_largest_amount_is_shown_whole() {
    let html = ui(Lang::En, "/").money(Amount::new(i64::MAX, Unit::CNY)).to_string();
    assert!(html.contains(">92,233,720,368,547,758.07"), "{html}");
    assert!(html.contains("value=\"92233720368547758.07\""), "{html}");
}

#[test]
fn a_share_is_cut_and_not_rounded_up() {
    let shown = |ppm| ui(Lang::En, "/").share(Ppm::new(ppm).unwrap()).to_string();
    assert!(shown(925_925).contains(">92.5"), "{}", shown(925_925));
    assert!(shown(999_999).contains(">99.9"), "{}", shown(999_999));
    assert!(shown(1_000_000).contains(">100.0"), "{}", shown(1_000_000));
}

#[test]
fn dates_are_written_as_the_language_writes_them() {
    let check = |lang, text: &str, expected: &str| {
        let html = ui(lang, "/").date(text).to_string();
        assert!(html.contains(expected), "{html}");
    };
    check(Lang::En, "2019-06-18", ">18\u{a0}Jun\u{a0}2019<");
    check(Lang::Zh, "2019-06-18", ">2019年6月18日<");
    check(Lang::Zh, "2019-06-18T09:05:00Z", ">2019年6月18日 09:05<");
    check(Lang::En, "2019-13-01", "2019-13-01");
    check(Lang::En, "page undated", "page undated");
    check(Lang::En, "<b>2019</b>", "&lt;b&gt;");
    check(Lang::En, "日日日日", "日日日日");
}

#[test]
fn a_name_in_the_other_language_is_marked_as_such() {
    let only = Text::zh("杭州");
    assert_eq!(only.html(Lang::En).to_string(), "<span lang=\"zh-Hans\">杭州</span>");
    assert_eq!(only.html(Lang::Zh).to_string(), "杭州");
    assert!(only.second(Lang::En).is_none());
    assert!(Text::new("Hangzhou", "杭州").second(Lang::En).is_some());
}

#[test]
fn the_language_switch_keeps_the_address() {
    let check = |path: &str, expected: &str| {
        assert_eq!(ui(Lang::En, path).in_lang(Lang::Zh), expected);
    };
    check("/register?year=2019&lang=en", "/register?year=2019&lang=zh");
    check("/", "/?lang=zh");
    check("", "/?lang=zh");
}

#[test]
fn an_unknown_language_is_named_in_the_refusal() {
    assert_eq!(Lang::parse("zh-CN"), Ok(Lang::Zh));
    assert_eq!(Lang::parse("EN_gb"), Ok(Lang::En));
    let refused = Lang::parse("fr").unwrap_err();
    assert_eq!(refused.to_string(), "unknown language `fr`: use `en` or `zh`");
}

#[test]
fn filled_values_are_not_filled_again() {
    let text = Lang::En.fill("home.of", &["{1}".to_owned(), "27".to_owned()]);
    assert_eq!(text, "{1} of 27");
}

#[test]
fn bars_never_leave_their_track() {
    let half = Ppm::new(600_000).unwrap();
    let html = chart::bar(&[(half, "fill-brick"), (half, "fill-accent")]).to_string();
    assert!(html.contains("x=\"60.0000%\" width=\"40.0000%\""), "{html}");
}

#[test]
fn a_wall_of_bricks_stays_a_wall() {
    let count = |html: String| html.matches("<rect").count();
    assert_eq!(count(chart::bricks(19, 6, 27).to_string()), 27);
    assert!(count(chart::bricks(70_000, 20_000, 100_000).to_string()) <= 120);
    assert_eq!(count(chart::bricks(0, 0, 0).to_string()), 0);
    assert!(count(chart::bricks(u64::MAX, u64::MAX, u64::MAX).to_string()) <= 121);
}

#[test]
fn outcomes_differ_by_sign_and_not_only_by_colour() {
    let signs: Vec<_> =
        [Outcome::Pass, Outcome::Fail, Outcome::Unknown].iter().map(|o| o.sign()).collect();
    assert_eq!(signs, ["✓", "✕", "?"]);
}
