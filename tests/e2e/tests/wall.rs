//! The page of the example `wall` in Chromium, with devices that are killed and restarted.

use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::program::free_port;
use e2e::tap::Tap;
use e2e::wall::{Device, Wall};
use embedded_sse::event_type;
use serde_json::{Value, json};

/// Records the frames of a second stream of the page in `seen`.
const RECORD: &str = "
    window.seen = [];
    const stream = new EventSource('events');
    for (const type of ['start', 'device', 'event', 'gap', 'stopped', 'lost'])
      stream.addEventListener(type, (event) => seen.push({ frame: type, ...event.data && JSON.parse(event.data) }));";

/// Waits until the page shows this text in a tile.
fn wait_for_tile(browser: &Browser, label: &str, selector: &str, text: &str) {
    browser.wait_for(&format!(
        "return document.querySelector('[data-label={label}] {selector}')?.textContent === '{text}'"
    ));
}

/// Waits until the page shows the last event of a device.
fn wait_for_last(browser: &Browser, device: &Device) {
    wait_for_tile(
        browser,
        device.label,
        ".data",
        &device.published.to_string(),
    );
}

/// Publishes this many numbers on each device. Most leave in a write of their own.
fn publish(devices: &mut [Device], count: u32) {
    for _ in 0..count {
        devices.iter_mut().for_each(Device::publish_number);
        sleep(Duration::from_millis(2));
    }
}

/// Breaks when an event that a log held is missing on the page after restarts of devices or cuts of the page, when one comes
/// twice, out of order or with another label, or when the page does not show that a device has lost its log.
#[test]
fn no_event_is_lost_or_repeated_over_restarts_and_cuts() {
    let labels = ["cellar", "garden", "gate", "kitchen", "roof"];
    let epochs = 0xa0..;
    let devices = labels.into_iter().zip(epochs);
    let mut devices: Vec<_> = devices
        .map(|(label, epoch)| Device::start(label, epoch))
        .collect();
    // Two of the five are started by commands.
    let wall = Wall::start(0, &devices[..3]);
    for device in &devices[3..] {
        assert_eq!(wall.follow(device.label, &device.url()), 201);
    }
    let tap = Tap::start(wall.address);
    let browser = Browser::start();
    browser.open(&format!("http://{}/", tap.address));
    for label in labels {
        wait_for_tile(&browser, label, ".pill", "open");
    }
    browser.run(RECORD);
    browser.wait_for("return seen.filter(({ frame }) => frame === 'device').length === 5");

    // Two devices are killed in mid-stream and restarted. Meanwhile all five fill their logs, and the page is cut.
    publish(&mut devices, 50);
    devices[0].kill();
    publish(&mut devices, 20);
    devices[2].kill();
    publish(&mut devices, 20);
    tap.cut();
    publish(&mut devices, 20);
    wait_for_tile(&browser, "cellar", ".pill", "lost");
    wait_for_tile(&browser, "gate", ".pill", "lost");
    devices[0].restart();
    publish(&mut devices, 20);
    tap.cut();
    devices[2].restart();
    publish(&mut devices, 20);
    for device in &devices {
        wait_for_last(&browser, device);
    }

    // One device loses its log, with ten events that nobody has received.
    let kept = devices[4].published;
    devices[4].kill();
    publish(&mut devices, 10);
    devices[4].lose_log(0xb0);
    let begin = devices[4].published + 1;
    publish(&mut devices, 10);
    devices[4].restart();
    publish(&mut devices, 10);
    for device in &devices {
        wait_for_last(&browser, device);
        let shown = format!(
            "return seen.findLast(({{ label }}) => label === '{}').data",
            device.label
        );
        browser.wait_for(&format!("{shown} === '{}'", device.published));
    }

    let seen = browser.run("return seen");
    let seen = seen.as_array().unwrap();
    let of_label = |label: &str, frame: &str| -> Vec<&Value> {
        let frames = seen.iter().filter(|seen| seen["label"] == label);
        frames.filter(|seen| seen["frame"] == frame).collect()
    };
    let mut total = 0;
    for (device, epoch) in devices.iter().zip(0xa0..) {
        let label = device.label;
        let is_roof = label == "roof";
        // The numbers, and the ids that the device's log has made.
        let expected: Vec<(String, String)> = match is_roof {
            false => ids(epoch, 1..=device.published).collect(),
            true => ids(epoch, 1..=kept)
                .chain(ids(0xb0, begin..=device.published))
                .collect(),
        };
        let events = of_label(label, "event");
        let text = |event: &Value, name: &str| event[name].as_str().unwrap().to_string();
        let received = events
            .iter()
            .map(|event| (text(event, "data"), text(event, "id")));
        assert_eq!(received.collect::<Vec<_>>(), expected, "{label}");
        let counts = events.iter().map(|event| event["events"].as_u64().unwrap());
        assert!(counts.eq(1..=events.len() as u64), "{label}");
        total += events.len();

        let gaps = of_label(label, "gap");
        assert_eq!(gaps.len(), usize::from(is_roof), "{label}: {gaps:?}");
        wait_for_tile(&browser, label, ".events", &events.len().to_string());
        wait_for_tile(&browser, label, ".gaps", ["0 gaps", "1 gap"][gaps.len()]);
        let states = of_label(label, "device");
        let states: Vec<_> = states
            .iter()
            .map(|state| state["state"].as_str().unwrap())
            .collect();
        // `lost` comes again with another reason.
        let mut changes = states.clone();
        changes.dedup();
        let expected: &[&str] = match label {
            "garden" | "kitchen" => &["open"],
            _ => &["open", "lost", "open"],
        };
        assert_eq!(changes, expected, "{label}");
    }
    // The gap is shown at its place. Every cut page resumes, so it gets no second state.
    let gap = seen.iter().position(|seen| seen["frame"] == "gap").unwrap();
    let of_roof = |seen: &&Value| seen["label"] == "roof" && seen["frame"] == "event";
    let (before, after) = (
        seen[..gap].iter().rfind(of_roof),
        seen[gap..].iter().find(of_roof),
    );
    assert_eq!(before.unwrap()["data"], kept.to_string());
    assert_eq!(after.unwrap()["data"], begin.to_string());
    let of_stream = |frame: &str| seen.iter().filter(|seen| seen["frame"] == frame).count();
    assert_eq!((of_stream("start"), of_stream("lost")), (1, 0));
    println!("{total} events of 5 devices, 3 restarts, 1 lost log, 2 cuts of the page");

    // The page's own stream has missed nothing either: its history ends with the last numbers in order.
    for device in &devices {
        let lines = browser.run(&format!(
            "const lines = document.querySelectorAll('[data-label={}] li:not(.gap) span');
             return [...lines].map((line) => Number(line.textContent))",
            device.label
        ));
        let lines: Vec<u64> = serde_json::from_value(lines).unwrap();
        let from_last: Vec<_> = (1..=device.published).rev().take(15).collect();
        assert_eq!(lines[..15], from_last, "{}", device.label);
    }
}

