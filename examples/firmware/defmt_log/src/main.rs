//! Prints a value of every public type by `defmt`, and also by `Debug`, then ends the emulator.
//!
//! The credentials of the values hold the text `hunter2`, which no line of the log may hold.
#![no_std]
#![no_main]

mod client;
mod decode;
mod encode;
mod readers;
mod server;
mod socket;

// Links the logger, the panic handler and the time driver.
use chip as _;
use cortex_m_rt::entry;

/// Prints a value, after the path of its type.
#[macro_export]
macro_rules! show {
    ($path:literal, $value:expr) => {{
        let value = &$value;
        defmt::println!("{=str}: {}", $path, value);
        defmt::println!("{=str} by Debug: {}", $path, defmt::Debug2Format(value));
    }};
}

/// Prints values by `defmt` and by `Display`, which have the same words.
#[macro_export]
macro_rules! words {
    ($path:literal, $value:expr) => {{
        let value = &$value;
        defmt::println!("{=str} in words: {} | {}", $path, value, defmt::Display2Format(value));
    }};
    ($path:literal as $type:ty { $($variant:ident $(($value:expr))?),+ $(,)? }) => {
        $({
            let value = <$type>::$variant$(($value))?;
            let path = concat!($path, "::", stringify!($variant));
            defmt::println!("{=str} in words: {} | {}", path, value, defmt::Display2Format(&value));
        })+
    };
}

#[entry]
fn main() -> ! {
    decode::show();
    encode::show();
    client::show();
    server::show();
    readers::show();
    semihosting::process::exit(0)
}
