//! The programs of `examples/stacks`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::LazyLock;

use crate::program::{Program, root};

static PROGRAMS: LazyLock<PathBuf> = LazyLock::new(|| {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--target-dir", "target"]);
    for entry in fs::read_dir(root().join("examples/stacks")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            build.arg("-p").arg(path.file_name().unwrap());
        }
    }
    assert!(build.current_dir(root()).status().unwrap().success());
    root().join("target/debug")
});

/// Returns the command that runs this program. All of them are built by one call of cargo, so that they share their
/// dependencies.
pub fn stack(package: &str) -> Command {
    Command::new(PROGRAMS.join(package))
}

/// A server of `examples/stacks`.
pub struct StackServer {
    pub address: SocketAddr,
    input: ChildStdin,
    _program: Program,
}

impl StackServer {
    /// Starts it on a free port. It publishes an event for each line that it reads. Its streams end after `lifetime`
    /// milliseconds, or never if that is 0.
    pub fn start(package: &str, lifetime: u32) -> Self {
        let mut command = stack(package);
        command.args(["127.0.0.1:0", "0", &lifetime.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = Program::start(&mut command);
        let mut line = String::new();
        let mut output = BufReader::new(program.0.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self {
            address: address.trim_end_matches("/events").parse().unwrap(),
            input: program.0.stdin.take().unwrap(),
            _program: program,
        }
    }

    /// Publishes this many events. Their data is 1, 2, 3 and so on from the start of the server.
    pub fn publish(&mut self, events: usize) {
        self.input
            .write_all("\n".repeat(events).as_bytes())
            .unwrap();
    }
}
