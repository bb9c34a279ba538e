//! Futures of the asynchronous drivers of clients that are dropped before they are ready. (An attempt to connect
//! that is dropped begins anew: the connector is the one thing that has to be polled to its end.)

use crate::client::follow;
use crate::connected::follow_connected;
use crate::helpers::client_script::{SIZES, expected, scripts};
use crate::scripted_socket::Connector;

/// Breaks when a dropped `Client::next_notice` takes a byte, an event or a part of the request with it.
#[tokio::test(start_paused = true)]
async fn a_dropped_future_of_a_client_loses_and_repeats_nothing() {
    let mut dropped = 0;
    for script in scripts() {
        let (lines, requests, _) = expected(&script);
        for (step, length) in SIZES {
            for patience in [1, 2, 3] {
                let connector = Connector::new(&script, step);
                dropped += follow(&connector, length, patience).await;
                assert_eq!(connector.lines(), lines, "{step} {length}");
                assert_eq!(connector.requests(), requests, "{step} {length}");
            }
        }
    }
    assert!(dropped > 5_000, "{dropped}");
}

/// Breaks when a dropped `Connected::next` takes a byte, an event or a part of the request with it.
#[tokio::test(start_paused = true)]
async fn a_dropped_future_of_a_connection_loses_and_repeats_nothing() {
    let mut dropped = 0;
    for script in scripts() {
        let (lines, requests, _) = expected(&script);
        for (step, length) in SIZES {
            for patience in [1, 2, 3] {
                let connector = Connector::new(&script, step);
                dropped += follow_connected(&connector, length, patience).await;
                assert_eq!(connector.lines(), lines, "{step} {length}");
                assert_eq!(connector.requests(), requests, "{step} {length}");
            }
        }
    }
    assert!(dropped > 5_000, "{dropped}");
}
