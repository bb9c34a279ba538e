//! The tables.

use std::process::ExitCode;

use serde::Serialize;

use crate::bars::Bar;
use crate::rounds::Time;

/// Ours comes first, then the peers, then the limits.
pub struct Row {
    pub name: String,
    pub bytes: usize,
    pub times: Vec<Time>,
    pub bar: Bar,
}

pub struct Report {
    programs: Vec<&'static str>,
    limits: usize,
    table: &'static str,
    entries: Vec<Entry>,
    missed: Vec<String>,
}

#[derive(Serialize)]
struct Entry {
    table: &'static str,
    row: String,
    program: &'static str,
    /// Megabytes a second.
    median: f64,
    best: f64,
}

impl Report {
    pub fn new() -> Self {
        Self {
            programs: Vec::new(),
            limits: 0,
            table: "",
            entries: Vec::new(),
            missed: Vec::new(),
        }
    }

    /// Begins a table with these columns, the last of which are limits.
    pub fn begin(&mut self, table: &'static str, programs: &[&'static str], limits: usize) {
        self.table = table;
        self.limits = limits;
        self.programs = programs.to_vec();
        println!(
            "\n| {table}, MB/s | {} | ours / best peer (bar) | ours / limit (bar) |",
            programs.join(" | ")
        );
        println!("| --- |{}", " ---: |".repeat(programs.len() + 2));
    }

    pub fn add(&mut self, row: Row) {
        let speed = |seconds: f64| row.bytes as f64 / seconds / 1e6;
        let speeds: Vec<_> = row.times.iter().map(|time| speed(time.median)).collect();
        let peers = speeds.len() - self.limits;
        let best_peer = speeds[1..peers].iter().copied().fold(0.0, f64::max);
        let (limit, least) = row.bar.limit.unwrap_or((0, 0.0));
        let ratios = [speeds[0] / best_peer, speeds[0] / speeds[peers + limit]];

        let cells: Vec<_> = speeds.iter().map(|speed| format!("{speed:.0}")).collect();
        let mut of_limit = format!("{:.2} of {}", ratios[1], self.programs[peers + limit]);
        if row.bar.limit.is_some() {
            of_limit += &format!(" ({least:.1})");
        }
        println!(
            "| {} | {} | {:.2} ({:.1}) | {of_limit} |",
            row.name,
            cells.join(" | "),
            ratios[0],
            row.bar.peer,
        );
        for (ratio, least, than) in [
            (ratios[0], row.bar.peer, "the best peer"),
            (ratios[1], least, "the limit"),
        ] {
            if ratio < least {
                self.missed.push(format!(
                    "{}, {}: {ratio:.2} of {than}, {least} is to be reached",
                    self.table, row.name
                ));
            }
        }
        for (program, time) in self.programs.iter().zip(&row.times) {
            self.entries.push(Entry {
                table: self.table,
                row: row.name.clone(),
                program,
                median: speed(time.median),
                best: speed(time.best),
            });
        }
    }

    pub fn finish(self) -> ExitCode {
        let json = serde_json::to_string_pretty(&self.entries).expect("numbers");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target");
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(format!("{folder}/peers.json"), json))
            .expect("a writable folder `target`");
        for missed in &self.missed {
            eprintln!("missed: {missed}");
        }
        ExitCode::from(u8::from(!self.missed.is_empty()))
    }
}
