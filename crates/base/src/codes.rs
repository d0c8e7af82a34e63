//! Stable words for the variants of an enum.

/// Gives every variant of an enum a stable word, for programs and for texts in other languages.
///
/// Behind the semicolon are variants that carry another such enum and answer with its word. A
/// variant without a word does not compile, so that `CODES` has them all.
#[macro_export]
macro_rules! codes {
    ($name:ident { $($variant:ident = $code:literal,)+ $(; $($inner:ident,)+)? }) => {
        impl $name {
            /// Every word, those of carried enums left out.
            pub const CODES: &[&str] = &[$($code),+];

            /// Returns the stable word.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)+
                    $($(Self::$inner(inner) => inner.code(),)+)?
                }
            }
        }
    };
}
