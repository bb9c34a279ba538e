//! Options, responses and header fields that are made at run time, from values that the compiler does not know.
#![no_std]
#![no_main]

use core::fmt::Write;

use embedded_sse::client::{
    ClientOptions, ConnectError, Decision, DynamicField, EventSource, ReadyState, Reconnect,
    ReconnectOptions, ResponseInfo, Verdict,
};
use embedded_sse::http::{Dechunker, HeaderField, Method, Response, Status, Url};
use embedded_sse::server::{
    AllowedOrigins, Connection, EventLog, ServerOptions, Session, SessionOutput, Start,
    StreamOptions,
};
use embedded_sse::{Decoder, EventType, Frame, LastEventId};
use footprint::net::now;
use footprint::{memory, read, read_word, write, write_word};

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    let (text, scratch) = (memory::<64>(0), memory::<512>(64));
    loop {
        let bytes = read(text);
        let text = core::str::from_utf8(bytes).unwrap_or_default();
        dechunk(bytes);
        if let Ok(field) = HeaderField::new(text, text) {
            follow(text, &[field], scratch);
            respond(&[field]);
        }
        if let Ok(name) = EventType::new(text) {
            serve(text, &[name], scratch);
        }
        write_word(Frame::max_len(word(), word(), word(), word()) as u32);
        write_word(EventLog::buffer_len(word(), word()) as u32);
        write_word(Decoder::buffer_len(word(), word(), word()) as u32);
    }
}

fn word() -> usize {
    read_word() as usize
}

fn dechunk(mut body: &[u8]) {
    let mut dechunker = Dechunker::new();
    while let Ok(Some(data)) = dechunker.next(&mut body) {
        write(data);
    }
    write_word(u32::from(dechunker.has_ended()));
}

fn follow(text: &str, fields: &[HeaderField<'_>], buffer: &mut [u8]) {
    let reconnect = match read_word() {
        0 => ReconnectOptions::default().no_jitter(),
        _ => ReconnectOptions::new().seed(read_word()),
    };
    let reconnect = reconnect
        .retry(read_word())
        .min_delay(read_word())
        .max_retry(read_word())
        .max_delay(read_word())
        .max_retry_after(read_word())
        .stable_after(read_word())
        .max_attempts(read_word())
        .strict()
        .on_failure(&|failure, decision| match failure.response {
            Some(answer) if answer.status == 418 => Decision::Retry,
            _ => decision,
        });
    let produce = |value: &mut dyn Write| value.write_str(text);
    let Ok(token) = DynamicField::new(text, &produce) else {
        return;
    };
    let tokens = [token];
    let options = match read_word() {
        0 => ClientOptions::default(),
        _ => ClientOptions::new(),
    };
    let options = options
        .request(Method::new(text).unwrap_or(Method::GET), text.as_bytes())
        .fields(fields)
        .dynamic_fields(&tokens)
        .id_parameter(text)
        .idle_timeout(read_word())
        .head_timeout(read_word())
        .max_head_len(read_word())
        .max_redirects(read_word() as u8)
        .repeat_unsafe()
        .resume_by_get()
        .error_body()
        .comments()
        .reconnect(reconnect);
    if let Ok(url) = Url::new(text) {
        let mut source = EventSource::new(url, &options, buffer);
        match read_word() {
            0 => source.connect_failed(ConnectError::Unsupported),
            _ => source.received_eof(),
        }
        write_word(u32::from(source.ready_state() == ReadyState::Open));
    }
    let mut reconnect = Reconnect::new(&reconnect);
    match reconnect.judge(&ResponseInfo::new(
        read_word() as u16,
        text,
        Some(read_word()),
    )) {
        Verdict::Open => reconnect.opened(now()),
        Verdict::Redirect { .. } => reconnect.restarted(),
        Verdict::Failed(reason) => match reconnect.failed(now(), reason) {
            Ok(at) => write_word(at.as_millis() as u32),
            Err(by) => write_word(by as u32),
        },
    }
    reconnect.delivered();
    reconnect.set_retry(read_word());
    write_word(reconnect.retry());
}

fn respond(fields: &[HeaderField<'_>]) {
    let status = match read_word() {
        0 => "410 Gone",
        1 => "200 OK",
        _ => "",
    };
    let Some(status) = Status::new(status) else {
        return;
    };
    let body = "text";
    let response = Response::new(status)
        .with_body(body, body.as_bytes())
        .fields(fields);
    response.write_head(&mut |bytes| write(bytes));
    write(response.body());
    write(response.status().as_str().as_bytes());
}

fn serve(text: &str, names: &[EventType<'_>], scratch: &mut [u8]) {
    let frame = Frame::comment(text);
    let stream = match read_word() {
        0 => StreamOptions::default(),
        _ => StreamOptions::new(),
    };
    let stream = stream
        .retry(read_word())
        .retry_jitter(read_word())
        .padding()
        .keep_alive(read_word())
        .keep_alive_frame(frame)
        .loss_notice(frame)
        .start(Start::Oldest)
        .event_types(names)
        .initial_state(&|number, _| number < 1)
        .initial_id()
        .lifetime(read_word())
        .write_timeout(read_word());
    let hosts = [text];
    let options = ServerOptions::new(text)
        .allowed_hosts(&hosts)
        .allowed_origins(AllowedOrigins::Only(&hosts))
        .allowed_fields(&hosts)
        .stream_fields(&[])
        .kept_fields(&hosts)
        .check(&|_| None)
        .reconnect_when_full()
        .chunked()
        .max_head_len(read_word())
        .head_timeout(read_word())
        .stream(stream);
    let log = EventLog::<[u8; 64]>::new();
    let mut session = Session::new(now(), &log, LastEventId::ABSENT, &stream);
    if let SessionOutput::Send(bytes) = session.fill(now(), &log, scratch) {
        write(bytes);
    }
    let mut connection = Connection::new(now(), &options, scratch);
    write(connection.request().query().as_bytes());
    connection.end();
    connection.reuse(now());
    write_word(connection.receive_buffer().len() as u32);
}
