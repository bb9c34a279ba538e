//! Measures how long clients wait for the end of a response and of a stream, over TCP: with tokio, and from a superloop.
//!
//! ```text
//! cargo run --release --bin ends
//! ```
//!
//! Fails if one wait is longer than 50 ms. For a stream, the wait starts at the end of its lifetime.

use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use e2e::tcp_server::{ENDS, Ending, LIFETIME_MS, Server, Time, endings, servers};

const ROUNDS: usize = 21;
const LIMIT: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let servers = servers(&ENDS, Time::running);
    let mut longest = Duration::ZERO;
    for server in &servers {
        for ending in endings() {
            let mut times: Vec<_> = (0..ROUNDS).map(|_| measure(server, &ending)).collect();
            times.sort_unstable();
            let (median, last) = (times[ROUNDS / 2], times[ROUNDS - 1]);
            println!(
                "{:<10} {:<24} {}  median {:5.1} ms, longest {:5.1} ms",
                server.name,
                ending.name,
                ending.status,
                median.as_secs_f64() * 1000.0,
                last.as_secs_f64() * 1000.0,
            );
            longest = longest.max(last);
        }
    }
    println!("longest {longest:.1?} (at most {LIMIT:?})");
    match longest <= LIMIT {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// The time from connecting to the end of the response. For a stream, its lifetime is subtracted.
fn measure(server: &Server, ending: &Ending) -> Duration {
    let start = Instant::now();
    let mut client = server.connect(ending.request.as_bytes());
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("the end");
    let time = start.elapsed();
    ending.check(&answer);
    match ending.is_stream {
        true => time.saturating_sub(Duration::from_millis(LIFETIME_MS.into())),
        false => time,
    }
}
