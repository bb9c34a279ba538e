//! QEMU's monitor: the reset button, and the network cable.

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
        // A machine that does not answer fails the test, and does not stop it for ever.
        let timeout = Some(Duration::from_secs(60));
        socket.get_ref().set_read_timeout(timeout).unwrap();
        let mut monitor = Self { socket };
        monitor.read();
        monitor.execute("qmp_capabilities", json!({}));
        monitor
    }

    /// Presses the reset button. The memory stays as it is.
    pub fn reset(&mut self) {
        self.execute("system_reset", json!({}));
    }

    /// Pulls the network cable, or puts it in.
    pub fn plug(&mut self, is_in: bool) {
        self.execute("set_link", json!({"name": "cable", "up": is_in}));
    }

    fn execute(&mut self, command: &str, arguments: Value) -> Value {
        let request = json!({"execute": command, "arguments": arguments});
        writeln!(self.socket.get_mut(), "{request}").unwrap();
        loop {
            // Events come in between.
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
