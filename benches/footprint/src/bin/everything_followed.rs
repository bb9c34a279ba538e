//! Functions of the client that `client` does not use: every option, and the drivers. The size is not limited, but nothing
//! in it may panic, except for the panic of every `async fn` that is polled after its end.
#![no_std]
#![no_main]

use embedded_sse::EventId;
use embedded_sse::client::{
    ClientOptions, Decision, DynamicField, EventSource, Notice, ReconnectOptions, ResumePoint,
};
use embedded_sse::http::{HeaderField, Method, Url};
use embedded_sse::io::{Buffered, asynch, blocking};
use footprint::net::{PortClock, PortNet};
use footprint::{Port, block_on, memory, read, read_word, write, write_word};

static FIELDS: [HeaderField; 1] = match HeaderField::new("Authorization", "Bearer x") {
    Ok(field) => [field],
    Err(_) => panic!("illegal"),
};
static TOKENS: [DynamicField; 1] = match DynamicField::new("Cookie", &|value| {
    value.write_char(char::from(read_word() as u8))
}) {
    Ok(field) => [field],
    Err(_) => panic!("illegal"),
};
static RECONNECT: ReconnectOptions = ReconnectOptions::new()
    .retry(1_000)
    .max_attempts(9)
    .strict()
    .on_failure(&|failure, decision| match failure.response {
        Some(answer) if answer.status == 418 => Decision::Retry,
        _ => decision,
    });
static OPTIONS: ClientOptions = ClientOptions::new()
    .request(Method::POST, b"{}")
    .fields(&FIELDS)
    .dynamic_fields(&TOKENS)
    .id_parameter("id")
    .idle_timeout(45_000)
    .repeat_unsafe()
    .error_body()
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
            _ => block_on(follow(source, received)),
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
        Notice::Reconnecting { at, .. } => write_word(at.as_millis() as u32),
        Notice::Closed { by, .. } => write_word(by as u32),
        _ => write_word(0),
    }
}

fn tell_resume_point(source: &EventSource<'_>) {
    write(source.error_body());
    let point = source.resume_point();
    write(point.last_event_id.as_bytes());
    write_word(point.retry.unwrap_or_default());
}
