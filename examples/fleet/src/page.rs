//! A live page of the fleet. It reads gateways, leases and the stream of JetStream, and serves what it found once a second.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Error;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::kv::Store;
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::event_type;
use embedded_sse::http::{Response, Status};
use embedded_sse::hub::Hub;
use embedded_sse::io::{ServeError, WithShutdown, asynch::Incoming};
use embedded_sse::server::{Outcome, ServerOptions, Start, StreamOptions};
use futures_util::future::join_all;
use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::clock::TokioClock;
use crate::end::end;
use crate::nats::{self, Nats};

/// One event for 1,000 devices has about 80 KB.
const LOG_BYTES: usize = 256 * 1024;
const PERIOD: Duration = Duration::from_secs(1);

static HUB: Hub<CriticalSectionRawMutex, LOG_BYTES, 16> = Hub::new();
static OPTIONS: ServerOptions = ServerOptions::new("/events").reconnect_when_full().stream(
    StreamOptions::new()
        .start(Start::LatestOfEachType)
        .retry(1_000),
);
static PAGE: Response =
    Response::new(Status::OK).with_body("text/html; charset=utf-8", include_bytes!("page.html"));

/// The server of the page. It stops when it is dropped.
pub struct Page {
    pub address: SocketAddr,
    /// They are cancelled when this is dropped.
    _tasks: JoinSet<()>,
}

impl Page {
    /// Starts the server on a free port.
    pub async fn start(nats: Nats) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let devices = Arc::<Mutex<Devices>>::default();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener));
        tasks.spawn({
            let (nats, devices) = (nats.clone(), Arc::clone(&devices));
            async move {
                if let Err(error) = count(&nats, &devices).await {
                    eprintln!("page: {error}");
                }
            }
        });
        tasks.spawn(publish(nats, devices));
        Ok(Self {
            address,
            _tasks: tasks,
        })
    }
}

async fn accept(listener: TcpListener) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        connections.spawn(serve(stream));
    }
}

async fn serve(stream: TcpStream) -> Result<Outcome, ServeError<io::Error>> {
    let socket = WithShutdown::new(FromTokio::new(stream), end);
    let mut scratch = vec![0; 4_096];
    let mut incoming = Incoming::new(socket, &mut scratch, &TokioClock, &HUB, &OPTIONS);
    if let ControlFlow::Break(outcome) = incoming.accept().await? {
        return Ok(outcome);
    }
    match incoming.request().is_path("/") {
        true => incoming.respond(&PAGE).await,
        false => incoming.answer().await,
    }
}

/// What the stream has of each device.
type Devices = BTreeMap<String, Counts>;

#[derive(Clone, Copy, Default)]
struct Counts {
    events: u64,
    gaps: u64,
}

/// Counts the messages of the stream, from its first one.
async fn count(nats: &Nats, devices: &Mutex<Devices>) -> Result<(), Error> {
    let consumer = nats.stream.create_consumer(pull::OrderedConfig::default());
    let mut messages = consumer.await?.messages().await?;
    while let Some(message) = messages.next().await {
        let message = message?;
        let device = nats::device(&message.subject);
        let mut devices = devices.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = devices.entry(device.to_owned()).or_default();
        match message.headers.as_ref().is_some_and(nats::is_gap) {
            true => counts.gaps += 1,
            false => counts.events += 1,
        }
    }
    Ok(())
}

/// Publishes one event a second.
async fn publish(nats: Nats, devices: Arc<Mutex<Devices>>) {
    let mut rounds = interval(PERIOD);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before = Devices::new();
    loop {
        rounds.tick().await;
        let counts = devices
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        match summary(&nats, &counts, &before).await {
            Ok(summary) => {
                let frame = event_type!("fleet");
                if let Err(error) = HUB.publish_with(frame, |data| write!(data, "{summary}")) {
                    eprintln!("page: {error}");
                }
            }
            Err(error) => eprintln!("page: {error}"),
        }
        before = counts;
    }
}

async fn summary(nats: &Nats, counts: &Devices, before: &Devices) -> Result<Value, Error> {
    let gateways = entries(&nats.gateways).await?;
    let gateways = gateways.into_iter().map(|(name, document)| {
        let mut gateway: Value = serde_json::from_slice(&document).unwrap_or_default();
        gateway["name"] = name.into();
        gateway
    });
    let leases: BTreeMap<_, _> = entries(&nats.leases).await?.into_iter().collect();
    let names = entries(&nats.devices).await?;
    let devices = names.into_iter().map(|(name, _)| {
        let now = counts.get(&name).copied().unwrap_or_default();
        let past = before.get(&name).copied().unwrap_or_default();
        let gateway = leases
            .get(&name)
            .map(|gateway| String::from_utf8_lossy(gateway));
        json!({
            "gateway": gateway,
            "events": now.events,
            "rate": now.events - past.events,
            "gaps": now.gaps,
            "name": name,
        })
    });
    Ok(json!({
        "gateways": gateways.collect::<Value>(),
        "devices": devices.collect::<Value>(),
    }))
}

/// Returns the keys and values of a bucket, in the order of the keys. An entry that expires meanwhile is left out.
async fn entries(bucket: &Store) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut keys: Vec<String> = bucket.keys().await?.try_collect().await?;
    keys.sort_by_key(|key| (key.len(), key.clone()));
    let values = join_all(keys.iter().map(|key| bucket.get(key.as_str()))).await;
    let entries = keys.into_iter().zip(values);
    Ok(entries
        .filter_map(|(key, value)| Some((key, value.ok()??.to_vec())))
        .collect())
}
