//! The event log, compared with a simple model that keeps every frame: which frames are kept, and where an id leads.

use embedded_sse::server::{Cursor, EventLog, PublishError, Resume};
use embedded_sse::{EventId, EventType, Frame, event_type};

/// The bytes of a record that are not the frame.
const HEADER: usize = 3;

/// All frames that were published, and how many of them the log has evicted.
#[derive(Default)]
struct Model {
    capacity: usize,
    epoch: Option<u32>,
    made: u32,
    evicted: usize,
    frames: Vec<Published>,
}

struct Published {
    bytes: Vec<u8>,
    id: Option<String>,
    made: bool,
    is_event: bool,
}

impl Model {
    /// Publishes a frame with these parts, as the documentation says. Returns `false` if the frame is too large.
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

    /// Records how many frames the log has kept. The log may choose within limits: the frames fit, and one frame more
    /// would not. A record lies in one piece, which may cost the room of one frame.
    fn keep(&mut self, kept: usize) {
        let length = |frame: &Published| frame.bytes.len() + HEADER;
        let evicted = self.frames.len() - kept;
        assert!(evicted >= self.evicted, "an evicted frame came back");
        let total: usize = self.frames[evicted..].iter().map(length).sum();
        assert!(total <= self.capacity);
        if evicted > self.evicted {
            let before = &self.frames[evicted - 1..];
            let largest = before.iter().map(length).max().unwrap();
            let total: usize = before.iter().map(length).sum();
            assert!(total + largest > self.capacity, "evicted without need");
            self.evicted = evicted;
        }
    }

    fn kept(&self) -> &[Published] {
        &self.frames[self.evicted..]
    }

    /// How many frames a client with this id has seen; `None` if the id is unknown.
    fn seen(&self, id: &str) -> Option<usize> {
        let start = self.epoch.map(|epoch| format!("{epoch:x}-0"));
        if start.as_deref() == Some(id) {
            // The id of the sequence 0 comes before every event, so it is unknown once an event was evicted.
            return self.no_event_is_evicted(0).then_some(self.evicted);
        }
        let at = |frame: &Published| frame.id.as_deref() == Some(id);
        if let Some(last) = self.frames.iter().rposition(at) {
            if last >= self.evicted {
                return Some(last + 1);
            }
            // An id that the log has not made is known only while its frame is kept.
            if self.frames[last].made && self.no_event_is_evicted(last + 1) {
                return Some(self.evicted);
            }
        }
        None
    }

    /// Whether a client that has seen this many frames has missed no evicted event.
    fn no_event_is_evicted(&self, seen: usize) -> bool {
        !self.frames[seen..self.evicted]
            .iter()
            .any(|frame| frame.is_event)
    }
}

/// The frames after a cursor.
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

/// Breaks when a frame is lost, repeated, cut or kept too long, when a lagged reader gets no or a wrong number of
/// lost frames, when an id leads to a wrong place, or when a failed call changes the log.
#[test]
fn log_agrees_with_its_model() {
    let mut random = fastrand::Rng::with_seed(0x5eed);
    let (mut lagged, mut lost, mut resumed, mut refused) = (0, 0, 0, 0);
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
                        // Another epoch: the ids of the caller must not have that of the log.
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
                        frame = frame.event_type(EventType::new(name).unwrap());
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
                    // Data that fails to format changes nothing.
                    let result = log.publish_with(event_type!("x"), |writer| {
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
                            readers.push((cursor, model.evicted));
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
                            assert_eq!(error.missed as usize, model.evicted - *seen);
                            *seen = model.evicted;
                            lagged += 1;
                        }
                        Ok(None) => assert_eq!(*seen, model.frames.len()),
                        Ok(Some(record)) => {
                            assert_eq!(record.as_bytes(), model.frames[*seen].bytes);
                            *seen += 1;
                        }
                    }
                    assert!(*seen >= model.evicted);
                }
            }
            assert_eq!(log.len(), model.kept().len());
            assert_eq!(log.is_empty(), model.kept().is_empty());
            assert_eq!(read_all(log, log.oldest()), expected(&model, model.evicted));
        }
    }
    println!("{lagged} lagged, {lost} lost, {resumed} resumed, {refused} refused");
    assert!(lagged > 500 && lost > 500 && resumed > 500 && refused > 500);
}
