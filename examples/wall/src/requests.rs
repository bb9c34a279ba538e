//! The page, its stream, and the commands that start, stop and list devices.

use std::borrow::Cow;
use std::io;

use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::http::{HeaderField, Request, Response, Status};
use embedded_sse::io::asynch::Incoming;
use embedded_sse::io::{ServeError, WithShutdown};
use tokio::net::TcpStream;

use crate::clock::TokioClock;
use crate::devices::{self, MAX_STATE_BYTES, StartError};
use crate::end::end;
use crate::{HUB, SERVER};

const PAGE: &str = include_str!("../wall.html");

const CREATED: Status = Status::new("201 Created").expect("a status");
const CONFLICT: Status = Status::new("409 Conflict").expect("a status");

/// Answers one request.
pub async fn handle(socket: TcpStream) -> Result<(), ServeError<io::Error>> {
    socket.set_nodelay(true).map_err(ServeError::Io)?;
    let mut scratch = vec![0; MAX_STATE_BYTES];
    let socket = WithShutdown::new(FromTokio::new(socket), end);
    let mut incoming = Incoming::new(socket, &mut scratch, &TokioClock, &HUB, &SERVER);
    if incoming.accept().await?.is_break() {
        return Ok(());
    }
    let Some(reply) = Reply::to(&incoming.request()) else {
        return incoming.answer().await.map(drop);
    };
    let allow = reply.allow.map(|methods| {
        HeaderField::new("Allow", methods).expect("a list of methods is a legal value")
    });
    let response = Response::new(reply.status).with_body(reply.content_type, reply.body.as_bytes());
    let response = response.fields(allow.as_slice());
    incoming.respond(&response).await.map(drop)
}

struct Reply {
    status: Status,
    content_type: &'static str,
    body: Cow<'static, str>,
    /// The methods that the path allows, if the request has another one.
    allow: Option<&'static str>,
}

impl Reply {
    /// `None` for the stream, and for unknown paths.
    fn to(request: &Request<'_>) -> Option<Self> {
        let path = request.path();
        let (path, label) = match path.strip_prefix("/devices/") {
            Some(label) => ("/devices/LABEL", label),
            None => (path, ""),
        };
        Some(match (path, request.method()) {
            (_, "POST" | "DELETE") if is_foreign(request) => {
                Self::text(Status::FORBIDDEN, "this page may not start or stop devices")
            }
            ("/", "GET" | "HEAD") => Self::new(Status::OK, "text/html; charset=utf-8", PAGE),
            ("/", _) => Self::not_allowed("GET, HEAD"),
            ("/devices", "GET" | "HEAD") => {
                Self::new(Status::OK, "application/json", devices::list())
            }
            ("/devices", "POST") => Self::after_start(request),
            ("/devices", _) => Self::not_allowed("GET, HEAD, POST"),
            ("/devices/LABEL", "DELETE") => match devices::stop(label) {
                true => Self::text(Status::NO_CONTENT, ""),
                false => Self::text(Status::NOT_FOUND, "no device has this label"),
            },
            ("/devices/LABEL", _) => Self::not_allowed("DELETE"),
            _ => return None,
        })
    }

    /// Starts the device of the parameters `label` and `url`.
    fn after_start(request: &Request<'_>) -> Self {
        let parameter = |name| {
            let bytes: Vec<u8> = request.parameter(name).into_iter().flatten().collect();
            // Text that is not UTF-8 is no label and no URL.
            String::from_utf8(bytes).unwrap_or_default()
        };
        match devices::start(&parameter("label"), &parameter("url")) {
            Ok(()) => Self::text(CREATED, "started"),
            Err(error) => {
                let status = match error {
                    StartError::Label | StartError::Url | StartError::Own => Status::BAD_REQUEST,
                    StartError::LabelInUse => CONFLICT,
                    StartError::TooMany => Status::SERVICE_UNAVAILABLE,
                };
                Self::text(status, error.to_string())
            }
        }
    }

    fn new(status: Status, content_type: &'static str, body: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            content_type,
            body: body.into(),
            allow: None,
        }
    }

    fn text(status: Status, text: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, "text/plain", text)
    }

    fn not_allowed(methods: &'static str) -> Self {
        Self {
            allow: Some(methods),
            ..Self::text(Status::METHOD_NOT_ALLOWED, "another method")
        }
    }
}

/// Returns whether a browser sends the request for a page of another origin. Without this check, any page that is open in the
/// browser could start and stop devices: browsers send such a `POST` without asking the server first. A page cannot
/// pass this check by DNS rebinding: `SERVER` refuses requests for unknown host names.
fn is_foreign(request: &Request<'_>) -> bool {
    let (origin, host) = (request.origin(), request.host());
    let own = origin.as_bytes().strip_prefix(b"http://");
    !origin.is_empty() && own != Some(host.as_bytes())
}
