//! Chromium's `EventSource` and the crate's client with the same answers: whether they do the same, and which answers end
//! the client.

use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use e2e::browser::Browser;
use e2e::clock::TokioClock;
use e2e::scenarios::differences::{DIFFERENCES, Difference};
use e2e::scenarios::{self, EVENT_TYPES, Fate, PATH, Scenario};
use e2e::scripted::{PAGE_PATH, Scripted};
use e2e::tcp::Tcp;
use embedded_sse::client::{ClientOptions, EventSource, Notice, ReconnectOptions};
use embedded_sse::http::Url;
use embedded_sse::io::asynch::Client;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::time::timeout;

/// The number of scenarios at a time. Each one takes two listening sockets and several connections.
const AT_A_TIME: usize = 100;

/// The time limit of a scenario. A client that has neither ended nor reached the last answer by then counts as waiting.
const LIMIT: Duration = Duration::from_secs(60);

const RECONNECT: ReconnectOptions = ReconnectOptions::new()
    .no_jitter()
    .min_delay(1)
    .max_delay(100);
static STRICT: ClientOptions = ClientOptions::new().reconnect(RECONNECT.strict());
static DEFAULT: ClientOptions = ClientOptions::new().reconnect(RECONNECT);

/// The requests of a client, and the notices to its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Outcome {
    requests: Vec<String>,
    /// `open`, `lost` if the client will retry, `closed` if it will not, and events: type, id and data.
    told: Vec<String>,
}

