//! `relay` on an emulated Cortex-M3: client and server at once, with followed servers that are killed and restarted.

use std::thread::sleep;
use std::time::Duration;

use e2e::client::Event;
use e2e::wall::Device;
use firmware_tests::machine::Machine;
use firmware_tests::status::Viewer;

/// Publishes this many numbers on both devices.
fn publish(devices: &mut [Device; 2], count: u32) {
    for _ in 0..count {
        devices.iter_mut().for_each(Device::publish_number);
        sleep(Duration::from_millis(5));
    }
}

/// Reads until the last number of each device has come. The viewer checks that the relay's own ids have no gap.
fn read(viewer: &mut Viewer, seen: &mut Vec<Event>, devices: &[Device; 2]) {
    let is_there = |seen: &[Event], device: &Device| {
        let (event, data) = (format!("{}/n", device.label), device.published.to_string());
        seen.iter()
            .any(|seen| seen.event == event && seen.data == data)
    };
    while !devices.iter().all(|device| is_there(seen, device)) {
        seen.push(viewer.next_event().expect("the relay ended the stream"));
    }
}

/// Breaks when an event that a log held is lost between a followed server and a client of the relay, when one comes twice, out
/// of order or under another label, or when the loss notice of a followed server does not come at its place.
#[test]
fn two_streams_are_merged_over_restarts_of_their_servers() {
    let mut devices = [Device::start("a", 0xa), Device::start("b", 0xb)];
    // QEMU's network has the host at this address.
    let urls = devices
        .each_ref()
        .map(|device| device.url().replace("127.0.0.1", "10.0.2.2"));
    let mut machine = Machine::boot_recorded("relay", Some(&urls.join("|")));
    let mut lines = [0; 2];
    // Waits for the next line of the log that tells this state. After `open`, the next numbers reach the relay in any case, so
    // `read` ends even if earlier ones are lost.
    let mut wait_for = |device: &Device, state: &str| {
        let seen = &mut lines[usize::from(device.label == "b")];
        (_, *seen) = machine.wait_for(&format!("{} {state}", device.label), *seen);
    };
    devices.iter().for_each(|device| wait_for(device, "open"));
    let mut viewer = Viewer::join(&machine, "");
    let mut seen = Vec::new();
    publish(&mut devices, 20);
    read(&mut viewer, &mut seen, &devices);

    // One server is killed in mid-stream. Its log is filled while it is away.
    publish(&mut devices, 3);
    devices[0].kill();
    publish(&mut devices, 10);
    wait_for(&devices[0], "lost");
    devices[0].restart();
    wait_for(&devices[0], "open");
    publish(&mut devices, 3);
    read(&mut viewer, &mut seen, &devices);

    // A client of the relay is away, too, while the other server restarts.
    let id = viewer.last_event_id.clone();
    drop(viewer);
    devices[1].kill();
    publish(&mut devices, 10);
    wait_for(&devices[1], "lost");
    devices[1].restart();
    wait_for(&devices[1], "open");
    publish(&mut devices, 3);
    let mut viewer = Viewer::join(&machine, &id);
    read(&mut viewer, &mut seen, &devices);

    // One server loses its log, with five events that the relay has not received.
    let kept = devices[1].published;
    devices[1].kill();
    publish(&mut devices, 5);
    devices[1].lose_log(0xc);
    publish(&mut devices, 5);
    devices[1].restart();
    wait_for(&devices[1], "open");
    publish(&mut devices, 3);
    read(&mut viewer, &mut seen, &devices);

    assert!(
        seen.iter().all(|event| event.event != "lost"),
        "the relay lost events"
    );
    let of_label = |label: &str| -> Vec<String> {
        let of_label = seen.iter().filter(|event| event.event.starts_with(label));
        of_label
            .map(|event| format!("{} {}", event.event, event.data))
            .collect()
    };
    let numbers = |label: &str, from: u64, to: u64| -> Vec<String> {
        (from..=to)
            .map(|number| format!("{label}/n {number}"))
            .collect()
    };
    assert_eq!(of_label("a/"), numbers("a", 1, devices[0].published));
    let mut expected = numbers("b", 1, kept);
    expected.push("b/lost ".into());
    expected.extend(numbers("b", kept + 6, devices[1].published));
    assert_eq!(of_label("b/"), expected);
    let states: Vec<_> = seen
        .iter()
        .filter(|event| event.event == "source")
        .collect();
    for label in ["a", "b"] {
        let of_label = states.iter().map(|event| event.data.as_str());
        let of_label: Vec<_> = of_label
            .filter_map(|data| data.strip_prefix(label))
            .collect();
        let restarts = if label == "a" { 1 } else { 2 };
        assert_eq!(
            of_label,
            [&[" open"][..], &[" lost", " open"].repeat(restarts)].concat()
        );
    }
    assert!(machine.runs());
    println!(
        "{} events of 2 servers by the relay, 3 restarts, 1 lost log",
        seen.len()
    );
}
