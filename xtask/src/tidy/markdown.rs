//! The little of Markdown that the rules read: tables, inline code, links.

/// A row of a table: its line number and its cells.
pub(crate) struct Row<'a> {
    pub(crate) line: usize,
    pub(crate) cells: Vec<&'a str>,
}

/// The rows of the first table whose head begins with these cells.
pub(crate) fn table<'a>(text: &'a str, head: &[&str]) -> Option<Vec<Row<'a>>> {
    let mut rows = numbered(text).skip_while(|(_, line)| !cells(line).starts_with(head));
    rows.next()?;
    let body = rows.skip(1).take_while(|(_, line)| line.trim_start().starts_with('|'));
    Some(body.map(|(line, row)| Row { line, cells: cells(row) }).collect())
}

/// Everything in single backticks outside fenced blocks, with its line number.
pub(crate) fn code_spans(text: &str) -> Vec<(usize, &str)> {
    let mut spans = Vec::new();
    for (line, row) in prose(text) {
        spans.extend(row.split('`').skip(1).step_by(2).map(|span| (line, span)));
    }
    spans
}

/// The target of every link and image outside fenced blocks, with its line number.
pub(crate) fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    for (line, row) in prose(text) {
        let targets = row.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
        links.extend(targets.map(|target| (line, target)));
    }
    links
}

fn cells(line: &str) -> Vec<&str> {
    match line.trim().strip_prefix('|') {
        Some(row) => row.strip_suffix('|').unwrap_or(row).split('|').map(str::trim).collect(),
        None => Vec::new(),
    }
}

fn prose(text: &str) -> Vec<(usize, &str)> {
    let mut is_fenced = false;
    let mut lines = Vec::new();
    for (number, line) in numbered(text) {
        if line.trim_start().starts_with("```") {
            is_fenced = !is_fenced;
        } else if !is_fenced {
            lines.push((number, line));
        }
    }
    lines
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}
