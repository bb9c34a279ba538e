//! Figures that the kernel counts for processes and threads, and percentiles.

use std::fs;
use std::io;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Returns the resident memory of a process, in bytes. `None` is this process.
///
/// It does not contain the buffers of sockets, which are in the kernel.
pub fn resident_bytes(process_id: Option<u32>) -> io::Result<u64> {
    // `/proc/PID/status` is cheaper, but its counters lag behind by up to 64 pages a thread.
    let text = fs::read_to_string(of(process_id, "smaps_rollup"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("Rss:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    let kilobytes = kilobytes.ok_or_else(|| io::Error::other("no Rss in smaps_rollup"))?;
    Ok(kilobytes * 1_024)
}

/// Counts the open sockets of a process. `None` is this process.
pub fn open_sockets(process_id: Option<u32>) -> io::Result<usize> {
    let entries = fs::read_dir(of(process_id, "fd"))?;
    let targets = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    Ok(targets
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count())
}

fn of(process_id: Option<u32>, file: &str) -> String {
    process_id.map_or(format!("/proc/self/{file}"), |id| {
        format!("/proc/{id}/{file}")
    })
}

/// Returns how long the calling thread has run on a processor, in user code and in the kernel.
pub fn thread_time() -> Duration {
    // The files in `/proc` lag behind: `stat` by a tick of 10 ms, `schedstat` until the thread is switched.
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Returns the value that `percent` of the sorted values do not exceed (nearest rank). Zero if there is no value.
pub fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    let value = sorted.get(rank.saturating_sub(1));
    value.copied().unwrap_or_default()
}

/// Returns the largest number of sorted values in a window of this width.
pub fn largest_window(sorted: &[Duration], width: Duration) -> usize {
    let count_from = |(index, start): (usize, &Duration)| {
        sorted[index..].partition_point(|value| *value < *start + width)
    };
    sorted
        .iter()
        .enumerate()
        .map(count_from)
        .max()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{largest_window, open_sockets, percentile, resident_bytes, thread_time};
    use std::net::TcpListener;
    use std::time::Duration;

    fn milliseconds(values: &[u64]) -> Vec<Duration> {
        values.iter().copied().map(Duration::from_millis).collect()
    }

    /// Breaks when a percentile is off by one rank, or no value makes it panic.
    #[test]
    fn percentiles_are_nearest_ranks() {
        let values = milliseconds(&(1..=200).collect::<Vec<_>>());
        assert_eq!(percentile(&values, 50), Duration::from_millis(100));
        assert_eq!(percentile(&values, 99), Duration::from_millis(198));
        assert_eq!(percentile(&values, 100), Duration::from_millis(200));
        assert_eq!(percentile(&[], 99), Duration::ZERO);
    }

    /// Breaks when a window contains its end, or windows start only at multiples of their width.
    #[test]
    fn windows_are_half_open_and_start_anywhere() {
        let values = milliseconds(&[0, 9, 10, 11, 12, 19, 30]);
        assert_eq!(largest_window(&values, Duration::from_millis(10)), 4);
        assert_eq!(largest_window(&values, Duration::from_millis(11)), 5);
        assert_eq!(largest_window(&[], Duration::from_millis(10)), 0);
    }

    /// Breaks when the kernel's files are read wrongly.
    #[test]
    fn figures_of_this_process_are_found() -> std::io::Result<()> {
        assert!(resident_bytes(None)? > 100_000);
        let _listener = TcpListener::bind("127.0.0.1:0")?;
        assert!(open_sockets(None)? >= 1);
        assert!(thread_time() > Duration::ZERO);
        Ok(())
    }
}
