//! The server of the README: includes its code blocks unchanged, and adds one task for each socket.

use embassy_executor::Spawner;

// Defines `HUB`, `OPTIONS`, `start` and `publish`.
include!(concat!(env!("OUT_DIR"), "/hub.rs"));

// Defines `serve` and `end`.
include!(concat!(env!("OUT_DIR"), "/serve.rs"));

/// One socket more than slots, for refusals.
pub const SOCKETS: usize = 5;

/// Starts to give ids to events, and to serve them. `boot` is the epoch of the ids: a random number, since the ids of two boots
/// with the same number would be confused.
pub fn begin(spawner: Spawner, stack: Stack<'static>, boot: u32) {
    start(boot);
    for _ in 0..SOCKETS {
        spawner.spawn(run(stack).expect("spawned as often as there is room"));
    }
}

/// Publishes a temperature to all clients.
pub fn report(millicelsius: i32) {
    // Fails only if the log is too short for the event, which depends on `HUB`, or during another call of the hub.
    let _ = publish(millicelsius);
}

#[embassy_executor::task(pool_size = SOCKETS)]
async fn run(stack: Stack<'static>) -> ! {
    serve(stack).await
}
