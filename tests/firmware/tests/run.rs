//! `examples/firmware/run` without `defmt-print`.

use std::collections::HashSet;
use std::env;
use std::fs::read_dir;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::client::Client;
use e2e::program::{Program, free_port, root, wait_for_port};
use tempfile::TempDir;

/// Breaks when a firmware does not boot without `defmt-print`, when `run` does not print how to install it, or when `run`
/// prints the binary log.
#[test]
fn firmware_boots_without_defmt_print() {
    let programs = TempDir::new().unwrap();
    let mut names = HashSet::from(["defmt-print".into()]);
    for folder in env::split_paths(&env::var_os("PATH").unwrap()) {
        for program in read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if names.insert(program.file_name()) {
                symlink(program.path(), programs.path().join(program.file_name())).unwrap();
            }
        }
    }
    let port = free_port();
    let mut command = Command::new(root().join("examples/firmware/run"));
    command
        .args(["from_readme", &port.to_string()])
        .env("PATH", programs.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut program = Program::start(&mut command);
    let mut stderr = BufReader::new(program.0.stderr.take().unwrap()).lines();
    let hint = stderr.next().unwrap().unwrap();
    assert!(
        hint.contains("cargo install --locked defmt-print"),
        "{hint}"
    );

    // QEMU listens on the port before the machine serves.
    wait_for_port(port);
    let until = Instant::now() + Duration::from_secs(60);
    let mut client = loop {
        if let Some(client) = Client::try_connect(([127, 0, 0, 1], port).into(), "") {
            break client;
        }
        assert!(Instant::now() < until, "the firmware does not serve");
        sleep(Duration::from_millis(100));
    };
    assert_eq!(client.next_event().unwrap().event, "temperature");
    program.0.kill().unwrap();
    let mut output = String::new();
    let mut stdout = program.0.stdout.take().unwrap();
    stdout.read_to_string(&mut output).unwrap();
    assert_eq!(output, format!("http://127.0.0.1:{port}/events\n"));
}
