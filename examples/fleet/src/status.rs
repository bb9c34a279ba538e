//! The test of the status path: devices, gateways that are killed, added and removed, and NATS. At the end, the stream in
//! JetStream is compared with what the devices have published.

mod report;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_nats::Error;
use fastrand::Rng;
pub use report::{Outcome, Report};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::time::{sleep, sleep_until};

use crate::check;
use crate::device::{Device, MAX_RATE};
use crate::engine::Engine;
use crate::measure::resident_bytes;
use crate::nats::{self, Nats};

/// After this time, a lease that is not renewed expires. So it is about the time that a device is alone after its gateway has
/// died. A shorter one costs more renewals, and a gateway that stalls for longer loses its devices.
pub const LEASE: Duration = Duration::from_secs(3);

const SAMPLE: Duration = Duration::from_millis(500);

#[derive(Clone, Debug)]
pub struct Options {
    pub devices: usize,
    /// Events a second of a device.
    pub rate: u32,
    pub gateways: usize,
    pub kills: u32,
    /// How long each of the two runs publishes.
    pub seconds: u32,
    /// Chooses the moments of the kills, and which gateway is killed.
    pub seed: u64,
    /// The program that runs a gateway, with the subcommand `gateway`.
    pub program: PathBuf,
}

impl Options {
    /// Returns the default options. `program` runs gateways.
    pub fn new(program: PathBuf) -> Self {
        Self {
            devices: 100,
            rate: MAX_RATE,
            gateways: 2,
            kills: 10,
            seconds: 60,
            seed: 1,
            program,
        }
    }

    /// Reads the arguments after the subcommand.
    pub fn parse(arguments: &mut lexopt::Parser) -> Result<Self, Error> {
        use lexopt::{Arg, ValueExt};

        let mut options = Self::new(std::env::current_exe()?);
        while let Some(argument) = arguments.next()? {
            match argument {
                Arg::Long("devices") => options.devices = arguments.value()?.parse()?,
                Arg::Long("rate") => options.rate = arguments.value()?.parse()?,
                Arg::Long("gateways") => options.gateways = arguments.value()?.parse()?,
                Arg::Long("kills") => options.kills = arguments.value()?.parse()?,
                Arg::Long("seconds") => options.seconds = arguments.value()?.parse()?,
                Arg::Long("seed") => options.seed = arguments.value()?.parse()?,
                _ => return Err(argument.unexpected().into()),
            }
        }
        match options {
            Options { rate, .. } if rate == 0 || rate > MAX_RATE => {
                Err(format!("--rate is from 1 to {MAX_RATE}: the logs are made for it").into())
            }
            Options { gateways: 0..2, .. } => {
                Err("--gateways is at least 2: one is killed for good".into())
            }
            options => Ok(options),
        }
    }
}

/// Does both runs.
pub async fn run(options: Options) -> Result<Report, Error> {
    Ok(Report {
        kills: Fleet::run(&options, kills(&options)).await?,
        changes: Fleet::run(&options, changes(&options)).await?,
        options,
    })
}

/// What is done to the fleet, and when.
type Script = Vec<(Duration, Action)>;

#[derive(Clone)]
enum Action {
    /// Kills one of the gateways that run, and starts it again after this time.
    KillForAWhile(Duration),
    Start(String),
    /// Stops all threads of a gateway (SIGSTOP), as a machine that stalls.
    Stall(String),
    Continue(String),
    /// Kills a gateway for good.
    Kill(String),
    /// Asks a gateway to end (SIGTERM).
    Leave(String),
    /// Resets the device with this index.
    Reset(usize),
}

fn kills(options: &Options) -> Script {
    let mut rng = Rng::with_seed(options.seed);
    let all = Duration::from_secs(options.seconds.into());
    let slot = all / options.kills.max(1);
    // Some are down for longer than their leases, and some are back before. `LOG_SECONDS` counts on this limit.
    let longest = Duration::from_secs(6).min(slot);
    let kills = (0..options.kills).map(|number| {
        let moment = slot * number + slot.mul_f64(rng.f64());
        (moment, Action::KillForAWhile(longest.mul_f64(rng.f64())))
    });
    let mut script: Script = kills.collect();
    script.push((all / 2, Action::Reset(0)));
    script
}

