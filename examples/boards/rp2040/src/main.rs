//! The server of the README on a Raspberry Pi Pico W: publishes the temperature of the chip at `http://ADDRESS/events`.
#![no_std]
#![no_main]

#[cfg_attr(not(feature = "stub"), path = "../../server.rs")]
#[cfg_attr(feature = "stub", path = "../../stub.rs")]
mod server;

use cyw43::{Control, JoinOptions, NetDriver, PowerManagementMode, SpiBus, aligned_bytes};
use cyw43_pio::{DEFAULT_CLOCK_DIVIDER, PioSpi};
use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_net::{Config, StackResources};
use embassy_rp::adc::{self, Adc};
use embassy_rp::clocks::RoscRng;
use embassy_rp::gpio::{Level, Output};
use embassy_rp::peripherals::{DMA_CH0, PIO0};
use embassy_rp::pio::{self, Pio};
use embassy_rp::{bind_interrupts, dma};
use embassy_time::{Duration, Ticker, Timer};
use panic_probe as _;
use static_cell::StaticCell;

use server::SOCKETS;

const NETWORK: &str = match option_env!("WIFI_NETWORK") {
    Some(name) => name,
    None => "",
};
/// `None`: the network has no password.
const PASSWORD: Option<&str> = option_env!("WIFI_PASSWORD");

bind_interrupts!(struct Irqs {
    DMA_IRQ_0 => dma::InterruptHandler<DMA_CH0>;
    PIO0_IRQ_0 => pio::InterruptHandler<PIO0>;
});

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static RADIO: StaticCell<cyw43::State> = StaticCell::new();
    // DHCP takes one socket more.
    static RESOURCES: StaticCell<StackResources<{ SOCKETS + 1 }>> = StaticCell::new();

    // These files are not in the repository: see the README of `boards`. The default is a folder with empty ones.
    let firmware = aligned_bytes!(concat!(env!("CYW43_FIRMWARE"), "/43439A0.bin"));
    let regulations = aligned_bytes!(concat!(env!("CYW43_FIRMWARE"), "/43439A0_clm.bin"));
    let board = aligned_bytes!(concat!(env!("CYW43_FIRMWARE"), "/nvram_rp2040.bin"));
    if firmware.is_empty() {
        defmt::error!("built without the firmware of the radio");
    }

    let chip = embassy_rp::init(Default::default());
    let mut pio = Pio::new(chip.PIO0, Irqs);
    let spi = PioSpi::new(
        &mut pio.common,
        pio.sm0,
        DEFAULT_CLOCK_DIVIDER,
        pio.irq0,
        Output::new(chip.PIN_25, Level::High), // chip select
        chip.PIN_24,                           // data
        chip.PIN_29,                           // clock
        dma::Channel::new(chip.DMA_CH0, Irqs),
    );
    let power = Output::new(chip.PIN_23, Level::Low);
    let radio = RADIO.init_with(cyw43::State::new);
    let (device, mut control, runner) = cyw43::new(radio, power, spi, firmware, board).await;
    spawner.spawn(run_radio(runner).expect("spawned once"));
    control.init(regulations).await;
    control
        .set_power_management(PowerManagementMode::PowerSave)
        .await;

    let mut random = RoscRng;
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(device, config, resources, random.next_u64());
    spawner.spawn(run_network(runner).expect("spawned once"));

    server::begin(spawner, stack, random.next_u32());
    join(&mut control).await;
    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        defmt::info!("http://{}/events", config.address.address());
    }

    let mut adc = Adc::new_blocking(chip.ADC, adc::Config::default());
    let mut sensor = adc::Channel::new_temp_sensor(chip.ADC_TEMP_SENSOR);
    let mut ticker = Ticker::every(Duration::from_secs(1));
    loop {
        ticker.next().await;
        match adc.blocking_read(&mut sensor) {
            Ok(reading) => server::report(millicelsius(reading)),
            Err(_) => defmt::warn!("a reading failed"),
        }
    }
}

/// Joins the Wi-Fi network.
async fn join(control: &mut Control<'_>) {
    let options = match PASSWORD {
        Some(password) => JoinOptions::new(password.as_bytes()),
        None => JoinOptions::new_open(),
    };
    while control.join(NETWORK, options.clone()).await.is_err() {
        defmt::warn!("cannot join the Wi-Fi network \"{}\"", NETWORK);
        Timer::after_secs(1).await;
    }
}

#[embassy_executor::task]
async fn run_radio(
    runner: cyw43::Runner<'static, SpiBus<Output<'static>, PioSpi<'static, PIO0, 0>>>,
) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn run_network(mut runner: embassy_net::Runner<'static, NetDriver<'static>>) -> ! {
    runner.run().await
}

/// Converts a reading of 12 bits at 3.3 V. The typical values of the data sheet are 706 mV at 27 °C, and 1.721 mV less for
/// each degree.
fn millicelsius(reading: u16) -> i32 {
    let microvolts = i32::from(reading) * 8_057 / 10;
    27_000 - (microvolts - 706_000) * 581 / 1_000
}
