mod fsck;
mod gc;
mod gc_world;
mod jobs;
mod jobs_world;
mod kept;
mod keyed;
mod upstream;

use crate::payout::{Order, payment_csv, payment_pain001};
use crate::{App, Config, Payer, Zone, once, zone_read, zone_set};
use base::{Amount, FixedClock, Id, Random, Time, Unit};
use grants::{BankAccount, Payment, PaymentBatch, PaymentState};
use std::cell::Cell;
use std::sync::Arc;

fn on_both(check: impl Fn(&App)) {
    for database in testbed::databases() {
        let folder = testbed::TempDir::new().expect("a folder");
        let config =
            Config { data: folder.path().to_path_buf(), database: Some(database.url().to_owned()) };
        let clock = Arc::new(FixedClock::at(Time::parse("2026-03-02T09:00:00Z").unwrap()));
        let app = App::open_with(&config, clock, Arc::new(Random::seeded(3))).expect("opens");
        check(&app);
    }
}

#[test]
fn a_zone_opens_and_closes_on_a_thread_that_runs_tasks() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for database in testbed::databases() {
        for is_closed_first in [true, false] {
            let folder = testbed::TempDir::new().expect("a folder");
            let data = folder.path().to_path_buf();
            let config = Config { data, database: Some(database.url().to_owned()) };
            runtime.block_on(async {
                let app = App::open(&config).expect("opens");
                let zone = app.read(zone_read).await.expect("reads");
                assert_eq!(zone, Zone::default());
                if is_closed_first {
                    app.close();
                }
            });
        }
    }
}

fn id<T: From<Id>>(number: u64) -> T {
    T::from(Id::new(Time::from_millis(1), number, 0))
}

fn order(holder: &str, number: &str, bank_code: &str) -> Order {
    let payment = Payment {
        id: id(1),
        claim: id(2),
        award: id(3),
        payee: id(4),
        amount: Amount::new(18_000_001, Unit::CNY),
        state: PaymentState::Sent,
        batch: Some(id(5)),
        due_at: Time::from_millis(0),
        paid_at: None,
    };
    let account = BankAccount {
        holder_name: holder.to_owned(),
        number: number.to_owned(),
        bank_code: bank_code.to_owned(),
    };
    Order { payment, payee: "Firm, \"quoted\"".to_owned(), account }
}

fn batch(unit: Unit) -> PaymentBatch {
    PaymentBatch {
        id: id(5),
        payments: 1,
        total: Amount::new(18_000_001, unit),
        made_by: id(6),
        made_at: Time::parse("2026-03-02T09:00:00Z").unwrap(),
    }
}

fn payer() -> Payer {
    Payer { name: "Zone <A&B>".into(), number: "NOT-SET".into(), bank_code: String::new() }
}

#[test]
fn a_payment_file_names_account_amount_and_reference_exactly() {
    let xml = payment_pain001(
        &batch(Unit::CNY),
        &payer(),
        &[order("岫云 & Co", "GB82 WEST 1234 5698 7654 32", "WESTGB2L")],
    )
    .expect("a file");
    for part in [
        "<CtrlSum>180000.01</CtrlSum>",
        "<InstdAmt Ccy=\"CNY\">180000.01</InstdAmt>",
        "<Nm>Zone &lt;A&amp;B&gt;</Nm>",
        "<Nm>岫云 &amp; Co</Nm>",
        "<IBAN>GB82WEST12345698765432</IBAN>",
        "<BICFI>WESTGB2L</BICFI>",
        "<Othr><Id>NOTPROVIDED</Id></Othr>",
        "<NbOfTxs>1</NbOfTxs>",
    ] {
        assert!(xml.contains(part), "{part} is missing in {xml}");
    }
    let wrong =
        payment_pain001(&batch(Unit::CNY), &payer(), &[order("A", "GB82WEST12345698765433", "")]);
    let wrong = wrong.expect("a file");
    assert!(wrong.contains("<Othr><Id>GB82WEST12345698765433</Id></Othr>"), "no IBAN: {wrong}");
}

