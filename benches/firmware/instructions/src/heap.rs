//! The heap that `sse-core` needs. As it gives `memchr` the feature `alloc`, the other programs of the package do not
//! link without one, but use none of it.

use embedded_alloc::LlffHeap;

#[global_allocator]
pub static HEAP: LlffHeap = LlffHeap::empty();
