//! Prints the tables, and checks the bars.

use std::process::ExitCode;

use serde::Serialize;

use crate::bars::Bar;
use crate::rounds::Time;

/// A row of a table. The times are those of ours, then of the peers, then of the limits.
pub struct Row {
    pub name: String,
    pub bytes: usize,
    pub times: Vec<Time>,
    pub bar: Bar,
}

pub struct Report {
    programs: Vec<&'static str>,
    ours: usize,
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
            ours: 0,
            limits: 0,
            table: "",
            entries: Vec::new(),
            missed: Vec::new(),
        }
    }

    /// Starts a table with these columns: the first `ours` are ours, the last `limits` are limits.
    pub fn begin(
        &mut self,
        table: &'static str,
        programs: &[&'static str],
        ours: usize,
        limits: usize,
    ) {
        self.table = table;
        self.ours = ours;
        self.limits = limits;
        self.programs = programs.to_vec();
        let ratios = match limits {
            0 => vec!["ours / best peer (bar)"],
            _ => vec!["ours / best peer (bar)", "ours / limit (bar)"],
        };
        println!(
            "\n| {table}, MB/s | {} | {} |",
            programs.join(" | "),
            ratios.join(" | ")
        );
        println!("| --- |{}", " ---: |".repeat(programs.len() + ratios.len()));
    }

    pub fn add(&mut self, row: Row) {
        let speed = |seconds: f64| row.bytes as f64 / seconds / 1e6;
        let speeds: Vec<_> = row.times.iter().map(|time| speed(time.median)).collect();
        let (ours, rest) = speeds.split_at(self.ours);
        let (peers, limits) = rest.split_at(rest.len() - self.limits);
        // The bar is for the slowest of ours.
        let ours = ours.iter().copied().fold(f64::INFINITY, f64::min);
        let best_peer = peers.iter().copied().fold(0.0, f64::max);

        let mut cells: Vec<_> = speeds.iter().map(|speed| format!("{speed:.0}")).collect();
        let of_peer = ours / best_peer;
        cells.push(format!("{of_peer:.2} ({:.1})", row.bar.peer));
        self.check(&row.name, of_peer, row.bar.peer, "the best peer");
        let (limit, least) = row.bar.limit.unwrap_or((0, 0.0));
        if let Some(speed) = limits.get(limit) {
            let of_limit = ours / speed;
            let name = self.programs[self.programs.len() - self.limits + limit];
            let mut cell = format!("{of_limit:.2} of {name}");
            if row.bar.limit.is_some() {
                cell += &format!(" ({least:.1})");
            }
            cells.push(cell);
            self.check(&row.name, of_limit, least, "the limit");
        }
        println!("| {} | {} |", row.name, cells.join(" | "));
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

    fn check(&mut self, row: &str, ratio: f64, least: f64, than: &str) {
        if ratio < least {
            self.missed.push(format!(
                "{}, {row}: {ratio:.2} of {than}, bar {least}",
                self.table
            ));
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
