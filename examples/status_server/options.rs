//! The command line.

use lexopt::ValueExt;

pub const HELP: &str = "\
Serves the live status of this machine.

Usage: status_server [OPTIONS]

  --addr HOST:PORT  the address to listen on (default 127.0.0.1:8080; port 0 takes a free one)
  --interval MS     time between two samples (default 250)
  --keep-alive MS   longest silence on a stream (default 15000; 0 for no limit)
  --help            show this text

/ is the dashboard, /events the stream, /metrics.json has counters. Ctrl-C ends the streams.";

pub struct Options {
    pub addr: String,
    pub interval_ms: u32,
    pub keep_alive_ms: u32,
}

impl Options {
    /// `None` for `--help`.
    pub fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            addr: "127.0.0.1:8080".into(),
            interval_ms: 250,
            keep_alive_ms: 15_000,
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                lexopt::Arg::Long("addr") => {
                    options.addr = arguments.value()?.string()?;
                    let port = options.addr.rsplit_once(':').map(|(_, port)| port);
                    if port.is_none_or(|port| port.parse::<u16>().is_err()) {
                        return Err("--addr must be HOST:PORT".into());
                    }
                }
                lexopt::Arg::Long("interval") => {
                    options.interval_ms = arguments.value()?.parse()?;
                    if options.interval_ms == 0 {
                        return Err("--interval must be at least 1".into());
                    }
                }
                lexopt::Arg::Long("keep-alive") => {
                    options.keep_alive_ms = arguments.value()?.parse()?
                }
                lexopt::Arg::Short('h') | lexopt::Arg::Long("help") => return Ok(None),
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Some(options))
    }
}
