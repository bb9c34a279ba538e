//! Streams a chat completion, and prints the answer as it is made. `--help` lists the options.
//!
//! ```text
//! cargo run -p chat -- http://127.0.0.1:8080/v1/chat/completions 'Why is the sky blue?'
//! ```
//!
//! Firmware shares the library of this package, and has other sockets and another clock. This program does not encrypt, so the
//! token is readable in the network, too: TLS is in `examples/tls`.

#[path = "../../common/clock.rs"]
mod clock;
#[path = "../../common/random.rs"]
mod random;
#[path = "../../common/tcp.rs"]
mod tcp;

use std::io::{Write, stdout};
use std::process::ExitCode;

use chat::{Answer, Outcome, Shown, Token, options, receive, request_body};
use clock::TokioClock;
use embedded_io_adapters::tokio_1::FromTokio;
use embedded_sse::client::{ConnectError, DynamicField, EventSource};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::{Client, Connect};
use lexopt::ValueExt;
use tcp::Tcp;
use tokio::net::TcpStream;

const HELP: &str = "\
Sends a prompt to a language model, and prints the answer as it is made. Errors go to
standard error.

Usage: chat [OPTIONS] URL PROMPT

  --model NAME         the model (default: default)
  --token-file FILE    a file with the token. It is read again for each connection. After a 401, the
                       request is sent once more, with the new token of the file
  --help               show this text

Without --token-file, the token is that of the environment variable CHAT_TOKEN. Without either,
the request has no token.

Exit status:
  0  the answer is complete
  1  wrong usage
  2  there is no answer, or the server has reported an error
  3  the answer is incomplete";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n\n{HELP}");
            return ExitCode::from(1);
        }
    };
    match ask(&arguments).await {
        Ok(outcome) => ExitCode::from(report(outcome)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(1)
        }
    }
}

async fn ask(arguments: &Arguments) -> Result<Outcome, Box<dyn std::error::Error>> {
    let url = Url::new(&arguments.url)?;
    let mut body = [0; 8 * 1024];
    let body = request_body(&arguments.model, &arguments.prompt, &mut body)
        .map_err(|_| "the prompt is too long")?;
    let token = Token::new();
    let authorization = |value: &mut dyn core::fmt::Write| token.write_authorization(value);
    let authorization = [DynamicField::new("Authorization", &authorization)?];
    let (authorization, renewals) = match arguments.token {
        TokenSource::None => (&[][..], 0),
        TokenSource::Fixed(_) => (&authorization[..], 0),
        TokenSource::File(_) => (&authorization[..], 1),
    };
    let options = options(body, authorization, random::random());

    let (mut buffer, mut received) = ([0; 4 * 1024], [0; 1024]);
    let source = EventSource::new(url, &options, &mut buffer);
    let connector = Connector {
        token: &token,
        source: &arguments.token,
    };
    let mut client = Client::new(source, connector, &mut received, &TokioClock);
    let answer = Answer::new(renewals);
    Ok(receive(&mut client, &TokioClock, answer, show).await)
}

fn show(shown: Shown<'_>) {
    match shown {
        Shown::Delta(delta) => {
            let mut output = stdout().lock();
            // An error means that the reader of the output has ended, so nobody misses the text.
            let _ = write!(output, "{delta}");
            let _ = output.flush();
        }
        Shown::TooLong => eprintln!("a piece of the answer is too long, and is missing"),
        Shown::Unreadable(error) => eprintln!("an event cannot be read: {error}"),
        Shown::Explanation(explanation) => eprintln!("the server says: {explanation}"),
        Shown::Waiting {
            reason,
            milliseconds,
        } => eprintln!("{reason}; the next attempt is in {milliseconds} ms"),
        Shown::Renewing => eprintln!("the token was refused; the next attempt has a new one"),
    }
}

/// Prints how the question ended. Returns the exit status.
fn report(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Complete => {
            println!();
            0
        }
        Outcome::PieceMissing => {
            eprintln!("\na piece of the answer is missing");
            3
        }
        Outcome::Failed => {
            eprintln!("the server has reported an error");
            2
        }
        Outcome::NoAnswer(reason) => {
            eprintln!("no answer: {reason}");
            2
        }
        Outcome::Incomplete(reason) => {
            eprintln!("\nthe answer is incomplete: {reason}");
            3
        }
    }
}

/// Reads the token, then connects.
struct Connector<'a> {
    token: &'a Token,
    source: &'a TokenSource,
}

impl Connect for Connector<'_> {
    type Socket = FromTokio<TcpStream>;

    async fn connect(&mut self, url: Url<'_>) -> Result<Self::Socket, ConnectError> {
        // While it connects, no request is being sent, so the token may change. Firmware may request a token here.
        if let Err(error) = self.renew_token() {
            eprintln!("no token: {error}");
            return Err(ConnectError::Unreachable);
        }
        Tcp.connect(url).await
    }
}

impl Connector<'_> {
    fn renew_token(&self) -> std::io::Result<()> {
        let read;
        let token = match self.source {
            TokenSource::None => return Ok(()),
            TokenSource::Fixed(token) => token,
            TokenSource::File(path) => {
                read = std::fs::read_to_string(path)?;
                &read
            }
        };
        let result = self.token.set(token.trim());
        result.map_err(|_| std::io::Error::other("the token is too long"))
    }
}

enum TokenSource {
    None,
    Fixed(String),
    File(String),
}

struct Arguments {
    url: String,
    prompt: String,
    model: String,
    token: TokenSource,
}

impl Arguments {
    /// `None` for `--help`.
    fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut model = "default".to_string();
        let mut token = match std::env::var("CHAT_TOKEN") {
            Ok(token) => TokenSource::Fixed(token),
            Err(_) => TokenSource::None,
        };
        let (mut url, mut prompt) = (None, None);
        let mut parser = lexopt::Parser::from_env();
        while let Some(argument) = parser.next()? {
            use lexopt::Arg::{Long, Short, Value};
            match argument {
                Long("model") => model = parser.value()?.string()?,
                Long("token-file") => token = TokenSource::File(parser.value()?.string()?),
                Short('h') | Long("help") => return Ok(None),
                Value(value) if url.is_none() => url = Some(value.string()?),
                Value(value) if prompt.is_none() => prompt = Some(value.string()?),
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Some(Self {
            url: url.ok_or("no URL given")?,
            prompt: prompt.ok_or("no prompt given")?,
            model,
            token,
        }))
    }
}
