//! What `client` leaves out: every option, and the drivers. It has no budget, but nothing in it may
//! panic, except for what every `async fn` has: that it was polled when it was done.
#![no_std]
#![no_main]

use core::future::poll_fn;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_sse::client::{
    ClientOptions, EventSource, Notice, ReconnectOptions, ResumePoint, Verdict,
};
use embedded_sse::http::{HeaderField, Method, Url};
use embedded_sse::io::{Buffered, asynch, blocking};
use embedded_sse::{EventId, Instant};
use footprint::{Port, memory, read, read_word, write, write_word};

static FIELDS: [HeaderField; 1] = match HeaderField::new("Authorization", "Bearer x") {
    Ok(field) => [field],
    Err(_) => panic!("illegal"),
};
static RECONNECT: ReconnectOptions = ReconnectOptions::new()
    .retry(1_000)
    .attempts(9)
    .strict()
    .judge(&|answer, verdict| match answer.status {
        418 => Verdict::Retry,
        _ => verdict,
    });
static OPTIONS: ClientOptions = ClientOptions::new()
    .request(Method::POST, b"{}")
    .fields(&FIELDS)
    .id_parameter("id")
    .idle_timeout(45_000)
    .comments()
    .reconnect(RECONNECT);

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, received) = (memory::<64>(0), memory::<64>(64));
    let (buffer, redirects) = (memory::<512>(128), memory::<256>(640));
    loop {
        let text = read(text);
        let Ok(url) = Url::new(core::str::from_utf8(text).unwrap_or_default()) else {
            continue;
        };
        let mut source = EventSource::new(url, &OPTIONS, buffer);
        source.follow_redirects(redirects);
        let last_event_id = EventId::from_bytes(text).unwrap_or_default();
        let retry = Some(read_word());
        let point = ResumePoint {
            last_event_id,
            retry,
        };
        write_word(u32::from(source.resume_from(&point).is_err()));
        match read_word() {
            0 => {
                let mut client = blocking::Client::new(source, PortNet, received, PortClock);
                while let Some(event) = client.next() {
                    write(event.data.as_bytes());
                }
                tell(client.next_notice());
                client.restart();
                client.close();
                tell_resume_point(client.source());
            }
            1 => {
                let socket = Buffered::new(Port, received);
                let mut connected = blocking::Connected::new(&mut source, socket, PortClock);
                while let Some(notice) = connected.next() {
                    tell(notice);
                }
            }
            _ => {
                let mut task = pin!(follow(source, received));
                let mut context = Context::from_waker(Waker::noop());
                while task.as_mut().poll(&mut context).is_pending() {}
            }
        }
    }
}

async fn follow(mut source: EventSource<'_>, received: &mut [u8]) {
    let socket = Buffered::new(Port, &mut *received);
    let mut connected = asynch::Connected::new(&mut source, socket, PortClock);
    while let Some(notice) = connected.next().await {
        tell(notice);
    }
    let mut client = asynch::Client::new(source, PortNet, received, PortClock);
    while let Some(event) = client.next().await {
        write(event.data.as_bytes());
    }
    tell(client.next_notice().await);
    client.restart();
    client.close();
    tell_resume_point(client.source());
}

fn tell(notice: Notice<'_>) {
    match notice {
        Notice::Event(event) => write(event.event_type.as_bytes()),
        Notice::Comment { text, ends } => {
            write(text.as_bytes());
            write_word(u32::from(ends));
        }
        Notice::Connecting { at, .. } => write_word(at.as_millis() as u32),
        _ => write_word(0),
    }
}

fn tell_resume_point(source: &EventSource<'_>) {
    let point = source.resume_point();
    write(point.last_event_id.as_bytes());
    write_word(point.retry.unwrap_or_default());
}

/// The port as a network.
struct PortNet;

impl blocking::Connect for PortNet {
    type Socket = Port;

    fn connect(&mut self, url: Url<'_>) -> Result<Port, embedded_sse::client::Reason> {
        write(url.host().as_bytes());
        Ok(Port)
    }
}

impl asynch::Connect for PortNet {
    type Socket = Port;

    async fn connect(&mut self, url: Url<'_>) -> Result<Port, embedded_sse::client::Reason> {
        blocking::Connect::connect(self, url)
    }
}

struct PortClock;

impl blocking::Clock for PortClock {
    fn now(&self) -> Instant {
        Instant::from_millis(u64::from(read_word()))
    }

    fn wait_until(&self, at: Instant) {
        while blocking::Clock::now(self) < at {}
    }
}

impl asynch::Clock for PortClock {
    fn now(&self) -> Instant {
        blocking::Clock::now(self)
    }

    async fn wait_until(&self, at: Instant) {
        poll_fn(|_| match blocking::Clock::now(self) < at {
            true => Poll::Pending,
            false => Poll::Ready(()),
        })
        .await
    }
}
