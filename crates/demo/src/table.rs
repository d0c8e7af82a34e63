//! Tables kept in files beside the code: tab-separated, with a heading line.

/// The firms that are made up: brand, trade, size, year, and weight in the money.
pub(crate) const FIRMS: &str = include_str!("../data/firms.tsv");
/// Who owns whom.
pub(crate) const OWNERSHIP: &str = include_str!("../data/ownership.tsv");
/// The 123 accepted projects.
pub(crate) const PROJECTS: &str = include_str!("../data/projects.tsv");
/// The applications that are declined.
pub(crate) const DECLINED: &str = include_str!("../data/declined.tsv");
/// Sentences about each subject.
pub(crate) const SUBJECTS: &str = include_str!("../data/subjects.tsv");

/// Reads the lines below the heading.
///
/// # Panics
/// Where a line has not `N` columns, which the tests of this crate exclude for its tables.
pub(crate) fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    table.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        cells.try_into().expect("an embedded table has the same columns in every line")
    })
}
