//! The dashboard of `status_server` in a real browser.

use e2e::browser::Browser;
use e2e::program::{free_port, status_server};
use e2e::tap::Tap;

/// Breaks when the page shows no events, when a browser that comes back misses one or gets one twice,
/// or when it is not told that events are missing.
#[test]
fn the_dashboard_follows_its_server() {
    let port = free_port();
    let arguments = ["--interval", "20"];
    let (mut server, address) = status_server(port, &arguments);
    let tap = Tap::start(address);
    let browser = Browser::start();
    browser.open(&format!("http://{}/", tap.address));
    browser.wait_for("return document.getElementById('state').textContent === 'live'");
    browser.wait_for("return Number(document.getElementById('events').textContent) > 50");

    // A second stream in the page notes all ids.
    browser.run(
        "window.seen = { ids: [], opened: 0, lost: 0, before: 0 };
         const stream = new EventSource('events');
         stream.onopen = () => seen.opened++;
         stream.addEventListener('status', (event) => seen.ids.push(event.lastEventId));
         stream.addEventListener('log', (event) => seen.ids.push(event.lastEventId));
         stream.addEventListener('lost', () => seen.lost++);",
    );
    for cut in 1..=3 {
        browser.wait_for("return seen.ids.length > seen.before + 20");
        browser.run("seen.before = seen.ids.length");
        tap.cut();
        browser.wait_for(&format!("return seen.opened === {}", cut + 1));
        browser.wait_for(&format!(
            "return document.getElementById('reconnects').textContent === '{cut}'"
        ));
    }
    browser.wait_for("return seen.ids.length > seen.before + 20");
    let ids = browser.run("return seen.ids.map((id) => Number(id.split('-')[1]))");
    let ids: Vec<u64> = serde_json::from_value(ids).unwrap();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "{ids:?}");
    assert_eq!(browser.run("return seen.lost"), 0);
    assert_eq!(browser.text("gaps"), "0");

    // The history is gone with the server: the page is told.
    server.0.kill().unwrap();
    server.0.wait().unwrap();
    let (_server, _) = status_server(port, &arguments);
    tap.cut();
    browser.wait_for("return document.getElementById('gaps').textContent === '1'");
    browser.wait_for("return seen.lost === 1");
    let last_id = browser.text("last-id");
    browser.wait_for(&format!(
        "return document.getElementById('last-id').textContent !== '{last_id}'"
    ));
}
