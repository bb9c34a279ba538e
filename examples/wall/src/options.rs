//! The command line.

use lexopt::ValueExt;

pub const HELP: &str = "\
Follows the event streams of several devices, and serves one live page of all of them.

Usage: wall [OPTIONS] [LABEL=URL ...]

  LABEL=URL         a device to follow: letters, digits, `-`, `_` and `.`, and the http URL of its stream.
                    A label begins with a letter or digit. The URL must not be that of a wall
  --addr HOST:PORT  the address to listen on (default 127.0.0.1:8080; port 0 takes a free one)
  --host NAME       a host name or address, without a port, at which browsers open the page (repeatable). Others are refused,
                    except that of --addr, 127.0.0.1, [::1] and localhost
  --help            show this text

/ is the page, /events its stream. Whoever can connect can start and stop devices:
POST /devices?label=LABEL&url=URL starts one, DELETE /devices/LABEL stops it, GET /devices lists all. Ctrl-C ends the program.";

pub struct Options {
    pub addr: String,
    /// The names of `--host`.
    pub names: Vec<String>,
    /// Labels and URLs.
    pub devices: Vec<(String, String)>,
}

impl Options {
    /// `None` for `--help`.
    pub fn parse() -> Result<Option<Self>, lexopt::Error> {
        let mut options = Self {
            addr: "127.0.0.1:8080".into(),
            names: Vec::new(),
            devices: Vec::new(),
        };
        let mut arguments = lexopt::Parser::from_env();
        while let Some(argument) = arguments.next()? {
            match argument {
                lexopt::Arg::Long("addr") => options.addr = arguments.value()?.string()?,
                lexopt::Arg::Long("host") => options.names.push(arguments.value()?.string()?),
                lexopt::Arg::Short('h') | lexopt::Arg::Long("help") => return Ok(None),
                lexopt::Arg::Value(device) => {
                    let device = device.string()?;
                    let Some((label, url)) = device.split_once('=') else {
                        return Err(format!("{device}: not LABEL=URL").into());
                    };
                    options.devices.push((label.into(), url.into()));
                }
                _ => return Err(argument.unexpected()),
            }
        }
        Ok(Some(options))
    }

    /// The host names of the options.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        let of_addr = self.addr.rsplit_once(':').map(|(host, _)| host.into());
        of_addr.into_iter().chain(self.names.iter().cloned())
    }
}
