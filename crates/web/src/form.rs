//! What a form holds: values as typed, and every error at once.

/// One input with what was typed into it and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// Name of the form field; also its id in the page.
    pub name: String,
    /// Value as typed, unchanged, so that nothing is lost on an error.
    pub value: String,
    /// What is wrong, in the reader's language, with what to do; `None` where all is well.
    pub error: Option<String>,
    /// Choices of a select or radio group; empty for a text input.
    pub choices: Vec<Choice>,
}

/// One choice of a select or radio group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Value that is sent.
    pub value: String,
    /// Label that is shown, in the reader's language.
    pub label: String,
}

/// One line of the error summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Id of the input the line links to; empty for an error of the whole form.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The part every form shares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// Token against forged requests; sent back in the hidden field `csrf`.
    pub csrf: String,
    /// Key that makes a repeated submission harmless; hidden field `idempotency_key`.
    pub idempotency_key: String,
    /// Every bad field at once, in page order.
    pub errors: Vec<FieldError>,
}

impl Field {
    /// Makes a field with a value.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned(), ..Self::default() }
    }

    /// Makes a field with choices, given as (value, label).
    #[must_use]
    pub fn choose(name: &str, value: &str, choices: &[(&str, &str)]) -> Self {
        let choice = |(value, label): &(&str, &str)| Choice {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
        };
        Self { choices: choices.iter().map(choice).collect(), ..Self::new(name, value) }
    }

    /// Adds what is wrong with the value.
    #[must_use]
    pub fn wrong(mut self, message: &str) -> Self {
        self.error = Some(message.to_owned());
        self
    }

    /// Tells whether this choice is the present value.
    #[must_use]
    pub fn is(&self, choice: &Choice) -> bool {
        self.value == choice.value
    }

    /// Returns the ids of hint and error for `aria-describedby`; empty where there is neither.
    #[must_use]
    pub fn described_by(&self, has_hint: bool) -> String {
        let mut ids = Vec::new();
        if has_hint {
            ids.push(format!("{}-hint", self.name));
        }
        if self.error.is_some() {
            ids.push(format!("{}-error", self.name));
        }
        ids.join(" ")
    }
}

impl Form {
    /// Collects the errors of these fields, in order, for the summary.
    #[must_use]
    pub fn with_errors_of<'a>(mut self, fields: impl IntoIterator<Item = &'a Field>) -> Self {
        for field in fields {
            if let Some(message) = &field.error {
                self.errors
                    .push(FieldError { field: field.name.clone(), message: message.clone() });
            }
        }
        self
    }
}

/// The inputs of one cost line; field names carry its number, as in `line1_amount`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CostLineFields {
    /// Number of the line, from 1.
    pub number: usize,
    /// `lineN_kind`, a select of the rule's cost kinds.
    pub kind: Field,
    /// `lineN_what`, in words.
    pub what: Field,
    /// `lineN_amount`, a decimal number.
    pub amount: Field,
    /// `lineN_supplier`, id or name.
    pub supplier: Field,
}

impl CostLineFields {
    /// Makes an empty line with these cost kinds, given as (value, label).
    #[must_use]
    pub fn empty(number: usize, kinds: &[(&str, &str)]) -> Self {
        let name = |part: &str| format!("line{number}_{part}");
        Self {
            number,
            kind: Field::choose(&name("kind"), "", kinds),
            what: Field::new(&name("what"), ""),
            amount: Field::new(&name("amount"), ""),
            supplier: Field::new(&name("supplier"), ""),
        }
    }

    /// Lists the fields in page order, for the error summary.
    #[must_use]
    pub const fn fields(&self) -> [&Field; 4] {
        [&self.kind, &self.what, &self.amount, &self.supplier]
    }
}
