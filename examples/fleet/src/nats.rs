//! NATS with JetStream on disk: the stream of all status events, and the key-value buckets of devices, gateways and leases.

use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::kv::Store;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{
    self, DiscardPolicy, LastRawMessageErrorKind, StorageType, Stream,
};
use async_nats::jetstream::{self, Context};
use async_nats::{Error, HeaderMap};

use crate::engine::Engine;

/// The JetStream stream that has the events of all devices. The subject of a device is `status.DEVICE`.
const STREAM: &str = "STATUS";
/// Names and URLs of the devices.
const DEVICES: &str = "devices";
/// The gateways that run, each with a status document. A gateway that ends without a word expires.
const GATEWAYS: &str = "gateways";
/// Which gateway follows which device. A lease that is not renewed expires.
const LEASES: &str = "leases";

/// The header field of the event type.
const EVENT_TYPE: &str = "Event-Type";
/// The header field of the last event ID of the device: the resume point after this message.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The event type of the device's loss notice, and of the status that tells a gap to readers of the stream.
pub const LOST: &str = "lost";

/// JetStream remembers a message id for this time. A replay that comes later is refused by the expected sequence of its subject.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// Prepares a NATS server with JetStream.
pub fn engine() -> std::io::Result<Engine> {
    Engine::new("nats-server", |port, folder| {
        let folder = folder.display();
        let options = format!("-js -sd {folder}/store -l {folder}/nats.log -a 127.0.0.1 -p {port}");
        Ok(options.split(' ').map(str::to_owned).collect())
    })
}

/// A connection to NATS, with the stream and the buckets.
#[derive(Clone)]
pub struct Nats {
    context: Context,
    pub stream: Stream,
    pub devices: Store,
    pub gateways: Store,
    pub leases: Store,
}

/// A message of a device's subject.
pub struct Status<'a> {
    pub device: &'a str,
    pub event_type: &'a str,
    /// The last event ID of the device after this event.
    pub id: &'a str,
    /// JetStream stores one message with this id.
    pub message_id: String,
    pub data: Vec<u8>,
}

/// The last message of a device's subject. A gateway resumes after it, so it needs no state of its own.
#[derive(Default)]
pub struct Last {
    /// The sequence in the stream. 0 if the subject has no message.
    pub sequence: u64,
    /// The last event ID of the device. Empty if the subject has no message.
    pub id: String,
    /// Whether it tells a gap.
    pub is_gap: bool,
}

/// What has become of a status.
pub enum Published {
    /// It is stored, and has this sequence in the stream.
    Stored(u64),
    /// The subject has a message that this gateway does not know of. Nothing was stored.
    Conflict,
}

impl Nats {
    /// Connects, and creates the stream and the buckets if they do not exist. `lease` is the time after which a gateway, or a
    /// lease, that is not renewed expires.
    pub async fn create(url: &str, lease: Duration) -> Result<Self, Error> {
        let context = jetstream::new(async_nats::connect(url).await?);
        // The last message of each device is its resume point. A limit of the stream's age would remove that of a device that
        // is silent for long. To limit the stream, set `max_messages_per_subject`, which keeps the newest.
        let status = stream::Config {
            name: STREAM.into(),
            subjects: vec![subject("*")],
            storage: StorageType::File,
            duplicate_window: DUPLICATE_WINDOW,
            ..Default::default()
        };
        context.get_or_create_stream(status).await?;
        let buckets = [
            (DEVICES, StorageType::File, Duration::ZERO),
            // Both are written again within the lease, so memory suffices, and saves writes to the disk.
            (GATEWAYS, StorageType::Memory, lease),
            (LEASES, StorageType::Memory, lease),
        ];
        for (bucket, storage, max_age) in buckets {
            context
                .get_or_create_stream(bucket_config(bucket, storage, max_age))
                .await?;
        }
        Self::open(context).await
    }

    /// Connects to a server that has the stream and the buckets.
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Self::open(jetstream::new(async_nats::connect(url).await?)).await
    }

    async fn open(context: Context) -> Result<Self, Error> {
        Ok(Self {
            stream: context.get_stream(STREAM).await?,
            devices: context.get_key_value(DEVICES).await?,
            gateways: context.get_key_value(GATEWAYS).await?,
            leases: context.get_key_value(LEASES).await?,
            context,
        })
    }

    /// Returns the time after which a gateway, or a lease, that is not renewed expires.
    pub async fn lease(&self) -> Result<Duration, Error> {
        Ok(self.leases.status().await?.max_age())
    }

    /// Returns the last message of a device's subject.
    pub async fn last(&self, device: &str) -> Result<Last, Error> {
        // The leader of the stream answers. A direct get would be answered by any replica, which may not have the message yet.
        match self
            .stream
            .get_last_raw_message_by_subject(&subject(device))
            .await
        {
            Ok(message) => Ok(Last {
                sequence: message.sequence,
                id: last_event_id(&message.headers).to_owned(),
                is_gap: is_gap(&message.headers),
            }),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                Ok(Last::default())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Publishes a status if the last message of its subject has the sequence `expected`, and waits until it is stored.
    ///
    /// The expected sequence is a fencing token: a gateway that has lost its lease and does not know that yet stores nothing.
    pub async fn publish(&self, status: Status<'_>, expected: u64) -> Result<Published, Error> {
        let message = PublishMessage::build()
            .message_id(&status.message_id)
            .expected_last_subject_sequence(expected)
            .header(EVENT_TYPE, status.event_type)
            .header(LAST_EVENT_ID, status.id)
            .payload(status.data.into());
        let sent = self.context.send_publish(subject(status.device), message);
        match sent.await?.await {
            // Also a conflict: another gateway has stored the event.
            Ok(stored) if stored.duplicate => Ok(Published::Conflict),
            Ok(stored) => Ok(Published::Stored(stored.sequence)),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => {
                Ok(Published::Conflict)
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the stream that a key-value bucket is (NATS ADR-8).
///
/// `create_key_value` of async-nats 0.51 does not do: it reads fields of the account that NATS 2.9 does not have, and fails.
fn bucket_config(bucket: &str, storage: StorageType, max_age: Duration) -> stream::Config {
    stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        max_age,
        storage,
        discard: DiscardPolicy::New,
        deny_delete: true,
        allow_rollup: true,
        allow_direct: true,
        ..Default::default()
    }
}

/// Returns the subject of a device.
pub fn subject(device: &str) -> String {
    format!("status.{device}")
}

/// Returns the device of a subject.
pub fn device(subject: &str) -> &str {
    subject.strip_prefix("status.").unwrap_or(subject)
}

/// Returns the last event ID of the device after this message.
pub fn last_event_id(fields: &HeaderMap) -> &str {
    fields.get(LAST_EVENT_ID).map_or("", |id| id.as_str())
}

/// Returns the message id of an event with an id of its own. That id has the epoch and the sequence of the device.
pub fn event_message_id(device: &str, id: &str) -> String {
    format!("event:{device}:{id}")
}

/// Returns the message id of a gap, which has no id of the device. `last` is the sequence of the last message before it. So a
/// replay has the same id, and a later gap has another one.
pub fn gap_message_id(device: &str, last: u64) -> String {
    format!("gap:{device}:{last}")
}

/// Whether a message tells that events of the device are missing.
pub fn is_gap(fields: &HeaderMap) -> bool {
    let id = fields.get(async_nats::header::NATS_MESSAGE_ID);
    id.is_some_and(|id| id.as_str().starts_with("gap:"))
}