/// The numbers in this range, each with the id of its event. The first id of an epoch is 1.
fn ids(
    epoch: u32,
    numbers: std::ops::RangeInclusive<u64>,
) -> impl Iterator<Item = (String, String)> {
    let numbers = numbers.zip(1_u64..);
    numbers.map(move |(number, id)| (number.to_string(), format!("{epoch:x}-{id}")))
}

/// Breaks when a device is still followed after its stop, when a label cannot be started again or is used twice, when a new
/// page does not get the present state of all devices, or when the program follows itself.
#[test]
fn devices_stop_and_start_by_label() {
    let mut devices = [
        Device::start("cellar", 1),
        Device::start("roof", 2),
        Device::start("yard", 3),
    ];
    let wall = Wall::start(0, &devices);
    let browser = Browser::start();
    browser.open(&wall.url());
    for device in &devices {
        wait_for_tile(&browser, device.label, ".pill", "open");
    }
    publish(&mut devices, 3);
    for device in &devices {
        wait_for_last(&browser, device);
    }

    // The cancelled task drops its connection.
    assert_eq!(wall.command("DELETE", "/devices/roof").0, 204);
    browser.wait_for("return document.querySelectorAll('section').length === 2");
    let until = Instant::now() + Duration::from_secs(30);
    while devices[1].hub.stats().clients > 0 {
        assert!(Instant::now() < until, "the device is still followed");
        sleep(Duration::from_millis(10));
    }
    publish(&mut devices, 2);
    wait_for_last(&browser, &devices[2]);
    let (status, list) = wall.command("GET", "/devices");
    assert_eq!(status, 200);
    let list: Value = serde_json::from_str(&list).unwrap();
    let brief = |device: &Value| {
        json!([
            device["label"],
            device["url"],
            device["state"],
            device["events"]
        ])
    };
    let shown: Vec<_> = list.as_array().unwrap().iter().map(brief).collect();
    let expected =
        [&devices[0], &devices[2]].map(|device| json!([device.label, device.url(), "open", 5]));
    assert_eq!(shown, expected);

    // A page that opens now gets the state of the two, although the place between them is free.
    let first = browser.open_tab(&wall.url());
    for device in [&devices[0], &devices[2]] {
        wait_for_last(&browser, device);
        wait_for_tile(&browser, device.label, ".events", "5");
    }
    let lines = "return document.querySelectorAll('[data-label=cellar] li').length";
    assert_eq!(browser.run(lines), 5);
    assert_eq!(
        browser.run("return document.querySelectorAll('section').length"),
        2
    );

    // A new run of the label begins with the next event. Each page has a button that stops it.
    assert_eq!(wall.follow("roof", &devices[1].url()), 201);
    wait_for_tile(&browser, "roof", ".pill", "open");
    publish(&mut devices, 1);
    wait_for_last(&browser, &devices[1]);
    wait_for_tile(&browser, "roof", ".events", "1");
    browser.run("document.querySelector('[data-label=roof] button').click()");
    browser.wait_for("return document.querySelectorAll('section').length === 2");
    browser.run(&format!(
        "document.querySelector('[name=label]').value = 'roof';
         document.querySelector('[name=url]').value = '{}';
         document.querySelector('form button').click()",
        devices[1].url()
    ));
    wait_for_tile(&browser, "roof", ".pill", "open");
    browser.close(first);

    for (method, path, status) in [
        ("POST", "/devices?label=roof&url=http://127.0.0.1:1/", 409),
        ("POST", "/devices?label=a%20b&url=http://127.0.0.1:1/", 400),
        ("POST", "/devices?label=..&url=http://127.0.0.1:1/", 400),
        ("POST", "/devices?label=a&url=ftp://127.0.0.1:1/", 400),
        ("POST", "/devices?label=a&url=https://127.0.0.1/", 400),
        ("POST", "/devices?label=a", 400),
        ("POST", "/devices/roof", 405),
        ("DELETE", "/devices/attic", 404),
        ("GET", "/attic", 404),
    ] {
        assert_eq!(wall.command(method, path).0, status, "{method} {path}");
    }
    for host in [
        "127.0.0.1",
        "[::1]",
        "LOCALHOST",
        "localhost.",
        "wall.example",
    ] {
        let url = format!("http://{host}:{}/events", wall.address.port());
        let (status, error) = wall.command("POST", &format!("/devices?label=a&url={url}"));
        assert!(status == 400 && error.contains("must not follow"), "{url}");
    }
    let foreign = ureq::delete(format!("{}devices/roof", wall.url()))
        .header("Origin", "http://other.example");
    let answer = foreign.config().http_status_as_error(false).build().call();
    assert_eq!(answer.unwrap().status().as_u16(), 403);
}

