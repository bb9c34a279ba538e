//! Headless Chromium, driven by WebDriver.

use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Program, free_port, wait_for_port};

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
        let answer = post(&driver_url, &capabilities);
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

    /// What a function of this body returns in the page.
    pub fn run(&self, script: &str) -> Value {
        let script = json!({"script": script, "args": []});
        post(&format!("{}/execute/sync", self.session), &script)
    }

    /// The text of an element.
    pub fn text(&self, id: &str) -> String {
        let script = format!("return document.getElementById('{id}').textContent");
        self.run(&script).as_str().unwrap().into()
    }

    /// Waits until a function of this body returns true.
    pub fn wait_for(&self, script: &str) {
        let until = Instant::now() + Duration::from_secs(20);
        while self.run(script) != json!(true) {
            assert!(Instant::now() < until, "never true: {script}");
            sleep(Duration::from_millis(50));
        }
    }

    /// A picture of the page, as PNG.
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
        // Chromium stays if its session is not deleted.
        let _ = ureq::delete(&self.session).call();
    }
}

fn post(url: &str, body: &Value) -> Value {
    let mut answer = match ureq::post(url).send_json(body) {
        Ok(answer) => answer,
        Err(error) => panic!("{url}: {error}"),
    };
    let answer: Value = answer.body_mut().read_json().unwrap();
    answer["value"].clone()
}
