//! Publishes and serves, and reports the cost over semihosting, one line each: a metric, the number of repetitions, and the
//! timer ticks. First the cost of an event. Then, with the logs that take longest, the longest hold of a hub's lock, and the
//! cost of a client from its request until it waits.
#![no_std]
#![no_main]

#[path = "../../../instructions/src/clock.rs"]
mod clock;
mod heap;
#[path = "../../../instructions/src/serving.rs"]
mod serving;
mod stopwatch;
mod timed_mutex;
#[path = "../../../instructions/src/worst_logs.rs"]
mod worst_logs;

use core::cell::Cell;
use core::pin::pin;

use cortex_m_rt::entry;
use cortex_m_semihosting::{debug, hprintln};
use embassy_sync::blocking_mutex::raw::NoopRawMutex;
use embedded_sse::hub::Hub;
use panic_semihosting as _;

use serving::{CLIENTS, Client, OPTIONS, REQUEST, serve};
use stopwatch::Stopwatch;
use timed_mutex::TimedMutex;
use worst_logs::{
    LargeHub, SNAPSHOT, WITH_OLDEST_ID, WITH_UNKNOWN_ID, WITHOUT_ID, WORST_LOGS, WorstLog,
};

const EVENTS: usize = 200;

#[entry]
fn main() -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("taken once");
    let mut stopwatch = Stopwatch::new(peripherals.SYST);

    stopwatch.calibrate();
    fill(&mut stopwatch);
    serve_events(&mut stopwatch);
    for log in &WORST_LOGS {
        for (id, request) in [
            ("unknown-id", WITH_UNKNOWN_ID),
            ("oldest-id", WITH_OLDEST_ID),
            ("no-id", WITHOUT_ID),
        ] {
            serve_log(&mut stopwatch, log, id, request);
        }
    }

    debug::exit(debug::EXIT_SUCCESS);
    unreachable!("the emulator has ended")
}

fn fill(stopwatch: &mut Stopwatch) {
    let mut log = serving::full_log();
    let ((), alone) = stopwatch.time(|| serving::publish_to(&mut log, EVENTS));
    hprintln!("serve/EventLog::publish {EVENTS} {alone}");

    let ((), ticks) = stopwatch.time(|| serving::publish_with_to(&mut log, EVENTS));
    hprintln!("serve/EventLog::publish_with {EVENTS} {ticks}");

    let mut sessions = serving::sessions(&log);
    let ((), both) = stopwatch.time(|| serving::publish_and_fill(&mut sessions, &mut log, EVENTS));
    report("Session::fill", both - alone);
}

fn serve_events(stopwatch: &mut Stopwatch) {
    let hub = serving::full_hub::<NoopRawMutex>();
    let ((), alone) = stopwatch.time(|| serving::publish(&hub, EVENTS));

    let sent = Cell::new(0);
    let task = || serve(&hub, Client::new(REQUEST, &sent), &OPTIONS);
    let mut tasks = [pin!(task()), pin!(task()), pin!(task()), pin!(task())];
    serving::poll(&mut tasks);
    serving::publish_and_poll(&hub, &mut tasks, 1);
    let before = sent.get();
    let ((), both) = stopwatch.time(|| serving::publish_and_poll(&hub, &mut tasks, EVENTS));
    assert!(sent.get() - before > EVENTS * CLIENTS * 64, "bytes sent");
    report("Hub::serve", both - alone);
}

/// Reports ticks for each client and event.
fn report(name: &str, ticks: u32) {
    hprintln!("serve/{name} {} {ticks}", CLIENTS * EVENTS);
}

fn serve_log(stopwatch: &mut Stopwatch, log: &WorstLog, id: &str, request: &[u8]) {
    let hub: LargeHub<TimedMutex> = Hub::new();
    log.publish_to(&hub);

    let sent = Cell::new(0);
    let mut task = [pin!(serve(&hub, Client::new(request, &sent), &SNAPSHOT))];
    TimedMutex::reset();
    let ((), ticks) = stopwatch.time(|| serving::poll(&mut task));
    let hold = TimedMutex::longest();
    let stats = hub.stats();
    assert_eq!(stats.clients, 1, "still served");
    // No other losses show that the log holds all published events.
    let lost = u32::from(request == WITH_UNKNOWN_ID);
    assert_eq!(stats.lagged, lost, "losses in {} with {id}", log.name);
    hprintln!("lock/{}/{id} 1 {hold}", log.name);
    if request == WITHOUT_ID {
        hprintln!("snapshot/{} 1 {ticks}", log.name);
    }
}
