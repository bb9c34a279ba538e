//! A gateway: follows the streams of devices, and publishes each event to JetStream. It keeps no state of its own.
//!
//! The resume point of a device is the last message of its subject. An event counts as handed over when JetStream has
//! acknowledged it, and only then the next one is read. So while JetStream is slow or away, events wait in the log of the device.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::Error;
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions, ResumePoint};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Client;
use embedded_sse::{Event, EventId};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::clock::TokioClock;
use crate::lease::{self, Leases};
use crate::measure::resident_bytes;
use crate::nats::{self, LOST, Last, Nats, Published, Status};
use crate::tcp::Tcp;

/// Room for the event under way and the last event ID. A longer event is a gap.
const EVENT_BYTES: usize = 512;
/// One segment of TCP.
const RECEIVE_BYTES: usize = 1460;

pub struct Options {
    /// The URL of the NATS server.
    pub nats: String,
    /// The name of this gateway. No two that run have the same.
    pub name: String,
}

impl Options {
    /// Reads the arguments after the subcommand.
    pub fn parse(arguments: &mut lexopt::Parser) -> Result<Self, lexopt::Error> {
        use lexopt::{Arg, ValueExt};

        let mut options = Self {
            nats: "nats://127.0.0.1:4222".into(),
            name: format!("gateway-{}", std::process::id()),
        };
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("nats") => options.nats = arguments.value()?.string()?,
                Arg::Long("name") => options.name = arguments.value()?.string()?,
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(options)
    }
}

/// What a gateway has done.
#[derive(Debug, Default)]
pub struct Report {
    /// Events that it has stored.
    pub events: AtomicU64,
    /// How often a stream was lost, and the client connected again.
    pub reconnects: AtomicU64,
    /// Gaps that it has told.
    pub gaps: AtomicU64,
    /// Publishes that JetStream has refused, because another gateway was there first.
    pub conflicts: AtomicU64,
}

impl Report {
    /// Returns the status document, which pages read from the bucket of the gateways.
    fn document(&self, devices: usize) -> String {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let document = json!({
            "devices": devices,
            "events": count(&self.events),
            "reconnects": count(&self.reconnects),
            "gaps": count(&self.gaps),
            "conflicts": count(&self.conflicts),
            "memory_kb": resident_bytes(None).unwrap_or_default() / 1_024,
        });
        document.to_string()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        writeln!(f, "events stored      {}", count(&self.events))?;
        writeln!(f, "reconnects         {}", count(&self.reconnects))?;
        writeln!(f, "gaps told          {}", count(&self.gaps))?;
        writeln!(f, "publishes refused  {}", count(&self.conflicts))
    }
}

/// Runs a gateway until SIGTERM. Then it returns its devices, so that others take them at once.
pub async fn run(options: Options) -> Result<Arc<Report>, Error> {
    let mut terminated = signal(SignalKind::terminate())?;
    let nats = Nats::connect(&options.nats).await?;
    let lease = nats.lease().await?;
    let report = Arc::<Report>::default();
    let mut leases = Leases::new(nats.clone(), options.name.clone());
    let mut following = BTreeMap::<String, JoinHandle<()>>::new();
    let mut rounds = interval(lease / 3);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rounds.tick() => {}
            _ = terminated.recv() => break,
        }
        let document = report.document(leases.count());
        let round = match timeout(lease, leases.round(document)).await {
            Ok(Ok(round)) => round,
            Ok(Err(error)) => {
                eprintln!("{}: leases: {error}", options.name);
                continue;
            }
            Err(_) => continue,
        };
        for device in round.lost.iter().chain(&round.surplus) {
            stop(following.remove(device)).await;
        }
        leases.release(&round.surplus).await;
        for device in round.taken {
            let follower = Follower {
                nats: nats.clone(),
                gateway: options.name.clone(),
                device: device.clone(),
                report: Arc::clone(&report),
            };
            following.insert(device, tokio::spawn(follower.run()));
        }
    }
    for (_, task) in following {
        stop(Some(task)).await;
    }
    leases.release_all().await;
    Ok(report)
}

