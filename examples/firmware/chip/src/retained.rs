//! A few bytes of RAM that keep their contents over a reset, but not without power.

use core::cell::RefCell;
use core::ptr::addr_of_mut;

use critical_section::Mutex;

const CAPACITY: usize = 244;

#[repr(C)]
struct Retained {
    checksum: u32,
    length: u32,
    bytes: [u8; CAPACITY],
}

unsafe extern "C" {
    /// The memory that the linker script reserves.
    static mut _retained: Retained;
}

/// Guards the memory.
static ACCESS: Mutex<RefCell<()>> = Mutex::new(RefCell::new(()));

/// Stores up to 244 bytes in place of the previous ones. Does nothing if there are more.
pub fn store(bytes: &[u8]) {
    with(|retained| {
        let Some(place) = retained.bytes.get_mut(..bytes.len()) else {
            return;
        };
        place.copy_from_slice(bytes);
        retained.length = bytes.len() as u32;
        retained.checksum = checksum(bytes);
    });
}

/// Copies the stored bytes to the start of a buffer. `None` if nothing was stored since power-on, or if they do not fit.
pub fn load(buffer: &mut [u8]) -> Option<&[u8]> {
    with(|retained| {
        let bytes = retained.bytes.get(..retained.length as usize)?;
        if retained.checksum != checksum(bytes) {
            return None;
        }
        let place = buffer.get_mut(..bytes.len())?;
        place.copy_from_slice(bytes);
        Some(&*place)
    })
}

fn with<R>(f: impl FnOnce(&mut Retained) -> R) -> R {
    critical_section::with(|token| {
        let _access = ACCESS.borrow_ref_mut(token);
        // SAFETY: every bit pattern is a valid `Retained`, and `ACCESS` excludes other references.
        f(unsafe { &mut *addr_of_mut!(_retained) })
    })
}

/// FNV-1a. It detects memory that was never written.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
