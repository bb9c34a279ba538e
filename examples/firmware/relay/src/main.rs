//! Follows two event streams, and serves both as one stream: client and server at once.
//!
//! The argument is the URLs of the streams, with a `|` between. Their labels are `a` and `b`. An event of the type `uptime`
//! of the first is served as `a/uptime`, with an id of this device. Events of the type `source` tell the state of the followed
//! streams: `a open`, `a lost`, `a closed`, and `a missed` for an event that was too long.
#![no_std]
#![no_main]

mod follow;
mod serve;

use chip::ethernet::Ethernet;
use embassy_executor::Spawner;
use embassy_net::{Config, Runner, StackResources};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embedded_sse::http::Url;
use embedded_sse::hub::Hub;
use static_cell::StaticCell;

/// Where the examples `serve_async` and `serve_superloop` listen on the host.
const DEFAULT_URLS: &str = "http://10.0.2.2:8081/|http://10.0.2.2:8082/";

const LABELS: [&str; 2] = ["a", "b"];

/// All streams share the history. Its size decides for how long a client of this device can be away.
static HUB: Hub<CriticalSectionRawMutex, 4096, { serve::CLIENTS }> = Hub::new();

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();
    // Sockets for DHCP, DNS, the followed streams, and the clients of this device.
    static RESOURCES: StaticCell<StackResources<{ 2 + LABELS.len() + serve::SOCKETS }>> =
        StaticCell::new();
    static ARGUMENT: StaticCell<[u8; 256]> = StaticCell::new();

    let core = cortex_m::Peripherals::take().expect("taken once");
    chip::clock::start(core.SYST);
    let ethernet = ETHERNET.init_with(Ethernet::start);
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(ethernet, config, resources, chip::host::random());
    spawner.spawn(run_network(runner).expect("spawned once"));

    // The epoch of this boot: it keeps the ids of another boot apart.
    HUB.make_ids(chip::host::random() as u32);
    for _ in 0..serve::SOCKETS {
        spawner.spawn(serve::serve(stack).expect("spawned as often as there is room"));
    }
    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        defmt::info!("this device is {}", config.address);
    }
    let argument = ARGUMENT.init([0; 256]);
    let urls = chip::host::argument(argument).unwrap_or(DEFAULT_URLS);
    for (label, url) in LABELS.into_iter().zip(urls.split('|')) {
        match Url::new(url) {
            Ok(url) => {
                // Without the query, which may have a token.
                defmt::info!("{=str} follows {}", label, url);
                let task = follow::follow(stack, label, url);
                spawner.spawn(task.expect("spawned as often as there are labels"));
            }
            Err(error) => defmt::error!("{=str}: {}", label, error),
        }
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}
