//! Follows an event stream through reconnects, and prints it as JSON lines.
//!
//! | line | meaning |
//! | --- | --- |
//! | `{"type":..,"data":..,"lastEventId":..}` | an event |
//! | `{"retry":ms}` | the reconnection time has changed |
//! | `{"overflow":true}` | an event does not fit the buffer |
//! | `{"state":"open"}` | the stream has opened |
//! | `{"state":"connecting","in_ms":..}` | the stream was lost, and the client connects after this delay |
//! | `{"state":"closed","reason":..,"by":..}` | the client has ended |
//!
//! The reason for each loss goes to standard error, and so does the start of the body of a response that is no stream.
//!
//! ```text
//! cargo run --example eventsource -- http://127.0.0.1:8080/events
//! cargo run --example eventsource -- http://127.0.0.1:8080/chat --body @request.json --header 'Content-Type: application/json'
//! ```
//!
//! `--help` lists the options and the exit statuses.

#[path = "../common/clock.rs"]
mod clock;
mod end_on;
mod options;
#[path = "../common/random.rs"]
mod random;
#[path = "../common/tcp.rs"]
mod tcp;

use std::io::{self, Write};
use std::process::ExitCode;

use clock::TokioClock;
use embedded_sse::client::{
    Decision, EndedBy, EventSource, Failure, Notice, Reason, ResumePoint, ServerReason,
};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, Clock};
use options::{HELP, Options};
use serde_json::{Value, json};
use tcp::Tcp;

const USAGE: u8 = 1;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match Options::parse() {
        Ok(Some(options)) => options,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::from(USAGE);
        }
    };
    match follow(&options).await {
        Ok(status) => ExitCode::from(status),
        // The reader of the output, such as `head`, has ended.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(USAGE)
        }
    }
}

/// Follows the stream. Returns the exit status. Fails if an option is invalid or the output cannot be written.
async fn follow(options: &Options) -> io::Result<u8> {
    let fields = options.fields().map_err(io::Error::other)?;
    let decide = |failure: &Failure, decision| match options.ends_on(failure.reason) {
        true => Decision::End,
        false => decision,
    };
    let client_options = options.client(&fields, &decide);
    let client_options = client_options.map_err(io::Error::other)?;
    let url = Url::new(&options.url).map_err(io::Error::other)?;
    let (mut buffer, mut redirects) = (vec![0; options.buffer], vec![0; 8 * 1024]);
    let mut source = EventSource::new(url, &client_options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let last_event_id = options.last_event_id().map_err(io::Error::other)?;
    let point = ResumePoint {
        last_event_id,
        retry: None,
    };
    source.resume_from(&point).map_err(io::Error::other)?;

    let mut received = vec![0; 16 * 1024];
    let mut client = Client::new(source, Tcp, &mut received, TokioClock);
    let mut events_left = options.count;
    let mut retry = None;
    while events_left != Some(0) {
        let line = match client.next_notice().await {
            Notice::Open => json!({ "state": "open" }),
            Notice::Event(event) => {
                events_left = events_left.map(|left| left - 1);
                json!({
                    "type": event.event_type.to_string(),
                    "data": event.data.to_string(),
                    "lastEventId": event.last_event_id.to_string(),
                })
            }
            Notice::Overflow => json!({ "overflow": true }),
            Notice::Reconnecting { reason, at } => {
                eprintln!("{reason}");
                json!({ "state": "connecting", "in_ms": at.since(TokioClock.now()) })
            }
            Notice::Closed { reason, by } => {
                let name = match by {
                    EndedBy::Policy => "policy",
                    EndedBy::Attempts => "attempts",
                    _ => "caller",
                };
                print_error_body(client.source())?;
                print(&json!({ "state": "closed", "reason": reason.to_string(), "by": name }))?;
                return Ok(exit_status(reason, by));
            }
            _ => continue,
        };
        let new_retry = client.source().resume_point().retry;
        if let (true, Some(milliseconds)) = (new_retry != retry, new_retry) {
            print(&json!({ "retry": milliseconds }))?;
            retry = new_retry;
        }
        if let Some("connecting") = line["state"].as_str() {
            print_error_body(client.source())?;
        }
        print(&line)?;
    }
    Ok(0)
}

fn print(line: &Value) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    // A user who watches the stream sees each event at once.
    output.flush()
}

/// Prints the body of a response that is no stream. It often names the cause.
fn print_error_body(source: &EventSource<'_>) -> io::Result<()> {
    match source.error_body() {
        [] => Ok(()),
        body => writeln!(io::stderr(), "{}", String::from_utf8_lossy(body)),
    }
}

/// Returns the exit status, which tells scripts what ended the program. `HELP` lists the statuses.
const fn exit_status(reason: Reason, by: EndedBy) -> u8 {
    match (reason, by) {
        // Status 204: the server has no more events, which is no failure.
        (Reason::Server(ServerReason::NoContent), EndedBy::Policy) => 0,
        (_, EndedBy::Policy) => 2,
        (_, EndedBy::Attempts) => 4,
        _ => USAGE,
    }
}
