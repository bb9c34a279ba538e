//! The fleet at a small size.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use e2e::browser::Browser;
use e2e::program::Program;
use fleet::{Failure, commands, fan_out, status};
use rustix::process::{Pid, Signal, kill_process};

const PROGRAM: &str = env!("CARGO_BIN_EXE_fleet");

/// Breaks when a device misses a command or gets one twice while a node or Redis is down, or comes back before its reconnection
/// time.
#[tokio::test]
async fn each_device_gets_each_command_once() -> Result<(), Failure> {
    let options = commands::Options {
        devices: 20,
        commands: 20,
        interval: Duration::from_millis(100),
    };
    let report = commands::run(options).await?;
    println!("{report}");
    assert_eq!((report.complete, report.handled, report.gaps), (20, 400, 0));
    assert_eq!(report.early(), 0);
    Ok(())
}

/// Breaks when a gateway that is killed, that stalls or that leaves loses an event or stores one twice.
#[tokio::test]
async fn each_event_of_a_device_is_stored_once() -> Result<(), Failure> {
    let options = status::Options {
        devices: 20,
        kills: 3,
        seconds: 14,
        ..status::Options::new(PROGRAM.into())
    };
    let report = status::run(options).await?;
    println!("{report}");
    for outcome in [&report.kills, &report.changes] {
        let tally = &outcome.tally;
        let faults = [tally.lost, tally.twice, tally.out_of_order, tally.damaged];
        assert_eq!(faults, [0; 4]);
        assert_eq!(tally.stored + tally.gone, tally.published);
        assert!(tally.published > 1_000, "{}", tally.published);
    }
    Ok(())
}

/// Breaks when a subscriber misses an event, or when the device sends more for more subscribers.
#[tokio::test]
async fn subscribers_cost_the_device_nothing() -> Result<(), Failure> {
    let options = fan_out::Options {
        subscribers: vec![10, 100],
        events: 50,
    };
    let report = fan_out::run(options).await?;
    println!("{report}");
    let [few, many] = &report.sizes[..] else {
        panic!("two sizes");
    };
    assert_eq!((few.complete, many.complete), (10, 100));
    assert_eq!((few.paced.connections, many.paced.connections), (1, 1));
    // The lengths of times and numbers differ.
    assert!(many.paced.bytes < few.paced.bytes * 1.1);
    Ok(())
}

/// Breaks when the page does not show the devices and the gateways, or that one comes and goes.
#[test]
fn the_page_shows_the_fleet() {
    let mut command = Command::new(PROGRAM);
    command.args(["run", "--devices", "20", "--subscribers", "10"]);
    let mut fleet = Fleet(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(fleet.0.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    let page = next();
    let page = page.split(' ').next().unwrap().to_owned();
    let nats = next().rsplit(' ').next().unwrap().to_owned();

    let browser = Browser::start();
    browser.open(&page);
    let shows = |id: &str, text: &str| {
        browser.wait_for(&format!(
            "return document.getElementById('{id}').textContent === '{text}'"
        ));
    };
    shows("state", "live");
    shows("followed", "20 of 20");
    shows("count", "3");
    browser.wait_for(
        "return Number(document.getElementById('events').textContent.replace(',', '')) > 200",
    );

    let mut command = Command::new(PROGRAM);
    let arguments = ["gateway", "--nats", &nats, "--name", "one-more"];
    let gateway = Program::start(command.args(arguments).stdout(Stdio::null()));
    shows("count", "4");
    browser.wait_for("return [...document.querySelectorAll('#devices li')].some((item) => item.title === 'one-more')");
    for (width, scheme) in [(1_000, "light"), (1_000, "dark"), (360, "light")] {
        browser.show_as((width, 800), scheme);
        let picture = browser.screenshot();
        let folder =
            std::env::var_os("FLEET_PICTURES").unwrap_or(env!("CARGO_TARGET_TMPDIR").into());
        let file = std::path::Path::new(&folder).join(format!("fleet-{width}-{scheme}.png"));
        std::fs::write(file, picture).unwrap();
        assert_eq!(browser.cut_texts(), serde_json::json!([]));
    }
    // It is killed, so its devices are without a gateway until their leases have expired.
    drop(gateway);
    shows("count", "3");
    shows("followed", "20 of 20");
    assert_eq!(browser.text("gaps"), "0");
}

/// A fleet that is ended by SIGTERM, as by Ctrl-C. After SIGKILL its engines and gateways would go on.
struct Fleet(Child);

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), Signal::TERM);
        let _ = self.0.wait();
    }
}
