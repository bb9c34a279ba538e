//! The device: a hub with two slots, served in a thread whose load is measured.

use std::cell::Cell;
use std::io;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_io_async::{ErrorType, Read, Write};
use embedded_sse::event_type;
use embedded_sse::hub::Hub;
use embedded_sse::io::{End, WithShutdown};
use embedded_sse::server::{ServerOptions, Start, StreamOptions};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{LocalSet, spawn_local};
use tokio::time::interval;

use super::now;
use crate::clock::TokioClock;
use crate::end::end;
use crate::{Failure, measure};

const LOG_BYTES: usize = 4 * 1_024;
const SLOTS: usize = 2;
/// How many events the device may be ahead of the bridge: the log holds more of them.
const AHEAD: u64 = 16;

type Log = Hub<CriticalSectionRawMutex, LOG_BYTES, SLOTS>;

/// The bridge gets the events that were published before it has connected.
static SERVER: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().start(Start::Oldest));

/// A device. Its thread ends when it is dropped.
pub struct Device {
    pub port: u16,
    /// How many events the bridge has passed on.
    pub passed_on: watch::Sender<u64>,
    phases: mpsc::UnboundedSender<Phase>,
}

struct Phase {
    events: u64,
    pace: Option<Duration>,
    finished: oneshot::Sender<Load>,
}

/// What a phase has cost the device.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Connections since the start of the device.
    pub connections: u64,
    /// For each event.
    pub bytes: f64,
    /// For each event: how long its thread has run, with the publishing and the kernel's part.
    pub cpu: Duration,
}

impl Device {
    pub fn start() -> Result<Self, Failure> {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let (passed_on, progress) = watch::channel(0);
        let (phases, orders) = mpsc::unbounded_channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        thread::spawn(move || {
            let tasks = LocalSet::new();
            // An error ends the thread, and `publish` reports that.
            let _ = tasks.block_on(&runtime, device(listener, progress, orders));
        });
        Ok(Self {
            port,
            passed_on,
            phases,
        })
    }

    /// Publishes events, and waits until the bridge has passed them on. Without a pace, the device is a few events ahead of the
    /// bridge all the time.
    pub async fn publish(&mut self, events: u64, pace: Option<Duration>) -> Result<Load, Failure> {
        let (finished, finish) = oneshot::channel();
        let phase = Phase {
            events,
            pace,
            finished,
        };
        // An error means that the thread is gone. Then `finish` fails, too.
        let _ = self.phases.send(phase);
        Ok(finish.await?)
    }
}

async fn device(
    listener: StdListener,
    mut progress: watch::Receiver<u64>,
    mut phases: mpsc::UnboundedReceiver<Phase>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let (hub, counters) = (Rc::new(Log::new()), Rc::new(Counters::default()));
    hub.make_ids(fastrand::u32(..));
    spawn_local(accept(listener, Rc::clone(&hub), Rc::clone(&counters)));
    let mut published = 0;
    while let Some(phase) = phases.recv().await {
        let (time, bytes) = (measure::thread_time(), counters.bytes.get());
        let mut ticks = phase.pace.map(interval);
        for _ in 0..phase.events {
            match &mut ticks {
                Some(ticks) => {
                    ticks.tick().await;
                }
                None => wait(&mut progress, (published + 1_u64).saturating_sub(AHEAD)).await,
            }
            published += 1;
            let now = now().as_nanos();
            // The event fits: the log has room for several times `AHEAD` of them.
            let _ = hub.publish_with(event_type!("status"), |data| {
                write!(data, "{published} {now}")
            });
        }
        wait(&mut progress, published).await;
        let events = phase.events.max(1);
        let load = Load {
            connections: counters.connections.get(),
            bytes: (counters.bytes.get() - bytes) as f64 / events as f64,
            cpu: (measure::thread_time() - time) / events as u32,
        };
        let _ = phase.finished.send(load);
    }
    Ok(())
}

async fn wait(progress: &mut watch::Receiver<u64>, count: u64) {
    // An error means that the bridge and the owner of this device are gone.
    let _ = progress.wait_for(|passed_on| *passed_on >= count).await;
}

async fn accept(listener: TcpListener, hub: Rc<Log>, counters: Rc<Counters>) {
    while let Ok((stream, _)) = listener.accept().await {
        counters.connections.update(|count| count + 1);
        let (hub, counters) = (Rc::clone(&hub), Rc::clone(&counters));
        spawn_local(async move {
            let socket = Counted {
                socket: FromTokio::new(stream),
                counters,
            };
            let socket = WithShutdown::new(socket, end_counted);
            // An error is the end of this connection alone.
            let _ = hub.serve(socket, &mut [0; 512], &TokioClock, &SERVER).await;
        });
    }
}

#[derive(Default)]
struct Counters {
    connections: Cell<u64>,
    bytes: Cell<u64>,
}

/// A socket that counts the bytes that the device sends.
struct Counted {
    socket: FromTokio<TcpStream>,
    counters: Rc<Counters>,
}

async fn end_counted(counted: &mut Counted, how: End) -> io::Result<()> {
    end(&mut counted.socket, how).await
}

impl ErrorType for Counted {
    type Error = io::Error;
}

impl Read for Counted {
    async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.read(buffer).await
    }
}

impl Write for Counted {
    async fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.socket.write(bytes).await?;
        self.counters.bytes.update(|count| count + written as u64);
        Ok(written)
    }

    async fn flush(&mut self) -> io::Result<()> {
        self.socket.flush().await
    }
}
