//! The parts of HTTP/1.1 (RFC 9112) that event streams need.

mod body;
mod field;
mod grammar;
#[cfg(any(test, feature = "embedded-nal-async"))]
mod ip_address;
mod method;
mod request;
mod request_head;
mod response;
mod response_head;
mod target;
mod url;

pub(crate) use body::{Body, ChunkSize, LAST_CHUNK};
pub use body::{Dechunker, InvalidChunk};
pub use field::{HeaderField, InvalidHeaderField};
pub(crate) use grammar::is_field_value;
#[cfg(feature = "embedded-nal-async")]
pub(crate) use ip_address::ip_address;
pub use method::Method;
pub use request::Request;
pub(crate) use request_head::{HeadError, RequestHead};
pub use response::{Response, Status};
pub(crate) use response::{write_checked_field, write_field};
pub(crate) use response_head::{ResponseError, ResponseHead};
pub use target::PercentDecoded;
pub(crate) use target::{percent_encoded, write_encoded};
pub(crate) use url::remove_dot_segments;
pub use url::{InvalidUrl, Url};
