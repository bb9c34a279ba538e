//! The task of a device: a client that follows its stream.

use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Client;

use crate::clock::TokioClock;
use crate::devices::{self, Run, State};
use crate::random;
use crate::tcp::Tcp;

/// Room for the event under way and the last event ID. A longer event is a gap.
pub const EVENT_BYTES: usize = 8 * 1024;

/// The type of the loss notice of devices that use this crate. By default, it is the same on every server of the crate, and the
/// data is empty. With data, it is an event that a device sends for a purpose of its own.
const LOSS_NOTICE: &str = "lost";

/// Follows a stream until the client ends, such as by status 204, or until the task is cancelled.
///
/// A cancelled task drops its socket. It publishes each notice before it waits for the next, so it leaves nothing half done.
pub async fn follow(run: Run, url: String) {
    let Ok(url) = Url::new(&url) else {
        return devices::change(run, State::Closed, "invalid URL");
    };
    // Devices that come back at the same time are asked at different times.
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(ReconnectOptions::new().seed(random::random()));
    let (mut buffer, mut redirects, mut received) =
        (vec![0; EVENT_BYTES], vec![0; 1024], vec![0; 2048]);
    let mut source = EventSource::new(url, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut client = Client::new(source, Tcp, &mut received, TokioClock);
    loop {
        match client.next_notice().await {
            Notice::Open => devices::change(run, State::Open, ""),
            Notice::Event(event) if event.event_type == LOSS_NOTICE && event.data.is_empty() => {
                devices::add_gap(run, "the device no longer has the missed events");
            }
            Notice::Event(event) => devices::add_event(run, &event),
            Notice::Overflow => devices::add_gap(run, "an event was too long"),
            Notice::Reconnecting { reason, .. } => {
                devices::change(run, State::Lost, &reason.to_string());
            }
            Notice::Closed { reason, .. } => {
                return devices::change(run, State::Closed, &reason.to_string());
            }
            _ => {}
        }
    }
}
