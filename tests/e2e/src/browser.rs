//! Headless Chromium, controlled by WebDriver, and headless Firefox, which opens one page.

use std::fs;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Program, free_port, wait_for_port};

/// A tab of a browser.
pub struct Tab(String);

pub struct Browser {
    session: String,
    _driver: Program,
    _profile: TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        let driver =
            Program::start(command.args([format!("--port={port}"), "--log-level=OFF".into()]));
        wait_for_port(port);
        let profile = TempDir::new().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1100,1000",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities =
            json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": arguments}}}});
        let driver_url = format!("http://127.0.0.1:{port}/session");
        let answer = start_session(&driver_url, &capabilities);
        let session = answer["sessionId"].as_str().expect("a session");
        Self {
            session: format!("{driver_url}/{session}"),
            _driver: driver,
            _profile: profile,
        }
    }

    pub fn open(&self, url: &str) {
        post(&format!("{}/url", self.session), &json!({"url": url}));
    }

    /// Opens another tab. Later calls run in it.
    pub fn open_tab(&self, url: &str) -> Tab {
        let tab = post(
            &format!("{}/window/new", self.session),
            &json!({"type": "tab"}),
        );
        let tab = Tab(tab["handle"].as_str().expect("a tab").into());
        self.enter(&tab);
        self.open(url);
        tab
    }

    /// Selects a tab. Later calls run in it.
    pub fn enter(&self, tab: &Tab) {
        post(
            &format!("{}/window", self.session),
            &json!({"handle": tab.0}),
        );
    }

    /// Closes a tab. Call [`enter`](Self::enter) with another one before the next call.
    pub fn close(&self, tab: Tab) {
        self.enter(&tab);
        let url = format!("{}/window", self.session);
        ureq::delete(&url).call().expect("the tab is there");
    }

    /// Sets the size of the screen and the color scheme, `light` or `dark`.
    pub fn show_as(&self, (width, height): (u32, u32), scheme: &str) {
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}),
        );
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.devtools("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        let url = format!("{}/goog/cdp/execute", self.session);
        post(&url, &json!({"cmd": command, "params": parameters}))
    }

    /// Returns the elements whose text is cut off or reaches beyond the page.
    pub fn cut_texts(&self) -> Value {
        self.run(
            "const width = document.documentElement.clientWidth;
             const isCut = (element) => {
               const range = document.createRange();
               range.selectNodeContents(element);
               const { left, right } = range.getBoundingClientRect();
               const style = getComputedStyle(element);
               return left < 0 || right > width || style.textOverflow === 'ellipsis'
                 || style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth;
             };
             const all = [...document.body.querySelectorAll(':not(script, style, svg, svg *)')];
             return all.filter(isCut).map((element) => element.outerHTML.slice(0, 200));",
        )
    }

    /// Runs a function with this body in the page, and returns its result.
    pub fn run(&self, script: &str) -> Value {
        let script = json!({"script": script, "args": []});
        post(&format!("{}/execute/sync", self.session), &script)
    }

    /// Returns the text of an element.
    pub fn text(&self, id: &str) -> String {
        let script = format!("return document.getElementById('{id}').textContent");
        self.run(&script).as_str().unwrap().into()
    }

    /// Waits until a function with this body returns true.
    pub fn wait_for(&self, script: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.run(script) != json!(true) {
            assert!(Instant::now() < until, "never true: {script}");
            sleep(Duration::from_millis(50));
        }
    }

    /// Takes a PNG picture of the visible part of the page.
    pub fn screenshot(&self) -> Vec<u8> {
        let mut answer = ureq::get(format!("{}/screenshot", self.session))
            .call()
            .unwrap();
        let answer: Value = answer
            .body_mut()
            .with_config()
            .limit(1 << 24)
            .read_json()
            .unwrap();
        let picture = answer["value"].as_str().unwrap();
        base64::prelude::BASE64_STANDARD.decode(picture).unwrap()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Chromium keeps running until its session is deleted.
        let _ = ureq::delete(&self.session).call();
    }
}

/// Preferences that keep Firefox from other machines: requests to them go to a proxy that does not exist.
const FIREFOX_PREFERENCES: &str = r#"
    user_pref("network.proxy.type", 1);
    user_pref("network.proxy.http", "127.0.0.1");
    user_pref("network.proxy.http_port", 9);
    user_pref("network.proxy.ssl", "127.0.0.1");
    user_pref("network.proxy.ssl_port", 9);
    user_pref("network.proxy.failover_direct", false);
    user_pref("network.trr.mode", 5);
    user_pref("network.dns.disabled", true);
    user_pref("network.captive-portal-service.enabled", false);
    user_pref("network.connectivity-service.enabled", false);
    user_pref("app.update.disabledForTesting", true);
    user_pref("browser.startup.homepage_override.mstone", "ignore");
    user_pref("datareporting.policy.dataSubmissionEnabled", false);
"#;

pub struct Firefox {
    _program: Program,
    _profile: TempDir,
}

impl Firefox {
    pub fn open(url: &str) -> Self {
        let profile = TempDir::new().unwrap();
        fs::write(profile.path().join("user.js"), FIREFOX_PREFERENCES).unwrap();
        let mut command = Command::new("firefox-esr");
        command.args(["--headless", "--no-remote", "--profile"]);
        command.arg(profile.path()).arg(url);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self {
            _program: Program::start(&mut command),
            _profile: profile,
        }
    }
}

/// Starts Chromium. On a busy machine Chromium sometimes ends while it starts, so this tries three times.
fn start_session(url: &str, capabilities: &Value) -> Value {
    for _ in 0..2 {
        match try_post(url, capabilities) {
            Ok(answer) => return answer,
            Err(error) => eprintln!("Chromium starts again: {error}"),
        }
    }
    post(url, capabilities)
}

fn post(url: &str, body: &Value) -> Value {
    try_post(url, body).unwrap_or_else(|error| panic!("{url}: {error}"))
}

/// Sends a WebDriver command. An error is the driver's message.
fn try_post(url: &str, body: &Value) -> Result<Value, String> {
    let request = ureq::post(url).config().http_status_as_error(false).build();
    let answer = request.send_json(body);
    let mut answer = answer.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body: Result<Value, _> = answer.body_mut().read_json();
    let value = body.map_err(|error| error.to_string())?["value"].take();
    match status.is_success() {
        true => Ok(value),
        false => Err(value.to_string()),
    }
}
