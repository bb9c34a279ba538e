//! The command line.

use std::fs;

use embedded_sse::EventId;
use embedded_sse::client::{ClientOptions, Decision, Failure, Reason, ReconnectOptions};
use embedded_sse::http::{HeaderField, Method};
use lexopt::ValueExt;

use crate::end_on::EndOn;
use crate::random::random;

pub const HELP: &str = "\
Follows an event stream, and prints it as JSON lines. Errors, and the bodies of responses
that are no stream, go to standard error.

Usage: eventsource [OPTIONS] URL

The request:
  --last-event-id ID   resume after this event
  --header 'NAME: VALUE'
                       another header field; may be given several times
  --method METHOD      the method: by default GET, or POST if there is a body
  --body TEXT          the body of the request
  --body @FILE         the same, read from a file
  --repeat-post        repeat a POST, or another request that is not safe to repeat, when its stream ends
  --resume-by-get      reconnect by GET without the body once there is a last event ID

The connection:
  --idle-timeout MS    reconnect if no byte comes within this time (default 45000; 0: never)
  --head-timeout MS    reconnect if the head of a response takes longer (default 30000; 0: never)
  --retry MS           reconnection time until the server sets one (default 3000)
  --seed N             seed of the random part of delays (default: a random number of the system)
  --attempts N         end after N failed attempts in a row (default 0: never)
  --strict             end at once on any response that is no stream, as browsers do
  --end-on REASON      end for this reason instead of reconnecting; may be given several times. It is
                         STATUS       the response has this status, such as 503
                         wrong-type   the response is no event stream
                         redirect     the response is a redirect that cannot be followed
                         malformed    the response is malformed or not supported
                         unreachable  no connection could be made
                         lost         the connection was cut before the response had ended
                         ended        the response has ended
                         idle         no byte came within --idle-timeout
                         slow-head    the head did not end within --head-timeout

The program:
  --count N            end after N events
  --buffer N           bytes for an event, its type and ids (default 262144)
  --help               show this text

Exit status, by the cause of the end:
  0  --count, or the server has no more events (status 204)
  1  the caller: wrong usage, a URL that is not supported, or a --buffer without room for the request
  2  the policy: the reason is final by the rules of the client, by --strict or by --end-on
  4  --attempts";

/// The argument of `ReconnectOptions::on_failure`.
type OnFailure<'a> = &'a (dyn Fn(&Failure, Decision) -> Decision + Sync);

pub struct Options {
    pub url: String,
    pub count: Option<u64>,
    pub buffer: usize,
    last_event_id: String,
    headers: Vec<String>,
    method: Option<String>,
    body: Option<Vec<u8>>,
    repeat_post: bool,
    resume_by_get: bool,
    idle_timeout_ms: u32,
    head_timeout_ms: u32,
    retry_ms: u32,
    seed: Option<u32>,
    attempts: u32,
    strict: bool,
    end_on: Vec<EndOn>,
}

impl Options {
    /// `None` for `--help`.
    pub fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            url: String::new(),
            count: None,
            buffer: 256 * 1024,
            last_event_id: String::new(),
            headers: Vec::new(),
            method: None,
            body: None,
            repeat_post: false,
            resume_by_get: false,
            idle_timeout_ms: 45_000,
            head_timeout_ms: 30_000,
            retry_ms: 3_000,
            seed: None,
            attempts: 0,
            strict: false,
            end_on: Vec::new(),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            use lexopt::Arg::{Long, Short, Value};
            match argument {
                Long("last-event-id") => options.last_event_id = arguments.value()?.string()?,
                Long("header") => options.headers.push(arguments.value()?.string()?),
                Long("method") => options.method = Some(arguments.value()?.string()?),
                Long("body") => options.body = Some(body(arguments.value()?.string()?)?),
                Long("repeat-post") => options.repeat_post = true,
                Long("resume-by-get") => options.resume_by_get = true,
                Long("count") => options.count = Some(arguments.value()?.parse()?),
                Long("idle-timeout") => options.idle_timeout_ms = arguments.value()?.parse()?,
                Long("head-timeout") => options.head_timeout_ms = arguments.value()?.parse()?,
                Long("retry") => options.retry_ms = arguments.value()?.parse()?,
                Long("seed") => options.seed = Some(arguments.value()?.parse()?),
                Long("attempts") => options.attempts = arguments.value()?.parse()?,
                Long("strict") => options.strict = true,
                Long("end-on") => options.end_on.push(arguments.value()?.parse()?),
                Long("buffer") => options.buffer = arguments.value()?.parse()?,
                Short('h') | Long("help") => return Ok(None),
                Value(url) if options.url.is_empty() => options.url = url.string()?,
                _ => return Err(argument.unexpected()),
            }
        }
        if options.url.is_empty() {
            return Err("no URL given".into());
        }
        if options.buffer > 1 << 30 {
            return Err("--buffer goes up to 1 GiB".into());
        }
        Ok(Some(options))
    }

    pub fn last_event_id(&self) -> Result<EventId<'_>, String> {
        EventId::new(&self.last_event_id).map_err(|error| format!("--last-event-id: {error}"))
    }

    pub fn fields(&self) -> Result<Vec<HeaderField<'_>>, String> {
        self.headers.iter().map(|header| field(header)).collect()
    }

    /// Whether `--end-on` names this reason.
    pub fn ends_on(&self, reason: Reason) -> bool {
        self.end_on.iter().any(|end_on| end_on.includes(reason))
    }

    pub fn client<'o>(
        &'o self,
        fields: &'o [HeaderField<'o>],
        on_failure: OnFailure<'o>,
    ) -> Result<ClientOptions<'o>, String> {
        let method = match (&self.method, &self.body) {
            (Some(method), _) => Method::new(method).ok_or("--method: not a method")?,
            (None, Some(_)) => Method::POST,
            (None, None) => Method::GET,
        };
        let mut reconnect = ReconnectOptions::new()
            .seed(self.seed.unwrap_or_else(random))
            .retry(self.retry_ms)
            .max_attempts(self.attempts)
            .on_failure(on_failure);
        if self.strict {
            reconnect = reconnect.strict();
        }
        let mut options = ClientOptions::new()
            .request(method, self.body.as_deref().unwrap_or_default())
            .fields(fields)
            .idle_timeout(self.idle_timeout_ms)
            .head_timeout(self.head_timeout_ms)
            .error_body()
            .reconnect(reconnect);
        if self.repeat_post {
            options = options.repeat_unsafe();
        }
        if self.resume_by_get {
            options = options.resume_by_get();
        }
        Ok(options)
    }
}

fn body(argument: String) -> Result<Vec<u8>, String> {
    match argument.strip_prefix('@') {
        Some(path) => fs::read(path).map_err(|error| format!("--body @{path}: {error}")),
        None => Ok(argument.into_bytes()),
    }
}

fn field(header: &str) -> Result<HeaderField<'_>, String> {
    header
        .split_once(':')
        .and_then(|(name, value)| HeaderField::new(name, value.trim()).ok())
        .ok_or_else(|| format!("--header {header:?}: not a header field"))
}