/// Ends a task. A message that it has sent already may still be stored. The gateway that follows the device next gets a conflict
/// then, and looks for the last message again.
async fn stop(task: Option<JoinHandle<()>>) {
    if let Some(task) = task {
        task.abort();
        let _ = task.await;
    }
}

/// The task of one device.
struct Follower {
    nats: Nats,
    gateway: String,
    device: String,
    report: Arc<Report>,
}

/// Why a follower begins again from the last message in JetStream.
enum Failure {
    Conflict,
    Other(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Other(error.into())
    }
}

impl Follower {
    /// Follows the device until another gateway has its lease.
    async fn run(self) {
        loop {
            let Err(failure) = self.follow().await;
            match failure {
                Failure::Conflict => count(&self.report.conflicts),
                Failure::Other(error) => {
                    eprintln!("{}: {}: {error}", self.gateway, self.device);
                    sleep(Duration::from_secs(1)).await;
                }
            }
            // If JetStream does not answer, the next round of leases decides.
            if let Ok(false) = lease::holds(&self.nats, &self.gateway, &self.device).await {
                return;
            }
        }
    }

    /// Follows the device from the last message in JetStream.
    async fn follow(&self) -> Result<Infallible, Failure> {
        let url = self.nats.devices.get(&self.device).await?;
        let url = String::from_utf8(url.unwrap_or_default().into())?;
        let mut last = self.nats.last(&self.device).await?;

        // Devices that come back at the same time are asked at different times.
        let reconnect = ReconnectOptions::new().seed(fastrand::u32(..));
        let options = ClientOptions::new()
            .idle_timeout(45_000)
            .reconnect(reconnect);
        let (mut buffer, mut received) = ([0; EVENT_BYTES], [0; RECEIVE_BYTES]);
        let mut source = EventSource::new(Url::new(&url)?, &options, &mut buffer);
        let last_event_id = EventId::new(&last.id)?;
        source.resume_from(&ResumePoint {
            last_event_id,
            retry: None,
        })?;
        let mut client = Client::new(source, Tcp, &mut received, TokioClock);
        loop {
            let next = match client.next_notice().await {
                Notice::Event(event) => self.status(&event, &last)?,
                Notice::Overflow => self.gap(&last),
                Notice::Reconnecting { .. } => {
                    count(&self.report.reconnects);
                    continue;
                }
                Notice::Closed { reason, .. } => return Err(reason.to_string().into()),
                _ => continue,
            };
            // This gap was told before. The gateway was lost, or the device was reset, before the first event after it.
            if next.is_gap && last.is_gap {
                continue;
            }
            last = self.publish(next, &last).await?;
        }
    }

    /// Returns what to publish for an event.
    fn status(&self, event: &Event<'_>, last: &Last) -> Result<Next, Failure> {
        let id = event.last_event_id.to_str()?;
        // The events of the device have ids, its loss notice has none.
        if event.event_type == LOST && id == last.id {
            return Ok(self.gap(last));
        }
        Ok(Next {
            event_type: event.event_type.to_string(),
            id: id.to_owned(),
            message_id: nats::event_message_id(&self.device, id),
            data: event.data.as_bytes().to_vec(),
            is_gap: false,
        })
    }

    fn gap(&self, last: &Last) -> Next {
        Next {
            event_type: LOST.into(),
            id: last.id.clone(),
            message_id: nats::gap_message_id(&self.device, last.sequence),
            data: Vec::new(),
            is_gap: true,
        }
    }

    async fn publish(&self, next: Next, last: &Last) -> Result<Last, Failure> {
        let status = Status {
            device: &self.device,
            event_type: &next.event_type,
            id: &next.id,
            message_id: next.message_id,
            data: next.data,
        };
        match self.nats.publish(status, last.sequence).await? {
            Published::Conflict => Err(Failure::Conflict),
            Published::Stored(sequence) => {
                count(match next.is_gap {
                    true => &self.report.gaps,
                    false => &self.report.events,
                });
                Ok(Last {
                    sequence,
                    id: next.id,
                    is_gap: next.is_gap,
                })
            }
        }
    }
}

/// The next message of a device. A copy, because the client keeps its events only until its next call.
struct Next {
    event_type: String,
    id: String,
    message_id: String,
    data: Vec<u8>,
    is_gap: bool,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
