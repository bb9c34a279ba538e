//! nginx, with its files in a temporary folder.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Program, free_port, wait_for_port};

/// A configuration of nginx. It can be started more than once.
pub struct Nginx {
    pub port: u16,
    folder: TempDir,
}

impl Nginx {
    /// Writes a configuration that starts with `modules` and has these `locations`.
    pub fn new(modules: &str, locations: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let configuration = format!(
            "{modules}
             daemon off; master_process off; error_log stderr crit; pid nginx.pid; events {{}}
             http {{
               access_log off; client_body_temp_path body; proxy_temp_path proxy;
               fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
               server {{ listen 127.0.0.1:{port}; {locations} }}
             }}"
        );
        fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
        Self { port, folder }
    }

    /// Starts nginx, and waits until it listens.
    pub fn start(&self) -> Program {
        let mut command = Command::new("nginx");
        command.arg("-p").arg(self.folder.path());
        command.args(["-c", "nginx.conf", "-e", "stderr"]);
        let program = Program::start(&mut command);
        wait_for_port(self.port);
        program
    }
}
