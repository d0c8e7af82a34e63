//! Journeys of a visitor through the public pages, over the real router and real databases.

mod edge;
mod register;
mod world;

use axum::http::StatusCode;
use world::{World, on_both};

fn seeded(world: &World) -> grants::AwardId {
    let first = world.award(world.firm, "Sign <script>alert(1)</script> language", "1,000,000");
    world.award(world.private, "Smart city", "500,000");
    world.pay(first, "400,000");
    world.clock.advance(60);
    first
}

#[test]
fn every_public_page_is_there_without_data_in_both_languages() {
    on_both(|world| {
        for address in
            ["/", "/calls", "/instruments", "/entitlement", "/register", "/organisations"]
        {
            for lang in ["en", "zh"] {
                world.page(&format!("{address}?lang={lang}"));
            }
        }
        world.page("/concentration?lang=zh");
        world.page("/help?lang=zh");
        assert!(world.page("/register").contains("No award has been made yet"));
        assert!(world.page("/").contains("Nothing has been paid yet"));
    });
}

#[test]
fn home_shows_totals_categories_capture_and_concentration_both_ways() {
    on_both(|world| {
        seeded(world);
        let page = world.page("/");
        for wanted in [
            "400,000.00",
            "cloud &amp; more",
            "/register?category=cloud%20%26%20more",
            "2 of 2",
            "Big Cloud Services",
            "Parent Group",
            "5,555",
        ] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        assert!(world.page("/?lang=zh").contains("母公司"));
    });
}

#[test]
fn a_call_shows_its_rule_in_words_and_what_is_left() {
    on_both(|world| {
        seeded(world);
        let page = world.page(&format!("/calls/{}", world.call));
        for wanted in ["30 %", "thirty per cent of the contract", "18,500,000.00", "/sign-in"] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        assert!(!page.contains("/apply\""), "a visitor is not offered to apply");
    });
}

#[test]
fn a_rule_shows_terms_findings_examples_and_its_file() {
    on_both(|world| {
        let page = world.page("/instruments/test-voucher?lang=zh");
        for wanted in ["测试券", "no-group-cap", "https://example.org/rule", "30,000.00"] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        let same = world.page(&format!("/instruments/{}", world.instrument));
        assert!(same.contains("test-voucher") || same.contains("Test voucher"));
        let file = world.get(&format!("/instruments/{}.toml", world.instrument));
        assert_eq!(file.content_type, "application/toml; charset=utf-8");
        assert!(file.text.contains("id = \"test-voucher\""));
        assert!(world.page("/instruments").contains("/instruments/test-voucher"));
    });
}

