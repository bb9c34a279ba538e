//! Calls the core with the streams and events of all conformance vectors, and reports the stack over semihosting, one line
//! each: a metric, the number of calls, and the bytes of the deepest call.
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
