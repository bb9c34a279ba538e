//! A few bytes of RAM that outlive a reset, though not a loss of power.

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
    /// Where the linker script has set this memory aside.
    static mut _retained: Retained;
}

/// Who may use it.
static ACCESS: Mutex<RefCell<()>> = Mutex::new(RefCell::new(()));

/// Keeps these bytes in place of those before, if there are no more than 244.
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

/// Copies what was kept to the front of a buffer; `None` when the power was lost, or if it does not fit.
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
        // SAFETY: whatever these bytes are, they are numbers; and nobody else has access.
        f(unsafe { &mut *addr_of_mut!(_retained) })
    })
}

/// FNV-1a: memory that was never written does not pass for what was kept.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}
