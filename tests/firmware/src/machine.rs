//! An emulated machine that runs a firmware, and its log.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use e2e::program::{Program, free_port, root};
use tempfile::TempDir;

use crate::capture::{Capture, Segment};
use crate::monitor::Monitor;

pub struct Machine {
    /// The port given to `examples/firmware/run`.
    pub port: u16,
    pub monitor: Monitor,
    log: Arc<Log>,
    program: Program,
    folder: TempDir,
}

const CAPTURE: &str = "capture";

#[derive(Default)]
struct Log {
    lines: Mutex<Vec<String>>,
    grown: Condvar,
}

impl Machine {
    /// Builds a firmware and boots it. Without a port, a free one is chosen.
    pub fn boot(name: &str, port: Option<u16>) -> Self {
        Self::start(name, port, TempDir::new().unwrap(), &[])
    }

    /// Boots a firmware with an argument, and records the network traffic. With `icount`, the machine's clock follows the
    /// host's. Without it, ticks are lost on a busy host.
    pub fn boot_recorded(name: &str, argument: Option<&str>) -> Self {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(CAPTURE);
        let filter = format!("filter-dump,id=dump,netdev=cable,file={}", file.display());
        let mut options = vec!["-icount", "shift=auto", "-object", &filter];
        let arguments = argument.map(|argument| format!("arg={name},arg={argument}"));
        if let Some(arguments) = &arguments {
            options.extend(["-semihosting-config", arguments]);
        }
        Self::start(name, None, folder, &options)
    }

    fn start(name: &str, port: Option<u16>, folder: TempDir, options: &[&str]) -> Self {
        let run = root().join("examples/firmware/run");
        // A build may take longer than the time limit for the monitor, so it comes first.
        let build = Command::new(&run).args([name, "--build-only"]).status();
        assert!(build.unwrap().success());
        let port = port.unwrap_or_else(free_port);
        let socket = folder.path().join("monitor");
        let mut command = Command::new(&run);
        command
            .args([name, &port.to_string(), "--", "-qmp"])
            .arg(format!("unix:{},server=on,wait=off", socket.display()))
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // QEMU warns of a timer with period zero, which is harmless.
            .stderr(Stdio::null());
        let mut program = Program::start(&mut command);
        let log = Arc::new(Log::default());
        let output = program.0.stdout.take().unwrap();
        thread::spawn({
            let log = log.clone();
            move || log.fill(output)
        });
        Self {
            port,
            monitor: Monitor::connect(&socket),
            log,
            program,
            folder,
        }
    }

    pub fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address())
    }

    /// The recorded TCP segments so far.
    pub fn segments(&self) -> Vec<Segment> {
        let bytes = fs::read(self.folder.path().join(CAPTURE)).unwrap();
        Capture::new(&bytes).collect()
    }

    /// Waits for a log line with this text, after the first `seen` lines. Returns the line and the new number of lines seen.
    pub fn wait_for(&self, text: &str, seen: usize) -> (String, usize) {
        let until = Instant::now() + Duration::from_secs(60);
        let mut lines = self.log.lines.lock().unwrap();
        loop {
            let mut new = lines.iter().enumerate().skip(seen);
            if let Some((number, line)) = new.find(|(_, line)| line.contains(text)) {
                return (line.clone(), number + 1);
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no line with {text:?} in {lines:#?}");
            lines = self.log.grown.wait_timeout(lines, left).unwrap().0;
        }
    }

    /// All lines of the log so far.
    pub fn lines(&self) -> Vec<String> {
        self.log.lines.lock().unwrap().clone()
    }

    /// Whether the machine still runs. A panic ends it.
    pub fn runs(&mut self) -> bool {
        self.program.0.try_wait().unwrap().is_none()
    }
}

impl Log {
    fn fill(&self, output: impl Read) {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            self.lines.lock().unwrap().push(line);
            self.grown.notify_all();
        }
    }
}
