//! The server of the README: includes the code blocks unchanged, and adds the start-up.
//!
//! Four clients at a time get the stream, on five sockets. Each stream ends after three seconds.
#![no_std]
#![no_main]

use chip::ethernet::Ethernet;
use embassy_executor::Spawner;
use embassy_net::{Config, Runner, StackResources};
use embassy_time::{Duration, Instant, Ticker};
use static_cell::StaticCell;

// Defines `HUB`, `OPTIONS`, `start` and `publish`.
include!(concat!(env!("OUT_DIR"), "/hub.rs"));

/// One socket more than slots, for refusals.
const SOCKETS: usize = 5;

mod server {
    use super::{HUB, SOCKETS, ServerOptions, StreamOptions};

    /// The options of the README, with a lifetime: there, streams never end.
    static OPTIONS: ServerOptions = {
        let stream = StreamOptions::new().start(super::Start::LatestOfEachType);
        super::OPTIONS.stream(stream.lifetime(3_000))
    };

    // Defines `serve` and `end`.
    include!(concat!(env!("OUT_DIR"), "/serve.rs"));

    #[embassy_executor::task(pool_size = SOCKETS)]
    pub async fn run(stack: Stack<'static>) -> ! {
        serve(stack).await
    }
}

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();
    // DHCP takes one socket more.
    static RESOURCES: StaticCell<StackResources<{ SOCKETS + 1 }>> = StaticCell::new();

    let core = cortex_m::Peripherals::take().expect("taken once");
    chip::clock::start(core.SYST);
    let ethernet = ETHERNET.init_with(Ethernet::start);
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(ethernet, config, resources, chip::host::random());
    spawner.spawn(run_network(runner).expect("spawned once"));

    start(chip::host::random() as u32);
    for _ in 0..SOCKETS {
        spawner.spawn(server::run(stack).expect("spawned as often as there is room"));
    }
    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        defmt::info!("this device is {}", config.address);
    }
    // The uptime is published as the temperature, so that a client sees the duration of its stream by the device's clock.
    let mut ticker = Ticker::every(Duration::from_millis(50));
    loop {
        ticker.next().await;
        if publish(Instant::now().as_millis() as i32).is_err() {
            defmt::warn!("an event is lost");
        }
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}