/// Needs `xmllint` and the schema that `HUTONG_TEST_PAIN001` names; `cargo xtask ci` sets it.
#[test]
fn payment_files_are_valid_by_the_schema_of_pain_001() {
    let Some(schema) = std::env::var_os("HUTONG_TEST_PAIN001") else {
        println!("SCHEMA ABSENT: payment files are tested by field only");
        return;
    };
    let long = "长".repeat(300);
    let orders = [
        order("岫云 & Co", "GB82 WEST 1234 5698 7654 32", "WESTGB2L"),
        order("A", "GB82WEST12345698765433", "not a code"),
        order(&long, &"9".repeat(60), &"8".repeat(60)),
        order("<Nm>\u{7}", "6222 0000", "BKCHCNBJ92A"),
    ];
    let folder = testbed::TempDir::new().expect("a folder");
    for (number, unit) in [Unit::CNY, Unit::EUR].into_iter().enumerate() {
        let name = format!("{long}]]>");
        let payer = Payer { name, number: "NOT-SET".into(), bank_code: long.clone() };
        let xml = payment_pain001(&batch(unit), &payer, &orders).expect("a file");
        let path = folder.path().join(format!("{number}.xml"));
        std::fs::write(&path, xml).expect("writes");
        let mut lint = std::process::Command::new("xmllint");
        lint.arg("--noout").arg("--schema").arg(&schema).arg(&path);
        let output = lint.output().expect("`xmllint` runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_payment_file_is_made_only_in_a_currency() {
    let refused = payment_pain001(&batch(Unit::GPU_SECOND), &payer(), &[]);
    assert!(refused.is_err());
}

#[test]
fn a_spreadsheet_runs_no_cell_of_a_payment_file() {
    let csv = payment_csv(&[order("=cmd|' /C calc'!A0", "-1+1", "@x")]);
    let line = csv.lines().nth(1).expect("a row");
    assert!(line.contains("'=cmd|"), "{line}");
    assert!(line.contains(",'-1+1,'@x,180000.01,CNY"), "{line}");
    assert!(line.contains("\"Firm, \"\"quoted\"\"\""), "{line}");
}

#[test]
fn a_request_with_a_key_is_done_once() {
    on_both(|app| {
        let put = |key: &'static str, value: &'static str| {
            app.db()
                .write(move |tx| {
                    let done = Cell::new(false);
                    let location = once(tx, key, |_| {
                        done.set(true);
                        Ok::<_, db::Error>(value.to_owned())
                    })?;
                    Ok::<_, db::Error>((location, done.get()))
                })
                .wait()
                .expect("writes")
        };
        assert_eq!(put("p:1", "/a"), ("/a".to_owned(), true));
        assert_eq!(put("p:1", "/b"), ("/a".to_owned(), false), "the first answer again");
        assert_eq!(put("q:1", "/b"), ("/b".to_owned(), true), "another person's key");
        assert_eq!(put("", "/c"), ("/c".to_owned(), true));
        assert_eq!(put("", "/d"), ("/d".to_owned(), true), "no key, no memory");
    });
}

#[test]
fn a_refused_request_may_be_repeated_with_its_key() {
    on_both(|app| {
        let try_it = |is_good: bool| {
            app.db()
                .write(move |tx| {
                    once(tx, "k", |_| {
                        if is_good { Ok("/done".to_owned()) } else { Err(db::Error::Lost) }
                    })
                })
                .wait()
        };
        assert!(try_it(false).is_err());
        assert_eq!(try_it(true).expect("works now"), "/done");
    });
}

#[test]
fn a_zone_keeps_its_settings_and_refuses_bad_ones_at_once() {
    on_both(|app| {
        assert_eq!(app.db().read(zone_read).expect("reads"), Zone::default());
        let good = Zone { name_en: "AI Town".to_owned(), year: Some(2019), ..Zone::default() };
        let new = good.clone();
        app.db().write(move |tx| zone_set(tx, &new)).wait().expect("writes").expect("keeps");
        let bad = Zone {
            name_en: " ".to_owned(),
            payer: Payer { name: String::new(), ..good.payer.clone() },
            ..good.clone()
        };
        let refused = app.db().write(move |tx| zone_set(tx, &bad)).wait().expect("answers");
        let fields: Vec<String> =
            refused.expect_err("refused").into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["name_en", "payer.name"]);
        assert_eq!(app.db().read(zone_read).expect("reads"), good);
    });
}

#[test]
fn an_empty_zone_is_sound_and_its_overview_empty() {
    on_both(|app| {
        assert_eq!(crate::check(app).expect("sound").awards, 0);
        let now = app.now();
        let seen = app.db().read(|read| crate::overview_of(app, read, 2026, Unit::CNY, now));
        let seen = seen.expect("computes");
        assert_eq!((seen.projects, seen.awarded.minor), (0, 0));
        assert!(seen.entity.hhi.is_none() && seen.findings.is_empty());
    });
}
