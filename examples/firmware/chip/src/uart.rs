//! The UART of the nRF51822, for `embedded-io`.

use core::convert::Infallible;

use embedded_io::{ErrorType, Read, ReadReady, Write};

use crate::register::Register;

// SAFETY: these are the addresses of the reference manual, and this file is the only driver.
const START_RECEIVING: Register = unsafe { Register::new(0x4000_2000) };
const START_SENDING: Register = unsafe { Register::new(0x4000_2008) };
const RECEIVED: Register = unsafe { Register::new(0x4000_2108) };
const SENT: Register = unsafe { Register::new(0x4000_211c) };
const ENABLE: Register = unsafe { Register::new(0x4000_2500) };
const PIN_SENDING: Register = unsafe { Register::new(0x4000_250c) };
const PIN_RECEIVING: Register = unsafe { Register::new(0x4000_2514) };
const RECEIVED_BYTE: Register = unsafe { Register::new(0x4000_2518) };
const BYTE_TO_SEND: Register = unsafe { Register::new(0x4000_251c) };
const ENABLE_INTERRUPT: Register = unsafe { Register::new(0x4000_2304) };
const BAUD_RATE: Register = unsafe { Register::new(0x4000_2524) };

const NVIC_ENABLE: Register = unsafe { Register::new(0xe000_e100) };
const NVIC_CLEAR_PENDING: Register = unsafe { Register::new(0xe000_e280) };
const UART_INTERRUPT: u32 = 1 << 2;

/// Starts the UART at 115,200 bits a second, on the pins that the micro:bit connects to its USB port. A program may do this
/// once.
pub fn start() -> (Receiver, Sender) {
    PIN_SENDING.write(24);
    PIN_RECEIVING.write(25);
    BAUD_RATE.write(0x01d7_e000);
    ENABLE.write(4);
    ENABLE_INTERRUPT.write(1 << 2);
    // The interrupt only wakes the core from `wfi`. It stays masked, so it needs no handler.
    cortex_m::interrupt::disable();
    NVIC_ENABLE.write(UART_INTERRUPT);
    START_RECEIVING.write(1);
    START_SENDING.write(1);
    (Receiver(()), Sender { is_busy: false })
}

/// The receiving half.
pub struct Receiver(());

/// The sending half.
pub struct Sender {
    is_busy: bool,
}

impl ErrorType for Receiver {
    type Error = Infallible;
}

impl ReadReady for Receiver {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(RECEIVED.read() != 0)
    }
}

impl Read for Receiver {
    /// Sleeps until a byte is received, and returns it with those that follow at once.
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let mut length = 0;
        for place in buffer {
            while RECEIVED.read() == 0 {
                if length > 0 {
                    return Ok(length);
                }
                cortex_m::asm::wfi();
                NVIC_CLEAR_PENDING.write(UART_INTERRUPT);
            }
            // Clear the flag before the read: the next byte sets it again.
            RECEIVED.write(0);
            *place = RECEIVED_BYTE.read() as u8;
            length += 1;
        }
        Ok(length)
    }
}

impl ErrorType for Sender {
    type Error = Infallible;
}

impl Write for Sender {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let Some(byte) = bytes.first() else {
            return Ok(0);
        };
        self.flush()?;
        BYTE_TO_SEND.write(u32::from(*byte));
        self.is_busy = true;
        Ok(1)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        if self.is_busy {
            while SENT.read() == 0 {}
            SENT.write(0);
            self.is_busy = false;
        }
        Ok(())
    }
}
