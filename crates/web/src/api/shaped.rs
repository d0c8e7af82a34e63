//! Types that say how they look as JSON.

use super::shape::{CHARS_MAX, Form, Member, Shape};
use base::{Amount, Date, Ppm, Time, Unit};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Says how a type looks as JSON.
pub(crate) trait Shaped {
    /// Whether a member of this type may be left out.
    const IS_OPTIONAL: bool = false;
    /// Returns the shape.
    fn shape() -> Shape;
}

/// Declares objects of the API: the type, its reading and writing, and its description.
macro_rules! objects {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident { $($(#[doc = $says:literal])+ $field:ident: $type:ty,)* }
    )+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
        pub(crate) struct $name { $($(#[doc = $says])+ pub(crate) $field: $type,)* }

        impl $crate::api::shaped::Shaped for $name {
            fn shape() -> $crate::api::shape::Shape {
                $crate::api::shape::Shape::Named(stringify!($name), || {
                    $crate::api::shape::Shape::Object(vec![$(
                        $crate::api::shape::Member {
                            name: stringify!($field),
                            says: concat!($($says),+),
                            is_optional: <$type as $crate::api::shaped::Shaped>::IS_OPTIONAL,
                            shape: <$type as $crate::api::shaped::Shaped>::shape(),
                        },
                    )*])
                })
            }
        }
    )+};
}
pub(crate) use objects;

objects! {
    /// Nothing.
    Nothing {}
    /// A text in English and Chinese.
    Words {
        /// English.
        en: String,
        /// Chinese, where there is one.
        zh: Option<String>,
    }
    /// An organisation by its id, with its names.
    Org {
        /// Its id.
        id: identity::OrganisationId,
        /// English name; may be empty where there is a Chinese one.
        name_en: String,
        /// Chinese name; may be empty where there is an English one.
        name_zh: String,
    }
    /// A count of minor units, not negative.
    Money {
        /// Whole minor units: fen, cents, seconds.
        minor: Size,
        /// What is counted.
        unit: Unit,
    }
}

impl From<&rulebook::Text> for Words {
    fn from(text: &rulebook::Text) -> Self {
        Self { en: text.en.clone(), zh: text.zh.clone() }
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self::new(money.minor.0, money.unit)
    }
}

/// A whole number of 64 bits that is not negative.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Size(pub(crate) i64);

impl Shaped for Size {
    fn shape() -> Shape {
        Shape::Integer { least: 0, most: i64::MAX }
    }
}

/// A text of at least and at most so many characters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Chars<const LEAST: usize, const MOST: usize>(pub(crate) String);

impl<const LEAST: usize, const MOST: usize> Shaped for Chars<LEAST, MOST> {
    fn shape() -> Shape {
        Shape::Text { least: LEAST, most: MOST }
    }
}

/// An instant, written as RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp(pub(crate) Time);

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Time::parse(&text).map(Self).ok_or_else(|| serde::de::Error::custom("no instant"))
    }
}

impl Shaped for Stamp {
    fn shape() -> Shape {
        Shape::Formed(Form {
            pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T",
            format: "date-time",
            example: "2026-03-01T09:00:00Z",
            has: |text| has_year(text) && Time::parse(text).is_some(),
            wanted: "an instant of RFC 3339 such as 2026-03-01T09:00:00Z",
        })
    }
}

impl Shaped for Date {
    fn shape() -> Shape {
        Shape::Formed(Form {
            pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
            format: "date",
            example: "2026-03-01",
            has: |text| text.len() == 10 && has_year(text) && text.parse::<Date>().is_ok(),
            wanted: "a date such as 2026-03-01",
        })
    }
}

/// A year of four digits with its dash: the calendar's other forms are read by nobody else.
fn has_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

impl Shaped for Unit {
    fn shape() -> Shape {
        Shape::Formed(Form {
            pattern: "^(CNY|EUR|GBP|HKD|INR|JPY|KRW|USD|ACCESS-CREDIT\
                      |GPU-SECOND(\\.[A-Z0-9]{1,9})?)$",
            format: "",
            example: "CNY",
            has: |text| Self::parse(text).is_ok(),
            wanted: "a unit such as CNY, EUR or GPU-SECOND",
        })
    }
}

impl Shaped for base::Id {
    fn shape() -> Shape {
        Shape::Formed(Form {
            pattern: "^[0-7][0-9a-hjkmnp-tv-z]{25}$",
            format: "",
            example: "01hv3k8q2r5t7w9x0y1z2a3b4c",
            has: |text| text.parse::<Self>().is_ok(),
            wanted: "an id of 26 characters of 0-9 and a-z without i, l, o, u",
        })
    }
}

impl Shaped for String {
    fn shape() -> Shape {
        Shape::Text { least: 0, most: CHARS_MAX }
    }
}

impl Shaped for bool {
    fn shape() -> Shape {
        Shape::Bool
    }
}

impl Shaped for i64 {
    fn shape() -> Shape {
        Shape::Integer { least: Self::MIN, most: Self::MAX }
    }
}

impl Shaped for u32 {
    fn shape() -> Shape {
        Shape::Integer { least: 0, most: Self::MAX.into() }
    }
}

impl Shaped for i16 {
    fn shape() -> Shape {
        // The calendar's years that have four digits.
        Shape::Integer { least: 1, most: 9_998 }
    }
}

impl Shaped for Ppm {
    fn shape() -> Shape {
        Shape::Integer { least: 0, most: Self::ONE.get() }
    }
}

impl Shaped for Amount {
    fn shape() -> Shape {
        Shape::Named("Amount", || {
            Shape::Object(vec![
                member::<i64>("minor", "Whole minor units: fen, cents, seconds."),
                member::<Unit>("unit", "What is counted."),
            ])
        })
    }
}

impl Shaped for serde_json::Value {
    fn shape() -> Shape {
        Shape::Free
    }
}

impl Shaped for rulebook::FactValue {
    fn shape() -> Shape {
        Shape::Named("Fact", || {
            Shape::Choice(vec![
                member::<bool>("bool", "Yes or no."),
                member::<i64>("int", "A whole number."),
                member::<Chars<0, 1_000>>("string", "A word."),
                member::<Amount>("amount", "An amount."),
                member::<Date>("date", "A day."),
                member::<Vec<Chars<0, 1_000>>>("strings", "Words, at most 200."),
            ])
        })
    }
}

/// Makes a member of a type.
pub(crate) fn member<T: Shaped>(name: &'static str, says: &'static str) -> Member {
    Member { name, says, is_optional: T::IS_OPTIONAL, shape: T::shape() }
}

impl<T: Shaped> Shaped for Option<T> {
    const IS_OPTIONAL: bool = true;
    fn shape() -> Shape {
        Shape::Nullable(Box::new(T::shape()))
    }
}

impl<T: Shaped> Shaped for Vec<T> {
    fn shape() -> Shape {
        Shape::List(Box::new(T::shape()))
    }
}

impl<T: Shaped> Shaped for BTreeMap<String, T> {
    fn shape() -> Shape {
        Shape::Map(Box::new(T::shape()))
    }
}

/// Ids look all alike.
macro_rules! ids {
    ($($type:ty),+ $(,)?) => {$(
        impl Shaped for $type {
            fn shape() -> Shape {
                base::Id::shape()
            }
        }
    )+};
}

ids!(
    grants::ApplicationId,
    grants::AwardId,
    grants::CallId,
    grants::ClaimId,
    grants::InstrumentId,
    grants::PaymentBatchId,
    grants::PaymentId,
    grants::ReviewId,
    identity::EmploymentId,
    identity::OrganisationId,
    identity::OwnershipId,
    identity::PersonId,
);

/// Closed lists of words.
macro_rules! words {
    ($($type:ty),+ $(,)?) => {$(
        impl Shaped for $type {
            fn shape() -> Shape {
                Shape::Word(<$type>::ALL.iter().map(|word| word.as_str()).collect())
            }
        }
    )+};
}

words!(
    grants::ApplicationState,
    grants::AwardState,
    grants::CallMode,
    grants::ClaimState,
    grants::EventKind,
    grants::PaymentState,
    grants::ReviewState,
    grants::Verdict,
    identity::AliasLanguage,
    identity::Grade,
    identity::OrganisationKind,
    identity::OwnershipKind,
    identity::Role,
    identity::SizeClass,
);
