//! Clients, their options, and why they have no stream.

use embedded_sse::client::{
    CallerReason, ClientOptions, ConnectError, Decision, DynamicField, EventSource,
    EventSourceOutput, Failure, NetworkReason, Notice, Reason, Reconnect, ReconnectOptions,
    RedirectReason, ResponseInfo, ResponseReason, ServerReason,
};
use embedded_sse::http::{Dechunker, HeaderField, InvalidUrl, Method, Url};

use crate::socket::NOW;
use crate::{show, words};

/// The credential is not in the path: that is printed.
const URL: &str = "http://device.local:8080/events?token=hunter2";

const REDIRECT: &[u8] =
    b"HTTP/1.1 307 x\r\nLocation: /other?token=hunter2\r\nSet-Cookie: id=hunter2\r\n\r\n";
const STREAM: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: id=hunter2\r\n\r\n\
    : alive\nid: 7\ndata: on\n\n";

pub fn show() {
    let reconnect = ReconnectOptions::new()
        .no_jitter()
        .on_failure(&print_failure);
    show!("client::ReconnectOptions", reconnect);
    let fields = [
        HeaderField::new("Authorization", "Bearer hunter2").unwrap(),
        HeaderField::new("Cookie", "id=hunter2").unwrap(),
        HeaderField::new("Proxy-Authorization", "Basic hunter2").unwrap(),
    ];
    show!("http::HeaderField", fields);
    let dynamic = [DynamicField::new("X-Token", &|value| value.write_str("hunter2")).unwrap()];
    show!("client::DynamicField", dynamic);
    let options = ClientOptions::new()
        .fields(&fields)
        .dynamic_fields(&dynamic)
        .request(Method::POST, b"password=hunter2")
        .comments()
        .repeat_unsafe()
        .reconnect(reconnect);
    show!("client::ClientOptions", options);
    show!("http::Method", Method::POST);
    let url = Url::new(URL).unwrap();
    show!("http::Url", url);
    show!("http::Url", Url::new("http://10.0.2.2/caf\u{e9}").unwrap());

    let (mut buffer, mut redirects) = ([0; 256], [0; 128]);
    let mut source = EventSource::new(url, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    show_source(&mut source);

    let mut reconnecting = Reconnect::new(&reconnect);
    let response = ResponseInfo::new(503, "", Some(5));
    show!("client::ResponseInfo", response);
    show!("client::Verdict", reconnecting.judge(&response));
    let failed = reconnecting.failed(NOW, Reason::Network(NetworkReason::Lost));
    show!("client::EndedBy", failed.unwrap_err());
    show!("client::Reconnect", reconnecting);
    show!("http::Dechunker", Dechunker::new());
    show_reasons();
}

/// Polls a client through a redirect, a stream and its end.
fn show_source(source: &mut EventSource<'_>) {
    let mut answers = [REDIRECT, STREAM].into_iter();
    let mut input: &[u8] = b"";
    loop {
        show!("client::EventSource", source);
        let output = source.poll(NOW, &mut input);
        show!("client::EventSourceOutput", output);
        match output {
            EventSourceOutput::Connect(_) => source.connected(NOW),
            EventSourceOutput::Send(bytes) => {
                let length = bytes.len();
                source.sent(NOW, length);
            }
            EventSourceOutput::Wait(_) => match answers.next() {
                Some(answer) => input = answer,
                None => source.disconnected(),
            },
            EventSourceOutput::Notice(notice) => {
                show!("client::Notice", notice);
                if let Notice::Closed { .. } | Notice::Reconnecting { .. } = notice {
                    break;
                }
            }
        }
    }
    show!("client::EventSource", source);
    show!("client::ReadyState", source.ready_state());
    show!("client::ResumePoint", source.resume_point());
}

/// The function of `on_failure`: it ends the client, so that the log does not depend on a delay.
fn print_failure(failure: &Failure, decision: Decision) -> Decision {
    show!("client::Failure", failure);
    show!("client::Decision", decision);
    Decision::End
}

fn show_reasons() {
    show!("client::Reason", Reason::Server(ServerReason::Status(404)));
    show!("client::NetworkReason", NetworkReason::Lost);
    show!("client::ServerReason", ServerReason::Status(404));
    show!("client::RedirectReason", RedirectReason::TooMany);
    show!("client::ResponseReason", ResponseReason::NotHttp);
    show!("client::CallerReason", CallerReason::Closed);
    show!("client::ConnectError", ConnectError::Unreachable);
    words!("client::Reason" as Reason {
        Network(NetworkReason::Lost),
        Server(ServerReason::Status(404)),
        Redirect(RedirectReason::TooMany),
        Response(ResponseReason::NotHttp),
        Caller(CallerReason::Closed),
    });
    words!("client::NetworkReason" as NetworkReason { Unreachable, Lost, Idle, SlowHead });
    words!("client::ServerReason" as ServerReason { Status(404), NoContent, WrongType, Ended });
    words!("client::RedirectReason" as RedirectReason {
        TooMany,
        NoLocation,
        InvalidLocation,
        Insecure,
        LocationTooLong,
        NoBuffer,
        Unsupported,
    });
    words!("client::ResponseReason" as ResponseReason { NotHttp, HeadTooLong, Framing, InvalidChunk, Encoded });
    words!("client::CallerReason" as CallerReason { Closed, Unsupported, BufferTooSmall, InvalidField });
    words!("client::ConnectError" as ConnectError { Unreachable, Unsupported });

    let invalid = HeaderField::new("Cookie", "hunter2\r\n").unwrap_err();
    show!("http::InvalidHeaderField", invalid);
    words!("http::InvalidHeaderField", invalid);
    let invalid = Dechunker::new().next(&mut &b"hunter2\r\n"[..]).unwrap_err();
    show!("http::InvalidChunk", invalid);
    words!("http::InvalidChunk", invalid);
    show!(
        "http::InvalidUrl",
        Url::new("http://user:hunter2@device/").unwrap_err()
    );
    words!("http::InvalidUrl" as InvalidUrl { Scheme, Host, Character('\n'), Port, UserName, TooLong });
    words!(
        "http::InvalidUrl::Character",
        InvalidUrl::Character('\u{e4}')
    );
}
