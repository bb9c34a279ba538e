//! Takes the picture of the dashboard that the README shows.
//!
//! ```text
//! cargo run --bin screenshot -- ../../examples/status_server/dashboard.png
//! ```

use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::Duration;

use e2e::browser::Browser;
use e2e::program::status_server;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: screenshot FILE");
        return ExitCode::from(2);
    };
    let (_server, address) = status_server(0, &[]);
    // Load on the processor, so that the curves are not flat.
    let mut work = Command::new("sh");
    work.args([
        "-c",
        "for n in 1 2 3 4 5 6; do sleep 4; timeout 2 sha256sum /dev/zero; done",
    ]);
    let mut work = work.spawn().expect("a shell");
    let browser = Browser::start();
    browser.open(&format!("http://{address}/"));
    sleep(Duration::from_secs(45));
    let picture = browser.screenshot();
    let _ = work.wait();
    std::fs::write(path, picture).expect("a file can be written");
    ExitCode::SUCCESS
}
