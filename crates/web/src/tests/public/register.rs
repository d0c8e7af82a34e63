//! The register: filters, totals, pages and files.

use super::world::{PERSON, World, on_both};
use crate::handlers::csv_cell;
use axum::http::StatusCode;
use serde_json::Value;

/// Three awards: two of the parent's group, one of a firm that a natural person owns.
fn seeded(world: &World) {
    let first = world.award(world.firm, "=HYPERLINK(\"x\")", "1,000,000");
    world.award(world.firm, "Smart, \"quoted\" city", "250,000.50");
    world.award(world.private, "Speech", "500,000");
    world.pay(first, "400,000");
    world.clock.advance(60);
}

fn json(world: &World, query: &str) -> Value {
    let answer = world.get(&format!("/register.json?{query}"));
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    world.sound(query, &answer.text.replace("<script>", ""));
    serde_json::from_str(&answer.text).unwrap()
}

#[test]
fn every_filter_narrows_and_totals_add_up() {
    on_both(|world| {
        seeded(world);
        let group = format!("group={}", world.parent);
        let check = |query: &str, awards: usize, awarded: i64, paid: i64| {
            let found = json(world, query);
            let rows = found["awards"].as_array().unwrap();
            assert_eq!(rows.len(), awards, "{query}");
            let sum = |name: &str| rows.iter().map(|row| row[name].as_i64().unwrap()).sum::<i64>();
            assert_eq!((sum("awarded_minor"), sum("paid_minor")), (awarded, paid), "{query}");
            if awards > 0 {
                assert_eq!(found["totals"][0]["awarded_minor"], awarded, "{query}");
                assert_eq!(found["totals"][0]["paid_minor"], paid, "{query}");
                assert_eq!(found["totals"][0]["awards"], awards, "{query}");
            } else {
                assert_eq!(found["totals"], Value::Array(Vec::new()), "{query}");
            }
        };
        check("", 3, 175_000_050, 40_000_000);
        check("q=speech", 1, 50_000_000, 0);
        check("q=alert(1)", 2, 125_000_050, 40_000_000);
        check("q=100%25", 0, 0, 0);
        check("category=cloud+%26+more", 3, 175_000_050, 40_000_000);
        check("category=other", 0, 0, 0);
        check("instrument=test-voucher", 3, 175_000_050, 40_000_000);
        check("year=2026", 3, 175_000_050, 40_000_000);
        check("year=2025", 0, 0, 0);
        check(&group, 2, 125_000_050, 40_000_000);
        check("group=parent+gr", 2, 125_000_050, 40_000_000);
        check(&format!("supplier={}", world.cloud), 3, 175_000_050, 40_000_000);
        check("supplier=big+cloud", 3, 175_000_050, 40_000_000);
        check("supplier=private", 0, 0, 0);
        check("amount_min=250%2C000.50&amount_max=500000", 2, 75_000_050, 0);
        check("sort=awarded-up&amount_min=1", 3, 175_000_050, 40_000_000);
    });
}

#[test]
fn the_page_keeps_its_filters_in_every_link() {
    on_both(|world| {
        seeded(world);
        let page = world.page("/register?q=smart&year=2026&sort=awarded");
        for wanted in [
            "/register.csv?q=smart&#38;year=2026&#38;sort=awarded",
            "/register.json?q=smart&#38;year=2026",
            "/register?q=smart&#38;year=2026&#38;sort=awarded-up",
            "250,000.50",
        ] {
            assert!(page.contains(wanted), "`{wanted}` is missing in {page}");
        }
        assert!(world.page("/register?lang=zh").contains("母公司"));
    });
}

#[test]
fn every_filter_that_cannot_be_read_is_named_at_once() {
    on_both(|world| {
        seeded(world);
        let query = "year=abc&amount_min=12,5.x&amount_max=-1&group=nobody&supplier=%3Cb%3E";
        let page = world.get(&format!("/register?{query}"));
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["year", "amount_min", "amount_max", "group", "supplier"] {
            assert!(page.text.contains(&format!("{field}-error")), "{field}");
        }
        assert!(!page.text.contains("<b>"));
        let answer = world.get(&format!("/register.json?{query}"));
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Value = serde_json::from_str(&answer.text).unwrap();
        assert_eq!(fields["error"]["fields"].as_array().unwrap().len(), 5);
        // A person cannot be found by name.
        let person = world.get(&format!("/register?group={}", PERSON.replace(' ', "+")));
        assert_eq!(person.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_long_list_is_paged_without_loss_in_every_order() {
    on_both(|world| {
        for number in 0..53 {
            world.award(world.private, &format!("Project {number}"), &format!("{}", 1000 + number));
        }
        for sort in ["decided", "decided-up", "awarded", "awarded-up", "paid", "paid-up"] {
            let first = world.page(&format!("/register?sort={sort}"));
            assert!(first.contains("1 to 50 of 53"), "{sort}");
            let at = first.find("rel=\"next\" href=\"").unwrap() + "rel=\"next\" href=\"".len();
            let next: String = first[at..].chars().take_while(|c| *c != '"').collect();
            let second = world.page(&next.replace("&#38;", "&").replace("&amp;", "&"));
            assert!(second.contains("51 to 53 of 53"), "{sort}");
            let rows = |page: &str| -> Vec<String> {
                let parts = page.split("<td><a href=\"/awards/").skip(1);
                parts.map(|part| part.chars().take_while(|c| *c != '"').collect()).collect()
            };
            let mut all = rows(&first);
            all.extend(rows(&second));
            all.sort();
            all.dedup();
            assert_eq!(all.len(), 53, "{sort}");
        }
    });
}

#[test]
fn the_csv_file_holds_every_row_and_no_formula() {
    on_both(|world| {
        seeded(world);
        let file = world.get("/register.csv");
        assert!(file.content_type.starts_with("text/csv"));
        assert_eq!(file.text.lines().count(), 4);
        assert!(file.text.contains("\"'=HYPERLINK(\"\"x\"\")\""));
        assert!(file.text.contains("\"Smart, \"\"quoted\"\" city\""));
        assert!(file.text.contains(",250000.50,"));
        assert!(!file.text.contains(PERSON));
        assert_eq!(world.get("/register.csv?q=speech").text.lines().count(), 2);
    });
}

#[test]
fn a_cell_never_starts_a_formula() {
    for (text, cell) in [
        ("plain", "plain"),
        ("=1+1", "\"'=1+1\""),
        ("-1", "\"'-1\""),
        ("@x", "\"'@x\""),
        ("＝1", "\"'＝1\""),
        ("a\"b", "\"a\"\"b\""),
        ("a,b", "\"a,b\""),
        ("", ""),
    ] {
        assert_eq!(csv_cell(text), cell);
    }
}
