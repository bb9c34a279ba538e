//! Replaces `server.rs` in the build without embedded-sse: accepts connections on the same sockets, and sends no events.

use core::fmt::{self, Write};

use embassy_executor::Spawner;
use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, with_timeout};

pub const SOCKETS: usize = 5;

pub fn begin(spawner: Spawner, stack: Stack<'static>, _: u32) {
    for _ in 0..SOCKETS {
        spawner.spawn(run(stack).expect("spawned as often as there is room"));
    }
}

/// Formats the temperature, and discards it.
pub fn report(millicelsius: i32) {
    let _ = write!(Nowhere, "{millicelsius}");
}

struct Nowhere;

impl fmt::Write for Nowhere {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        core::hint::black_box(text);
        Ok(())
    }
}

/// Keeps the socket of the README's server with its buffers, and calls what that server calls of the network stack.
#[embassy_executor::task(pool_size = SOCKETS)]
async fn run(stack: Stack<'static>) -> ! {
    let (mut received, mut to_send) = ([0; 512], [0; 1024]);
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
        if socket.accept(80).await.is_err() {
            continue;
        }
        let mut request = [0; 16];
        if socket.read(&mut request).await.is_ok() && socket.write(&request).await.is_err() {
            socket.abort();
        }
        socket.close();
        let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
    }
}
