//! The server of the README on an STM32H743 with Ethernet, as on the board NUCLEO-H743ZI2: publishes the temperature of the
//! chip at `http://ADDRESS/events`.
#![no_std]
#![no_main]

#[cfg_attr(not(feature = "stub"), path = "../../server.rs")]
#[cfg_attr(feature = "stub", path = "../../stub.rs")]
mod server;

use defmt_rtt as _;
use embassy_executor::Spawner;
use embassy_net::{Config, Runner, StackResources};
use embassy_stm32::adc::{Adc, SampleTime};
use embassy_stm32::eth::{self, Ethernet, GenericPhy, PacketQueue, Sma};
use embassy_stm32::peripherals::{ETH, ETH_SMA, RNG};
use embassy_stm32::rng::{self, Rng};
use embassy_stm32::{bind_interrupts, uid};
use embassy_time::{Duration, Ticker};
use panic_probe as _;
use static_cell::StaticCell;

use server::SOCKETS;

bind_interrupts!(struct Irqs {
    ETH => eth::InterruptHandler;
    RNG => rng::InterruptHandler<RNG>;
});

type Driver = Ethernet<'static, ETH, GenericPhy<Sma<'static, ETH_SMA>>>;

#[embassy_executor::main]
async fn main(spawner: Spawner) {
    static PACKETS: StaticCell<PacketQueue<4, 4>> = StaticCell::new();
    // DHCP takes one socket more.
    static RESOURCES: StaticCell<StackResources<{ SOCKETS + 1 }>> = StaticCell::new();

    let chip = embassy_stm32::init(clocks());
    let ethernet = Ethernet::new(
        PACKETS.init_with(PacketQueue::new),
        chip.ETH,
        Irqs,
        chip.PA1,  // reference clock
        chip.PA7,  // carrier sense
        chip.PC4,  // received data 0
        chip.PC5,  // received data 1
        chip.PG13, // data to send 0
        chip.PB13, // data to send 1
        chip.PG11, // enable sending
        mac_address(),
        chip.ETH_SMA,
        chip.PA2, // management data
        chip.PC1, // management clock
    );
    let mut random = Rng::new(chip.RNG, Irqs);
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(ethernet, config, resources, random.next_u64());
    spawner.spawn(run_network(runner).expect("spawned once"));

    server::begin(spawner, stack, random.next_u32());
    let mut adc = Adc::new(chip.ADC3);
    let mut sensor = adc.enable_temperature();

    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        defmt::info!("http://{}/events", config.address.address());
    }
    let mut ticker = Ticker::every(Duration::from_secs(1));
    loop {
        ticker.next().await;
        let reading = adc.blocking_read(&mut sensor, SampleTime::CYCLES387_5);
        server::report(millicelsius(reading));
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Driver>) -> ! {
    runner.run().await
}

/// Converts a reading of 16 bits at 3.3 V. The typical values of the data sheet are 620 mV at 30 °C, and 2 mV more for each
/// degree.
fn millicelsius(reading: u16) -> i32 {
    let microvolts = i32::from(reading) * 5_035 / 100;
    30_000 + (microvolts - 620_000) / 2
}

/// Returns a locally administered address from all twelve bytes of the chip's number: the lot, the wafer and the position on it.
fn mac_address() -> [u8; 6] {
    let mut address = [2, 0, 0, 0, 0, 0];
    for (index, byte) in uid::uid().iter().enumerate() {
        address[1 + index % 5] ^= byte;
    }
    address
}

/// Runs the core at 400 MHz, from the internal oscillator of 64 MHz.
fn clocks() -> embassy_stm32::Config {
    use embassy_stm32::rcc::*;

    let mut config = embassy_stm32::Config::default();
    let rcc = &mut config.rcc;
    rcc.hsi = Some(HSIPrescaler::DIV1);
    rcc.hsi48 = Some(Default::default()); // for the random number generator
    rcc.csi = true; // for the compensation of the pins' speed
    rcc.pll1 = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL50,
        fracn: None,
        divp: Some(PllDiv::DIV2),
        divq: None,
        divr: None,
    });
    rcc.sys = Sysclk::PLL1_P;
    rcc.ahb_pre = AHBPrescaler::DIV2;
    rcc.apb1_pre = APBPrescaler::DIV2;
    rcc.apb2_pre = APBPrescaler::DIV2;
    rcc.apb3_pre = APBPrescaler::DIV2;
    rcc.apb4_pre = APBPrescaler::DIV2;
    rcc.voltage_scale = VoltageScale::Scale1;
    rcc.mux.adcsel = mux::Adcsel::PER; // the oscillator
    config
}
