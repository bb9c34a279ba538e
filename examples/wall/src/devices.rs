//! The devices, by label: what they have sent last, and the frames that tell pages about them.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard};
use std::time::SystemTime;

use embedded_sse::http::Url;
use embedded_sse::{Event, EventType, Frame, SliceSink, event_type};
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use crate::HUB;
use crate::follow::follow;
use crate::own;

const MAX_DEVICES: usize = 64;
const MAX_LABEL: usize = 32;
const MAX_URL: usize = 512;

/// How many of the last events and gaps of a device a new page gets.
const RECENT: usize = 6;
/// The longest type, data and id in this history, in characters. An event itself is published whole.
const MAX_RECENT_TEXT: usize = 100;
/// The longest frame of the present state: JSON writes a character as six bytes at most.
pub const MAX_STATE_BYTES: usize = 6 * (RECENT * (3 * MAX_RECENT_TEXT + 40) + MAX_URL + 200);

/// All frames are numbered and published while this is locked. So their order in the hub is that of their numbers.
static DEVICES: Mutex<Devices> = Mutex::new(Devices {
    places: Vec::new(),
    number: 0,
});

struct Devices {
    /// A device keeps its place while it is followed. So a device that stops moves no other one while the present state is
    /// written place by place.
    places: Vec<Option<Device>>,
    /// The number of the last frame. It also names runs.
    number: u64,
}

struct Device {
    run: Run,
    label: String,
    url: String,
    state: State,
    /// Why the stream was lost or closed.
    reason: String,
    events: u64,
    gaps: u64,
    /// The last events and gaps, as they were published, with shortened texts.
    recent: VecDeque<Value>,
    /// The number of the last frame about this device.
    number: u64,
    task: AbortHandle,
}

/// Names the run of a device from start to stop. A task that was cancelled may still be running on another thread: what it
/// reports must not count for a new run of that label.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Run(u64);

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The first attempt is under way.
    Connecting,
    Open,
    /// The client will reconnect.
    Lost,
    /// The client has ended.
    Closed,
}

/// Why a device cannot be started.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum StartError {
    Label,
    Url,
    /// The URL is one of this program, which would publish each event again for ever.
    Own,
    LabelInUse,
    TooMany,
}

/// Starts to follow the stream of a device.
pub fn start(label: &str, url: &str) -> Result<(), StartError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    // Browsers take `.` and `..` out of a path, so they could not stop a device with such a label.
    let begins_well = label.starts_with(|first: char| first.is_ascii_alphanumeric());
    if !begins_well || label.len() > MAX_LABEL || !label.bytes().all(is_allowed) {
        return Err(StartError::Label);
    }
    match Url::new(url) {
        Ok(url) if own::is_own(url) => return Err(StartError::Own),
        Ok(parsed) if url.len() <= MAX_URL && !parsed.is_https() => {}
        _ => return Err(StartError::Url),
    }
    let mut devices = lock();
    if devices.followed().any(|device| device.label == label) {
        return Err(StartError::LabelInUse);
    }
    let place = match devices.places.iter().position(Option::is_none) {
        Some(place) => place,
        None if devices.places.len() < MAX_DEVICES => {
            devices.places.push(None);
            devices.places.len() - 1
        }
        None => return Err(StartError::TooMany),
    };
    devices.number += 1;
    let run = Run(devices.number);
    // The task waits for the lock before its first report.
    let task = tokio::spawn(follow(run, url.into())).abort_handle();
    let device = devices.places[place].insert(Device {
        run,
        label: label.into(),
        url: url.into(),
        state: State::Connecting,
        reason: String::new(),
        events: 0,
        gaps: 0,
        recent: VecDeque::new(),
        number: run.0,
        task,
    });
    publish(DEVICE, &device.summary());
    Ok(())
}

/// Stops a device. `false` if no device has this label.
pub fn stop(label: &str) -> bool {
    let mut devices = lock();
    let has_label =
        |place: &&mut Option<Device>| place.as_ref().is_some_and(|device| device.label == label);
    let Some(device) = devices
        .places
        .iter_mut()
        .find(has_label)
        .and_then(Option::take)
    else {
        return false;
    };
    device.task.abort();
    devices.number += 1;
    let number = devices.number;
    publish(STOPPED, &json!({ "number": number, "label": label }));
    true
}

/// Returns the devices as JSON.
pub fn list() -> String {
    let devices = lock();
    let summaries = devices.followed().map(Device::summary);
    Value::Array(summaries.collect()).to_string()
}

