//! The later compute voucher pilot, whose rule demands an unaffiliated supplier. It is apart from
//! the round of 2019 and is left in the middle of things, so that there is something to do.

use crate::applications::Maker;
use crate::calendar::{day, midnight};
use crate::calls::{VOUCHER_CALL, YUAN, cny};
use crate::claims::invoice_number;
use crate::model::{Application, Category, Claim, ClaimEnd, CostLine, Fact, FactValue, Outcome};
use crate::people::representative;
use crate::prose::summary;
use crate::reviews::{Level, Wanted, reviews};

/// One application: who, about what, from whom, for how much.
#[derive(Clone, Copy)]
struct Pilot {
    firm: &'static str,
    subject: &'static str,
    title_en: &'static str,
    title_zh: &'static str,
    supplier: &'static str,
    contract_yuan: i64,
    submitted: &'static str,
    reviews: usize,
    is_approved: bool,
}

/// All amounts are whole thousands, so that 30 % of them is exact.
const PILOTS: [Pilot; 4] = [
    Pilot {
        firm: "pingting",
        subject: "law",
        title_en: "Training of a reader for building codes",
        title_zh: "建筑规范阅读模型训练",
        supplier: "xiuyun",
        contract_yuan: 1_200_000,
        submitted: "2020-10-12",
        reviews: 2,
        is_approved: true,
    },
    Pilot {
        firm: "taixiang",
        subject: "manufacturing",
        title_en: "Training on a million pictures of silk",
        title_zh: "百万丝绸图像模型训练",
        supplier: "aizhou",
        contract_yuan: 900_000,
        submitted: "2020-11-09",
        reviews: 2,
        is_approved: false,
    },
    // Alibaba's group would buy from Alibaba's group: the officer must see it before any vote.
    Pilot {
        firm: "guyu",
        subject: "city",
        title_en: "Training of a city-wide traffic model",
        title_zh: "全市交通大模型训练",
        supplier: "alibaba-cloud",
        contract_yuan: 3_000_000,
        submitted: "2020-11-23",
        reviews: 1,
        is_approved: false,
    },
    Pilot {
        firm: "laishi",
        subject: "robotics",
        title_en: "Simulation of touch for learning grippers",
        title_zh: "学习型夹爪触觉仿真",
        supplier: "feiqiao",
        contract_yuan: 500_000,
        submitted: "2020-12-07",
        reviews: 0,
        is_approved: false,
    },
];

impl Maker<'_> {
    /// Makes the applications of the pilot.
    pub(crate) fn pilots(&mut self) -> Vec<Application> {
        (1_u32..).zip(PILOTS).map(|(number, pilot)| self.pilot(number, pilot)).collect()
    }

    fn pilot(&mut self, number: u32, pilot: Pilot) -> Application {
        let category = Category::Voucher;
        let Pilot { firm, subject, title_en, title_zh, .. } = pilot;
        let about = self.about(category, firm, title_en, subject);
        let mut facts = self.facts_of_firm(firm, "");
        let signed = FactValue::Date(day("2020-10-08"));
        facts.push(Fact { name: "contract_signed", value: signed });
        let wanted = Wanted {
            applicant: firm,
            level: Level::Good,
            count: pilot.reviews,
            with_conflict: false,
            days: ("2020-12-08", "2020-12-11"),
        };
        let days = if pilot.is_approved { ("2020-10-19", "2020-10-23") } else { wanted.days };
        let lines = vec![CostLine {
            id: "a",
            cost: "compute",
            what: "Time on accelerators",
            amount: cny(pilot.contract_yuan * YUAN),
            supplier: pilot.supplier,
        }];
        let reviews = reviews(self.random, self.groups, Wanted { days, ..wanted }, &lines);
        Application {
            key: format!("CV-{number:03}"),
            call: VOUCHER_CALL,
            category,
            organisation: firm,
            representative: representative(firm),
            title_en,
            title_zh,
            summary: summary(self.random, about),
            subject,
            facts,
            lines,
            requested: cny(pilot.contract_yuan * YUAN * 3 / 10),
            // Two hours after the offices open.
            submitted_at: midnight(pilot.submitted).plus_seconds(3 * 3_600),
            reviews,
            outcome: if pilot.is_approved { self.pilot_award(pilot) } else { Outcome::Leave },
        }
    }

    /// Makes an award with two claims: one that names the beneficiary's sister and must be refused,
    /// and one that waits to be verified.
    fn pilot_award(&mut self, pilot: Pilot) -> Outcome {
        let (votes, _) = self.votes(("2020-10-26", "2020-11-06"));
        let invoiced = cny(pilot.contract_yuan / 2 * YUAN);
        let mut claim = |supplier, date, end| {
            self.invoices += 1;
            Claim {
                invoice_number: invoice_number(self.invoices),
                invoice_date: day(date),
                invoice_amount: invoiced,
                line: "a",
                what: "Time on accelerators, first half",
                asked: cny(invoiced.minor * 3 / 10),
                supplier,
                submitted_at: midnight(date).plus_seconds(4 * 3_600),
                end,
            }
        };
        let claims = vec![
            claim("alibaba-cloud", "2020-11-30", ClaimEnd::RefusedAffiliated),
            claim(pilot.supplier, "2020-12-14", ClaimEnd::Waiting),
        ];
        Outcome::Approve { votes, amount: cny(pilot.contract_yuan * YUAN * 3 / 10), claims }
    }
}
