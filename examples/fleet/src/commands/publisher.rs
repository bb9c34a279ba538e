//! The publisher of numbered commands.

use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use tokio::time::{interval, sleep};

use super::CHANNEL;
use crate::{Failure, nginx};

/// How long all nodes may fail.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Publisher {
    http: Client,
    urls: [String; 2],
    interval: Duration,
    /// Requests without a confirmation. Each of them was repeated.
    pub failed: u32,
}

impl Publisher {
    pub fn new(ports: [u16; 2], interval: Duration) -> Result<Self, Failure> {
        Ok(Self {
            // A command that is not confirmed within this time may be stored later nevertheless.
            http: Client::builder().timeout(Duration::from_secs(2)).build()?,
            urls: ports.map(|port| nginx::publish_url(port, CHANNEL)),
            interval,
            failed: 0,
        })
    }

    /// Publishes the commands one after the other, so that the channel has them in order.
    pub async fn publish(&mut self, numbers: RangeInclusive<u32>) -> Result<(), Failure> {
        let mut ticks = interval(self.interval);
        for number in numbers {
            ticks.tick().await;
            self.publish_one(number).await?;
        }
        Ok(())
    }

    /// Sends a command through one node after the other until one confirms it.
    async fn publish_one(&mut self, number: u32) -> Result<(), Failure> {
        let start = Instant::now();
        // Both nodes have their turn, also while no request fails.
        let mut node = number as usize;
        loop {
            let request = self.http.post(&self.urls[node % self.urls.len()]);
            let request = request.header("X-EventSource-Event", "command");
            let result = request.body(number.to_string()).send().await;
            let Err(error) = result.and_then(Response::error_for_status) else {
                return Ok(());
            };
            self.failed += 1;
            if start.elapsed() > PATIENCE {
                return Err(error.into());
            }
            node += 1;
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Returns how many messages the channel has.
    pub async fn stored(&self) -> Result<u64, Failure> {
        let request = self.http.get(&self.urls[0]).header("Accept", "text/json");
        let text = request.send().await?.error_for_status()?.text().await?;
        let channel: serde_json::Value = serde_json::from_str(&text)?;
        Ok(channel["messages"]
            .as_u64()
            .ok_or("no number of messages")?)
    }
}
