//! Options and short helpers that the tests of the client share.

use embedded_sse::EventId;
use embedded_sse::client::{ClientOptions, EventSource, ReconnectOptions, ResumePoint};
use embedded_sse::http::{HeaderField, Url};

use crate::scripted::{Scene, Story, play};

/// No jitter, so that tests can compare delays.
pub const EXACT: ReconnectOptions = ReconnectOptions::new().no_jitter();
pub static OPTIONS: ClientOptions = ClientOptions::new().reconnect(EXACT);
/// The behaviour of browsers.
pub static STRICT: ClientOptions = ClientOptions::new().reconnect(EXACT.strict());
/// The head of an event stream, for [`Scene::answer`].
pub const STREAM: &str = "200 OK\r\nContent-Type: text/event-stream";

pub fn url(url: &str) -> Url<'_> {
    Url::new(url).unwrap()
}

pub fn field<'a>(name: &'a str, value: &'a str) -> HeaderField<'a> {
    HeaderField::new(name, value).unwrap()
}

pub fn resume_point(id: &str, retry: Option<u32>) -> ResumePoint<'_> {
    ResumePoint {
        last_event_id: EventId::new(id).unwrap(),
        retry,
    }
}

/// Plays a script with inputs of any size, byte by byte, and in pieces of odd lengths. All must give the same.
pub fn play_every_way(options: &ClientOptions<'_>, script: &[Scene]) -> Story {
    let play_in_pieces = |step| {
        let (mut buffer, mut redirects) = ([0; 256], [0; 256]);
        let mut source = EventSource::new(url("http://device/events"), options, &mut buffer);
        source.follow_redirects(&mut redirects);
        play(&mut source, script.iter().cloned(), step)
    };
    let whole = play_in_pieces(usize::MAX);
    for step in [1, 2, 3, 7, 64, 100] {
        let story = play_in_pieces(step);
        assert_eq!(
            (&story.lines, &story.requests),
            (&whole.lines, &whole.requests),
            "{step}"
        );
    }
    whole
}

/// Plays a script in every way, and returns the lines of the client.
pub fn lines(options: &ClientOptions<'_>, script: &[Scene]) -> Vec<String> {
    play_every_way(options, script).lines
}

/// The outcome of the first connection: `open`, or the reason for no stream.
pub fn outcome(options: &ClientOptions<'_>, scene: &Scene) -> String {
    let mut lines = lines(options, std::slice::from_ref(scene));
    assert_eq!(lines[0], "connect http://device/events");
    lines.swap_remove(1)
}

/// A stream with one event, whose connection then ends.
pub fn stream() -> Scene {
    Scene::stream("data: x\n\n")
}

/// A redirect without a body.
pub fn redirect(status: u16, location: &str) -> Scene {
    Scene::answer(&format!("{status} x\r\nLocation: {location}"), "")
}

/// The requested URLs, without their common start.
pub fn urls(options: &ClientOptions<'_>, script: &[Scene]) -> Vec<String> {
    let story = play_every_way(options, script);
    let urls = story.lines_of("connect http://device");
    urls.into_iter().map(str::to_string).collect()
}

/// The delays before the further attempts, in milliseconds.
pub fn delays(options: &ClientOptions<'_>, script: &[Scene]) -> Vec<u64> {
    let story = play_every_way(options, script);
    let lines = story.lines_of("lost after ");
    lines.into_iter().map(delay).collect()
}

/// The delay at the end of such a line.
pub fn delay(line: &str) -> u64 {
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// The sorted delays of a thousand devices after a stream with `retry: 4000`. Each device has a seed of its own.
pub fn delays_of_a_thousand_seeds() -> Vec<u64> {
    let delay_of = |seed| {
        let options = ClientOptions::new().reconnect(ReconnectOptions::new().seed(seed));
        let mut buffer = [0; 64];
        let mut source = EventSource::new(url("http://a"), &options, &mut buffer);
        let story = play(&mut source, [Scene::stream("retry: 4000\ndata\n\n")], 100);
        delay(story.lines_of("lost after ")[0])
    };
    let mut delays: Vec<u64> = (0..1_000).map(delay_of).collect();
    delays.sort_unstable();
    delays
}
