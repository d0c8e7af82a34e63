//! Claims about the plan, each for the seed that is shown and for others.

mod shelf;

use crate::model::*;
use crate::table::{self, rows};
use crate::{Action, Groups, SEED, plan};
use base::{Date, Ppm, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Seeds under which every claim is tested.
const SEEDS: [u64; 8] = [SEED, 0, 1, 2, 3, 42, 1_000_003, u64::MAX];

fn for_each_seed(claim: fn(&Plan)) {
    for seed in SEEDS {
        claim(&plan(seed));
    }
}

fn year_end() -> Date {
    "2019-12-31".parse().unwrap()
}

fn funded(plan: &Plan) -> impl Iterator<Item = &Application> {
    plan.applications.iter().filter(|a| a.category.is_of_round() && a.is_approved())
}

/// Sums by some key, in fen.
fn sums(plan: &Plan, key: impl Fn(&'static str) -> &'static str) -> BTreeMap<&'static str, i64> {
    let mut found = BTreeMap::new();
    for application in funded(plan) {
        *found.entry(key(application.organisation)).or_default() += application.paid_minor();
    }
    found
}

/// The Herfindahl-Hirschman index in points of 10,000, rounded down.
fn hhi(sums: &BTreeMap<&'static str, i64>) -> i128 {
    let total: i128 = sums.values().map(|sum| i128::from(*sum)).sum();
    let squares: i128 = sums.values().map(|sum| i128::from(*sum) * i128::from(*sum)).sum();
    squares * 10_000 / (total * total)
}

fn share_ppm(part: i64) -> i64 {
    i64::try_from(i128::from(part) * 1_000_000 / 4_300_000_000).unwrap()
}

fn assert_distinct<T: Ord + std::fmt::Debug>(what: &str, all: impl Iterator<Item = T>) {
    let mut seen = BTreeSet::new();
    for one in all {
        assert!(!seen.contains(&one), "{what} {one:?} occurs twice");
        seen.insert(one);
    }
}

#[test]
fn the_published_figures_come_out() {
    for_each_seed(|plan| {
        let expected = plan.expected();
        assert_eq!(expected.paid_minor, 4_300_000_000);
        assert_eq!(expected.projects, 123);
        assert_eq!(expected.projects_by_category[&Category::ResearchAndDevelopment], 52);
        assert_eq!(expected.projects_by_category[&Category::Office], 44);
        assert_eq!(expected.projects_by_category[&Category::Cloud], 27);
        assert_eq!(expected.projects_by_category.len(), 3);
        assert_eq!(expected.cloud_projects, 27);
        assert_eq!(expected.top_supplier, "alibaba-cloud");
        assert_eq!(expected.cloud_projects_with_top_supplier, 25);
        assert_eq!(expected.cloud_projects_with_top_supplier_alone, 17);
        assert_eq!(expected.declined, 25);
        assert_eq!(expected.open, 3);
        assert_eq!(expected.claims_open, 1);
    });
}

#[test]
fn the_largest_research_and_office_awards_go_to_chengying() {
    for_each_seed(|plan| {
        for category in [Category::ResearchAndDevelopment, Category::Office] {
            let mut awards: Vec<(i64, &str)> = funded(plan)
                .filter(|a| a.category == category)
                .map(|a| (a.requested.minor, a.organisation))
                .collect();
            awards.sort_unstable();
            let [.., second, first] = &awards[..] else { panic!("two awards at least") };
            assert_eq!(first.1, "chengying");
            assert!(first.0 > second.0 * 3 / 2, "{category:?}: {first:?} {second:?}");
        }
        let chengying = plan.organisations.iter().find(|o| o.key == "chengying").unwrap();
        assert_eq!(chengying.name_zh, "杭州橙鹰数据技术有限公司");
    });
}

#[test]
fn the_list_looks_diverse_by_firm_and_not_by_owner() {
    for_each_seed(|plan| {
        let groups = Groups::at(plan, year_end());
        let by_firm = sums(plan, |key| key);
        let by_group = sums(plan, |key| groups.of_organisation(key));
        assert!((150..=250).contains(&hhi(&by_firm)), "by firm {}", hhi(&by_firm));
        assert!((900..=1_500).contains(&hhi(&by_group)), "by owner {}", hhi(&by_group));
        let top = by_firm.iter().max_by_key(|(_, sum)| **sum).unwrap();
        assert_eq!(*top.0, "chengying");
        assert!((70_000..=90_000).contains(&share_ppm(*top.1)), "{}", share_ppm(*top.1));
        let top = by_group.iter().max_by_key(|(_, sum)| **sum).unwrap();
        assert_eq!(groups.of_organisation("alibaba"), *top.0);
        assert!((280_000..=340_000).contains(&share_ppm(*top.1)), "{}", share_ppm(*top.1));
    });
}

#[test]
fn owners_form_the_groups_that_the_story_tells() {
    let plan = plan(SEED);
    let groups = Groups::at(&plan, year_end());
    let are_one = |a, b| groups.are_one(a, b);
    assert!(are_one("alibaba", "chengying") && are_one("alibaba", "alibaba-cloud"));
    assert!(are_one("alibaba", "pingting"), "a chain of four");
    assert!(are_one("alibaba", "oupo"), "30 and 25 % held by two members");
    assert!(are_one("alibaba", "lingji"), "control by contract");
    assert!(!are_one("alibaba", "diji"), "40 % is no majority");
    assert!(are_one("xianqiao", "jixiang") && are_one("xianqiao", "wujiao"), "a circle");
    assert!(!are_one("qidu", "shaxi") && !are_one("qidu", "zheshuang"), "half and half");
    assert!(are_one("person-a", "zhixue") && are_one("zhixue", "zhipo"), "one natural person");
    assert!(are_one("torreya-university", "feishi") && !are_one("torreya-university", "chuyun"));
    assert!(are_one("boquan", "chenxiang") && !are_one("boquan", "liyuan"), "sold in 2019");
    let before = Groups::at(&plan, "2018-12-31".parse().unwrap());
    assert!(before.are_one("boquan", "liyuan"), "not sold yet");
    let stated: BTreeSet<&str> = plan.ownership.iter().flat_map(|s| [s.owner, s.owned]).collect();
    let unknown: BTreeSet<&str> =
        funded(&plan).map(|a| a.organisation).filter(|key| !stated.contains(key)).collect();
    assert!(unknown.len() > 40, "owners of {} are unknown", unknown.len());
}

#[test]
fn no_organisation_is_owned_beyond_the_whole() {
    let plan = plan(SEED);
    for organisation in &plan.organisations {
        let held: i64 = plan
            .ownership
            .iter()
            .filter(|s| s.owned == organisation.key && s.valid_to.is_none())
            .filter_map(|s| s.share)
            .map(Ppm::get)
            .sum();
        assert!(held <= 1_000_000, "{} is owned by {held} ppm", organisation.key);
    }
}

#[test]
fn only_three_organisations_are_real_and_all_others_say_so() {
    for_each_seed(|plan| {
        let real: Vec<&str> =
            plan.organisations.iter().filter(|o| !o.is_synthetic).map(|o| o.key).collect();
        assert_eq!(real, ["alibaba", "alibaba-cloud", "chengying"]);
        for organisation in &plan.organisations {
            let has_number = organisation.identifiers.iter().any(|(s, _)| *s == "HT-DEMO");
            let is_person = organisation.kind == OrganisationKind::NaturalPerson;
            assert_eq!(has_number, organisation.is_synthetic && !is_person, "{organisation:?}");
        }
        for statement in &plan.ownership {
            let is_real = real.contains(&statement.owner) && real.contains(&statement.owned);
            assert_eq!(statement.source.starts_with("https://"), is_real, "{statement:?}");
        }
        assert!(plan.people.iter().all(|p| p.email.ends_with("@example.org")));
        assert!(plan.people.iter().all(|p| p.name.contains("made")), "people are made up");
    });
}

#[test]
fn names_numbers_and_titles_occur_once() {
    for_each_seed(|plan| {
        let organisations = || plan.organisations.iter();
        assert_distinct("key", organisations().map(|o| o.key));
        assert_distinct("name", organisations().map(|o| &o.name_en));
        assert_distinct("name", organisations().map(|o| &o.name_zh));
        let pinyin = organisations().map(|o| &o.name_pinyin).filter(|name| !name.is_empty());
        assert_distinct("name", pinyin);
        assert_distinct("identifier", organisations().flat_map(|o| &o.identifiers));
        assert_distinct("address", plan.people.iter().map(|p| &p.email));
        assert_distinct("account", plan.bank_accounts.iter().map(|b| &b.number));
        let applications = || plan.applications.iter();
        assert_distinct("title", applications().map(|a| a.title_en));
        assert_distinct("title", applications().map(|a| a.title_zh));
        assert_distinct("key", applications().map(|a| &a.key));
        assert_distinct("applicant", applications().map(|a| (a.call, a.organisation)));
        let claims = applications().flat_map(Application::claims);
        assert_distinct("invoice", claims.map(|claim| &claim.invoice_number));
    });
}

#[test]
fn every_reference_resolves() {
    for_each_seed(|plan| {
        let keys: BTreeSet<&str> = plan.organisations.iter().map(|o| o.key).collect();
        let emails: BTreeSet<&str> = plan.people.iter().map(|p| p.email.as_str()).collect();
        let rules: BTreeSet<&str> = plan.instruments.iter().map(|i| i.id).collect();
        assert!(plan.ownership.iter().all(|s| keys.contains(s.owner) && keys.contains(s.owned)));
        let employers = plan.people.iter().flat_map(|p| &p.employments);
        assert!(employers.clone().all(|(employer, _)| keys.contains(employer)));
        assert!(plan.calls.iter().all(|call| rules.contains(call.instrument)));
        for application in &plan.applications {
            let call = plan.calls.iter().find(|call| call.code == application.call).unwrap();
            assert_eq!(call.category, application.category);
            assert!(keys.contains(application.organisation));
            let person = plan.people.iter().find(|p| p.email == application.representative);
            let acts_for = [(application.organisation, true)];
            assert_eq!(person.unwrap().employments, acts_for);
            assert!(application.lines.iter().all(|line| keys.contains(line.supplier)));
            assert!(application.claims().iter().all(|claim| keys.contains(claim.supplier)));
            assert!(application.reviews.iter().all(|r| emails.contains(r.reviewer.as_str())));
            let [first, second] = application.outcome.votes() else { continue };
            assert_ne!(first.officer, second.officer);
            assert!([first, second].iter().all(|vote| emails.contains(vote.officer.as_str())));
        }
        for application in funded(plan) {
            let is_theirs = |b: &BankAccount| b.organisation == application.organisation;
            assert!(plan.bank_accounts.iter().any(is_theirs), "{}", application.key);
        }
    });
}

#[test]
fn each_award_is_what_its_rule_computes_and_is_claimed_to_the_last_fen() {
    for_each_seed(|plan| {
        let rate = |category| match category {
            Category::ResearchAndDevelopment => Ppm::parse_percent("20%").unwrap(),
            Category::Office | Category::Cloud => Ppm::parse_percent("50%").unwrap(),
            Category::Voucher => Ppm::parse_percent("30%").unwrap(),
        };
        for application in &plan.applications {
            let rate = rate(application.category);
            let computed: i64 =
                application.lines.iter().map(|line| rate.of(line.amount).minor).sum();
            assert_eq!(computed, application.requested.minor, "{}", application.key);
            for claim in application.claims() {
                assert_eq!(rate.of(claim.invoice_amount), claim.asked, "{}", application.key);
                assert!(claim.asked.minor > 0);
            }
            if !application.category.is_of_round() {
                continue;
            }
            if let Outcome::Approve { amount, claims, .. } = &application.outcome {
                assert_eq!(*amount, application.requested);
                assert_eq!(application.paid_minor(), amount.minor, "{}", application.key);
                assert!((1..=3).contains(&claims.len()));
            }
        }
    });
}

#[test]
fn every_amount_is_within_its_caps_and_budget() {
    for_each_seed(|plan| {
        let mut by_firm: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for application in &plan.applications {
            *by_firm.entry((application.call, application.organisation)).or_default() +=
                application.requested.minor;
        }
        for call in &plan.calls {
            // The caps that the rule files state, in fen.
            let cap = match call.category {
                Category::ResearchAndDevelopment => 300_000_000,
                Category::Office | Category::Cloud => 100_000_000,
                Category::Voucher => 800_000_000,
            };
            let of_call = by_firm.iter().filter(|((code, _), _)| *code == call.code);
            assert!(of_call.clone().all(|(_, sum)| *sum < cap), "{}", call.code);
            let of_call = plan.applications.iter().filter(|a| a.call == call.code);
            let approved: i64 =
                of_call.clone().filter(|a| a.is_approved()).map(|a| a.requested.minor).sum();
            let left = call.budget.minor - approved;
            assert!(left > 0, "{}", call.code);
            let is_over = |a: &&Application| matches!(&a.outcome, Outcome::Decline(d) if d.reason == DeclineReason::OverBudget);
            assert!(of_call.filter(is_over).all(|a| a.requested.minor > left), "{}", call.code);
        }
    });
}

#[test]
fn floor_space_and_least_cost_are_within_the_rules() {
    for_each_seed(|plan| {
        for application in plan.applications.iter() {
            let area = application.facts.iter().find(|fact| fact.name == "floor_area_m2");
            if let Some(Fact { value: FactValue::Int(area), .. }) = area {
                assert!((20..=2_000).contains(area), "{}: {area}", application.key);
            }
            let cost: i64 = application.lines.iter().map(|line| line.amount.minor).sum();
            assert!(cost >= 10_000_000, "{}: {cost}", application.key);
        }
    });
}

#[test]
fn reviewers_judge_their_own_group_only_where_it_must_be_refused() {
    for_each_seed(|plan| {
        let groups = Groups::at(plan, year_end());
        let mut refused = 0;
        for application in &plan.applications {
            for review in &application.reviews {
                let person = plan.people.iter().find(|p| p.email == review.reviewer).unwrap();
                assert_eq!(person.roles, [Role::Reviewer]);
                let is_own = person
                    .employments
                    .iter()
                    .any(|(employer, _)| groups.are_one(employer, application.organisation));
                assert_eq!(is_own, review.is_conflicted, "{}", application.key);
                refused += usize::from(is_own);
            }
            let counted = application.reviews.iter().filter(|r| !r.is_conflicted);
            assert_distinct("reviewer", counted.map(|r| &r.reviewer));
        }
        assert_eq!(refused, 5);
    });
}

#[test]
fn scores_bear_the_decisions_out() {
    for_each_seed(|plan| {
        for application in &plan.applications {
            let counted = || application.reviews.iter().filter(|r| !r.is_conflicted);
            let number = u32::try_from(counted().count()).unwrap();
            let sum: u32 = counted().map(|review| review.scores.sum()).sum();
            let passes = sum >= Scores::PASS * 3 * number;
            match &application.outcome {
                Outcome::Approve { .. } => assert!(number >= 2 && passes, "{}", application.key),
                Outcome::Decline(decline) => match decline.reason {
                    DeclineReason::Ineligible(_) => assert_eq!(number, 0),
                    DeclineReason::OverBudget => assert!(number >= 2 && passes),
                    DeclineReason::UnderScored | DeclineReason::AfterConflict => {
                        assert!(number >= 2 && !passes, "{}", application.key);
                    }
                },
                Outcome::Leave => {}
            }
            assert!(counted().all(|r| r.scores.sum() <= 300));
        }
    });
}

/// Walks through the timeline and checks that every step finds what it builds on.
#[test]
fn the_timeline_can_be_walked_in_order() {
    for_each_seed(|plan| {
        let mut calls = BTreeSet::new();
        let mut done: BTreeMap<(usize, &str, usize), Time> = BTreeMap::new();
        let steps = plan.timeline();
        for step in &steps {
            let (application, what, number, needs) = match step.action {
                Action::CallOpen(call) => {
                    calls.insert(plan.calls[call].code);
                    continue;
                }
                Action::Apply(i) => {
                    let planned = &plan.applications[i];
                    let call = plan.calls.iter().find(|c| c.code == planned.call).unwrap();
                    assert!(calls.contains(planned.call) && step.at < call.closes_at);
                    done.insert((i, "apply", 0), step.at);
                    continue;
                }
                Action::Review { application, review } => (application, "review", review, "apply"),
                Action::Vote { application, vote: 0 } => (application, "vote", 0, "apply"),
                Action::Vote { application, vote } => (application, "decide", vote, "vote"),
                Action::ClaimSubmit { application, claim } => {
                    (application, "claim", claim, "decide")
                }
                Action::ClaimVerify { application, claim } => {
                    (application, "verify", claim, "claim")
                }
                Action::ClaimPay { application, claim } => (application, "pay", claim, "verify"),
            };
            let key = &plan.applications[application].key;
            let place = match needs {
                "decide" => 1,
                "claim" | "verify" => number,
                _ => 0,
            };
            let before = done.get(&(application, needs, place));
            assert!(before.is_some_and(|at| *at < step.at), "{key}: {what} before {needs}");
            done.insert((application, what, number), step.at);
        }
        let reviewed_late = plan.applications.iter().filter(|a| {
            let voted = a.outcome.votes().first().map(|vote| vote.at);
            voted.is_some_and(|voted| a.reviews.iter().any(|review| review.at >= voted))
        });
        assert_eq!(reviewed_late.count(), 0);
        let in_time = |step: &crate::Step| {
            let at = step.at.to_string();
            at.starts_with("2019-") || at.starts_with("2020-")
        };
        assert!(steps.iter().all(in_time));
        assert!(steps.len() < 2_000, "{} steps are too many for ten seconds", steps.len());
    });
}

#[test]
fn sealed_and_open_calls_are_judged_after_they_close() {
    for_each_seed(|plan| {
        for application in &plan.applications {
            let call = plan.calls.iter().find(|call| call.code == application.call).unwrap();
            let is_late = |review: &Review| review.at > call.closes_at;
            if call.mode != Mode::Rolling {
                assert!(application.reviews.iter().all(is_late), "{}", application.key);
            }
        }
    });
}

#[test]
fn invoices_come_after_the_decision_and_before_the_claim() {
    for_each_seed(|plan| {
        for application in &plan.applications {
            let Some(decided) = application.outcome.votes().last() else { continue };
            for claim in application.claims() {
                assert!(claim.invoice_date >= decided.at.date(), "{}", claim.invoice_number);
                assert!(claim.invoice_date <= claim.submitted_at.date());
                if let ClaimEnd::Paid { officer, .. } = &claim.end {
                    let votes = application.outcome.votes();
                    assert!(votes.iter().all(|vote| vote.officer != *officer));
                }
            }
        }
    });
}

#[test]
fn summaries_are_two_or_three_plain_sentences() {
    for_each_seed(|plan| {
        for application in &plan.applications {
            let summary = &application.summary;
            let sentences = summary.matches(". ").count() + 1;
            assert!((2..=3).contains(&sentences) && summary.ends_with('.'), "{summary}");
            assert!(!summary.contains("  "), "{summary}");
        }
    });
}

#[test]
fn nothing_is_invented_about_the_work_of_a_real_firm() {
    let plan = plan(SEED);
    let real = plan.applications.iter().filter(|a| a.organisation == "chengying");
    assert_eq!(real.filter(|a| a.summary.ends_with("are made up.")).count(), 2);
    let others = plan.applications.iter().filter(|a| a.organisation != "chengying");
    assert!(others.clone().all(|a| !a.summary.contains("published of this")));
    let is_real = |key| plan.organisations.iter().any(|o| o.key == key && !o.is_synthetic);
    assert_eq!(others.filter(|a| is_real(a.organisation)).count(), 0);
}

#[test]
fn tables_are_complete() {
    assert_eq!(rows::<5>(table::PROJECTS).count(), 123);
    assert_eq!(rows::<6>(table::DECLINED).count(), 25);
    let subjects: BTreeSet<&str> = rows::<3>(table::SUBJECTS).map(|row| row[0]).collect();
    let plan = plan(SEED);
    assert!(plan.applications.iter().all(|a| subjects.contains(a.subject)));
    assert!(subjects.len() >= 20);
    let titles: Vec<&str> = funded(&plan).map(|a| a.title_en).collect();
    assert!(titles.contains(&"Sign language translation using computer vision"));
    assert!(titles.contains(&"Predictive analytics of smart city data"));
}

#[test]
fn rule_files_bear_the_ids_of_the_plan_and_say_that_they_are_made_up() {
    for instrument in plan(SEED).instruments {
        assert!(instrument.text.contains(&format!("\nid = \"{}\"\n", instrument.id)));
        assert!(instrument.text.contains("(synthetic)") && instrument.text.contains("Synthetic:"));
        assert!(instrument.path.ends_with(".toml"));
        let has_clause = instrument.text.contains("non_affiliated = true");
        assert_eq!(has_clause, instrument.id == "demo-hz-town-compute-voucher");
    }
}

#[test]
fn equal_seeds_give_equal_plans_and_others_do_not() {
    assert_eq!(plan(SEED), plan(SEED));
    assert_ne!(plan(SEED).applications, plan(SEED + 1).applications);
}

#[test]
fn many_seeds_keep_the_figures() {
    for seed in 100..160 {
        let expected = plan(seed).expected();
        assert_eq!((expected.paid_minor, expected.projects), (4_300_000_000, 123), "seed {seed}");
        assert_eq!(expected.cloud_projects_with_top_supplier, 25, "seed {seed}");
    }
}
