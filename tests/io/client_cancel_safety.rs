//! Futures of the asynchronous clients that are dropped before they are ready. A dropped attempt to connect begins
//! again, so the tests let the connector finish.

use crate::client::follow;
use crate::connected::follow_connected;
use crate::helpers::client_script::{SIZES, expected, scripts};
use crate::scripted_socket::Connector;

/// Breaks when dropping `Client::next_notice` loses a byte, an event or a part of the request.
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

/// Breaks when dropping `Connected::next` loses a byte, an event or a part of the request.
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