/// Sets the state of a device. Publishes it if it is another one: attempts that fail in the same way would otherwise evict events
/// from the log.
pub fn change(run: Run, state: State, reason: &str) {
    with(run, |device| {
        if device.state == state && device.reason == reason {
            return;
        }
        device.state = state;
        device.reason = reason.into();
        publish(DEVICE, &device.summary());
    });
}

/// Publishes an event of a device.
pub fn add_event(run: Run, event: &Event<'_>) {
    let (event_type, data) = (event.event_type.to_string(), event.data.to_string());
    let id = event.last_event_id.to_string();
    let at_ms = now_ms();
    with(run, |device| {
        device.events += 1;
        let line = |shorten: fn(&str) -> String| {
            json!({
                "number": device.number,
                "label": device.label,
                "events": device.events,
                "type": shorten(&event_type),
                "data": shorten(&data),
                "id": shorten(&id),
                "at_ms": at_ms,
            })
        };
        let (whole, recent) = (line(str::to_owned), line(shortened));
        publish(EVENT, &whole);
        device.keep(recent);
    });
}

/// Publishes that events of a device are missing.
pub fn add_gap(run: Run, reason: &str) {
    let at_ms = now_ms();
    with(run, |device| {
        device.gaps += 1;
        let line = json!({
            "number": device.number,
            "label": device.label,
            "gaps": device.gaps,
            "reason": reason,
            "at_ms": at_ms,
        });
        publish(GAP, &line);
        device.keep(line);
    });
}

/// Writes the present state for a new page: `start`, then the state of each device.
pub fn write_present_state(number: u32, sink: &mut SliceSink<'_>) -> bool {
    let Some(place) = number.checked_sub(1) else {
        let written = START.write_to(sink);
        written.expect("the scratch has room for a state");
        return true;
    };
    let devices = lock();
    let Some(place) = devices.places.get(place as usize) else {
        return false;
    };
    if let Some(device) = place {
        let mut state = device.summary();
        state["recent"] = device.recent.iter().cloned().collect();
        let written = DEVICE
            .with_data(state.to_string().as_bytes())
            .write_to(sink);
        written.expect("the scratch has room for a state");
    }
    true
}

const DEVICE: Frame = frame(event_type!("device"));
const EVENT: Frame = frame(event_type!("event"));
const GAP: Frame = frame(event_type!("gap"));
const STOPPED: Frame = frame(event_type!("stopped"));
const START: Frame = frame(event_type!("start"));

/// An event without data would not reach a page, so `START` has empty data.
const fn frame(event_type: EventType<'static>) -> Frame<'static> {
    Frame::new().event_type(event_type).with_data(b"")
}

fn publish(frame: Frame<'_>, data: &Value) {
    let published = HUB.publish(&frame.with_data(data.to_string().as_bytes()));
    published.expect("the longest event of a device takes a fifth of the log");
}

fn lock() -> MutexGuard<'static, Devices> {
    DEVICES.lock().expect("no thread panics with the lock")
}

/// Changes a device, and gives its next frame a number. Does nothing if this run has ended.
fn with(run: Run, change: impl FnOnce(&mut Device)) {
    let mut devices = lock();
    let number = devices.number + 1;
    let mut places = devices.places.iter_mut().flatten();
    let Some(device) = places.find(|device| device.run == run) else {
        return;
    };
    device.number = number;
    change(device);
    devices.number = number;
}

impl Devices {
    fn followed(&self) -> impl Iterator<Item = &Device> {
        self.places.iter().flatten()
    }
}

impl Device {
    fn summary(&self) -> Value {
        json!({
            "number": self.number,
            "label": self.label,
            "url": self.url,
            "state": match self.state {
                State::Connecting => "connecting",
                State::Open => "open",
                State::Lost => "lost",
                State::Closed => "closed",
            },
            "reason": self.reason,
            "events": self.events,
            "gaps": self.gaps,
        })
    }

    fn keep(&mut self, line: Value) {
        if self.recent.len() == RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(line);
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_RECENT_TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

/// The time of day, in milliseconds since 1970.
fn now_ms() -> u64 {
    let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    time.as_millis() as u64
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label => write!(
                f,
                "a label has 1 to {MAX_LABEL} letters, digits, `-`, `_` or `.`, and begins with a letter or digit"
            ),
            Self::Url => write!(
                f,
                "a URL has at most {MAX_URL} bytes and begins with http://"
            ),
            Self::Own => f.write_str("the URL is one of this wall: a wall must not follow a wall"),
            Self::LabelInUse => f.write_str("a device has this label already"),
            Self::TooMany => write!(f, "{MAX_DEVICES} devices are followed already"),
        }
    }
}
