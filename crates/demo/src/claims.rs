//! What is bought, invoiced and claimed.

use crate::amounts::{STEP, split};
use crate::calendar::{between, midnight, moment, plus_days};
use crate::calls::{Terms, YUAN, cny};
use crate::model::{Category, Claim, ClaimEnd, CostLine};
use crate::prose::pick;
use crate::reviews::shuffle;
use base::{Random, Time};

/// Names of the lines of one application.
const LINE_IDS: [&str; 3] = ["a", "b", "c"];
/// Last day on which claims are handed in; verified and paid before the year ends.
const LAST_CLAIM: &str = "2019-12-06";

/// Kind of cost, what it is, who supplies it.
type Item = (&'static str, &'static str, &'static str);

const EQUIPMENT: Item = ("equipment", "Servers and measuring instruments", "cuoshi");
const TESTING: Item = ("testing", "Testing by an outside laboratory", "chengxi");
const LABELLING: Item = ("data", "Collection and labelling of data", "shaiyu");
const PROTOTYPE: Item = ("prototype", "Prototypes and trial production", "sunqiao");
/// Subjects whose projects end in something that can be touched.
const TANGIBLE: [&str; 7] =
    ["chips", "energy", "environment", "home", "manufacturing", "robotics", "vision"];

/// Who supplies a cloud project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloudSupply {
    /// Alibaba Cloud alone.
    Sole,
    /// Alibaba Cloud and a made-up supplier.
    Shared,
    /// A made-up supplier alone.
    Other,
}

/// The made-up cloud suppliers.
pub(crate) const CLOUD_OTHERS: [&str; 3] = ["xiuyun", "aizhou", "feiqiao"];

/// What the lines of an application are made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Purchase {
    pub(crate) support_fen: i64,
    pub(crate) subject: &'static str,
    pub(crate) supply: CloudSupply,
}

/// Makes the cost lines that give exactly the support asked, each by itself.
pub(crate) fn lines(random: &Random, terms: &Terms, purchase: Purchase) -> Vec<CostLine> {
    let items = match terms.category {
        Category::ResearchAndDevelopment => research(random, purchase.subject),
        Category::Office => office(random),
        Category::Cloud | Category::Voucher => cloud(random, purchase.supply),
    };
    let count = i64::try_from(items.len()).unwrap_or(1);
    let parts = split(random, purchase.support_fen, count, STEP);
    let line = |((id, (cost, what, supplier)), part): ((&'static str, Item), i64)| CostLine {
        id,
        cost,
        what,
        amount: cny(part * terms.cost_per_support),
        supplier,
    };
    LINE_IDS.into_iter().zip(items).zip(parts).map(line).collect()
}

fn research(random: &Random, subject: &str) -> Vec<Item> {
    let mut items = vec![EQUIPMENT, TESTING, LABELLING];
    if TANGIBLE.contains(&subject) {
        items.push(PROTOTYPE);
    }
    shuffle(random, &mut items);
    items.truncate(pick(random, &[1, 2, 2, 3]));
    items
}

fn office(random: &Random) -> Vec<Item> {
    let landlord = pick(random, &["huaixiang", "huaixiang", "baiwu"]);
    if random.below(3) == 0 {
        return vec![("rent", "Rent for 2019", landlord)];
    }
    vec![
        ("rent", "Rent, January to September 2019", landlord),
        ("rent", "Rent, October to December 2019", landlord),
    ]
}

fn cloud(random: &Random, supply: CloudSupply) -> Vec<Item> {
    let other = pick(random, &CLOUD_OTHERS);
    let main = if supply == CloudSupply::Other { other } else { "alibaba-cloud" };
    let compute = ("cloud-compute", "Time on virtual machines and accelerators", main);
    let storage = ("cloud-storage", "Object storage and databases", main);
    match supply {
        CloudSupply::Shared => {
            vec![compute, ("cloud-platform", "Model hosting and monitoring", other)]
        }
        CloudSupply::Sole | CloudSupply::Other if random.below(3) == 0 => vec![compute],
        CloudSupply::Sole | CloudSupply::Other => vec![compute, storage],
    }
}

/// An award to be claimed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Awarded<'a> {
    pub(crate) lines: &'a [CostLine],
    pub(crate) cost_per_support: i64,
    pub(crate) decided_at: Time,
    /// Mail address of the officer who verifies.
    pub(crate) officer: &'a str,
}

/// Makes one claim for each line, verified and paid in 2019. `number` is that of the last invoice
/// and counts on.
pub(crate) fn claims(random: &Random, awarded: Awarded<'_>, number: &mut u32) -> Vec<Claim> {
    let first = plus_days(awarded.decided_at, 8);
    let days = (midnight(LAST_CLAIM).millis() - first.millis()) / 86_400_000;
    let count = i64::try_from(awarded.lines.len()).unwrap_or(1);
    let one = |(i, line): (i64, &CostLine)| {
        *number += 1;
        let from = plus_days(first, days * i / count);
        let to = plus_days(first, (days * (i + 1) / count - 3).max(days * i / count));
        claim(random, awarded, line, moment(random, from, to), *number)
    };
    (0..count).zip(awarded.lines).map(one).collect()
}

fn claim(random: &Random, awarded: Awarded<'_>, line: &CostLine, at: Time, number: u32) -> Claim {
    let verified_at = moment(random, plus_days(at, 2), plus_days(at, 6));
    Claim {
        invoice_number: invoice_number(number),
        invoice_date: plus_days(at, -between(random, 1, 6)).date(),
        invoice_amount: line.amount,
        line: line.id,
        what: line.what,
        asked: cny(line.amount.minor / awarded.cost_per_support),
        supplier: line.supplier,
        submitted_at: at,
        end: ClaimEnd::Paid {
            officer: awarded.officer.to_owned(),
            verified_at,
            paid_at: moment(random, plus_days(verified_at, 1), plus_days(verified_at, 5)),
        },
    }
}

/// Writes an invoice number that no real invoice has.
pub(crate) fn invoice_number(number: u32) -> String {
    format!("DEMO-INV-{number:05}")
}

/// Returns the yuan that a line costs, for facts such as the space rented.
pub(crate) fn cost_yuan(lines: &[CostLine]) -> i64 {
    lines.iter().map(|line| line.amount.minor).sum::<i64>() / YUAN
}
