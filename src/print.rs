//! Texts for logs. Each is written once, and implements a trait of `core::fmt` and `defmt::Format`.
//!
//! `lib.rs` declares this module first: a macro is visible only in the source after it.

/// Implements `Display` and `defmt::Format` with the same words.
///
/// `defmt` prints a format string from the ELF file of the program, so the words take no flash there.
///
/// The first arms, if any, are constant texts. After `format` come texts with one value, and after `inner` come values that
/// are printed alone.
macro_rules! words {
    ([$($parameter:ident)?] $type:ty {
        $($pattern:pat => $words:literal),* $(,)?
        $(; format { $($formatted:pat => $format:literal, $value:expr,)+ })?
        $(; inner { $($outer:pat => $inner:expr,)+ })?
    }) => {
        impl$(<$parameter: core::fmt::Display>)? core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $($pattern => f.write_str($words),)*
                    $($($formatted => core::write!(f, $format, $value),)+)?
                    $($($outer => core::fmt::Display::fmt($inner, f),)+)?
                }
            }
        }

        #[cfg(feature = "defmt")]
        impl$(<$parameter: defmt::Format>)? defmt::Format for $type {
            /// Writes the words of `Display`.
            fn format(&self, f: defmt::Formatter<'_>) {
                match self {
                    $($pattern => defmt::write!(f, $words),)*
                    $($($formatted => defmt::write!(f, $format, $value),)+)?
                    // By the macro: the method `format` of a derived implementation panics.
                    $($($outer => defmt::write!(f, "{}", $inner),)+)?
                }
            }
        }
    };
}

/// Implements `Debug` and `defmt::Format` with the same text, which leaves out parts of the value: credentials, buffers, and
/// what belongs to the caller.
///
/// A buffer may hold credentials: of a request, or of what it was used for before. Sockets, clocks and functions of the caller
/// need no implementation of either trait.
macro_rules! debug_and_format {
    ([$($generics:tt)*] $type:ty { $($pattern:pat => $format:literal $(, $value:expr)*;)+ }) => {
        impl<$($generics)*> core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self {
                    $($pattern => core::write!(f, $format $(, $value)*),)+
                }
            }
        }

        #[cfg(feature = "defmt")]
        impl<$($generics)*> defmt::Format for $type {
            fn format(&self, f: defmt::Formatter<'_>) {
                match self {
                    $($pattern => defmt::write!(f, $format $(, $value)*),)+
                }
            }
        }
    };
}
