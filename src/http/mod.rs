//! HTTP/1.1 (RFC 9112), as far as event streams need it.

mod accept;
mod chunked;
mod field;
mod grammar;
mod lines;
mod request;
mod response;
mod url;

pub(crate) use chunked::{ChunkSize, LAST_CHUNK};
pub use field::{HeaderField, InvalidHeaderField};
pub use request::Request;
pub(crate) use request::{HeadError, RequestHead};
pub(crate) use response::write_field;
pub use response::{Response, Status};
pub use url::PercentDecoded;
