//! Takes the pictures that the README shows.
//!
//! ```text
//! cargo run --bin screenshot -- dashboard ../../examples/status_server/dashboard.png
//! cargo run --bin screenshot -- wall ../../examples/wall/wall.png
//! ```
//!
//! To look at a page on another screen: `screenshot wall FILE 390x1800 dark`.

use std::io::Cursor;
use std::process::{Command, ExitCode};
use std::thread::sleep;
use std::time::Duration;

use e2e::browser::Browser;
use e2e::program::status_server;
use e2e::wall::{Device, Wall};
use embedded_sse::event_type;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let (name, file, screen, scheme) = match arguments[..] {
        [name @ "wall", file] => (name, file, Some((1100, 1010)), "light"),
        [name, file] => (name, file, None, "light"),
        [name, file, size, scheme] => (name, file, parse(size), scheme),
        _ => return usage(),
    };
    let browser = Browser::start();
    if let Some(screen) = screen {
        browser.show_as(screen, scheme);
    }
    let picture = match name {
        "dashboard" => dashboard(&browser),
        "wall" => wall(&browser),
        _ => return usage(),
    };
    std::fs::write(file, smaller(&picture)).expect("a file can be written");
    ExitCode::SUCCESS
}

fn usage() -> ExitCode {
    eprintln!("usage: screenshot dashboard|wall FILE [WIDTHxHEIGHT light|dark]");
    ExitCode::from(2)
}

fn parse(size: &str) -> Option<(u32, u32)> {
    let (width, height) = size.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// Compresses a PNG picture again: Chromium writes larger ones.
fn smaller(picture: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(Cursor::new(picture)).read_info().unwrap();
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    let info = decoder.next_frame(&mut pixels).unwrap();
    let mut smaller = Vec::new();
    let mut encoder = png::Encoder::new(&mut smaller, info.width, info.height);
    encoder.set_color(info.color_type);
    encoder.set_depth(info.bit_depth);
    encoder.set_compression(png::Compression::High);
    // Filters help photographs. Pages have areas and letters that repeat exactly.
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    smaller
}

/// The dashboard of `status_server`.
fn dashboard(browser: &Browser) -> Vec<u8> {
    let (_server, address) = status_server(0, &[]);
    // Load on the processor, so that the curves are not flat.
    let mut work = Command::new("sh");
    work.args([
        "-c",
        "for n in 1 2 3 4 5 6; do sleep 4; timeout 2 sha256sum /dev/zero; done",
    ]);
    let mut work = work.spawn().expect("a shell");
    browser.open(&format!("http://{address}/"));
    sleep(Duration::from_secs(45));
    let picture = browser.screenshot();
    let _ = work.wait();
    picture
}

/// The wall of devices: one has lost its log, and one is away.
fn wall(browser: &Browser) -> Vec<u8> {
    let labels = ["boiler", "cellar", "gate", "greenhouse", "kitchen"];
    let mut devices: Vec<_> = labels.map(|label| Device::start(label, 1)).into();
    let wall = Wall::start(0, &devices);
    browser.open(&wall.url());
    for label in labels {
        browser.wait_for(&format!(
            "return document.querySelector('[data-label={label}] .pill')?.textContent === 'open'"
        ));
    }
    for tick in 0..48 {
        let t = f64::from(tick) / 48.0;
        let [boiler, cellar, gate, greenhouse, kitchen] = &devices[..] else {
            unreachable!("five labels")
        };
        let wave = |turns: f64| (turns * t * std::f64::consts::TAU).sin();
        let celsius = |base: f64, by: f64| format!("{:.1}", base + by);
        boiler.publish(
            event_type!("temperature"),
            &celsius(58.0, 6.0 * wave(2.5).max(-0.5) + wave(9.0)),
        );
        kitchen.publish(
            event_type!("temperature"),
            &celsius(21.0, 1.2 * wave(0.6) + 0.1 * wave(7.0)),
        );
        let percent = 54.0 + 6.0 * t + 0.6 * wave(6.0);
        cellar.publish(event_type!("humidity"), &format!("{percent:.0}"));
        if tick % 9 == 4 {
            let data = ["opened by remote", "closed"][tick as usize / 9 % 2];
            gate.publish(event_type!("door"), data);
        }
        if tick < 36 {
            let data = format!("{:.0}", 420.0 + 380.0 * wave(0.7) + 25.0 * wave(11.0));
            greenhouse.publish(event_type!("light"), &data);
        }
        match tick {
            37 => devices[1].kill(),
            44 => {
                devices[1].lose_log(2);
                devices[1].restart();
            }
            36 => devices[3].kill(),
            _ => {}
        }
        sleep(Duration::from_millis(400));
    }
    browser.screenshot()
}
