//! The refusal of a request that would change a page.

use embedded_sse::http::{HeaderField, Response, Status};

/// A page is there, but only to be read: 404 would say that it is not there.
pub static NOT_ALLOWED: Response = Response::refusal(Status::METHOD_NOT_ALLOWED).fields(&ALLOW);

static ALLOW: [HeaderField; 1] = [match HeaderField::new("Allow", "GET, HEAD") {
    Ok(field) => field,
    Err(_) => panic!("not a header field"),
}];
