//! Measures in turn, so that what disturbs the machine disturbs all alike.

use std::hint::black_box;
use std::time::Instant;

/// What one program took, in seconds.
#[derive(Clone, Copy)]
pub struct Time {
    pub median: f64,
    pub best: f64,
}

/// As often as this, if time allows; and once in any case.
const MOST: usize = 51;

/// Runs each program in turn, until it has had its time.
pub fn run<R>(programs: impl Iterator<Item = impl FnMut() -> R>, seconds: f64) -> Vec<Time> {
    let mut programs: Vec<_> = programs.collect();
    let mut times = vec![Vec::new(); programs.len()];
    for round in 0..MOST {
        for at in 0..programs.len() {
            // Not always behind the same one.
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
