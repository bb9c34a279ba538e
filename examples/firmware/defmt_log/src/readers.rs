//! Readers and clients over sockets.

use embedded_io::BufRead;
use embedded_sse::Decoder;
use embedded_sse::client::{ClientOptions, EventSource, EventSourceOutput, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{EmbassyClock, Nal};
use embedded_sse::io::{Buffered, asynch, blocking};

use crate::show;
use crate::socket::{Clock, Connector, NOW, Net, Socket, block_on};

const BODY: &[u8] = b"id: 7\ndata: on\n\ndata: hunter2";
const STREAM: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nSet-Cookie: id=hunter2\r\n\r\n\
    id: 7\ndata: on\n\n";

static RECONNECT: ReconnectOptions = ReconnectOptions::new().no_jitter();
static OPTIONS: ClientOptions = ClientOptions::new().reconnect(RECONNECT);

pub fn show() {
    show!("io::asynch::EmbassyClock", EmbassyClock);
    show!("io::asynch::Nal", Nal::new(&Net, &Net));
    let mut buffer = [0; 32];
    let mut buffered = Buffered::new(Socket(STREAM), &mut buffer);
    buffered.fill_buf().unwrap();
    show!("io::Buffered", buffered);
    show_blocking();
    block_on(show_asynch());
}

fn show_blocking() {
    let (mut decoder, mut buffer) = (Decoder::<[u8; 64]>::new(), [0; 64]);
    let mut reader = blocking::Reader::new(Socket(BODY), &mut decoder, &mut buffer);
    reader.next().unwrap();
    show!("io::blocking::Reader", reader);
    let mut reconnecting = blocking::ReconnectingReader::new(&mut decoder, &RECONNECT, Clock);
    show!("io::blocking::ReconnectingReader", reconnecting);
    let mut stream = reconnecting.open(Socket(BODY), &mut buffer);
    stream.next().unwrap();
    show!("io::blocking::OpenStream", stream);

    let url = Url::new("http://device/events?token=hunter2").unwrap();
    let mut memory = [0; 256];
    let source = EventSource::new(url, &OPTIONS, &mut memory);
    let mut client = blocking::Client::new(source, Connector(STREAM), &mut buffer, Clock);
    show!("io::blocking::Client", client);
    client.next().unwrap();
    show!("io::blocking::Client", client);

    let (mut memory, mut buffer) = ([0; 256], [0; 64]);
    let mut source = EventSource::new(url, &OPTIONS, &mut memory);
    connect(&mut source);
    let socket = Buffered::new(Socket(STREAM), &mut buffer);
    let mut connected = blocking::Connected::new(&mut source, socket, Clock);
    connected.next().unwrap();
    show!("io::blocking::Connected", connected);
}

async fn show_asynch() {
    let (mut decoder, mut buffer) = (Decoder::<[u8; 64]>::new(), [0; 64]);
    let mut reader = asynch::Reader::new(Socket(BODY), &mut decoder, &mut buffer);
    reader.next().await.unwrap();
    show!("io::asynch::Reader", reader);
    let mut reconnecting = asynch::ReconnectingReader::new(&mut decoder, &RECONNECT, Clock);
    show!("io::asynch::ReconnectingReader", reconnecting);
    let mut stream = reconnecting.open(Socket(BODY), &mut buffer);
    stream.next().await.unwrap();
    show!("io::asynch::OpenStream", stream);

    let url = Url::new("http://device/events?token=hunter2").unwrap();
    let mut memory = [0; 256];
    let source = EventSource::new(url, &OPTIONS, &mut memory);
    let mut client = asynch::Client::new(source, Connector(STREAM), &mut buffer, Clock);
    show!("io::asynch::Client", client);
    client.next().await.unwrap();
    show!("io::asynch::Client", client);

    let (mut memory, mut buffer) = ([0; 256], [0; 64]);
    let mut source = EventSource::new(url, &OPTIONS, &mut memory);
    connect(&mut source);
    let socket = Buffered::new(Socket(STREAM), &mut buffer);
    let mut connected = asynch::Connected::new(&mut source, socket, Clock);
    connected.next().await.unwrap();
    show!("io::asynch::Connected", connected);
}

fn connect(source: &mut EventSource<'_>) {
    match source.poll(NOW, &mut &b""[..]) {
        EventSourceOutput::Connect(_) => source.connected(NOW),
        _ => unreachable!("the first output is to connect"),
    }
}
