//! Programs that tests start, and that are killed when they are dropped.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::{Duration, Instant};

pub struct Program(pub Child);

impl Program {
    pub fn start(command: &mut Command) -> Self {
        Self(
            command
                .spawn()
                .unwrap_or_else(|error| panic!("{command:?}: {error}")),
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Finds a port on which nothing listens. It is below the range of outgoing connections: one of them could take it
/// while its server is stopped.
pub fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..32_768);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// Waits until a program accepts connections on this port.
pub fn wait_for_port(port: u16) {
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nothing listens on {port}");
        sleep(Duration::from_millis(20));
    }
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

static STATUS_SERVER: LazyLock<PathBuf> = LazyLock::new(|| {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--example", "status_server"])
        .args(["--target-dir", "target"])
        .current_dir(root())
        .status();
    assert!(status.unwrap().success());
    root().join("target/debug/examples/status_server")
});

/// Starts the example `status_server` on this port, or on a free one if it is 0.
pub fn status_server(port: u16, arguments: &[&str]) -> (Program, SocketAddr) {
    let mut command = Command::new(&*STATUS_SERVER);
    command.args(["--addr", &format!("127.0.0.1:{port}")]);
    command.args(arguments).stdout(Stdio::piped());
    let mut program = Program::start(&mut command);
    let mut line = String::new();
    let mut output = BufReader::new(program.0.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://").unwrap();
    let address = address.trim_end_matches('/').parse().unwrap();
    (program, address)
}
