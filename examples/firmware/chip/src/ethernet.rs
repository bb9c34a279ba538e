//! The driver of the Ethernet controller, for embassy-net.

use core::iter;
use core::task::Context;

use cortex_m::peripheral::NVIC;
use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use lm3s6965::{Interrupt, interrupt};

use crate::register::Register;

/// The longest frame, without its checksum.
const FRAME: usize = 1514;
/// The length of addresses and type. The controller's length of an outgoing frame does not include them.
const HEADER: usize = 14;

// SAFETY: these are the addresses of the data sheet, and this file is the only driver.
const INTERRUPT_STATUS: Register = unsafe { Register::new(0x4004_8000) };
const INTERRUPT_MASK: Register = unsafe { Register::new(0x4004_8004) };
const RECEIVE_CONTROL: Register = unsafe { Register::new(0x4004_8008) };
const TRANSMIT_CONTROL: Register = unsafe { Register::new(0x4004_800c) };
const DATA: Register = unsafe { Register::new(0x4004_8010) };
const ADDRESS: [Register; 2] = unsafe { [Register::new(0x4004_8014), Register::new(0x4004_8018)] };
const FRAMES_RECEIVED: Register = unsafe { Register::new(0x4004_8034) };
const TRANSMIT_REQUEST: Register = unsafe { Register::new(0x4004_8038) };

const RECEIVED: u32 = 1 << 0;
const TRANSMITTED: u32 = 1 << 2;

static WAKER: AtomicWaker = AtomicWaker::new();

/// The controller, with a buffer for one frame in each direction.
pub struct Ethernet {
    incoming: [u8; FRAME],
    outgoing: [u8; FRAME],
}

impl Ethernet {
    /// Starts the controller. A program may do this once.
    pub fn start() -> Self {
        INTERRUPT_MASK.write(0);
        // Reset the buffer, then receive.
        RECEIVE_CONTROL.write(1 << 4);
        RECEIVE_CONTROL.write(1 << 0);
        // Transmit in full duplex, with checksums and padding.
        TRANSMIT_CONTROL.write(1 << 3 | 1 << 2 | 1 << 1 | 1 << 0);
        // SAFETY: no critical section relies on masked interrupts yet.
        unsafe { NVIC::unmask(Interrupt::ETHERNET) };
        Self {
            incoming: [0; FRAME],
            outgoing: [0; FRAME],
        }
    }
}

impl Driver for Ethernet {
    type RxToken<'a> = Incoming<'a>;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, context: &mut Context) -> Option<(Incoming<'_>, Outgoing<'_>)> {
        WAKER.register(context.waker());
        // Clear the status before the look: a frame that arrives after the look then sets it again, and interrupts.
        INTERRUPT_STATUS.write(RECEIVED);
        if FRAMES_RECEIVED.read() > 0 && is_free() {
            return Some((Incoming(&mut self.incoming), Outgoing(&mut self.outgoing)));
        }
        INTERRUPT_MASK.write(RECEIVED | TRANSMITTED);
        None
    }

    fn transmit(&mut self, context: &mut Context) -> Option<Outgoing<'_>> {
        WAKER.register(context.waker());
        INTERRUPT_STATUS.write(TRANSMITTED);
        if is_free() {
            return Some(Outgoing(&mut self.outgoing));
        }
        INTERRUPT_MASK.write(RECEIVED | TRANSMITTED);
        None
    }

    fn link_state(&mut self, _: &mut Context) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = FRAME;
        capabilities.max_burst_size = Some(1);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        let [low, high] = ADDRESS.map(|register| register.read().to_le_bytes());
        HardwareAddress::Ethernet([low[0], low[1], low[2], low[3], high[0], high[1]])
    }
}

/// A received frame in the controller.
pub struct Incoming<'a>(&'a mut [u8; FRAME]);

impl RxToken for Incoming<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, f: F) -> R {
        let first = DATA.read();
        // The length includes its own two bytes, and the four of the checksum.
        let length = first as usize & 0xffff;
        let words = iter::once(first)
            .chain(iter::repeat_with(|| DATA.read()))
            .take(length.div_ceil(4));
        let frame = &mut self.0[..length.saturating_sub(6).min(FRAME)];
        let mut bytes = words.flat_map(u32::to_le_bytes).skip(2);
        for (place, byte) in frame.iter_mut().zip(&mut bytes) {
            *place = byte;
        }
        // Read the rest as well: the controller would deliver it as the start of the next frame.
        bytes.for_each(drop);
        f(frame)
    }
}

/// The buffer for an outgoing frame.
pub struct Outgoing<'a>(&'a mut [u8; FRAME]);

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, f: F) -> R {
        let frame = &mut self.0[..length];
        let result = f(frame);
        let [low, high] = (length.saturating_sub(HEADER) as u16).to_le_bytes();
        let (head, rest) = frame.split_at(length.min(2));
        let mut word = [low, high, 0, 0];
        word[2..][..head.len()].copy_from_slice(head);
        DATA.write(u32::from_le_bytes(word));
        for bytes in rest.chunks(4) {
            let mut word = [0; 4];
            word[..bytes.len()].copy_from_slice(bytes);
            DATA.write(u32::from_le_bytes(word));
        }
        TRANSMIT_REQUEST.write(1);
        result
    }
}

/// Whether the controller has sent the last frame.
fn is_free() -> bool {
    TRANSMIT_REQUEST.read() & 1 == 0
}

#[interrupt]
fn ETHERNET() {
    INTERRUPT_MASK.write(0);
    WAKER.wake();
}
