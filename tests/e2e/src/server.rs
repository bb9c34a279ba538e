//! The crate's server in this process, over tokio's sockets.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::hub::Hub;
use embedded_sse::io::WithShutdown;
use embedded_sse::server::ServerOptions;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime::Runtime;

use crate::clock::TokioClock;
use crate::end::end;

pub type TestHub<const BYTES: usize, const CLIENTS: usize> =
    Hub<CriticalSectionRawMutex, BYTES, CLIENTS>;

/// The sizes of the hub in most tests.
pub const LOG_BYTES: usize = 1 << 16;
pub const CLIENTS: usize = 8;

/// The size of each connection's scratch.
pub const SCRATCH: usize = 4096;

/// A server that runs until it is dropped.
pub struct Server<const BYTES: usize = LOG_BYTES, const CLIENTS: usize = { crate::server::CLIENTS }>
{
    pub hub: Arc<TestHub<BYTES, CLIENTS>>,
    pub address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    pub fn start(options: ServerOptions<'static>) -> Self {
        Self::with_sizes(options)
    }
}

impl<const BYTES: usize, const CLIENTS: usize> Server<BYTES, CLIENTS> {
    /// Serves an empty hub of these sizes.
    pub fn with_sizes(options: ServerOptions<'static>) -> Self {
        Self::with_hub(hub(0x5eed), options)
    }

    /// Serves this hub, with the events that are in its log.
    pub fn with_hub(hub: Arc<TestHub<BYTES, CLIENTS>>, options: ServerOptions<'static>) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(async { listen() }).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(accept_all(listener, Arc::clone(&hub), options));
        Self {
            hub,
            address,
            runtime: Some(runtime),
        }
    }

    /// Publishes an event of the type `n` with this number as its data.
    pub fn publish(&self, number: u64) {
        let name = embedded_sse::event_type!("n");
        self.hub
            .publish_with(name, |data| write!(data, "{number}"))
            .unwrap();
    }

    /// Stops the server in the middle of all streams, as a reset of a device does. The returned hub keeps its log.
    pub fn into_hub(mut self) -> Arc<TestHub<BYTES, CLIENTS>> {
        drop(self.runtime.take());
        Arc::clone(&self.hub)
    }
}

impl<const BYTES: usize, const CLIENTS: usize> Drop for Server<BYTES, CLIENTS> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            self.hub.end();
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

/// Makes a hub whose ids have this epoch.
pub fn hub<const BYTES: usize, const CLIENTS: usize>(epoch: u32) -> Arc<TestHub<BYTES, CLIENTS>> {
    // Unoptimised code builds a hub on the stack before it moves to the heap, so a large one needs a thread with a large stack.
    let thread = Builder::new().stack_size(4 * BYTES + (1 << 20));
    let hub = thread
        .spawn(|| Arc::new(Hub::new()))
        .unwrap()
        .join()
        .unwrap();
    hub.make_ids(epoch);
    hub
}

/// Listens with a send buffer of 16 KB: a device does not have the megabytes that this machine would use.
fn listen() -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_send_buffer_size(16 * 1024)?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    socket.listen(1024)
}

async fn accept_all<const BYTES: usize, const CLIENTS: usize>(
    listener: TcpListener,
    hub: Arc<TestHub<BYTES, CLIENTS>>,
    options: ServerOptions<'static>,
) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            continue;
        };
        let hub = Arc::clone(&hub);
        tokio::spawn(async move {
            let _ = socket.set_nodelay(true);
            let mut scratch = [0; SCRATCH];
            let socket = WithShutdown::new(FromTokio::new(socket), end);
            let _ = hub.serve(socket, &mut scratch, &TokioClock, &options).await;
        });
    }
}