/// Breaks when a page of another site can read the devices under a host name of that site which resolves to this computer, or when
/// the page cannot be opened under a name of `--host`.
#[test]
fn only_known_hosts_are_served() {
    let wall = Wall::start(0, &[]);
    for path in ["/", "/devices", "/events"] {
        for host in ["127.0.0.1", "[::1]", "localhost", "wall.example"] {
            assert_eq!(wall.status_at(host, path), 200, "{host} {path}");
        }
        assert_eq!(wall.status_at("other.example", path), 403, "{path}");
    }
}

/// Breaks when a page keeps the tiles of an earlier run of the program.
#[test]
fn a_restart_of_the_program_replaces_all_tiles() {
    let devices = [Device::start("cellar", 1), Device::start("roof", 2)];
    let port = free_port();
    let wall = Wall::start(port, &devices);
    let browser = Browser::start();
    browser.open(&wall.url());
    wait_for_tile(&browser, "roof", ".pill", "open");
    drop(wall);
    let _wall = Wall::start(port, &devices[..1]);
    browser.wait_for("return document.querySelectorAll('section').length === 1");
    wait_for_tile(&browser, "cellar", ".pill", "open");
    assert!(browser.text("summary").contains("1 gap of this page"));
}

/// Breaks when a text does not fit a screen that is 360 pixels wide, when an event that is too long for the program is not shown
/// as a gap, or when an event with data is taken for a loss notice.
#[test]
fn no_text_is_cut_off() {
    let mut devices = [
        Device::start("a-label-of-32-letters-is-longest", 1),
        Device::start("roof", 2),
    ];
    let wall = Wall::start(0, &devices);
    let browser = Browser::start();
    for (scheme, gaps) in [("light", "1 gap"), ("dark", "2 gaps")] {
        browser.show_as((360, 800), scheme);
        browser.open(&wall.url());
        wait_for_tile(&browser, "roof", ".pill", "open");
        publish(&mut devices, 5);
        devices[1].publish(event_type!("text"), &"long-".repeat(50));
        wait_for_tile(&browser, "roof", ".type", "text");
        devices[1].publish(event_type!("text"), &"longer".repeat(2_000));
        wait_for_tile(&browser, "roof", ".gaps", gaps);
        devices[1].publish(event_type!("lost"), "keys");
        wait_for_tile(&browser, "roof", ".data", "keys");
        assert_eq!(browser.cut_texts(), json!([]), "{scheme}");
    }
}
