//! Sockets of the scripted server, for drivers. The asynchronous ones use the time of tokio. The blocking ones have a
//! time of their own, which passes while somebody waits.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use embedded_io::{ErrorKind, ErrorType};
use embedded_sse::Instant;
use embedded_sse::client::ConnectError;
use embedded_sse::http::Url;
use embedded_sse::io::{asynch, blocking};

use crate::scripted::Scene;

/// Makes connections, each of which plays the next scene.
#[derive(Clone)]
pub struct Connector {
    shared: Rc<Shared>,
    /// The largest number of bytes that a socket gives or takes at a time.
    step: usize,
}

struct Shared {
    script: RefCell<VecDeque<Scene>>,
    lines: RefCell<Vec<String>>,
    requests: RefCell<Vec<Vec<u8>>>,
    open: Cell<usize>,
    now: Cell<u64>,
}

impl Connector {
    pub fn new(script: &[Scene], step: usize) -> Self {
        Self {
            shared: Rc::new(Shared {
                script: RefCell::new(script.iter().cloned().collect()),
                lines: RefCell::default(),
                requests: RefCell::default(),
                open: Cell::new(0),
                now: Cell::new(0),
            }),
            step,
        }
    }

    /// The attempts to connect, and the lines that the test has added, in order.
    pub fn lines(&self) -> Vec<String> {
        self.shared.lines.borrow().clone()
    }

    pub fn add_line(&self, line: String) {
        self.shared.lines.borrow_mut().push(line);
    }

    /// Whether a connection is open.
    pub fn is_open(&self) -> bool {
        self.shared.open.get() > 0
    }

    /// The bytes that the client has sent, for each connection.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.shared.requests.borrow().clone()
    }

    /// Records an attempt to connect, and returns the next scene if there is one.
    fn begin(&self, url: Url<'_>) -> Option<Scene> {
        let shared = &self.shared;
        assert_eq!(shared.open.get(), 0, "the earlier connection is still open");
        self.add_line(format!("connect {url}"));
        shared.requests.borrow_mut().push(Vec::new());
        shared.script.borrow_mut().pop_front()
    }

    /// Makes the socket of a scene. Panics for a scene in which no connection is made.
    pub fn socket(&self, scene: Scene) -> Socket {
        let pieces = |bytes: Vec<u8>| {
            let pieces = bytes.chunks(self.step).map(|piece| (0, piece.to_vec()));
            pieces.collect()
        };
        let (coming, ends) = match scene {
            Scene::Ends(bytes) => (pieces(bytes), true),
            Scene::Stays(bytes) => (pieces(bytes), false),
            Scene::Slow(time, list) => {
                (list.into_iter().map(|piece| (time, piece)).collect(), true)
            }
            Scene::Timed(list) => (list.into(), true),
            scene => panic!("no socket plays {scene:?}"),
        };
        self.shared.open.set(1);
        Socket {
            shared: self.shared.clone(),
            coming,
            ends,
            read: 0,
            step: self.step,
            yields: false,
            comes_at: None,
        }
    }
}

impl asynch::Connect for Connector {
    type Socket = Socket;

    async fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        match self.begin(url) {
            None | Some(Scene::Refused) => Err(ConnectError::Unreachable),
            Some(Scene::Unsupported) => Err(ConnectError::Unsupported),
            Some(Scene::Silent) => pending().await,
            Some(scene) => Ok(self.socket(scene)),
        }
    }
}

impl blocking::Connect for Connector {
    type Socket = Socket;

    fn connect(&mut self, url: Url<'_>) -> Result<Socket, ConnectError> {
        match self.begin(url) {
            None | Some(Scene::Refused) => Err(ConnectError::Unreachable),
            Some(Scene::Unsupported) => Err(ConnectError::Unsupported),
            Some(scene) => Ok(self.socket(scene)),
        }
    }
}

impl blocking::Clock for Connector {
    fn now(&self) -> Instant {
        Instant::from_millis(self.shared.now.get())
    }

