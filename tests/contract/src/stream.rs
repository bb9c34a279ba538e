//! A client that a harness has started.

use embedded_sse::client::{EventSource, Notice, ResumePoint};
use embedded_sse::io::asynch::Client;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::callbacks::Callbacks;
use crate::clock::TokioClock;
use crate::parameters::Parameters;
use crate::tcp::Tcp;

/// Harnesses send events of 10 MB. Memory that is never touched costs nothing on a host.
const MAX_EVENT_LEN: usize = 16 << 20;

/// A client in a task of its own, which ends when this is dropped.
pub struct Stream {
    task: JoinHandle<()>,
    commands: UnboundedSender<Command>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Command {
    /// Drop the connection, and make a new one.
    Restart,
    /// Expect events of a type. This client delivers all types anyway.
    Listen {},
}

impl Command {
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }
}

impl Stream {
    pub fn start(parameters: Parameters) -> Self {
        let (commands, queue) = unbounded_channel();
        let task = tokio::spawn(async move {
            let callbacks = Callbacks::new(parameters.callback_url().to_string());
            if let Err(error) = follow(&parameters, &callbacks, queue).await {
                callbacks.send(json!({ "kind": "error", "comment": error }));
            }
        });
        Self { task, commands }
    }

    pub fn send(&self, command: Command) {
        // The task is gone once its client has ended: nothing is left to do.
        let _ = self.commands.send(command);
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Reports to the harness until the client ends, and returns why it ended.
async fn follow(
    parameters: &Parameters,
    callbacks: &Callbacks,
    mut commands: UnboundedReceiver<Command>,
) -> Result<(), String> {
    let fields = parameters.fields()?;
    let options = parameters.client(&fields)?;
    let (mut buffer, mut redirects) = (vec![0; MAX_EVENT_LEN], vec![0; 8 * 1024]);
    let mut source = EventSource::new(parameters.url()?, &options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let point = ResumePoint {
        last_event_id: parameters.last_event_id()?,
        retry: None,
    };
    source
        .resume_from(&point)
        .map_err(|error| error.to_string())?;

    let mut received = vec![0; 16 * 1024];
    let mut client = Client::new(source, Tcp, &mut received, TokioClock);
    let mut reporter = Reporter::default();
    loop {
        tokio::select! {
            message = async { reporter.report(client.next_notice().await) } => match message {
                Report::Nothing => {}
                Report::Message(message) => callbacks.send(message),
                Report::Last(reason) => return Err(reason),
            },
            command = commands.recv() => match command {
                Some(Command::Restart) => client.restart(),
                Some(Command::Listen {}) => {}
                None => return Ok(()),
            },
        }
    }
}

/// The report about a notice.
enum Report {
    Nothing,
    Message(Value),
    /// Why the client has ended.
    Last(String),
}

/// Makes reports of notices, and joins the parts of a comment.
#[derive(Default)]
struct Reporter {
    comment: Vec<u8>,
}

impl Reporter {
    fn report(&mut self, notice: Notice<'_>) -> Report {
        Report::Message(match notice {
            Notice::Event(event) => json!({
                "kind": "event",
                "event": {
                    "type": event.event_type.to_string(),
                    "data": event.data.to_string(),
                    "id": event.last_event_id.to_string(),
                },
            }),
            Notice::Comment { text, ends } => {
                self.comment.extend_from_slice(text.as_bytes());
                if !ends {
                    return Report::Nothing;
                }
                let comment = std::mem::take(&mut self.comment);
                json!({ "kind": "comment", "comment": String::from_utf8_lossy(&comment) })
            }
            Notice::Reconnecting { reason, .. } => {
                self.comment.clear();
                json!({ "kind": "error", "comment": reason.to_string() })
            }
            Notice::Overflow => {
                json!({ "kind": "error", "comment": "an event was too long for the buffer" })
            }
            Notice::Closed { reason, .. } => return Report::Last(reason.to_string()),
            _ => return Report::Nothing,
        })
    }
}
