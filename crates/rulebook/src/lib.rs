//! Support rules as data: reads, checks, evaluates, explains and lints instruments.
//!
//! An *instrument* is one support rule in a versioned TOML file; `docs/rules.md` describes the
//! format. [`check`] turns the text into an [`model::Instrument`] or into every problem with its
//! line and column.
//!
//! ```
//! let text = r#"
//! format = 1
//! [instrument]
//! id = "half"
//! version = 1
//! name = "Half of the rent"
//! place = "Example City"
//! country = "CN"
//! kind = "grant"
//! unit = "CNY"
//! [beneficiary]
//! [support]
//! method = "rate"
//! [[rate]]
//! rate = "50%"
//! "#;
//! let facts = r#"{ "date": "2025-03-01", "lines": [{ "amount": "1,000.01" }] }"#;
//! let answer = rulebook::simulate("half.toml", text, facts).expect("both texts are sound");
//! let shown = rulebook::evaluation_text(&answer, rulebook::Lang::En);
//! assert!(shown.starts_with("Entitled to 500.00 CNY\nWhy not more:\n- the rate\n"));
//!
//! let problems = rulebook::check("half.toml", "format = 2").expect_err("another format");
//! assert_eq!((problems[0].line, problems[0].column), (1, 1));
//! ```
//!
//! Must never: read or write a file, read the clock, use a float, or take a missing number for
//! zero. Start reading at [`check`].

mod checker;
mod commands;
mod evaluate;
mod evaluation;
mod examples;
mod explain;
mod expression;
mod lint;
mod missing;
pub mod model;
mod problem;
mod read;
mod refused;
mod request;
mod simulate;
mod words;

pub use commands::{
    CheckReport, SimulateFault, Summary, check_report, check_reports, evaluation_text,
    explain_text, lint_report, lint_text, list_text, simulate, summary,
};
pub use evaluate::{evaluate, supplier_check};
pub use evaluation::{
    AutomaticPath, Binding, Evaluation, Numbers, Outcome, PaperStanding, PaperState, Stage, Step,
    SupplierStanding, SupplierState, Verdict,
};
pub use examples::{ExampleFailure, examples_run};
pub use explain::explain;
pub use expression::{Expression, Truth};
pub use lint::{Finding, LintCode, finding_line, lint};
pub use missing::Missing;
pub use model::Instrument;
pub use problem::Problem;
pub use read::{FILE_BYTES_MAX, FORMAT, check};
pub use refused::Refused;
pub use request::{
    CostLine, FACT_WORDS_MAX, FactValue, History, LINES_MAX, OtherAid, Request, SupplierFacts,
};
pub use simulate::{FactsFault, Place, request_read};
pub use words::{Coded, Figure, Lang, Text};
