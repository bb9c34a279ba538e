//! The example `wall`, and devices for it to follow.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock};

use embedded_sse::server::{ServerOptions, StreamOptions};
use embedded_sse::{EventType, event_type};

use crate::program::{Program, root};
use crate::server::{CLIENTS, LOG_BYTES, Server, TestHub, hub};
use crate::tap::Tap;

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "wall", "--target-dir", "target"])
        .current_dir(root())
        .status();
    assert!(status.unwrap().success());
    root().join("target/debug/wall")
});

/// The program, which runs until this is dropped.
pub struct Wall {
    pub address: SocketAddr,
    _program: Program,
}

impl Wall {
    /// Starts the program on this port, or on a free one if it is 0. It follows these devices, and knows the host `wall.example`.
    pub fn start(port: u16, devices: &[Device]) -> Self {
        let mut command = Command::new(&*PROGRAM);
        command.args(["--addr", &format!("127.0.0.1:{port}")]);
        command.args(["--host", "wall.example"]);
        let devices = devices.iter();
        command.args(devices.map(|device| format!("{}={}", device.label, device.url())));
        let mut program = Program::start(command.stdout(Stdio::piped()));
        let mut line = String::new();
        let mut output = BufReader::new(program.0.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.trim_end_matches('/').parse().unwrap(),
            _program: program,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Sends a command. Returns the status and the body.
    pub fn command(&self, method: &str, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let answer = match method {
            "GET" => ureq::get(&url)
                .config()
                .http_status_as_error(false)
                .build()
                .call(),
            "DELETE" => ureq::delete(&url)
                .config()
                .http_status_as_error(false)
                .build()
                .call(),
            _ => ureq::post(&url)
                .config()
                .http_status_as_error(false)
                .build()
                .send_empty(),
        };
        let mut answer = answer.unwrap();
        (
            answer.status().as_u16(),
            answer.body_mut().read_to_string().unwrap(),
        )
    }

    /// Requests a path under this host name. Returns the status.
    pub fn status_at(&self, host: &str, path: &str) -> u16 {
        let mut socket = TcpStream::connect(self.address).unwrap();
        let port = self.address.port();
        write!(socket, "GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n").unwrap();
        let mut line = String::new();
        BufReader::new(socket).read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1);
        status.unwrap().parse().unwrap()
    }

    /// Sends the command that starts a device. Returns the status.
    pub fn follow(&self, label: &str, url: &str) -> u16 {
        self.command("POST", &format!("/devices?label={label}&url={url}"))
            .0
    }
}

/// A device: a server at a fixed port, and a log that can survive a restart of it.
pub struct Device {
    pub label: &'static str,
    pub hub: Arc<TestHub<LOG_BYTES, CLIENTS>>,
    /// The number that the device published last.
    pub published: u64,
    port: u16,
    running: Option<(Tap, Server)>,
}

const OPTIONS: ServerOptions =
    ServerOptions::new("/events").stream(StreamOptions::new().retry(100));

impl Device {
    /// Starts a device with an empty log. Its ids have this epoch.
    pub fn start(label: &'static str, epoch: u32) -> Self {
        let mut device = Self {
            label,
            hub: hub(epoch),
            published: 0,
            port: 0,
            running: None,
        };
        device.restart();
        device
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port)
    }

    /// Stops the device in the middle of all streams. Its log can still be filled.
    pub fn kill(&mut self) {
        // The tap first: then clients cannot reach the port.
        let (_, server) = self.running.take().expect("a running device");
        server.into_hub();
    }

    /// Serves the present log at the same port as before.
    pub fn restart(&mut self) {
        let server = Server::with_hub(Arc::clone(&self.hub), OPTIONS);
        let tap = Tap::start_at(self.port, server.address, "");
        self.port = tap.address.port();
        self.running = Some((tap, server));
    }

    /// Replaces the log by an empty one, whose ids have this epoch.
    pub fn lose_log(&mut self, epoch: u32) {
        assert!(self.running.is_none(), "the device runs");
        self.hub = hub(epoch);
    }

    /// Publishes the next number, as an event of the type `n`.
    pub fn publish_number(&mut self) {
        self.published += 1;
        self.publish(event_type!("n"), &self.published.to_string());
    }

    pub fn publish(&self, event_type: EventType<'_>, data: &str) {
        let published = self
            .hub
            .publish_with(event_type, |text| text.write_str(data));
        published.unwrap();
    }
}
