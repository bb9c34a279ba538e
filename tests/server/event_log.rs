//! The event log (what it keeps, and where an id leads) against a naive one that keeps every frame.

use embedded_sse::server::{Cursor, EventLog, PublishError, Resume};
use embedded_sse::{EventId, EventName, Frame, event_name};

/// What a record takes beside its frame.
const HEADER: usize = 3;

/// All frames ever published, and how many of them the buffer has forgotten.
#[derive(Default)]
struct Model {
    capacity: usize,
    epoch: Option<u32>,
    made: u32,
    forgotten: usize,
    frames: Vec<Published>,
}

struct Published {
    bytes: Vec<u8>,
    id: Option<String>,
    made: bool,
    is_event: bool,
}

impl Model {
    /// Takes a frame's parts, in the words of the documentation. `false` when it is too large.
    fn publish(&mut self, name: Option<&str>, id: Option<&str>, data: Option<&str>) -> bool {
        let makes = self.epoch.is_some() && id.is_none() && data.is_some();
        let id = match self.epoch {
            Some(epoch) if makes => Some(format!("{epoch:x}-{}", self.made + 1)),
            _ => id.map(String::from),
        };
        let mut text = String::new();
        text.extend(name.map(|name| format!("event: {name}\n")));
        text.extend(id.iter().map(|id| format!("id: {id}\n")));
        text.extend(data.map(|data| format!("data: {}\n", data.replace('\n', "\ndata: "))));
        if text.is_empty() {
            return true;
        }
        text.push('\n');
        if text.len() + HEADER > self.capacity {
            return false;
        }
        self.made += u32::from(makes);
        let bytes = text.into_bytes();
        self.frames.push(Published {
            bytes,
            id,
            made: makes,
            is_event: data.is_some(),
        });
        true
    }

    /// Takes note of how many frames the log has kept, which is its own decision within limits: they fit,
    /// and the one before them would not have, but for the room of one frame that a frame in one
    /// piece may cost.
    fn keep(&mut self, kept: usize) {
        let length = |frame: &Published| frame.bytes.len() + HEADER;
        let forgotten = self.frames.len() - kept;
        assert!(forgotten >= self.forgotten, "what is gone came back");
        let total: usize = self.frames[forgotten..].iter().map(length).sum();
        assert!(total <= self.capacity);
        if forgotten > self.forgotten {
            let before = &self.frames[forgotten - 1..];
            let largest = before.iter().map(length).max().unwrap();
            let total: usize = before.iter().map(length).sum();
            assert!(total + largest > self.capacity, "forgotten without need");
            self.forgotten = forgotten;
        }
    }

    fn kept(&self) -> &[Published] {
        &self.frames[self.forgotten..]
    }

    /// How many frames the client has seen that comes with this id; `None` when that is unknown.
    fn seen(&self, id: &str) -> Option<usize> {
        let start = self.epoch.map(|epoch| format!("{epoch:x}-0"));
        if start.as_deref() == Some(id) {
            // It comes before everything, so that no event may have been forgotten.
            return self.no_event_is_forgotten(0).then_some(self.forgotten);
        }
        let at = |frame: &Published| frame.id.as_deref() == Some(id);
        if let Some(last) = self.frames.iter().rposition(at) {
            if last >= self.forgotten {
                return Some(last + 1);
            }
            // An id that the log has not made counts only while it is kept.
            if self.frames[last].made && self.no_event_is_forgotten(last + 1) {
                return Some(self.forgotten);
            }
        }
        None
    }

    /// Whether a client that has seen so many frames has missed no event that is forgotten.
    fn no_event_is_forgotten(&self, seen: usize) -> bool {
        !self.frames[seen..self.forgotten]
            .iter()
            .any(|frame| frame.is_event)
    }
}

/// Everything after a cursor.
fn read_all(log: &EventLog<&mut [u8]>, mut cursor: Cursor) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while let Some(record) = log.read(&mut cursor).unwrap() {
        frames.push(record.as_bytes().to_vec());
    }
    frames
}

fn expected(model: &Model, from: usize) -> Vec<Vec<u8>> {
    model.frames[from..]
        .iter()
        .map(|frame| frame.bytes.clone())
        .collect()
}

