//! Scenarios: raw answers of a server, and whether the client goes on after them.

mod answers;
mod bodies;
pub mod differences;
mod heads;
mod redirects;
mod streams;

use crate::scripted::{Answer, End};

/// The answers to a client's first requests. Later requests get [`last`].
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub answers: Vec<Answer>,
    pub fate: Fate,
    /// The caller closes the client at the first line of its report that ends with this.
    pub closed_at: &'static str,
}

impl Scenario {
    /// Whether the first answer is a stream with an event whose id is 1.
    pub fn starts_well(&self) -> bool {
        self.answers[0].bytes == good().bytes
    }
}

/// Whether a client goes on after the answers of a scenario, if its caller does not close it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    GoesOn,
    Ends,
    /// The strict client ends, as browsers do. The default client goes on.
    EndsIfStrict,
}

/// The types of the events in all scenarios. A page needs a listener for each.
pub const EVENT_TYPES: [&str; 9] = [
    "message", "test", "custom", "open", "error", "e", "a", "b", "\u{fffd}",
];

/// The path that clients request.
pub const PATH: &str = "/stream";

/// CORS field that lets a page of another port read an answer.
const FOR_ALL: &str = "Access-Control-Allow-Origin: *\r\n";

/// The answer that ends a scenario: the caller closes the client at its event.
pub fn last() -> Answer {
    fin(ok(FOR_ALL, "data: end\n\n"))
}

pub fn all() -> Vec<Scenario> {
    let mut list = List(Vec::new());
    heads::status_lines(&mut list);
    heads::heads(&mut list);
    heads::interim_answers(&mut list);
    answers::statuses(&mut list);
    answers::content_types(&mut list);
    bodies::lengths(&mut list);
    bodies::chunks(&mut list);
    bodies::codings(&mut list);
    bodies::lost_connections(&mut list);
    redirects::redirects(&mut list);
    streams::streams(&mut list);
    streams::ids(&mut list);
    streams::callers(&mut list);
    streams::vectors(&mut list);
    list.0
}

/// The scenarios so far.
struct List(Vec<Scenario>);

impl List {
    fn answers(&mut self, name: &str, fate: Fate, answers: impl Into<Vec<Answer>>) {
        self.0.push(Scenario {
            name: name.into(),
            answers: answers.into(),
            fate,
            closed_at: "] end",
        });
    }

    /// Adds a scenario whose caller closes the client at a line that ends with `closed_at`.
    fn until_closed_at(
        &mut self,
        closed_at: &'static str,
        name: &str,
        answers: impl Into<Vec<Answer>>,
    ) {
        self.answers(name, Fate::GoesOn, answers);
        if let Some(scenario) = self.0.last_mut() {
            scenario.closed_at = closed_at;
        }
    }

    /// Adds a scenario with this answer to the first request.
    fn first(&mut self, name: &str, fate: Fate, answer: impl AsRef<[u8]>) {
        self.answers(name, fate, [fin(answer)]);
    }

    /// Adds a scenario with this answer between two good streams.
    fn between(&mut self, name: &str, fate: Fate, answer: impl AsRef<[u8]>) {
        self.answers(name, fate, [good(), fin(answer)]);
    }

    /// As [`between`](Self::between), but the server leaves the connection open after this answer.
    fn left_open(&mut self, name: &str, fate: Fate, answer: impl AsRef<[u8]>) {
        let answer = Answer {
            end: End::Stay,
            ..fin(answer)
        };
        self.answers(name, fate, [good(), answer]);
    }

    fn status(&mut self, status: u16, fields: &str, fate: Fate) {
        let value = fields
            .trim_end()
            .replace("Retry-After: ", " to retry after ");
        let fields = format!("Content-Type: text/event-stream\r\n{fields}");
        let answer = whole_of(
            &format!("HTTP/1.1 {status} HAHAHAHA"),
            &fields,
            "data: b\n\n",
        );
        self.between(&format!("status: {status}{value}"), fate, answer);
    }

    fn content_type(&mut self, name: &str, fate: Fate, fields: &str) {
        // A client that does not decode UTF-8 reads `…` as other characters.
        let answer = whole_of("HTTP/1.1 200 OK", fields, "data: ok…\n\n");
        self.between(&format!("type: {name}"), fate, answer);
    }

    /// Adds a scenario with a redirect and a stream at its target.
    fn redirect(&mut self, name: &str, fate: Fate, status: u16, location: &str) {
        let answers = [
            good(),
            fin(redirect(status, location)),
            fin(ok("", "data: b\n\n")),
        ];
        self.answers(&format!("redirect: {name}"), fate, answers);
    }

    fn stream(&mut self, name: &str, body: &str) {
        self.first(&format!("stream: {name}"), Fate::GoesOn, ok("", body));
    }
}

/// A stream with an event, an id and a short reconnection time.
fn good() -> Answer {
    fin(ok("", "retry: 10\nid: 1\ndata: a\n\n"))
}

pub fn ok(fields: &str, body: &str) -> String {
    let fields = format!("Content-Type: text/event-stream\r\n{fields}");
    whole_of("HTTP/1.1 200 OK", &fields, body)
}

fn redirect(status: u16, location: &str) -> String {
    whole_of(
        &format!("HTTP/1.1 {status} Redirect"),
        &format!("Location: {location}\r\n"),
        "",
    )
}

fn whole_of(status_line: &str, fields: &str, body: &str) -> String {
    format!("{status_line}\r\n{fields}\r\n{body}")
}

pub fn fin(bytes: impl AsRef<[u8]>) -> Answer {
    Answer {
        bytes: bytes.as_ref().into(),
        end: End::Fin,
    }
}
