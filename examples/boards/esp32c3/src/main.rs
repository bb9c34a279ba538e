//! The server of the README on an ESP32-C3: publishes the temperature of the chip at `http://ADDRESS/events`.
#![no_std]
#![no_main]

#[cfg_attr(not(feature = "stub"), path = "../../server.rs")]
#[cfg_attr(feature = "stub", path = "../../stub.rs")]
mod server;

use embassy_executor::Spawner;
use embassy_net::{Config, Runner, StackResources};
use embassy_time::{Duration, Ticker, Timer};
use esp_backtrace as _;
use esp_hal::clock::CpuClock;
use esp_hal::ram;
use esp_hal::rng::Rng;
use esp_hal::timer::timg::TimerGroup;
use esp_hal::tsens::{self, TemperatureSensor};
use esp_println::println;
use esp_radio::wifi::sta::StationConfig;
use esp_radio::wifi::{self, AuthenticationMethodConfig, Interface, WifiController};
use static_cell::StaticCell;

use server::SOCKETS;

const NETWORK: &str = match option_env!("WIFI_NETWORK") {
    Some(name) => name,
    None => "",
};
/// `None`: the network has no password.
const PASSWORD: Option<&str> = option_env!("WIFI_PASSWORD");

// The header that the bootloader checks.
esp_bootloader_esp_idf::esp_app_desc!();

#[esp_rtos::main]
async fn main(spawner: Spawner) {
    // DHCP takes one socket more.
    static RESOURCES: StaticCell<StackResources<{ SOCKETS + 1 }>> = StaticCell::new();

    // Only the radio's driver allocates: up to 57 KB, as its documentation says. The first region is the bootloader's memory.
    esp_alloc::heap_allocator!(#[ram(reclaimed)] size: 64 * 1024);
    esp_alloc::heap_allocator!(size: 16 * 1024);

    let chip = esp_hal::init(esp_hal::Config::default().with_cpu_clock(CpuClock::max()));
    esp_rtos::start(TimerGroup::new(chip.TIMG0).timer0, chip.FROM_CPU_INTR0);
    let controller = WifiController::new(chip.WIFI, Default::default()).expect("the radio starts");
    spawner.spawn(stay_connected(controller).expect("spawned once"));

    // Random, since the radio runs.
    let random = Rng::new();
    let seed = u64::from(random.random()) << 32 | u64::from(random.random());
    let resources = RESOURCES.init_with(StackResources::new);
    let config = Config::dhcpv4(Default::default());
    let (stack, runner) = embassy_net::new(Interface::station(), config, resources, seed);
    spawner.spawn(run_network(runner).expect("spawned once"));

    server::begin(spawner, stack, random.random());
    let sensor = TemperatureSensor::new(chip.TSENS, tsens::Config::default()).expect("a sensor");
    stack.wait_config_up().await;
    if let Some(config) = stack.config_v4() {
        println!("http://{}/events", config.address.address());
    }
    let mut ticker = Ticker::every(Duration::from_secs(1));
    loop {
        ticker.next().await;
        let celsius = sensor.get_temperature().to_celsius();
        server::report((celsius * 1000.0) as i32);
    }
}

/// Connects to the Wi-Fi network, and again when the connection is lost.
#[embassy_executor::task]
async fn stay_connected(mut controller: WifiController<'static>) -> ! {
    let authentication = match PASSWORD {
        Some(password) => {
            AuthenticationMethodConfig::Wpa2Personal(password.try_into().expect("at most 64 bytes"))
        }
        None => AuthenticationMethodConfig::Open,
    };
    let station = StationConfig::default()
        .with_ssid(NETWORK.try_into().expect("at most 32 bytes"))
        .with_authentication(authentication);
    controller
        .set_config(&wifi::Config::Station(station))
        .expect("valid options");
    loop {
        match controller.connect_async().await {
            Ok(_) => {
                let _ = controller.wait_for_disconnect_async().await;
            }
            Err(error) => println!("cannot join the Wi-Fi network \"{NETWORK}\": {error}"),
        }
        Timer::after_secs(1).await;
    }
}

#[embassy_executor::task]
async fn run_network(mut runner: Runner<'static, Interface>) -> ! {
    runner.run().await
}
