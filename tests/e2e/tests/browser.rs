//! The dashboard of `status_server` in a real browser.

use std::time::{Duration, Instant};

use e2e::browser::{Browser, Tab};
use e2e::client::Client;
use e2e::nginx::Nginx;
use e2e::program::{free_port, status_server};
use e2e::tap::Tap;

/// Breaks when the page shows no events, when a browser that reconnects misses an event or gets one twice, or when the page
/// does not show that a restart of the server has lost events.
#[test]
fn the_dashboard_resumes_after_cuts_and_shows_a_loss() {
    let port = free_port();
    let arguments = ["--interval", "20"];
    let (mut server, address) = status_server(port, &arguments);
    let tap = Tap::start(address);
    let browser = Browser::start();
    browser.open(&format!("http://{}/", tap.address));
    browser.wait_for("return document.getElementById('state').textContent === 'live'");
    browser.wait_for("return Number(document.getElementById('events').textContent) > 50");

    // A second stream in the page records all ids.
    browser.run(
        "window.seen = { ids: [], opened: 0, lost: 0, before: 0 };
         const stream = new EventSource('events');
         stream.onopen = () => seen.opened++;
         // A stream begins with the present state, which has no id.
         stream.addEventListener('status', (event) => event.lastEventId && seen.ids.push(event.lastEventId));
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

    // The restarted server has no history, so it sends the loss notice.
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

/// Breaks when a page that found no free slot does not connect later.
#[test]
fn nine_pages_share_four_slots() {
    let state = "return document.getElementById('state').textContent";
    nine_share_four_slots(
        "",
        &format!("{state} === 'live'"),
        &format!("{state} === 'trying again'"),
    );
}

/// The same with a plain `EventSource`, which does not retry after a refusal. Breaks when the server's answer closes it for
/// good (`readyState` 2, CLOSED).
#[test]
fn nine_event_sources_share_four_slots() {
    nine_share_four_slots(
        "window.count = 0;
         window.source = new EventSource('/events');
         source.addEventListener('status', () => count++);",
        "return count > 0",
        "return count === 0 && source.readyState === EventSource.CONNECTING",
    );
}

/// Opens nine pages of a server with four slots, and runs the script `start` in each. Checks that four pages are live while
/// the others wait, and that each waiting page becomes live once a slot is free.
fn nine_share_four_slots(start: &str, is_live: &str, is_waiting: &str) {
    let (_server, address) = status_server(0, &[]);
    // The server has 32 slots. These clients, which read nothing, leave four.
    let _others: Vec<_> = (0..28).map(|_| Client::connect(address, "")).collect();
    let browser = Browser::start();
    let path = if start.is_empty() { "" } else { "metrics.json" };
    let mut waiting = Vec::new();
    for number in 0..9 {
        // A browser opens at most six connections to one origin, so each page has an origin of its own.
        let port = address.port();
        let url = format!("http://page-{number}.localhost:{port}/{path}");
        waiting.push(browser.open_tab(&url));
        browser.run(start);
    }
    let mut served = 0;
    while !waiting.is_empty() {
        let live = take_live(&browser, &mut waiting, 4.min(9 - served), is_live);
        served += live.len();
        for tab in &waiting {
            browser.enter(tab);
            assert_eq!(browser.run(is_live), false);
            browser.wait_for(is_waiting);
        }
        for tab in live {
            browser.close(tab);
        }
    }
    assert_eq!(served, 9);
}

/// Waits until `count` pages are live, and takes them out of `tabs`.
fn take_live(browser: &Browser, tabs: &mut Vec<Tab>, count: usize, is_live: &str) -> Vec<Tab> {
    let until = Instant::now() + Duration::from_secs(60);
    let mut live = Vec::new();
    while live.len() < count {
        assert!(Instant::now() < until, "{} of {count} are live", live.len());
        live.extend(tabs.extract_if(.., |tab| {
            browser.enter(tab);
            browser.run(is_live) == true
        }));
    }
    live
}

/// Breaks when the page shows history with the time of its arrival, or out of order.
#[test]
fn history_is_shown_with_its_own_times() {
    let (_server, address) = status_server(0, &["--interval", "100"]);
    let mut client = Client::connect(address, "");
    let first = client.next_event().unwrap();
    let first: serde_json::Value = serde_json::from_str(&first.data).unwrap();
    std::thread::sleep(Duration::from_secs(3));

    let browser = Browser::start();
    browser.open(&format!("http://{address}/"));
    browser.wait_for("return document.getElementById('state').textContent === 'live'");
    // The curves begin at the oldest event of the history, which is older than the page.
    browser.wait_for("return charts.memory.points.length > 20");
    let oldest = browser.run("return charts.memory.points[0].at");
    assert!(oldest.as_u64() <= first["at_ms"].as_u64(), "{oldest}");
    let at = browser.run("return document.getElementById('log').lastChild.at");
    let shown = browser.run("return document.querySelector('#log li:last-child time').textContent");
    let expected = browser.run(&format!("return new Date({at}).toTimeString().slice(0, 8)"));
    assert_eq!(shown, expected);
    browser.wait_for("return Number(document.getElementById('events').textContent) > 35");
    let seconds =
        "parseInt(document.querySelector('[data-chart=memory] h2 span').textContent.slice(5))";
    assert!(browser.run(&format!("return {seconds}")).as_u64() >= Some(3));
    let times =
        browser.run("return [...document.getElementById('log').children].map((line) => line.at)");
    let times: Vec<u64> = serde_json::from_value(times).unwrap();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

/// Breaks when history that arrives after the present state replaces it on the page.
#[test]
fn the_present_state_may_come_before_the_history() {
    let (_server, address) = status_server(0, &["--interval", "3600000"]);
    let browser = Browser::start();
    browser.open(&format!("http://{address}/"));
    browser.wait_for("return newest > 0");
    let shown = browser.run(
        "const status = (at, cpu, clients) => ({
           at_ms: newest + at, uptime_s: cpu, cpu, load: [cpu, cpu, cpu], memory_total_kb: 1, memory_available_kb: 1,
           network_bytes_per_s: 0, clients,
         });
         const events = [status(3000, .3, 3), status(3000, .3, 3), status(1000, .1, 1), status(2000, .2, 2)];
         events.forEach(showStatus);
         const values = charts.cpu.points.map((point) => point.value);
         const tiles = [...document.querySelectorAll('[data-chart=cpu] .big, #load-0, #clients')];
         return [values.slice(-3), tiles.map((tile) => tile.textContent)];",
    );
    let expected = serde_json::json!([[0.1, 0.2, 0.3], ["30.0 %", "0.30", "3"]]);
    assert_eq!(shown, expected);
}

/// Breaks when a text does not fit a screen that is 360 pixels wide.
#[test]
fn no_text_is_cut_off() {
    let (_server, address) = status_server(0, &[]);
    let browser = Browser::start();
    for scheme in ["light", "dark"] {
        browser.show_as((360, 800), scheme);
        browser.open(&format!("http://{address}/"));
        browser.wait_for("return Number(document.getElementById('events').textContent) > 5");
        browser.run(
            "log(Date.now(), 'page', 'events are missing here: the server no longer had them', 'warn');
             log(Date.now(), 'server', 'the processor is busy: 100 %')",
        );
        assert_eq!(browser.cut_texts(), serde_json::json!([]), "{scheme}");
    }
}

/// Breaks when the configuration of nginx in the guide does not keep a browser's stream alive while the device is away: a browser
/// gives up after the 502 of a proxy.
#[test]
fn a_browser_behind_nginx_outlives_a_restart_of_the_server() {
    let port = free_port();
    let guide = include_str!("../../../src/guide/peers.rs");
    let (_, block) = guide.split_once("location = /events").unwrap();
    let (block, _) = block.split_once("//! ```").unwrap();
    let block = block.replace("//!", "");
    let (locations, _) = block.rsplit_once('}').unwrap();
    let locations = locations.replace("192.168.1.7:80", &format!("127.0.0.1:{port}"));
    let locations = locations.replace("retry: 3000", "retry: 200");
    let nginx = Nginx::new("", &format!("location = /events{locations}"));
    let _nginx = nginx.start();

    let arguments = ["--interval", "20"];
    let (mut server, _) = status_server(port, &arguments);
    let browser = Browser::start();
    browser.open(&format!("http://127.0.0.1:{}/", nginx.port));
    browser.run(
        "window.seen = { opened: 0, lost: 0, events: 0 };
         window.stream = new EventSource('events');
         stream.onopen = () => seen.opened++;
         stream.addEventListener('status', () => seen.events++);
         stream.addEventListener('lost', () => seen.lost++);",
    );
    browser.wait_for("return seen.events > 5");

    // While the server is away, each attempt gets a stream that ends.
    server.0.kill().unwrap();
    server.0.wait().unwrap();
    browser.wait_for("return seen.opened > 3");
    assert_eq!(
        browser.run("return stream.readyState !== EventSource.CLOSED"),
        true
    );

    let (_server, _) = status_server(port, &arguments);
    browser.run("seen.events = 0");
    browser.wait_for("return seen.lost === 1 && seen.events > 5");
}
