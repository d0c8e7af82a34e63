//! Sentences for summaries and comments.

use crate::model::Category;
use crate::table::{self, rows};
use base::Random;

/// Picks one of several.
pub(crate) fn pick<T: Copy>(random: &Random, of: &[T]) -> T {
    let most = u64::try_from(of.len()).unwrap_or(0);
    of[usize::try_from(random.below(most)).unwrap_or(0)]
}

/// What a summary is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) category: Category,
    /// English name of the firm.
    pub(crate) firm: &'a str,
    /// English title of the project.
    pub(crate) title: &'a str,
    pub(crate) subject: &'a str,
    /// Whether the firm really exists, so that nothing may be invented about its work.
    pub(crate) is_real: bool,
}

/// Says of a real beneficiary what is published, and that nothing else is.
const PUBLISHED: &str = "What is published of this project is its aim, to industrialise the use of \
    big data to discern risks to public safety, and that it received the most in its category. \
    Costs, suppliers, scores and dates shown here are made up.";

/// Writes two or three sentences about a project: what, why here, and what the money is for.
pub(crate) fn summary(random: &Random, about: About<'_>) -> String {
    if about.is_real {
        return PUBLISHED.to_owned();
    }
    let middle = subject_sentence(random, about.subject);
    let last = pick(random, closings(about.category));
    format!("{} {middle} {last}", opening(random, about))
}

fn opening(random: &Random, about: About<'_>) -> String {
    let (firm, aim) = (about.firm, lower_first(about.title));
    match (about.category, random.below(3)) {
        (Category::ResearchAndDevelopment, 0) => format!("The aim of the project is {aim}."),
        (Category::ResearchAndDevelopment, 1) => format!("What {firm} proposes is {aim}."),
        (Category::ResearchAndDevelopment, _) => {
            format!(
                "{firm} has a first version of its work on {aim} and wants to make it fit for daily use."
            )
        }
        (Category::Office, 0) => {
            format!("The application is for rented space: {}{aim}.", article(&aim))
        }
        (Category::Office, _) => format!("{firm} has rented {}{aim}.", article(&aim)),
        (Category::Cloud | Category::Voucher, 0) => {
            format!("One project, {aim}, has outgrown the machines that {firm} owns.")
        }
        (Category::Cloud | Category::Voucher, _) => {
            format!("{firm} asks for help with the bill for rented machines: {aim}.")
        }
    }
}

/// Returns the article for a rented place, with the blank behind it.
fn article(aim: &str) -> &'static str {
    match aim.split(' ').next() {
        Some("office") => "an ",
        Some("studio" | "showroom" | "workshop" | "second") => "a ",
        _ => "",
    }
}

/// Writes a title as it stands inside a sentence.
pub(crate) fn lower_first(title: &str) -> String {
    let mut rest = title.chars();
    let first = rest.next().map(char::to_lowercase).into_iter().flatten();
    first.chain(rest).collect()
}

fn closings(category: Category) -> &'static [&'static str] {
    match category {
        Category::ResearchAndDevelopment => &[
            "The support covers a fifth of what the firm spends on outside work; salaries are not asked for.",
            "All purchases are from outside firms and will be claimed with their invoices.",
            "A working version is to be shown in the town by the end of the year.",
        ],
        Category::Office => &[
            "Half of the rent is asked for; the firm pays the rest and all running costs.",
            "The team moves in during the first half of the year.",
            "Without the subsidy the team would stay in two separate buildings.",
        ],
        Category::Cloud => &[
            "Half of the contract is asked for.",
            "The contract was signed before the application and runs to the end of the year.",
            "Buying machines of its own would cost the firm about three times as much.",
        ],
        Category::Voucher => &[
            "The voucher pays for time on accelerators only.",
            "Training is planned for the winter months.",
        ],
    }
}

/// Returns one of the things that can be said of every project on a subject.
fn subject_sentence(random: &Random, subject: &str) -> &'static str {
    let mut table = rows::<3>(table::SUBJECTS);
    let [_, one, other] = table.find(|row| row[0] == subject).unwrap_or_default();
    pick(random, &[one, other])
}

/// What reviewers write of good, middling and weak proposals.
pub(crate) const GOOD: &[&str] = &[
    "Clear aim, a sound plan, and a team that has done this before.",
    "The measure of success is named in advance and can be checked.",
    "Useful to many small firms in the town; the budget is modest.",
    "A convincing first version; the next steps are well chosen.",
    "The risks are seen and each has an answer.",
    "Good work; I would like the data to be published at the end.",
];
/// Of a proposal that passes, but not ahead of others.
pub(crate) const MIDDLING: &[&str] = &[
    "Worth doing, but half of the cost could wait for a year.",
    "A fair proposal; the price is high for what is promised.",
];
/// Of a proposal that does not pass.
pub(crate) const WEAK: &[&str] = &[
    "What is new in it does not become clear.",
    "The plan names no way to tell success from failure.",
    "The data that it needs are not at hand.",
    "Better done with tools that everybody has already.",
];
