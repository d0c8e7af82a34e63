//! What every rendered page must hold: structure, labels, safety, language.

use crate::lang::MISSING;
use crate::pages::{Rendered, samples_render};
use crate::{Lang, asset_url};
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;

/// Says what is wrong with a page; nothing where the claim holds.
type Claim = fn(&Rendered, &Html, Lang) -> Vec<String>;

/// Every claim is tried on every sample in both languages. One table, because parsing a page
/// costs more than all claims about it.
const CLAIMS: [(&str, Claim); 16] = [
    (
        "every_page_has_one_heading_a_title_and_landmarks",
        every_page_has_one_heading_a_title_and_landmarks,
    ),
    ("headings_do_not_skip_a_level", headings_do_not_skip_a_level),
    ("every_page_says_its_language", every_page_says_its_language),
    ("every_input_has_a_label", every_input_has_a_label),
    ("nothing_inline_runs_or_styles", nothing_inline_runs_or_styles),
    ("hostile_content_stays_text", hostile_content_stays_text),
    ("pictures_have_a_title_or_are_decoration", pictures_have_a_title_or_are_decoration),
    ("ids_are_unique_and_references_lead_somewhere", ids_are_unique_and_references_lead_somewhere),
    ("links_and_buttons_say_where_they_lead", links_and_buttons_say_where_they_lead),
    ("tables_have_a_caption_and_scoped_heads", tables_have_a_caption_and_scoped_heads),
    ("every_changing_form_carries_its_token", every_changing_form_carries_its_token),
    ("every_bad_field_is_in_the_summary", every_bad_field_is_in_the_summary),
    ("every_link_leads_to_a_known_address", every_link_leads_to_a_known_address),
    ("no_message_is_missing", no_message_is_missing),
    ("made_up_data_is_marked_on_every_page", made_up_data_is_marked_on_every_page),
    ("assets_are_addressed_by_content", assets_are_addressed_by_content),
];

