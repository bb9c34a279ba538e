//! What is to be reached.

/// At least so many times as fast.
pub struct Bar {
    /// As the best peer.
    pub peer: f64,
    /// As this limit, by its place among the limits.
    pub limit: Option<(usize, f64)>,
}

impl Bar {
    pub fn of_decoding(workload: &str, chunk: usize) -> Self {
        let peer = match (chunk, workload) {
            (1, _) => 1.0,
            (16, _) => 1.2,
            (_, "17 B events" | "55 B events" | "LLM deltas, 255 B" | "CRLF, 36 B") => 2.0,
            (_, "64 data lines") => 1.5,
            (_, "comments") => 1.2,
            _ => 1.0,
        };
        let is_long = workload == "64 KiB lines" && chunk > 16;
        // Such a line lies whole in no chunk, so it has to be assembled.
        let limit = is_long.then_some((1, 0.7));
        Self { peer, limit }
    }

    pub fn of_receiving() -> Self {
        Self {
            peer: 1.0,
            limit: None,
        }
    }

    pub fn of_encoding(event: &str) -> Self {
        Self {
            peer: 1.5,
            limit: (event == "4 KB, one line").then_some((0, 0.7)),
        }
    }
}
