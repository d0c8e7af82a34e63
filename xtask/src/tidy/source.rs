//! Takes Rust source apart, so that a rule about code is not tripped by a comment or a text.

/// One line of a Rust file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What the compiler reads, with the content of texts and characters left out.
    pub(crate) code: String,
    /// What stands in comments and doc comments.
    pub(crate) comment: String,
    /// What stands in string literals.
    pub(crate) text: String,
    /// Whether it belongs to a `#[cfg(test)]` module.
    pub(crate) is_test: bool,
}

#[derive(Clone, Copy)]
enum State {
    Code,
    LineComment,
    BlockComment { depth: usize },
    Text,
    RawText { hashes: usize },
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    state: State,
    lines: Vec<Line>,
}

/// Splits a file into its lines.
pub(crate) fn lines(source: &str) -> Vec<Line> {
    let mut scanner = Scanner {
        chars: source.chars().collect(),
        at: 0,
        state: State::Code,
        lines: vec![Line::default()],
    };
    while scanner.at < scanner.chars.len() {
        scanner.step();
    }
    if source.ends_with('\n') {
        scanner.lines.pop();
    }
    tests_mark(&mut scanner.lines);
    scanner.lines
}

impl Scanner {
    fn step(&mut self) {
        if self.peek(0) == Some('\n') {
            if matches!(self.state, State::LineComment) {
                self.state = State::Code;
            }
            self.lines.push(Line::default());
            self.at += 1;
            return;
        }
        match self.state {
            State::Code => self.step_code(),
            State::LineComment => self.take_comment(1),
            State::BlockComment { depth } => self.step_block(depth),
            State::Text => self.step_text(),
            State::RawText { hashes } => self.step_raw(hashes),
        }
    }

    fn step_code(&mut self) {
        match (self.peek(0), self.peek(1)) {
            (Some('/'), Some('/')) => self.open(State::LineComment, 2),
            (Some('/'), Some('*')) => self.open(State::BlockComment { depth: 1 }, 2),
            (Some('"'), _) => self.open_text(State::Text, 1),
            (Some('r'), Some('"' | '#')) if self.is_word_start() => self.step_raw_start(),
            (Some('\''), _) => self.step_quote(),
            _ => self.take_code(1),
        }
    }

    /// `r"`, `r#"` and so on open a raw text; `r#name` is a name.
    fn step_raw_start(&mut self) {
        let hashes = self.chars[self.at + 1..].iter().take_while(|&&c| c == '#').count();
        if self.peek(1 + hashes) == Some('"') {
            self.open_text(State::RawText { hashes }, hashes + 2);
        } else {
            self.take_code(1);
        }
    }

    /// A quote opens a character literal when it is closed in time, else a lifetime.
    fn step_quote(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => {
                let rest = self.chars.get(self.at + 3..).unwrap_or_default();
                rest.iter().position(|&c| c == '\'').map(|end| end + 4)
            }
            (_, Some('\'')) => Some(3),
            _ => None,
        };
        match length {
            Some(length) => {
                self.line().code.push_str("''");
                self.at += length;
            }
            None => self.take_code(1),
        }
    }

    fn step_block(&mut self, depth: usize) {
        match (self.peek(0), self.peek(1)) {
            (Some('*'), Some('/')) if depth == 1 => self.open(State::Code, 2),
            (Some('*'), Some('/')) => self.open(State::BlockComment { depth: depth - 1 }, 2),
            (Some('/'), Some('*')) => self.open(State::BlockComment { depth: depth + 1 }, 2),
            _ => self.take_comment(1),
        }
    }

    fn step_text(&mut self) {
        match self.peek(0) {
            Some('"') => self.open(State::Code, 1),
            // An escaped end of line is left for the next step, which counts lines.
            Some('\\') if self.peek(1) != Some('\n') => self.take_text(2),
            _ => self.take_text(1),
        }
    }

    fn step_raw(&mut self, hashes: usize) {
        let rest = self.chars.get(self.at + 1..self.at + 1 + hashes).unwrap_or_default();
        let is_end = self.peek(0) == Some('"') && rest.len() == hashes;
        if is_end && rest.iter().all(|&c| c == '#') {
            self.open(State::Code, 1 + hashes);
        } else {
            self.take_text(1);
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Whether the letter here does not continue a name; the prefixes of `br"` and `cr"` do not
    /// count as one.
    fn is_word_start(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map(|at| self.chars[at]);
        let continues = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        match before(1) {
            Some('b' | 'c') => !continues(before(2)),
            other => !continues(other),
        }
    }

    fn line(&mut self) -> &mut Line {
        self.lines.last_mut().expect("there is always a last line")
    }

    fn open(&mut self, state: State, length: usize) {
        self.state = state;
        self.at += length;
    }

    fn open_text(&mut self, state: State, length: usize) {
        self.line().code.push_str("\"\"");
        self.open(state, length);
    }

    fn take(&mut self, length: usize) -> String {
        let end = self.chars.len().min(self.at + length);
        let taken = self.chars[self.at..end].iter().collect();
        self.at = end;
        taken
    }

    fn take_code(&mut self, length: usize) {
        let taken = self.take(length);
        self.line().code.push_str(&taken);
    }

    fn take_comment(&mut self, length: usize) {
        let taken = self.take(length);
        self.line().comment.push_str(&taken);
    }

    fn take_text(&mut self, length: usize) {
        let taken = self.take(length);
        self.line().text.push_str(&taken);
    }
}

/// Marks the lines of every `#[cfg(test)] mod name { ... }`, which end at the brace that stands
/// as far in as the attribute: the formatter sees to that.
fn tests_mark(lines: &mut [Line]) {
    let mut inside: Option<String> = None;
    for at in 0..lines.len() {
        let code = lines[at].code.clone();
        let indent = &code[..code.len() - code.trim_start().len()];
        let opens = lines.get(at + 1).is_some_and(|next| {
            next.code.trim_start().starts_with("mod ") && next.code.trim_end().ends_with('{')
        });
        if inside.is_none() && code.trim() == "#[cfg(test)]" && opens {
            inside = Some(format!("{indent}}}"));
        }
        lines[at].is_test = inside.is_some();
        if inside.as_deref() == Some(code.trim_end()) {
            inside = None;
        }
    }
}
