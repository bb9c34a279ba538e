//! How connections end, by what went through the network cable.

use std::time::Duration;

use e2e::client::Client;

use crate::capture::Segment;
use crate::machine::Machine;

/// When the machine has closed its side of a connection (FIN).
#[derive(Debug)]
pub struct Ending {
    /// How many segments of another stream came between the cause and FIN. That stream has an event for each so many
    /// milliseconds of the machine's clock, so this counts time, however slowly the machine is emulated.
    pub ticks: usize,
    /// The same by the times in the recording.
    pub after: Duration,
    /// How long the whole connection took, likewise.
    pub whole: Duration,
}

impl Machine {
    /// When the end went out to a client, which is named by its port. Events of `ticker` tell the time.
    pub fn ending(&self, client: u16, cause: Cause, ticker: &mut Client) -> Ending {
        let ticker = port(ticker);
        let segments = self.segments();
        let of_machine = |segment: &Segment| segment.client == client && segment.is_from_machine;
        let fin = segments.iter().position(|s| of_machine(s) && s.is_fin);
        let fin = fin.expect("FIN");
        let before = &segments[..fin];
        assert!(
            !before.iter().any(|s| of_machine(s) && s.is_rst),
            "a reset before FIN"
        );
        let is_cause = |segment: &Segment| {
            segment.client == client
                && match cause {
                    Cause::Request => !segment.is_from_machine && segment.len > 0,
                    Cause::LastEvent => segment.is_from_machine && segment.len > 0,
                    Cause::HangUp => !segment.is_from_machine && segment.is_fin,
                }
        };
        let from = before.iter().rposition(is_cause).expect("a cause");
        let is_tick = |s: &&Segment| s.client == ticker && s.is_from_machine && s.len > 0;
        assert!(
            segments.iter().any(|s| is_tick(&s)),
            "the other stream is silent"
        );
        let first = before.iter().find(|s| s.client == client).expect("SYN");
        Ending {
            ticks: before[from..].iter().filter(is_tick).count(),
            after: segments[fin].at - segments[from].at,
            whole: segments[fin].at - first.at,
        }
    }
}

/// What the end follows.
#[derive(Clone, Copy)]
pub enum Cause {
    Request,
    LastEvent,
    /// The client has closed its side.
    HangUp,
}

/// The port of a client.
pub fn port(client: &mut Client) -> u16 {
    client.socket().local_addr().unwrap().port()
}
