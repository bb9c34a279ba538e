//! The refusal of methods other than GET and HEAD for a page.

use embedded_sse::http::{HeaderField, Response, Status};

/// Answers 405 with `Allow`. A 404 would say that the page does not exist.
pub static NOT_ALLOWED: Response = Response::refusal(Status::METHOD_NOT_ALLOWED).fields(&ALLOW);

static ALLOW: [HeaderField; 1] = [match HeaderField::new("Allow", "GET, HEAD") {
    Ok(field) => field,
    Err(_) => panic!("not a header field"),
}];