    fn wait_until(&self, at: Instant) {
        assert_ne!(at, Instant::NEVER);
        self.shared.now.set(at.as_millis());
    }
}

pub struct Socket {
    shared: Rc<Shared>,
    /// The pieces that are still to come, each with its delay after the piece before it in milliseconds.
    coming: VecDeque<(u64, Vec<u8>)>,
    ends: bool,
    /// How many bytes of the first piece were read.
    read: usize,
    step: usize,
    yields: bool,
    /// When the first piece comes; set when somebody begins to wait for it.
    comes_at: Option<tokio::time::Instant>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.shared.open.set(0);
    }
}

impl Socket {
    fn take(&mut self, bytes: &[u8]) -> usize {
        let length = bytes.len().min(self.step);
        let mut requests = self.shared.requests.borrow_mut();
        let request = requests.last_mut().unwrap();
        request.extend_from_slice(&bytes[..length]);
        length
    }

    /// The unread bytes of the first piece, if its time has come.
    fn piece(&self) -> &[u8] {
        match self.coming.front() {
            Some((0, piece)) => &piece[self.read..],
            _ => b"",
        }
    }

    fn drop_piece(&mut self, length: usize) {
        self.read += length;
        // A piece whose time has not come reads as empty, too. It must not be dropped.
        if self.read > 0 && self.piece().is_empty() {
            self.read = 0;
            self.coming.pop_front();
        }
    }

    fn copy_to(&mut self, buffer: &mut [u8]) -> usize {
        let piece = self.piece();
        let length = piece.len().min(buffer.len());
        buffer[..length].copy_from_slice(&piece[..length]);
        self.drop_piece(length);
        length
    }

    /// Waits for a piece or for the end. The piece comes at a fixed time, also if the future is dropped and made
    /// again.
    async fn come(&mut self) {
        match self.coming.front_mut() {
            Some((time, _)) if *time > 0 => {
                let after = Duration::from_millis(*time);
                let at = *self
                    .comes_at
                    .get_or_insert_with(|| tokio::time::Instant::now() + after);
                tokio::time::sleep_until(at).await;
                *time = 0;
                self.comes_at = None;
            }
            None if !self.ends => pending().await,
            _ => {}
        }
    }

    /// Returns `TimedOut` after one millisecond, as a blocking socket with a read timeout does.
    fn come_soon(&mut self) -> Result<(), ErrorKind> {
        let now = &self.shared.now;
        assert!(now.get() < 10_000_000, "waits for ever");
        match self.coming.front_mut() {
            Some((time, _)) if *time > 0 => {
                *time -= 1;
                now.set(now.get() + 1);
                Err(ErrorKind::TimedOut)
            }
            None if !self.ends => {
                now.set(now.get() + 1);
                Err(ErrorKind::TimedOut)
            }
            _ => Ok(()),
        }
    }
}

impl ErrorType for Socket {
    type Error = ErrorKind;
}

impl embedded_io::Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.come_soon()?;
        Ok(self.copy_to(buffer))
    }
}

impl embedded_io::BufRead for Socket {
    fn fill_buf(&mut self) -> Result<&[u8], ErrorKind> {
        self.come_soon()?;
        Ok(self.piece())
    }

    fn consume(&mut self, length: usize) {
        self.drop_piece(length);
    }
}

impl embedded_io::Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        Ok(self.take(bytes))
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}

impl embedded_io_async::Read for Socket {
    async fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ErrorKind> {
        self.come().await;
        Ok(self.copy_to(buffer))
    }
}

impl embedded_io_async::BufRead for Socket {
    async fn fill_buf(&mut self) -> Result<&[u8], ErrorKind> {
        self.come().await;
        Ok(self.piece())
    }

    fn consume(&mut self, length: usize) {
        self.drop_piece(length);
    }
}

impl embedded_io_async::Write for Socket {
    /// Yields once before every other write, so that futures can be dropped there.
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        self.yields = !self.yields;
        if self.yields {
            tokio::task::yield_now().await;
        }
        Ok(self.take(bytes))
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        Ok(())
    }
}
