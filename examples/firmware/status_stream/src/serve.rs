//! Serves the stream to four clients at a time, and the page.

#[path = "../../../common/not_allowed.rs"]
mod not_allowed;

use core::fmt::{self, Write};
use core::ops::ControlFlow;

use embassy_net::Stack;
use embassy_net::tcp::{self, TcpSocket};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_time::{Duration, Instant, with_timeout};
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::asynch::{EmbassyClock, Incoming};
use embedded_sse::io::{End, ServeError, WithShutdown};
use embedded_sse::server::{Outcome, ServerOptions, Start, StreamOptions};
use embedded_sse::{BufferTooSmall, DataWriter, EventType, Frame, SliceSink, event_type};

use crate::sensor::Warmth;
use not_allowed::NOT_ALLOWED;

const CLIENTS: usize = 4;
/// Two more than clients: one for the page, and one for refusals. After a response, a socket is taken for up to a second
/// more, until its client closes.
pub const SOCKETS: usize = CLIENTS + 2;

static HUB: Hub<CriticalSectionRawMutex, 2048, CLIENTS> = Hub::new();
static OPTIONS: ServerOptions = ServerOptions::new("/events")
    .reconnect_when_full()
    // Browsers open connections in advance without a request. Each takes a socket for this time.
    .head_timeout(3_000)
    .stream(
        StreamOptions::new()
            .start(Start::Oldest)
            .initial_state(&greet)
            .write_timeout(10_000),
    );
// A static, since in the future of a task it would take RAM for each socket.
static PAGE: Response =
    Response::new(Status::OK).with_body("text/html; charset=utf-8", include_bytes!("page.html"));

/// Starts to give ids to events. `boot` is their epoch.
pub fn begin(boot: u32) {
    HUB.make_ids(boot);
}

/// Publishes an event of this type to all clients.
pub fn publish(event_type: &str, data: impl Fn(&mut dyn fmt::Write) -> fmt::Result) {
    let Ok(event_type) = EventType::new(event_type) else {
        return;
    };
    if let Err(error) = HUB.publish_with(event_type, data) {
        defmt::warn!("an event of type {} is lost: {}", event_type, error);
    }
}

/// Writes the present state for a new client. The log may not hold events of values that change seldom.
fn greet(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let written = match number {
        0 => write(sink, event_type!("uptime"), Instant::now().as_secs() as u32),
        1 => write(sink, event_type!("stack"), chip::stack::free()),
        2 => match Warmth::last() {
            Some(warmth) => write(sink, event_type!("log"), warmth),
            None => return false,
        },
        _ => return false,
    };
    if written.is_err() {
        defmt::warn!("the scratch is too short for frame {} of the state", number);
    }
    true
}

fn write(
    sink: &mut SliceSink<'_>,
    event_type: EventType<'_>,
    value: impl fmt::Display,
) -> Result<(), BufferTooSmall> {
    let mut data = DataWriter::new(sink, &Frame::new().event_type(event_type))?;
    // `finish` returns the error of `write!`.
    let _ = write!(data, "{value}");
    data.finish()
}

/// Serves one connection after the other.
#[embassy_executor::task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let mut received = [0; 512];
    let mut to_send = [0; 1024];
    let mut scratch = [0; 256];
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
        if socket.accept(80).await.is_err() {
            continue;
        }
        match answer(&mut socket, &mut scratch).await {
            Ok(outcome) => defmt::info!("{}; {}", outcome, HUB.stats()),
            Err(error) => defmt::info!("{}; {}", error, HUB.stats()),
        }
        // Most sockets are closed already. After an error, a socket is not, and its drop would send nothing to the client.
        socket.close();
        let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
    }
}

/// Ends the socket. Waits until the client has acknowledged all bytes and FIN, or until RST is sent: if the socket is dropped
/// before, neither is.
async fn end(socket: &mut &mut TcpSocket<'_>, end: End) -> Result<(), tcp::Error> {
    match end {
        End::Shutdown => socket.close(),
        End::Abort => socket.abort(),
    }
    socket.flush().await
}

async fn answer(
    socket: &mut TcpSocket<'_>,
    scratch: &mut [u8],
) -> Result<Outcome, ServeError<tcp::Error>> {
    let socket = WithShutdown::new(socket, end);
    let mut incoming = Incoming::new(socket, scratch, &EmbassyClock, &HUB, &OPTIONS);
    if let ControlFlow::Break(outcome) = incoming.accept().await? {
        return Ok(outcome);
    }
    let request = incoming.request();
    if request.is_path("/") {
        let reads = request.is_method("GET") || request.is_method("HEAD");
        let response = if reads { &PAGE } else { &NOT_ALLOWED };
        return incoming.respond(response).await;
    }
    incoming.answer().await
}