/// Breaks when the strict client differs from Chromium in a scenario that is not in [`DIFFERENCES`], or when the listed
/// outcome of either has changed.
#[test]
fn the_strict_client_does_as_chromium_except_for_the_listed_differences() {
    let scenarios = scenarios::all();
    let begin = Instant::now();
    let chromium = play_to_chromium(&scenarios);
    let chromium_time = begin.elapsed();
    let client = play_to_client(&scenarios, &STRICT);
    let mut differences = 0;
    let mut faults = Vec::new();
    for (scenario, (chromium, client)) in scenarios.iter().zip(chromium.iter().zip(&client)) {
        let name = &*scenario.name;
        let (chromium, client) = (chromium.to_string(), client.to_string());
        differences += usize::from(chromium != client);
        let difference = DIFFERENCES.iter().find(|row| row.scenarios.contains(&name));
        let expected = match difference {
            Some(difference) => (difference.chromium, difference.client),
            None => (&*chromium, &*chromium),
        };
        if (&*chromium, &*client) != expected {
            faults.push(format!(
                "{name}\n  Chromium: {chromium}\n  client:   {client}"
            ));
            if let Some(Difference {
                reason,
                chromium,
                client,
                ..
            }) = difference
            {
                faults.push(format!(
                    "  expected, Chromium: {chromium}\n  expected, client: {client}\n  {reason}"
                ));
            }
        }
    }
    for name in DIFFERENCES.iter().flat_map(|row| row.scenarios) {
        if !scenarios.iter().any(|scenario| scenario.name == *name) {
            faults.push(format!("{name}: no such scenario"));
        }
    }
    println!(
        "scenarios: {} played to Chromium in {chromium_time:.1?} and to the strict client, {differences} differences \
         of {} kinds",
        scenarios.len(),
        DIFFERENCES.len()
    );
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Breaks when a fault of a server, a proxy or the network ends the client, when the client retries without its last event
/// ID, or when an answer that is final does not end the client.
#[test]
fn only_what_the_server_says_is_final_ends_the_client() {
    let scenarios = scenarios::all();
    let strict = play_to_client(&scenarios, &STRICT);
    let default = play_to_client(&scenarios, &DEFAULT);
    let mut faults = Vec::new();
    for (scenario, (strict, default)) in scenarios.iter().zip(strict.iter().zip(&default)) {
        let is_as_said = match scenario.fate {
            Fate::GoesOn => strict.went_on() && default == strict,
            Fate::Ends => !strict.went_on() && default == strict,
            Fate::EndsIfStrict => !strict.went_on() && default.went_on(),
        };
        // The good stream before the fault has set this id.
        let mut later = default.requests.iter().skip(1);
        let has_id = !scenario.starts_well() || later.all(|request| request.ends_with(" [1]"));
        if !is_as_said || !has_id {
            let (name, fate) = (&scenario.name, scenario.fate);
            faults.push(format!(
                "{name}: {fate:?}\n  strict:  {strict}\n  default: {default}"
            ));
        }
    }
    let count = |fate| {
        scenarios
            .iter()
            .filter(|scenario| scenario.fate == fate)
            .count()
    };
    println!(
        "scenarios: the client goes on after {}, ends after {}, and after {} ends if strict",
        count(Fate::GoesOn),
        count(Fate::Ends),
        count(Fate::EndsIfStrict)
    );
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// The page of each scenario. It follows the stream of its own server, and posts each event to its parent.
const PAGE: &str = "<script>
    const { index, path, types, closedAt } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    const source = new EventSource(path);
    const tell = (line) => {
        if (line.endsWith(closedAt)) source.close();
        const isClosed = source.readyState === EventSource.CLOSED;
        parent.postMessage({ index, line, isClosed }, '*');
    };
    for (const type of types) source.addEventListener(type, (event) => {
        if ('data' in event) tell(`${type} [${event.lastEventId}] ${event.data}`);
        else if (type === 'open') tell('open');
        else tell(source.readyState === EventSource.CLOSED ? 'closed' : 'lost');
    });
</script>";

/// Opens the page of each scenario in a frame, and collects the posted events.
const COLLECT: &str = "
    window.told = pages.map(() => ({ lines: [], isClosed: false }));
    addEventListener('message', ({ data: { index, line, isClosed } }) => {
        told[index].lines.push(line);
        told[index].isClosed = isClosed;
    });
    for (const page of pages) {
        const frame = document.createElement('iframe');
        frame.src = page;
        frame.hidden = true; // the pages show nothing
        document.body.append(frame);
    }";

fn play_to_chromium(scenarios: &[Scenario]) -> Vec<Outcome> {
    let runtime = Runtime::new().unwrap();
    let browser = Browser::start();
    let parts = scenarios.chunks(AT_A_TIME);
    parts
        .flat_map(|scenarios| play_to_pages(scenarios, &browser, &runtime))
        .collect()
}

fn play_to_pages(scenarios: &[Scenario], browser: &Browser, runtime: &Runtime) -> Vec<Outcome> {
    let start_all = async {
        let mut servers = Vec::new();
        for scenario in scenarios {
            servers.push(start(scenario).await);
        }
        let host = Scripted::start(Vec::new(), scenarios::last(), "").await;
        (servers, host)
    };
    let (servers, host) = runtime.block_on(start_all);
    let page = |server: &Scripted| format!("http://{}{PAGE_PATH}", server.address);
    let mut pages = Vec::new();
    for (index, (server, scenario)) in servers.iter().zip(scenarios).enumerate() {
        let closed_at = scenario.closed_at;
        let what =
            json!({"index": index, "path": PATH, "types": EVENT_TYPES, "closedAt": closed_at});
        pages.push(format!("{}#{what}", page(server)));
    }
    browser.open(&page(&host));
    browser.run(&format!("const pages = {}; {COLLECT}", json!(pages)));
    let until = Instant::now() + LIMIT;
    while browser.run("return told.every(({ isClosed }) => isClosed)") != json!(true)
        && Instant::now() < until
    {
        sleep(Duration::from_millis(50));
    }
    let told = browser
        .run("return told.map(({ lines, isClosed }) => isClosed ? lines : [...lines, 'waiting'])");
    let told: Vec<Vec<String>> = serde_json::from_value(told).unwrap();
    let outcomes = servers.iter().zip(told);
    let outcomes = outcomes.map(|(server, told)| Outcome {
        requests: server.requests(),
        told,
    });
    outcomes.collect()
}

fn play_to_client(scenarios: &[Scenario], options: &'static ClientOptions) -> Vec<Outcome> {
    let runtime = Runtime::new().unwrap();
    let mut outcomes = Vec::new();
    for scenarios in scenarios.chunks(AT_A_TIME) {
        let follow = |scenario: &Scenario| runtime.spawn(follow(scenario.clone(), options));
        let tasks: Vec<_> = scenarios.iter().map(follow).collect();
        for task in tasks {
            outcomes.push(runtime.block_on(task).unwrap());
        }
    }
    outcomes
}

async fn follow(scenario: Scenario, options: &'static ClientOptions<'static>) -> Outcome {
    let server = start(&scenario).await;
    let url = format!("http://{}{PATH}", server.address);
    let mut buffer = vec![0; 64 * 1024];
    let (mut redirects, mut received) = ([0; 512], [0; 536]);
    let mut source = EventSource::new(Url::new(&url).unwrap(), options, &mut buffer);
    source.follow_redirects(&mut redirects);
    let mut client = Client::new(source, Tcp, &mut received, TokioClock);
    let mut told = Vec::new();
    let tell = async {
        let mut is_closed = false;
        loop {
            let line = match client.next_notice().await {
                Notice::Open => "open".into(),
                Notice::Event(event) => {
                    let (event_type, id) = (event.event_type, event.last_event_id);
                    format!("{event_type} [{id}] {}", event.data)
                }
                Notice::Reconnecting { .. } => "lost".into(),
                Notice::Closed { .. } if is_closed => return,
                Notice::Closed { .. } => return told.push("closed".into()),
                other => format!("{other:?}"),
            };
            if line.ends_with(scenario.closed_at) {
                client.close();
                is_closed = true;
            }
            told.push(line);
        }
    };
    if timeout(LIMIT, tell).await.is_err() {
        told.push("waiting".into());
    }
    Outcome {
        requests: server.requests(),
        told,
    }
}

async fn start(scenario: &Scenario) -> Scripted {
    Scripted::start(scenario.answers.clone(), scenarios::last(), PAGE).await
}

impl Outcome {
    fn went_on(&self) -> bool {
        !["closed", "waiting"].contains(&&**self.told.last().unwrap())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (requests, told) = (self.requests.join(", "), self.told.join(", "));
        write!(f, "{requests} => {told}")
    }
}
