//! Servers of other projects, as processes that this program starts and stops.

use std::io;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server of another project. Its files are in a temporary folder, and it listens on a port of the loopback interface. It
/// keeps both when it is started again. It is killed when it is dropped.
pub struct Engine {
    pub port: u16,
    program: &'static str,
    arguments: Vec<String>,
    folder: TempDir,
    process: Option<Child>,
}

impl Engine {
    /// Prepares a server. `arguments` gets its port and its folder, and may write files there.
    pub fn new(
        program: &'static str,
        arguments: impl FnOnce(u16, &Path) -> io::Result<Vec<String>>,
    ) -> io::Result<Self> {
        let (port, folder) = (free_port(), TempDir::new()?);
        let arguments = arguments(port, folder.path())?;
        Ok(Self {
            port,
            program,
            arguments,
            folder,
            process: None,
        })
    }

    /// Starts the server, and waits until it accepts connections. It fails if the server ends or takes more than 30 s.
    pub fn start(&mut self) -> io::Result<()> {
        let mut command = Command::new(self.program);
        let command = command
            .args(&self.arguments)
            .current_dir(self.folder.path());
        let mut process = command.spawn()?;
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err() {
            if process.try_wait()?.is_some() || Instant::now() > until {
                let _ = process.kill();
                let _ = process.wait();
                let name = self.program;
                return Err(io::Error::other(format!("{name} does not listen")));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.process = Some(process);
        Ok(())
    }

    /// Kills the server (SIGKILL), as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Returns the process id while the server runs.
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref().map(Child::id)
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Finds a port on which nothing listens. It is below the range of outgoing connections: one of them could take it while its
/// server is stopped.
pub fn free_port() -> u16 {
    loop {
        let port = fastrand::u16(10_000..32_768);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}
