//! A device's live status in any browser: an event stream with uptime, unused stack, a sensor and a log, and a page that
//! shows them.
//!
//! Four clients at a time get the stream. Each event has an id, from which browsers resume. An argument sets the time
//! between two readings of the sensor, in milliseconds.
#![no_std]
#![no_main]

mod sensor;
#[cfg_attr(feature = "stub", path = "stub.rs")]
mod serve;

use chip::ethernet::Ethernet;
use embassy_executor::Spawner;
use embassy_net::{Config, Runner, StackResources};
use embassy_time::{Duration, Instant, Ticker};
use static_cell::StaticCell;

use sensor::{Sensor, Warmth};

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();
    // DHCP takes one socket more.
    static RESOURCES: StaticCell<StackResources<{ serve::SOCKETS + 1 }>> = StaticCell::new();

    let core = cortex_m::Peripherals::take().expect("taken once");
    chip::clock::start(core.SYST);
    let ethernet = ETHERNET.init_with(Ethernet::start);
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let seed = chip::host::random();
    let (stack, runner) = embassy_net::new(ethernet, config, resources, seed);
    spawner.spawn(run_network(runner).expect("spawned once"));

    // The epoch of this boot: it keeps the ids of another boot apart.
    serve::begin(chip::host::random() as u32);
    for _ in 0..serve::SOCKETS {
        spawner.spawn(serve::serve(stack).expect("spawned as often as there is room"));
    }
    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        defmt::info!("this device is {}", config.address);
    }
    publish_status(interval()).await
}

/// Returns the time between two readings of the sensor.
fn interval() -> Duration {
    let mut argument = [0; 8];
    let argument = chip::host::argument(&mut argument).and_then(|text| text.parse().ok());
    Duration::from_millis(argument.unwrap_or(250))
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}

/// Publishes the status, also without clients.
///
/// Requests publish nothing: a client that sends many of them could otherwise evict the status from the log.
async fn publish_status(interval: Duration) -> ! {
    let mut sensor = Sensor::new();
    let mut ticker = Ticker::every(interval);
    let mut is_warm = false;
    loop {
        for _ in 0..4 {
            let celsius = sensor.read();
            serve::publish("temperature", |data| write!(data, "{celsius}"));
            if celsius.is_warm(is_warm) != is_warm {
                is_warm = !is_warm;
                let warmth = Warmth::change(Instant::now().as_secs() as u32, is_warm);
                serve::publish("log", |data| write!(data, "{warmth}"));
            }
            ticker.next().await;
        }
        let uptime = Instant::now().as_secs() as u32;
        let free = chip::stack::free();
        serve::publish("uptime", |data| write!(data, "{uptime}"));
        serve::publish("stack", |data| write!(data, "{free}"));
    }
}
