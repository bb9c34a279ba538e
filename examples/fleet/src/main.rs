//! Runs the fleet or one part of it, and prints its figures.

use std::process::ExitCode;

use fleet::{Failure, commands, fan_out, gateway, run, status};
use lexopt::prelude::*;
use tokio::signal::ctrl_c;
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
Usage: fleet run [--devices N] [--rate N] [--gateways N] [--subscribers N]
       fleet commands [--devices N] [--commands N] [--interval MILLISECONDS]
       fleet status [--devices N] [--rate N] [--gateways N] [--kills N] [--seconds N] [--seed N]
       fleet fan-out [--subscribers N,N,..] [--events N]
       fleet gateway [--nats URL] [--name NAME]

  run       starts devices, gateways and NATS, and a page that shows them, until Ctrl-C. Beside them, it sends
            commands to as many devices, and fans the stream of one device out
  commands  sends commands to devices through two nginx nodes. Kills a node and Redis, and checks that each
            device got each command once
  status    kills, adds and removes gateways, and checks that JetStream has each event once
  fan-out   fans the stream of one device out to many subscribers by nchan
  gateway   follows devices, and publishes their events to NATS JetStream";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fleet: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        Some(argument) if argument != Long("help") => return Err(argument.unexpected().into()),
        _ => {
            println!("{HELP}");
            return Ok(());
        }
    };
    match &*command {
        // A gateway handles SIGTERM itself: it returns its devices, so that others take them at once.
        "gateway" => {
            let options = gateway::Options::parse(&mut arguments)?;
            print!("{}", gateway::run(options).await?);
            Ok(())
        }
        command => {
            // To drop the future of a part stops its engines.
            tokio::select! {
                result = run_part(command, &mut arguments) => result,
                result = interrupted() => result,
            }
        }
    }
}

async fn run_part(command: &str, arguments: &mut lexopt::Parser) -> Result<(), Failure> {
    match command {
        "run" => run::run(run::Options::parse(arguments)?).await?,
        "commands" => print!(
            "{}",
            commands::run(commands::Options::parse(arguments)?).await?
        ),
        "status" => print!("{}", status::run(status::Options::parse(arguments)?).await?),
        "fan-out" => print!(
            "{}",
            fan_out::run(fan_out::Options::parse(arguments)?).await?
        ),
        _ => return Err(format!("there is no command {command}: see --help").into()),
    }
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
async fn interrupted() -> Result<(), Failure> {
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        result = ctrl_c() => result?,
        _ = terminated.recv() => {}
    }
    Err("interrupted".into())
}
