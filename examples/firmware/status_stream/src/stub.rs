//! Replaces `serve.rs` in the build without embedded-sse: sends the page to every client, and no events.

use core::fmt;

use embassy_net::Stack;
use embassy_net::tcp::TcpSocket;
use embassy_time::{Duration, with_timeout};

pub const SOCKETS: usize = 6;

static PAGE: &str = include_str!("page.html");

pub fn begin(_: u32) {}

/// Formats the data, and discards it.
pub fn publish(_: &str, data: impl Fn(&mut dyn fmt::Write) -> fmt::Result) {
    if data(&mut Nowhere).is_err() {
        defmt::warn!("an event is lost");
    }
}

struct Nowhere;

impl fmt::Write for Nowhere {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        core::hint::black_box(text);
        Ok(())
    }
}

/// Serves one connection after the other.
#[embassy_executor::task(pool_size = SOCKETS)]
pub async fn serve(stack: Stack<'static>) -> ! {
    let mut received = [0; 512];
    let mut to_send = [0; 1024];
    loop {
        let mut socket = TcpSocket::new(stack, &mut received, &mut to_send);
        if socket.accept(80).await.is_err() {
            continue;
        }
        match answer(&mut socket).await {
            Ok(()) => defmt::info!("answered"),
            Err(error) => defmt::info!("{}", error),
        }
        socket.close();
        let _ = with_timeout(Duration::from_secs(5), socket.flush()).await;
    }
}

async fn answer(socket: &mut TcpSocket<'_>) -> Result<(), embassy_net::tcp::Error> {
    socket.read_with(|request| (request.len(), ())).await?;
    for mut part in [b"HTTP/1.0 200 OK\r\n\r\n", PAGE.as_bytes()] {
        while !part.is_empty() {
            let length = socket.write(part).await?;
            part = part.get(length..).unwrap_or_default();
        }
    }
    Ok(())
}
