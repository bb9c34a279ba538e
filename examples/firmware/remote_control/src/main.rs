//! Outputs that a server switches by events: `led` (`on`, `off`), `fan` (a percentage), `display` (a text of up
//! to 32 bytes), and `reboot`. The device resumes after outages of the server. After a reboot, it restores its outputs and
//! resumes after the last command.
#![no_std]
#![no_main]

mod memory;
mod outputs;

use chip::ethernet::Ethernet;
use embassy_executor::Spawner;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embassy_net::{Config, Runner, Stack, StackResources};
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, EmbassyClock, Nal};
use static_cell::StaticCell;

const DEFAULT_URL: &str = "http://10.0.2.2:8080/commands";

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static ETHERNET: StaticCell<Ethernet> = StaticCell::new();
    // Sockets for DHCP, DNS, and the connection to the server.
    static RESOURCES: StaticCell<StackResources<3>> = StaticCell::new();

    let core = cortex_m::Peripherals::take().expect("taken once");
    chip::clock::start(core.SYST);
    let ethernet = ETHERNET.init_with(Ethernet::start);
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(ethernet, config, resources, chip::host::random());
    spawner.spawn(run_network(runner).expect("spawned once"));
    stack.wait_config_up().await;

    let mut argument = [0; 128];
    let url = chip::host::argument(&mut argument).unwrap_or(DEFAULT_URL);
    match Url::new(url) {
        Ok(url) => {
            // Without the query, which may have a token.
            defmt::info!("follows {}", url);
            follow(stack, url).await
        }
        Err(error) => defmt::error!("{}: {=str}", error, url),
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, &'static mut Ethernet>) -> ! {
    runner.run().await
}

/// Executes the server's commands until the client is closed, such as by status 204.
async fn follow(stack: Stack<'static>, url: Url<'_>) {
    // Devices that lose their server at the same time reconnect at different times.
    let reconnect = ReconnectOptions::new()
        .retry(1_000)
        .seed(chip::host::random() as u32);
    let options = ClientOptions::new()
        .idle_timeout(45_000)
        .reconnect(reconnect);

    let sockets = TcpClientState::<1, 512, 536>::new();
    let (tcp, dns) = (TcpClient::new(stack, &sockets), DnsSocket::new(stack));
    let (mut buffer, mut redirects, mut received) = ([0; 512], [0; 256], [0; 536]);
    let mut source = EventSource::new(url, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut outputs = memory::restore(&mut source);
    let mut client = Client::new(source, Nal::new(&tcp, &dns), &mut received, EmbassyClock);

    loop {
        let mut reboots = false;
        match client.next_notice().await {
            Notice::Event(event) if event.event_type == "reboot" => reboots = true,
            Notice::Event(event) => {
                outputs.switch(&event);
                defmt::info!("{} [{}]", outputs, event.last_event_id);
            }
            Notice::Closed { reason, by } => {
                defmt::info!("closed: {}, by {}", reason, by);
                return;
            }
            notice => defmt::info!("{}", notice),
        }
        // After a reboot, the device resumes after this command, so it is not executed twice.
        memory::keep(client.source(), &outputs);
        if reboots {
            defmt::info!("reboot");
            cortex_m::peripheral::SCB::sys_reset();
        }
    }
}
