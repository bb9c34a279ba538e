//! The bars that the crate must reach.

/// The least ratios of the crate's speed to others.
pub struct Bar {
    /// To the best peer.
    pub peer: f64,
    /// To a limit, which is named by its index in the list of limits.
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
        // These lines are longer than a chunk, so every decoder must copy their parts.
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
