//! Follows a stream, and publishes its events in the hub of this device.

use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, EmbassyClock, Nal};
use embedded_sse::server::PublishError;
use embedded_sse::{Event, EventType, Frame, event_type};
use heapless::String;

use crate::{HUB, LABELS};

/// The longest type, with its label.
const MAX_TYPE: usize = 64;

/// Follows a stream until its client ends, such as by status 204. The stream resumes by the ids of its server. Each event is in
/// the hub before the next one is read, so no event is lost between the two.
#[embassy_executor::task(pool_size = LABELS.len())]
pub async fn follow(stack: Stack<'static>, label: &'static str, url: Url<'static>) {
    // Devices that lose their server at the same time reconnect at different times.
    let reconnect = ReconnectOptions::new()
        .retry(1_000)
        .seed(chip::host::random() as u32);
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(reconnect);

    let sockets = TcpClientState::<1, 512, 1024>::new();
    let (tcp, dns) = (TcpClient::new(stack, &sockets), DnsSocket::new(stack));
    let (mut buffer, mut redirects, mut received) = ([0; 512], [0; 256], [0; 536]);
    let mut source = EventSource::new(url, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut client = Client::new(source, Nal::new(&tcp, &dns), &mut received, EmbassyClock);
    let mut last_state = "";
    loop {
        let state = match client.next_notice().await {
            Notice::Event(event) => match publish(label, &event) {
                Ok(()) => continue,
                Err(()) => "missed",
            },
            Notice::Overflow => "missed",
            Notice::Open => "open",
            Notice::Reconnecting { reason, .. } => {
                defmt::info!("{=str}: {}", label, reason);
                "lost"
            }
            Notice::Closed { reason, by } => {
                defmt::info!("{=str}: {}, by {}", label, reason, by);
                publish_state(label, "closed");
                return;
            }
            _ => continue,
        };
        // Attempts that fail would otherwise evict events from the log.
        if state != last_state || state == "missed" {
            defmt::info!("{=str} {=str}", label, state);
            publish_state(label, state);
        }
        last_state = state;
    }
}

/// Publishes an event under its label. Fails if its type or the event is too long.
fn publish(label: &str, event: &Event<'_>) -> Result<(), ()> {
    let mut labelled = String::<MAX_TYPE>::new();
    let event_type = event.event_type.to_str().map_err(drop)?;
    for part in [label, "/", event_type] {
        labelled.push_str(part).map_err(drop)?;
    }
    let event_type = EventType::new(&labelled).map_err(drop)?;
    let frame = Frame::data(event.data.as_bytes()).event_type(event_type);
    HUB.publish(&frame).map_err(drop::<PublishError>)
}

fn publish_state(label: &str, state: &str) {
    let published = HUB.publish_with(event_type!("source"), |data| {
        write!(data, "{label} {state}")
    });
    if published.is_err() {
        defmt::warn!("a state is lost");
    }
}
