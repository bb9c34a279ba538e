//! The heap that `sse-core` needs. `sse-core` enables the feature `alloc` of `memchr`, so the other programs of this package
//! must link a heap as well. They do not use it.

use embedded_alloc::LlffHeap;

#[global_allocator]
pub static HEAP: LlffHeap = LlffHeap::empty();
