//! Which gateway follows which device: leases in a key-value bucket of JetStream.
//!
//! A lease is a key with the name of the device. `create` is a compare-and-set, so one gateway gets it. The bucket has a maximum
//! age, so a lease that is not renewed expires, and with it the announcement of its gateway.

use std::collections::{BTreeMap, BTreeSet};

use async_nats::Error;
use async_nats::jetstream::kv::Store;
use futures_util::TryStreamExt;
use futures_util::future::join_all;

use crate::nats::Nats;

/// The leases of one gateway.
pub struct Leases {
    nats: Nats,
    gateway: String,
    /// The devices of this gateway, and the revisions of their leases.
    held: BTreeMap<String, u64>,
}

/// What a round has changed.
#[derive(Default)]
pub struct Round {
    /// Devices to follow from now on.
    pub taken: Vec<String>,
    /// Devices to follow no longer. Their leases have expired, or belong to other gateways.
    pub lost: Vec<String>,
    /// Devices above the fair share. Stop to follow them, then [`release`](Leases::release) them.
    pub surplus: Vec<String>,
}

impl Leases {
    pub fn new(nats: Nats, gateway: String) -> Self {
        let held = BTreeMap::new();
        Self {
            nats,
            gateway,
            held,
        }
    }

    /// Returns how many devices this gateway has.
    pub fn count(&self) -> usize {
        self.held.len()
    }

    /// Announces this gateway with its status document, renews its leases, and takes or returns devices so that all gateways
    /// have about as many. Call it at least three times in the lifetime of a lease.
    pub async fn round(&mut self, document: String) -> Result<Round, Error> {
        let announced = self.nats.gateways.put(&self.gateway, document.into());
        announced.await?;
        let mut round = Round {
            lost: self.renew().await,
            ..Round::default()
        };
        let devices = keys(&self.nats.devices).await?;
        let gateways = keys(&self.nats.gateways).await?;
        let share = devices.len().div_ceil(gateways.len().max(1));

        // A device that is no longer listed is surplus, too.
        let (listed, unlisted): (Vec<_>, Vec<_>) =
            (self.held.keys().cloned()).partition(|device| devices.contains(device));
        round.surplus = unlisted;
        round.surplus.extend(listed.iter().skip(share).cloned());

        if listed.len() < share {
            let leased = keys(&self.nats.leases).await?;
            let mut free: Vec<_> = devices.difference(&leased).cloned().collect();
            // Gateways that try in the same order would take each other's devices one by one.
            fastrand::shuffle(&mut free);
            free.truncate(share - listed.len());
            round.taken = self.take(free).await;
        }
        Ok(round)
    }

    /// Returns devices, so that other gateways can take them at once.
    pub async fn release(&mut self, devices: &[String]) {
        let leases = &self.nats.leases;
        let released = devices.iter().filter_map(|device| {
            let revision = self.held.remove(device)?;
            Some(leases.delete_expect_revision(device, Some(revision)))
        });
        // A lease that is not deleted expires.
        join_all(released).await;
    }

    /// Returns all devices, and the announcement.
    pub async fn release_all(&mut self) {
        let devices: Vec<_> = self.held.keys().cloned().collect();
        self.release(&devices).await;
        // An announcement that is not deleted expires.
        let _ = self.nats.gateways.delete(&self.gateway).await;
    }

    /// Renews all leases. Returns the devices whose leases could not be renewed.
    async fn renew(&mut self) -> Vec<String> {
        let renewals = self.held.iter().map(async |(device, revision)| {
            let gateway = self.gateway.clone().into();
            let renewed = self.nats.leases.update(device, gateway, *revision).await;
            (device.clone(), renewed.ok())
        });
        let mut lost = Vec::new();
        for (device, renewed) in join_all(renewals).await {
            match renewed {
                Some(revision) => drop(self.held.insert(device, revision)),
                None => {
                    self.held.remove(&device);
                    lost.push(device);
                }
            }
        }
        lost
    }

    /// Takes leases. Returns the devices that no other gateway has taken before.
    async fn take(&mut self, devices: Vec<String>) -> Vec<String> {
        let attempts = devices.into_iter().map(async |device| {
            let gateway = self.gateway.clone().into();
            let created = self.nats.leases.create(&device, gateway).await;
            Some((device, created.ok()?))
        });
        let taken: Vec<_> = join_all(attempts).await.into_iter().flatten().collect();
        self.held.extend(taken.iter().cloned());
        taken.into_iter().map(|(device, _)| device).collect()
    }
}

/// Whether a gateway has the lease of a device.
pub async fn holds(nats: &Nats, gateway: &str, device: &str) -> Result<bool, Error> {
    let holder = nats.leases.get(device).await?;
    Ok(holder.is_some_and(|holder| holder == gateway))
}

async fn keys(bucket: &Store) -> Result<BTreeSet<String>, Error> {
    Ok(bucket.keys().await?.try_collect().await?)
}
