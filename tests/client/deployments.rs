//! Clients and deployed proxies and networks: error pages, captive portals, lost power, many clients at once.

use embedded_sse::client::ClientOptions;

use crate::helpers::{
    EXACT, OPTIONS, STREAM, delays, delays_of_a_thousand_seeds, outcome, play_every_way,
};
use crate::scripted::Scene;

/// Breaks when a client ends because a proxy could not reach its server for a while.
#[test]
fn a_502_or_504_page_of_a_proxy_is_retried() {
    for status in ["502 Bad Gateway", "504 Gateway Time-out"] {
        let page = Scene::answer(&format!("{status}\r\nContent-Type: text/html"), "<html>");
        let story = play_every_way(&OPTIONS, &[page, Scene::answer(STREAM, "data: x\n\n")]);
        assert_eq!(story.lines_of("event message").len(), 1, "{status}");
    }
}

/// Breaks when the page of a captive portal is decoded as a stream.
#[test]
fn the_page_of_a_captive_portal_is_no_stream() {
    let page = Scene::answer("200 OK\r\nContent-Type: text/html", "data: sign in\n\n");
    let lost = outcome(&OPTIONS, &page);
    assert_eq!(lost, "lost after 0: WrongType, again in 60000");
}

/// Breaks when a client waits for ever for a server that can no longer close the connection.
#[test]
fn a_server_that_lost_power_is_noticed() {
    let options = ClientOptions::new().idle_timeout(45_000).reconnect(EXACT);
    let script = [
        Scene::stays("id: 1\ndata: a\n\n"),
        Scene::stays("data: b\n\n"),
    ];
    let story = play_every_way(&options, &script);
    assert_eq!(delays(&options, &script)[0], 3_000);
    assert!(story.request(1).contains("Last-Event-ID: 1\r\n"));
    assert_eq!(story.lines_of("event message").len(), 2);
}

/// Breaks when clients that lost their server together come back together, or one of them comes back earlier than the
/// server's `retry`.
#[test]
fn a_thousand_clients_that_lose_their_server_come_back_one_by_one() {
    let delays = delays_of_a_thousand_seeds();
    let count_from = |start| {
        let window = start..start + 100;
        delays
            .iter()
            .filter(|delay| window.contains(*delay))
            .count()
    };
    assert!(delays[0] >= 4_000, "{}", delays[0]);
    let fullest = (4_000..5_901).map(count_from).max().unwrap();
    println!("of 1000 clients at most {fullest} come back within any 5 % of the range");
    assert!(fullest <= 100);
}
