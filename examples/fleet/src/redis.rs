//! A Redis server that keeps what it has confirmed.

use std::io;

use crate::engine::Engine;

/// Prepares a server. It writes each command to its append-only file, and syncs the file, before it answers. So a message that
/// nchan has confirmed is still there after SIGKILL or a power cut.
pub fn server() -> io::Result<Engine> {
    Engine::new("redis-server", |port, folder| {
        let (port, folder) = (port.to_string(), folder.display().to_string());
        let options = [
            ("--port", port.as_str()),
            ("--bind", "127.0.0.1"),
            ("--dir", &folder),
            ("--save", ""),
            ("--appendonly", "yes"),
            ("--appendfsync", "always"),
            ("--logfile", "redis.log"),
        ];
        let words = options.into_iter().flat_map(|(name, value)| [name, value]);
        Ok(words.map(String::from).collect())
    })
}
