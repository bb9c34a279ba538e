//! How connections end, by the recorded network traffic.

use std::time::Duration;

use e2e::client::Client;

use crate::capture::Segment;
use crate::machine::Machine;

/// The time at which the machine closed its side of a connection (FIN).
#[derive(Debug)]
pub struct Ending {
    /// The number of segments of another stream between the cause and FIN. That stream has an event at each tick of the
    /// machine's clock, so the number measures the machine's time, however slow the emulation is.
    pub ticks: usize,
    /// The time between the cause and FIN in the recording.
    pub after: Duration,
    /// The duration of the whole connection in the recording.
    pub whole: Duration,
}

impl Machine {
    /// Finds the FIN to a client by the client's port. The events of `ticker` are the ticks.
    pub fn ending(&self, client: u16, cause: Cause, ticker: &mut Client) -> Ending {
        let ticker = port(ticker);
        let segments = self.segments();
        let of_machine = |segment: &Segment| segment.client == client && segment.is_from_machine;
        let fin = segments.iter().position(|s| of_machine(s) && s.is_fin);
        let fin = fin.expect("FIN");
        let before = &segments[..fin];
        assert!(
            !before.iter().any(|s| of_machine(s) && s.is_rst),
            "RST before FIN"
        );
        let is_cause = |segment: &Segment| {
            segment.client == client
                && match cause {
                    Cause::Request => !segment.is_from_machine && segment.len > 0,
                    Cause::LastEvent => segment.is_from_machine && segment.len > 0,
                    Cause::ClientFin => !segment.is_from_machine && segment.is_fin,
                }
        };
        let from = before.iter().rposition(is_cause).expect("a cause");
        let is_tick = |s: &&Segment| s.client == ticker && s.is_from_machine && s.len > 0;
        assert!(
            segments.iter().any(|s| is_tick(&s)),
            "the ticker has no events"
        );
        let first = before.iter().find(|s| s.client == client).expect("SYN");
        Ending {
            ticks: before[from..].iter().filter(is_tick).count(),
            after: segments[fin].at - segments[from].at,
            whole: segments[fin].at - first.at,
        }
    }
}

/// The cause of the end: the time to FIN starts at it.
#[derive(Clone, Copy)]
pub enum Cause {
    Request,
    LastEvent,
    /// The client closed its side.
    ClientFin,
}

/// Returns the port of a client.
pub fn port(client: &mut Client) -> u16 {
    client.socket().local_addr().unwrap().port()
}
