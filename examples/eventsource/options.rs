//! The command line.

use embedded_sse::EventId;
use embedded_sse::client::{ClientOptions, ReconnectOptions};
use embedded_sse::http::{HeaderField, Method};
use lexopt::ValueExt;

pub const HELP: &str = "\
Follows an event stream, and prints what comes as JSON lines.

Usage: eventsource [OPTIONS] URL

  --last-event-id ID   resume behind this event
  --header 'NAME: VALUE'
                       another header field of the request; may be given several times
  --method METHOD      GET, or POST if there is a body
  --body TEXT          the content of the request
  --count N            leave after so many events
  --idle-timeout MS    reconnect when no byte has come for so long (default 0: never)
  --retry MS           reconnection time before the server sets one (default 3000)
  --attempts N         give up when so many attempts in a row have failed (default 0: never)
  --strict             give up at once on any answer that is no stream, as browsers do
  --buffer N           bytes for an event, its type and ids (default 262144)
  --help               show this text";

pub struct Options {
    pub url: String,
    pub count: Option<u64>,
    pub buffer: usize,
    last_event_id: String,
    headers: Vec<String>,
    method: Option<String>,
    body: String,
    idle_timeout_ms: u32,
    retry_ms: u32,
    attempts: u32,
    strict: bool,
}

impl Options {
    /// `None` when the user asks for help.
    pub fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            url: String::new(),
            count: None,
            buffer: 256 * 1024,
            last_event_id: String::new(),
            headers: Vec::new(),
            method: None,
            body: String::new(),
            idle_timeout_ms: 0,
            retry_ms: 3_000,
            attempts: 0,
            strict: false,
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            use lexopt::Arg::{Long, Short, Value};
            match argument {
                Long("last-event-id") => options.last_event_id = arguments.value()?.string()?,
                Long("header") => options.headers.push(arguments.value()?.string()?),
                Long("method") => options.method = Some(arguments.value()?.string()?),
                Long("body") => options.body = arguments.value()?.string()?,
                Long("count") => options.count = Some(arguments.value()?.parse()?),
                Long("idle-timeout") => options.idle_timeout_ms = arguments.value()?.parse()?,
                Long("retry") => options.retry_ms = arguments.value()?.parse()?,
                Long("attempts") => options.attempts = arguments.value()?.parse()?,
                Long("strict") => options.strict = true,
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

    pub fn client<'o>(
        &'o self,
        fields: &'o [HeaderField<'o>],
    ) -> Result<ClientOptions<'o>, String> {
        let method = match &self.method {
            Some(method) => Method::new(method).ok_or("--method: not a method")?,
            None if self.body.is_empty() => Method::GET,
            None => Method::POST,
        };
        let mut reconnect = ReconnectOptions::new()
            .seed(fastrand::u32(..))
            .retry(self.retry_ms)
            .attempts(self.attempts);
        if self.strict {
            reconnect = reconnect.strict();
        }
        Ok(ClientOptions::new()
            .request(method, self.body.as_bytes())
            .fields(fields)
            .idle_timeout(self.idle_timeout_ms)
            .reconnect(reconnect))
    }
}

fn field(header: &str) -> Result<HeaderField<'_>, String> {
    header
        .split_once(':')
        .and_then(|(name, value)| HeaderField::new(name, value.trim()).ok())
        .ok_or_else(|| format!("--header {header:?}: not a header field"))
}
