//! The whole fleet, with a page that shows it.

use std::future::pending;
use std::time::Duration;

use crate::nats::{self, Nats};
use crate::page::Page;
use crate::status::{Gateway, LEASE, start_devices};
use crate::{Failure, commands, fan_out};

#[derive(Clone, Debug)]
pub struct Options {
    /// Devices that publish, and devices that follow commands.
    pub devices: usize,
    /// Events a second of a device.
    pub rate: u32,
    pub gateways: usize,
    /// Subscribers of one device.
    pub subscribers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            devices: 100,
            rate: 5,
            gateways: 3,
            subscribers: 100,
        }
    }
}

impl Options {
    /// Reads the arguments after the subcommand.
    pub fn parse(arguments: &mut lexopt::Parser) -> Result<Self, Failure> {
        use lexopt::{Arg, ValueExt};

        let mut options = Self::default();
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("devices") => options.devices = arguments.value()?.parse()?,
                Arg::Long("rate") => options.rate = arguments.value()?.parse()?,
                Arg::Long("gateways") => options.gateways = arguments.value()?.parse()?,
                Arg::Long("subscribers") => options.subscribers = arguments.value()?.parse()?,
                _ => return Err(argument.unexpected().into()),
            }
        }
        Ok(options)
    }
}

/// Starts everything, and prints the figures of commands and fan-out. The page is served until the future is dropped, which stops
/// everything.
pub async fn run(options: Options) -> Result<(), Failure> {
    let mut server = nats::engine()?;
    server.start()?;
    let url = format!("nats://127.0.0.1:{}", server.port);
    let nats = Nats::create(&url, LEASE).await?;
    let _devices = start_devices(&nats, options.devices, options.rate).await?;
    let program = std::env::current_exe()?;
    let gateways = (1..=options.gateways).map(|number| format!("gateway-{number}"));
    let gateways: Result<Vec<_>, _> = gateways
        .map(|name| Gateway::start(&program, &url, &name))
        .collect();
    let _gateways = gateways?;
    let page = Page::start(nats).await?;
    println!(
        "http://{}/ shows the devices and the gateways",
        page.address
    );
    println!(
        "One gateway more: {} gateway --nats {url}",
        program.display()
    );

    let commands = commands::Options {
        devices: options.devices,
        commands: 20,
        interval: Duration::from_millis(500),
    };
    println!(
        "\nCommands to {} devices:\n{}",
        options.devices,
        commands::run(commands).await?
    );
    let fan_out = fan_out::Options {
        subscribers: vec![options.subscribers],
        ..fan_out::Options::default()
    };
    println!(
        "One device, {} subscribers:\n{}",
        options.subscribers,
        fan_out::run(fan_out).await?
    );
    println!("Ctrl-C ends everything.");
    pending().await
}
