//! QEMU's monitor, which resets the machine and unplugs its network cable.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub struct Monitor {
    socket: BufReader<UnixStream>,
}

impl Monitor {
    pub fn connect(path: &Path) -> Self {
        let until = Instant::now() + Duration::from_secs(60);
        let socket = loop {
            match UnixStream::connect(path) {
                Ok(socket) => break BufReader::new(socket),
                Err(error) => assert!(Instant::now() < until, "no machine: {error}"),
            }
            sleep(Duration::from_millis(10));
        };
        // If the machine does not answer, the test fails instead of waiting for ever.
        let timeout = Some(Duration::from_secs(60));
        socket.get_ref().set_read_timeout(timeout).unwrap();
        let mut monitor = Self { socket };
        monitor.read();
        monitor.execute("qmp_capabilities", json!({}));
        monitor
    }

    /// Resets the machine. Its memory keeps its contents.
    pub fn reset(&mut self) {
        self.execute("system_reset", json!({}));
    }

    /// Plugs the network cable in.
    pub fn plug_in(&mut self) {
        self.set_link(true);
    }

    /// Unplugs the network cable.
    pub fn unplug(&mut self) {
        self.set_link(false);
    }

    fn set_link(&mut self, is_in: bool) {
        self.execute("set_link", json!({"name": "cable", "up": is_in}));
    }

    fn execute(&mut self, command: &str, arguments: Value) -> Value {
        let request = json!({"execute": command, "arguments": arguments});
        writeln!(self.socket.get_mut(), "{request}").unwrap();
        loop {
            // QEMU may send events before the answer.
            let answer = self.read();
            if let Some(value) = answer.get("return") {
                return value.clone();
            }
            assert!(answer.get("error").is_none(), "{request}: {answer}");
        }
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.socket.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}
