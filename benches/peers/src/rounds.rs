//! Runs programs in turn, so that other load on the machine slows all of them alike.

use std::hint::black_box;
use std::time::Instant;

/// The times of one program, in seconds.
#[derive(Clone, Copy)]
pub struct Time {
    pub median: f64,
    pub best: f64,
}

/// The largest number of rounds. A program whose time is used up takes part in fewer, but at least in one.
const MOST: usize = 51;

/// Runs the programs in turn, each until it has used up this number of seconds.
pub fn run<R>(programs: impl Iterator<Item = impl FnMut() -> R>, seconds: f64) -> Vec<Time> {
    let mut programs: Vec<_> = programs.collect();
    let mut times = vec![Vec::new(); programs.len()];
    for round in 0..MOST {
        for at in 0..programs.len() {
            // Each round starts with another program.
            let at = (at + round) % programs.len();
            if round > 0 && times[at].iter().sum::<f64>() > seconds {
                continue;
            }
            let start = Instant::now();
            black_box(programs[at]());
            times[at].push(start.elapsed().as_secs_f64());
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_by(f64::total_cmp);
            Time {
                median: times[times.len() / 2],
                best: times[0],
            }
        })
        .collect()
}