fn changes(options: &Options) -> Script {
    let sixth = Duration::from_secs(options.seconds.into()) / 6;
    vec![
        (sixth, Action::Start(name(options.gateways))),
        (sixth * 2, Action::Stall(name(0))),
        (sixth * 2 + LEASE * 2, Action::Continue(name(0))),
        (sixth * 3, Action::Reset(0)),
        (sixth * 4, Action::Kill(name(1 % options.gateways))),
        (sixth * 5, Action::Leave(name(options.gateways))),
    ]
}

fn name(number: usize) -> String {
    format!("gateway-{}", number + 1)
}

/// All that runs. It stops when it is dropped.
struct Fleet<'a> {
    options: &'a Options,
    rng: Rng,
    /// Before the server: gateways that lose it would report errors.
    gateways: BTreeMap<String, Gateway>,
    devices: Vec<Device>,
    nats: Nats,
    url: String,
    _server: Engine,
    start: Instant,
    outcome: Outcome,
}

impl<'a> Fleet<'a> {
    async fn run(options: &'a Options, script: Script) -> Result<Outcome, Error> {
        let mut server = nats::engine()?;
        server.start()?;
        let url = format!("nats://127.0.0.1:{}", server.port);
        let nats = Nats::create(&url, LEASE).await?;
        let devices = start_devices(&nats, options.devices, options.rate).await?;
        let mut fleet = Self {
            options,
            rng: Rng::with_seed(options.seed),
            gateways: BTreeMap::new(),
            devices,
            nats,
            url,
            _server: server,
            start: Instant::now(),
            outcome: Outcome::default(),
        };
        for number in 0..options.gateways {
            fleet.start_gateway(&name(number))?;
        }
        fleet.play(script).await?;
        fleet.end().await
    }

    /// Does what the script says, and takes samples.
    async fn play(&mut self, mut script: Script) -> Result<(), Error> {
        let end = Duration::from_secs(self.options.seconds.into());
        let mut stored = 0;
        let mut samples = 0;
        loop {
            let sample = self.nats_sample(samples % 4 == 0).await?;
            if samples % 2 == 0 {
                let most = &mut self.outcome.most_events_in_a_second;
                *most = (*most).max(sample - stored);
                stored = sample;
            }
            samples += 1;
            // An action may add one.
            let until = SAMPLE * samples;
            loop {
                script.sort_by_key(|(moment, _)| *moment);
                match script.first() {
                    Some((moment, _)) if *moment <= until => {}
                    _ => break,
                }
                let (moment, action) = script.remove(0);
                sleep_until((self.start + moment).into()).await;
                script.extend(self.act(moment, action)?);
            }
            sleep_until((self.start + until).into()).await;
            if until >= end && script.is_empty() {
                return Ok(());
            }
        }
    }

    /// Does one action. Returns an action that follows from it, with its moment.
    fn act(
        &mut self,
        moment: Duration,
        action: Action,
    ) -> Result<Option<(Duration, Action)>, Error> {
        let mut later = None;
        let text = match action {
            Action::KillForAWhile(down) => {
                let names: Vec<_> = self.gateways.keys().cloned().collect();
                let Some(name) = self.rng.choice(names) else {
                    // All are down. There is one to kill later.
                    let again = moment + Duration::from_millis(500);
                    return Ok(Some((again, Action::KillForAWhile(down))));
                };
                self.kill(&name);
                later = Some((moment + down, Action::Start(name.clone())));
                format!("{name} is killed for {:.1} s", down.as_secs_f64())
            }
            Action::Start(name) => {
                self.start_gateway(&name)?;
                format!("{name} starts")
            }
            Action::Stall(name) => {
                self.signal(&name, Signal::STOP)?;
                format!("{name} stalls")
            }
            Action::Continue(name) => {
                self.signal(&name, Signal::CONT)?;
                format!("{name} continues")
            }
            Action::Kill(name) => {
                self.kill(&name);
                format!("{name} is killed for good")
            }
            Action::Leave(name) => {
                self.signal(&name, Signal::TERM)?;
                format!("{name} leaves")
            }
            Action::Reset(index) => {
                let device = self.devices.get(index).ok_or("no such device")?;
                device.reset();
                format!("{} is reset, with a new epoch", device.name)
            }
        };
        self.outcome.course.push((self.start.elapsed(), text));
        Ok(later)
    }