#[test]
fn a_visitor_computes_an_entitlement_by_address_alone() {
    on_both(|world| {
        let asked = "/entitlement?fact_kinds=company&fact_staff=3&line1_amount=100000";
        let page = world.page(&format!("{asked}&fact_before=none"));
        assert!(page.contains("30,000.00"), "the amount is computed");
        let page = world.page(asked);
        assert!(!page.contains("figure-huge"), "an unknown history is not taken for nothing");
        let wrong = world.get("/entitlement?fact_staff=many&line1_amount=1.234&line2_what=x");
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["fact_staff-error", "line1_amount-error", "line2_amount-error"] {
            assert!(wrong.text.contains(field), "{field}");
        }
        let unknown = world.get("/entitlement?instrument=no-such-rule");
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn an_award_shows_money_suppliers_and_events_but_no_invoice_and_no_person() {
    on_both(|world| {
        let award = seeded(world);
        let page = world.page(&format!("/awards/{award}"));
        for wanted in [
            "1,000,000.00",
            "400,000.00",
            "600,000.00",
            "Claim 1",
            "independent of the beneficiary",
            "Parent Group",
            "sound and useful",
            "Payment confirmed by the bank",
        ] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        assert!(!page.contains("/claims/"), "a visitor cannot open a claim");
    });
}

#[test]
fn an_organisation_shows_its_group_and_a_natural_person_stays_without_a_name() {
    on_both(|world| {
        seeded(world);
        let page = world.page(&format!("/organisations/{}", world.firm));
        for wanted in ["Parent Group", "60.0", "1,000,000.00", "From a register"] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        let private = world.page(&format!("/organisations/{}", world.private));
        assert!(private.contains("a natural person"));
        let masked = world.page(&format!("/organisations/{}", world.person));
        assert!(masked.contains("a natural person"));
        let cloud = world.page(&format!("/organisations/{}", world.cloud));
        assert!(cloud.contains(&format!("/register?supplier={}", world.cloud)));
        let list = world.page("/organisations?q=big+cloud");
        assert!(list.contains("Big Cloud") && !list.contains("Private Works"));
        let listed = format!("<th scope=\"row\"><a href=\"/organisations/{}\">", world.person);
        assert!(!world.page("/organisations").contains(&listed));
        assert!(!world.page("/organisations?q=zhang").contains("natural person"));
    });
}

#[test]
fn concentration_stands_by_entity_and_by_owner_with_its_findings() {
    on_both(|world| {
        seeded(world);
        let page = world.page("/concentration");
        for wanted in ["5,555", "66.6 %", "2 of 2", "HHI by group = sum of squared sums"] {
            assert!(page.contains(wanted), "`{wanted}` is missing");
        }
        assert!(world.page("/concentration?year=1999").contains("Nothing has been paid yet"));
        world.page("/concentration?year=abc&unit=XYZ&lang=zh");
    });
}

#[test]
fn what_does_not_exist_is_a_page_that_says_so() {
    on_both(|world| {
        let id = "0".repeat(26);
        for address in ["/awards", "/calls", "/organisations", "/instruments"] {
            for id in [id.as_str(), "nothing", "%3Cscript%3Ealert(1)%3C%2Fscript%3E"] {
                let answer = world.get(&format!("{address}/{id}"));
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}/{id}");
                assert!(answer.text.contains("Nothing is at this address"));
                world.sound(address, &answer.text);
            }
        }
        let chinese = world.get("/awards/nothing?lang=zh");
        assert!(chinese.text.contains("lang=\"zh-Hans\""));
    });
}

#[test]
fn who_acts_for_the_firm_sees_its_own_invoices_and_history() {
    on_both(|world| {
        let award = seeded(world);
        let cookie = world.applicant_cookie();
        let page = world.get_as(&format!("/awards/{award}"), &cookie);
        assert!(page.text.contains(world::INVOICE) && page.text.contains("/claims/"));
        assert!(page.text.contains(&format!("/awards/{award}/claim")), "600,000.00 is left");
        let call = world.get_as(&format!("/calls/{}", world.call), &cookie);
        assert!(call.text.contains(&format!("/calls/{}/apply", world.call)));
        // 30 % of 30 million is 9 million; the year's cap of 8 million leaves what was not awarded.
        let asked = "/entitlement?fact_staff=3&line1_amount=30000000";
        let answer = world.get_as(asked, &cookie);
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text.contains("7,000,000.00") || answer.text.contains("7,500,000.00"));
        assert!(!answer.text.contains("fact_before"), "the history is known");
    });
}

#[test]
fn the_api_lists_each_award_with_its_own_title_and_suppliers() {
    on_both(|world| {
        let titles = ["First", "Second", "Third"];
        for title in titles {
            world.award(world.firm, title, "1,000");
        }
        for rows in [1, 2, 500] {
            let (mut after, mut found) = (String::new(), Vec::new());
            loop {
                let answer = world.get(&format!("/api/v1/awards?rows={rows}{after}"));
                let list: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
                for one in list["items"].as_array().unwrap() {
                    assert_eq!(one["suppliers"][0]["id"], world.cloud.as_str(), "{one}");
                    assert_eq!(one["suppliers"].as_array().unwrap().len(), 1, "{one}");
                    found.push(one["title_en"].as_str().unwrap().to_owned());
                }
                let Some(next) = list["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(found, ["Third", "Second", "First"], "{rows} rows a page");
        }
        let group = world.get(&format!("/api/v1/awards?group={}", world.parent)).text;
        assert_eq!(group.matches("\"title_en\"").count(), 3, "a member's awards: {group}");
    });
}
