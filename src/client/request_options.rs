//! The part of a client's options that shapes its requests.

use core::fmt;

use super::last_event_id::{IdParameter, can_resume};
use super::reason::{Reason, ServerReason};
use super::request_fields::{RequestFields, write_content_length};
use crate::decode::Decoder;
use crate::http::Method;

/// What a client requests, how far it follows redirects, and when it may repeat a request.
#[derive(Clone, Copy)]
pub(super) struct RequestOptions<'a> {
    pub method: Method<'a>,
    pub fields: RequestFields<'a>,
    pub body: &'a [u8],
    /// Does nothing for a `GET` without a body. A function pointer, so that programs that send only such requests do not link
    /// it.
    pub write_content_length: WriteContentLength,
    /// Whether a redirect with this status changes the method to `GET` (WHATWG Fetch 4.4).
    pub becomes_get: fn(u16) -> bool,
    pub id_parameter: Option<IdParameter<'a>>,
    pub max_head_len: u32,
    pub max_redirects: u8,
    pub repeats: bool,
    /// Whether a request may be sent again after a part of it was written. A function pointer, so that programs whose
    /// requests are safe do not link it.
    pub may_repeat: MayRepeat,
    /// Whether a request with a last event ID is sent as a `GET` after a failure. `between_streams` then changes the method.
    pub resumes_by_get: bool,
}

/// The type of [`write_content_length`].
type WriteContentLength = fn(&[u8], &mut dyn FnMut(&[u8]));

/// The parameters are the options, the decoder with the last event ID, the reason of the failure, and whether the response has
/// a `Retry-After`.
type MayRepeat = fn(&RequestOptions<'_>, &Decoder<&mut [u8]>, Reason, bool) -> bool;

impl<'a> RequestOptions<'a> {
    pub const fn new() -> Self {
        Self {
            method: Method::GET,
            fields: RequestFields::NONE,
            body: b"",
            write_content_length: |_, _| (),
            // The default request is a GET already, so a redirect changes nothing.
            becomes_get: |_| false,
            id_parameter: None,
            max_head_len: 16 * 1024,
            max_redirects: 20,
            repeats: false,
            may_repeat: |_, _, _, _| true,
            resumes_by_get: false,
        }
    }

    pub const fn with_method(mut self, method: Method<'a>, body: &'a [u8]) -> Self {
        self.becomes_get = match method.is_post() {
            true => |status| matches!(status, 301..=303),
            false => |status| status == 303,
        };
        self.may_repeat = match method.is_safe() {
            true => |_, _, _, _| true,
            false => |options, decoder, reason, has_retry_after| match reason {
                // An overloaded server sends these instead of carrying out the request.
                Reason::Server(ServerReason::Status(429)) => true,
                Reason::Server(ServerReason::Status(503)) if has_retry_after => true,
                _ => options.repeats || options.resumes_by_get && can_resume(decoder),
            },
        };
        self.write_content_length = match method.is_get() && body.is_empty() {
            true => |_, _| (),
            false => write_content_length,
        };
        self.method = method;
        self.body = body;
        self
    }
}

impl fmt::Debug for RequestOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestOptions")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}