#[test]
fn every_page_keeps_every_claim() {
    let mut wrong = Vec::new();
    for lang in Lang::ALL {
        for page in samples_render(lang).unwrap() {
            let html = Html::parse_document(&page.html);
            for (name, claim) in CLAIMS {
                let here = format!("{}.{}.{}: {name}", page.page, page.sample, lang.code());
                let problems = claim(&page, &html, lang);
                wrong.extend(problems.into_iter().map(|what| format!("{here}: {what}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} problems\n{}", wrong.len(), wrong.join("\n"));
}

fn all<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().trim().to_owned()
}

fn begin(element: &ElementRef<'_>) -> String {
    element.html().chars().take(140).collect()
}

fn known_ids(html: &Html) -> HashSet<String> {
    all(html, "[id]").iter().filter_map(|e| e.attr("id")).map(str::to_owned).collect()
}

fn every_page_has_one_heading_a_title_and_landmarks(
    _: &Rendered,
    html: &Html,
    _: Lang,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let headings = all(html, "h1");
    if headings.len() != 1 || text(&headings[0]).is_empty() {
        wrong.push(format!("{} h1", headings.len()));
    }
    for wanted in ["main#main", "nav[aria-label]", "header", "footer", "a.skip[href='#main']"] {
        if all(html, wanted).is_empty() {
            wrong.push(format!("no {wanted}"));
        }
    }
    let title = all(html, "title").first().map(text).unwrap_or_default();
    if title.starts_with('·') || title.ends_with('·') || title.is_empty() {
        wrong.push(format!("title `{title}`"));
    }
    wrong
}

fn headings_do_not_skip_a_level(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let mut last = 1;
    let mut wrong = Vec::new();
    for heading in all(html, "main h1, main h2, main h3, main h4") {
        let level: u8 = heading.value().name()[1..].parse().unwrap();
        if level > last + 1 {
            wrong.push(format!("h{level} after h{last}: {}", text(&heading)));
        }
        last = level;
    }
    wrong
}

fn every_page_says_its_language(_: &Rendered, html: &Html, lang: Lang) -> Vec<String> {
    let tag = all(html, "html").first().and_then(|e| e.attr("lang")).map(str::to_owned);
    if tag.as_deref() == Some(lang.tag()) { vec![] } else { vec![format!("lang {tag:?}")] }
}

fn every_input_has_a_label(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let labels: HashSet<String> =
        all(html, "label[for]").iter().filter_map(|e| e.attr("for")).map(str::to_owned).collect();
    let bare = all(html, "input:not([type=hidden]), select, textarea").into_iter().filter(|e| {
        let labelled = e.attr("id").is_some_and(|id| labels.contains(id));
        !labelled && e.attr("aria-label").is_none_or(str::is_empty)
    });
    bare.map(|e| format!("no label: {}", begin(&e))).collect()
}

fn nothing_inline_runs_or_styles(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let inline = all(html, "style, [style], script:not([src]), base, iframe");
    let mut wrong: Vec<String> = inline.iter().map(begin).collect();
    for element in all(html, "*") {
        for (name, value) in element.value().attrs() {
            if name.starts_with("on") || value.trim_start().starts_with("javascript:") {
                wrong.push(format!("{name}={value}"));
            }
        }
    }
    let filled = all(html, "script").into_iter().filter(|e| !text(e).is_empty());
    wrong.extend(filled.map(|e| begin(&e)));
    wrong
}

fn hostile_content_stays_text(page: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let mut wrong: Vec<String> = all(html, "img:not([alt=''])").iter().map(begin).collect();
    if page.html.contains("<script>alert") {
        wrong.push("raw script".to_owned());
    }
    wrong
}

#[test]
fn every_page_was_tried_with_hostile_content() {
    let pages = samples_render(Lang::En).unwrap();
    let tried: HashSet<_> =
        pages.iter().filter(|p| p.html.contains("script&")).map(|p| p.page).collect();
    let untried: HashSet<_> = pages.iter().map(|p| p.page).filter(|p| !tried.contains(p)).collect();
    assert!(untried.is_empty(), "no hostile sample: {untried:?}");
}

fn pictures_have_a_title_or_are_decoration(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let title = Selector::parse("title").unwrap();
    let is_named = |e: &ElementRef<'_>| {
        e.attr("role") == Some("img") && e.select(&title).any(|t| !text(&t).is_empty())
    };
    let hidden = |e: &ElementRef<'_>| e.attr("aria-hidden") == Some("true");
    let svgs = all(html, "svg").into_iter();
    svgs.filter(|e| !hidden(e) && !is_named(e)).map(|e| begin(&e)).collect()
}

fn ids_are_unique_and_references_lead_somewhere(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let known = known_ids(html);
    let mut seen = HashSet::new();
    let ids = all(html, "[id]");
    let twice = ids.iter().filter_map(|e| e.attr("id")).filter(|id| !seen.insert(*id));
    let mut wrong: Vec<String> = twice.map(|id| format!("twice: {id}")).collect();
    for name in ["for", "aria-labelledby", "aria-describedby", "data-copy"] {
        for element in all(html, &format!("[{name}]")) {
            let ids = element.attr(name).unwrap_or_default().split_whitespace();
            let lost = ids.filter(|id| !known.contains(*id));
            wrong.extend(lost.map(|id| format!("{name}={id} leads nowhere")));
        }
    }
    for link in all(html, "a[href^='#']") {
        let id = link.attr("href").unwrap_or_default().trim_start_matches('#');
        if !known.contains(id) {
            wrong.push(format!("#{id} leads nowhere"));
        }
    }
    wrong
}

fn links_and_buttons_say_where_they_lead(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let empty = |e: &ElementRef<'_>| {
        let named = !text(e).is_empty() || e.attr("aria-label").is_some();
        let leads =
            e.value().name() == "button" || e.attr("href").is_some_and(|href| !href.is_empty());
        !named || !leads
    };
    all(html, "a, button").into_iter().filter(empty).map(|e| begin(&e)).collect()
}

fn tables_have_a_caption_and_scoped_heads(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let caption = Selector::parse("caption").unwrap();
    // Tables of a card are its author's.
    let foreign: HashSet<_> = all(html, ".card-body *").iter().map(|e| e.id()).collect();
    let tables = all(html, "table").into_iter().filter(|t| !foreign.contains(&t.id()));
    let bare = tables.filter(|t| t.select(&caption).next().is_none());
    let mut wrong: Vec<String> = bare.map(|t| format!("no caption: {}", begin(&t))).collect();
    let heads = all(html, "th:not([scope])").into_iter().filter(|t| !foreign.contains(&t.id()));
    wrong.extend(heads.map(|t| begin(&t)));
    wrong
}

fn every_changing_form_carries_its_token(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let token = Selector::parse("input[type=hidden][name=csrf]").unwrap();
    let has_token = |form: &ElementRef<'_>| {
        form.select(&token).any(|t| t.attr("value").is_some_and(|value| !value.is_empty()))
    };
    let bare = all(html, "form[method=post]").into_iter().filter(|f| !has_token(f));
    bare.map(|f| format!("no token: {:?}", f.attr("action"))).collect()
}

fn every_bad_field_is_in_the_summary(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let links = all(html, ".error-summary a");
    let named: HashSet<&str> = links
        .iter()
        .filter_map(|a| a.attr("href"))
        .map(|href| href.trim_start_matches('#'))
        .collect();
    let bad = all(html, "form[method=post] :is([aria-invalid=true], fieldset.bad)");
    let lost = bad.iter().filter_map(|e| e.attr("id")).filter(|id| !named.contains(id));
    lost.map(|id| format!("{id} is wrong but not in the summary")).collect()
}

fn every_link_leads_to_a_known_address(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let mut wrong = Vec::new();
    for (selector, name) in [("a[href^='/'], link[href^='/']", "href"), ("form", "action")] {
        for element in all(html, selector) {
            let address = element.attr(name).unwrap_or_default();
            let path = address.split(['?', '#']).next().unwrap_or_default();
            if !is_route(path) {
                wrong.push(format!("{name}={address}"));
            }
        }
    }
    wrong
}

fn no_message_is_missing(page: &Rendered, _: &Html, _: Lang) -> Vec<String> {
    let parts: Vec<&str> = page.html.split(MISSING).collect();
    let before = |part: &&str| part.chars().rev().take(90).collect::<Vec<_>>();
    let gaps = parts.iter().take(parts.len() - 1);
    gaps.map(|part| before(part).into_iter().rev().collect()).collect()
}

fn made_up_data_is_marked_on_every_page(_: &Rendered, html: &Html, _: Lang) -> Vec<String> {
    let marks = all(html, "aside.synthetic strong").len();
    if marks == 1 { vec![] } else { vec![format!("{marks} banners")] }
}

fn assets_are_addressed_by_content(page: &Rendered, _: &Html, _: Lang) -> Vec<String> {
    let names = ["hutong.css", "hutong.js", "mark.svg"].into_iter();
    names.filter(|name| !page.html.contains(&asset_url(name))).map(str::to_owned).collect()
}

#[test]
fn each_page_has_an_empty_a_typical_and_an_extreme_sample() {
    let pages = samples_render(Lang::En).unwrap();
    let names: HashSet<_> = pages.iter().map(|page| page.page).collect();
    for name in names {
        let samples: Vec<_> =
            pages.iter().filter(|page| page.page == name).map(|page| page.sample).collect();
        for wanted in ["empty", "typical", "extreme"] {
            assert!(samples.contains(&wanted), "{name} has no {wanted} sample");
        }
    }
}

/// Namespaces in the samples; any other first word must stand in the table itself.
const NAMESPACES: [&str; 2] = ["town-lab", "lin"];

/// Addresses of bytes, which the wire serves behind the pages.
const WIRE: [&str; 2] =
    ["/{owner}/{name}/resolve/{revision}/{*path}", "/{owner}/{name}/raw/{revision}/{*path}"];

/// Tells whether an address (without its query) is in the route table.
fn is_route(path: &str) -> bool {
    let routes = crate::route_list();
    routes.iter().map(|route| route.path).chain(WIRE).any(|wanted| is_of(wanted, path))
}

fn is_of(wanted: &str, given: &str) -> bool {
    let (mut wanted, mut given) = (wanted.split('/'), given.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(w), Some(g)) if w.starts_with("{*") => return !g.is_empty(),
            (Some("{owner}"), Some(g)) if !NAMESPACES.contains(&g) => return false,
            (Some(w), Some(g)) if w == g || (w.starts_with('{') && !g.is_empty()) => {}
            _ => return false,
        }
    }
}
