//! Calls the core with what the streams of all conformance vectors hold, and reports over semihosting how
//! deep it reaches into the stack, one line each: a metric, the number of calls, the bytes of the deepest.
#![no_std]
#![no_main]

mod client;
mod codec;
mod depth;
mod server;
mod vectors;

use cortex_m_rt::entry;
use cortex_m_semihosting::debug;
use panic_semihosting as _;

#[entry]
fn main() -> ! {
    codec::measure();
    server::measure();
    client::measure();
    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator has ended")
}
