//! An asynchronous program that can panic: the check must find it, although every `async fn` may panic
//! when it is polled after its end.
#![no_std]
#![no_main]

use embedded_io_async::Read;
use footprint::{Port, block_on, planted};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    loop {
        block_on(read_and_panic());
    }
}

async fn read_and_panic() {
    let _ = Port.read(&mut [0; 8]).await;
    planted::borrow();
}