/// Breaks when a frame is lost, doubled, cut or kept too long, when a reader that was lapped is not
/// told or is told a wrong number, when an id leads to a wrong place, or when a failure leaves a trace.
#[test]
fn log_agrees_with_its_model() {
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let (mut lapped, mut lost, mut resumed, mut refused) = (0, 0, 0, 0);
    for round in 0..4000 {
        let capacity = if round % 2 == 0 {
            random.usize(0..80)
        } else {
            random.usize(0..600)
        };
        let mut buffer = vec![0xaa; capacity];
        let mut with_buffer = EventLog::with_buffer(&mut buffer[..]);
        let log = &mut with_buffer;
        let mut model = Model {
            capacity,
            ..Model::default()
        };
        if random.bool() {
            let epoch = random.u32(..) >> random.u32(0..32);
            log.make_ids(epoch);
            model.epoch = Some(epoch);
        }
        // Each reader, and how many frames it has seen.
        let mut readers: Vec<(Cursor, usize)> = vec![(log.newest(), 0)];

        for _ in 0..random.usize(0..60) {
            match random.u32(0..10) {
                0..6 => {
                    let name = random.bool().then_some("led");
                    let id = match random.u32(0..6) {
                        0 => Some(random.u32(0..30).to_string()),
                        1 => Some(String::new()),
                        // Of another epoch: ids of its own are the log's.
                        2 => Some(format!(
                            "{:x}-{}",
                            model.epoch.map_or(1, |epoch| epoch ^ 1),
                            random.u32(0..30)
                        )),
                        _ => None,
                    };
                    let data = (random.u32(0..5) > 0).then(|| {
                        let longest = if random.u32(0..4) == 0 { 200 } else { 12 };
                        let length = random.usize(0..longest);
                        (0..length)
                            .map(|_| random.choice(['a', '\n', '7']).unwrap())
                            .collect::<String>()
                    });
                    let with_writer = random.bool();
                    let mut frame = match &data {
                        Some(data) if !with_writer => Frame::data(data),
                        _ => Frame::new(),
                    };
                    if let Some(name) = name {
                        frame = frame.event(EventName::new(name).unwrap());
                    }
                    if let Some(id) = &id {
                        frame = frame.id(EventId::new(id).unwrap());
                    }
                    let fits = model.publish(name, id.as_deref(), data.as_deref());
                    let result = match &data {
                        Some(data) if with_writer => log.publish_with(frame, |writer| {
                            data.chars()
                                .try_for_each(|letter| writer.write_char(letter))
                        }),
                        _ => log.publish(&frame),
                    };
                    assert_eq!(
                        result,
                        if fits {
                            Ok(())
                        } else {
                            Err(PublishError::TooLarge)
                        }
                    );
                    model.keep(log.len());
                    refused += u32::from(!fits);
                }
                6 => {
                    // Data that fails leaves no trace.
                    let result = log.publish_with(event_name!("x"), |writer| {
                        writer.write_str("y")?;
                        Err(core::fmt::Error)
                    });
                    assert!(matches!(
                        result,
                        Err(PublishError::Data | PublishError::TooLarge)
                    ));
                }
                7 => {
                    let id = match random.u32(0..3) {
                        0 => random.u32(0..30).to_string(),
                        1 => format!("{:x}-{}", model.epoch.unwrap_or(1), random.u32(0..40)),
                        _ => model
                            .frames
                            .iter()
                            .rev()
                            .take(12)
                            .rev()
                            .find_map(|frame| frame.id.clone())
                            .unwrap_or_default(),
                    };
                    let resume = log.resume(EventId::new(&id).unwrap());
                    match (resume, model.seen(&id)) {
                        (Resume::Fresh(cursor), _) if id.is_empty() => {
                            readers.push((cursor, model.frames.len()))
                        }
                        (Resume::From(cursor), Some(seen)) => {
                            resumed += 1;
                            readers.push((cursor, seen));
                        }
                        (Resume::Lost(cursor), None) => {
                            lost += 1;
                            readers.push((cursor, model.forgotten));
                        }
                        (resume, seen) => panic!("{id}: {resume:?}, but {seen:?}"),
                    }
                    let (cursor, seen) = readers.last().unwrap();
                    assert_eq!(read_all(log, *cursor), expected(&model, *seen));
                }
                _ => {
                    let reader = random.usize(..readers.len());
                    let (cursor, seen) = &mut readers[reader];
                    match log.read(cursor) {
                        Err(error) => {
                            assert_eq!(error.missed as usize, model.forgotten - *seen);
                            *seen = model.forgotten;
                            lapped += 1;
                        }
                        Ok(None) => assert_eq!(*seen, model.frames.len()),
                        Ok(Some(record)) => {
                            assert_eq!(record.as_bytes(), model.frames[*seen].bytes);
                            *seen += 1;
                        }
                    }
                    assert!(*seen >= model.forgotten);
                }
            }
            assert_eq!(log.len(), model.kept().len());
            assert_eq!(log.is_empty(), model.kept().is_empty());
            assert_eq!(
                read_all(log, log.oldest()),
                expected(&model, model.forgotten)
            );
        }
    }
    println!("{lapped} lapped, {lost} lost, {resumed} resumed, {refused} refused");
    assert!(lapped > 500 && lost > 500 && resumed > 500 && refused > 500);
}