    fn start_gateway(&mut self, name: &str) -> Result<(), Error> {
        let gateway = Gateway::start(&self.options.program, &self.url, name)?;
        self.gateways.insert(name.into(), gateway);
        Ok(())
    }

    fn kill(&mut self, name: &str) {
        if self.gateways.remove(name).is_some() {
            self.outcome.killed += 1;
        }
    }

    fn signal(&self, name: &str, signal: Signal) -> Result<(), Error> {
        let gateway = self.gateways.get(name).ok_or("no such gateway")?;
        let process_id = Pid::from_child(&gateway.0);
        Ok(kill_process(process_id, signal)?)
    }

    /// Reads the status documents of the gateways, and the number of events in JetStream.
    async fn nats_sample(&mut self, is_printed: bool) -> Result<u64, Error> {
        let mut line = String::new();
        for (name, gateway) in &self.gateways {
            let document = self.nats.gateways.get(name).await?;
            let document: Value =
                serde_json::from_slice(&document.unwrap_or_default()).unwrap_or_default();
            let devices = document["devices"].as_u64().unwrap_or(0);
            // The process may have ended.
            let memory = resident_bytes(Some(gateway.0.id())).unwrap_or_default() / 1_024;
            if devices == 0 && memory > 0 && document["memory_kb"].is_u64() {
                self.outcome.idle_memory = self.outcome.idle_memory.max(memory);
            }
            self.outcome.memory = self.outcome.memory.max((memory, devices));
            line += &format!("{name} follows {devices:3}   ");
        }
        if is_printed {
            self.outcome.course.push((self.start.elapsed(), line));
        }
        Ok(self.nats.stream.get_info().await?.state.messages)
    }

    /// Waits until JetStream has the last event of each device, and compares.
    async fn end(mut self) -> Result<Outcome, Error> {
        let published_for = self.start.elapsed();
        for device in &self.devices {
            device.be_silent();
        }
        let until = Instant::now() + Duration::from_secs(60);
        for device in &self.devices {
            // What is missing then is counted as lost.
            while self.nats.last(&device.name).await?.id != device.newest_id()
                && Instant::now() < until
            {
                sleep(Duration::from_millis(100)).await;
            }
        }
        let stored = check::read(&self.nats).await?;
        let mut outcome = std::mem::take(&mut self.outcome);
        outcome.tally.damaged = stored.damaged;
        for device in &self.devices {
            let entries = stored.entries.get(&device.name);
            let entries = entries.map_or(&[][..], Vec::as_slice);
            outcome.tally.add(&device.published(), entries);
            outcome.alone.extend(device.alone());
        }
        for name in self.gateways.keys() {
            let document = self.nats.gateways.get(name).await?.unwrap_or_default();
            let document: Value = serde_json::from_slice(&document).unwrap_or_default();
            outcome.conflicts += document["conflicts"].as_u64().unwrap_or(0);
        }
        outcome.alone.sort_unstable();
        outcome.delays = stored.delays;
        outcome.events_per_second = outcome.tally.stored as f64 / published_for.as_secs_f64();
        Ok(outcome)
    }
}

/// Starts devices, and lists them for the gateways.
pub async fn start_devices(nats: &Nats, count: usize, rate: u32) -> Result<Vec<Device>, Error> {
    let mut devices = Vec::new();
    for number in 0..count {
        let device = Device::start(format!("device-{number}"), rate).await?;
        let url = device.url.clone().into();
        nats.devices.put(&device.name, url).await?;
        devices.push(device);
    }
    Ok(devices)
}

/// The process of a gateway. It is killed (SIGKILL) when this is dropped.
pub struct Gateway(Child);

impl Gateway {
    /// `program` is this program, whose subcommand `gateway` runs one.
    pub fn start(program: &Path, nats: &str, name: &str) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(["gateway", "--nats", nats, "--name", name]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
        Ok(Self(process))
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
