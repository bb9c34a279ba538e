//! How the event log and the decoder use their memory, and the way of an event through the crate.
//!
//! Nothing here has to be known to use the crate. It helps to choose buffer sizes, and to understand what a slow client or a
//! long event costs.
//!
//! # The event log is a ring of records
//!
//! An [`EventLog`](crate::server::EventLog) has one buffer of fixed length. Each published frame is stored there once, in
//! encoded form, as a *record*: a header of 3 bytes, then the bytes that go to the clients. The header holds the length in 22
//! bits, and two flags: whether the frame is an event, and whether the log made its id. A record is always in one piece, so
//! that it can be sent without copying.
//!
//! ```text
//! 0                                                             end of the buffer
//! ├───────────┬───────────┬───────────┬─────────────────────────────────────────┤
//! │ record 1  │ record 2  │ record 3  │ free                                    │
//! ├───────────┴───────────┴───────────┴─────────────────────────────────────────┤
//! ^ oldest                            ^ next
//! ```
//!
//! When the space after `next` is too short for a record, the record is written at the start of the buffer. A header with
//! length 0 at the old `next` sends readers there. If fewer than 3 bytes are left, no header is needed.
//!
//! ```text
//! 0                                                             end of the buffer
//! ├───────────┬───────────┬──────┬───────────┬───────────┬───────────┬──────────┤
//! │ record 6  │ record 7  │ free │ record 3  │ record 4  │ record 5  │ 0 unused │
//! ├───────────┴───────────┴──────┴───────────┴───────────┴───────────┴──────────┤
//!                         ^ next ^ oldest
//! ```
//!
//! A [`Cursor`](crate::server::Cursor) is a record's number and its position in the buffer. Each client has one. The log does
//! not know its clients, so storing a frame costs the same for one client as for a thousand. Numbers wrap after 2^32 records,
//! and are compared by their distance.
//!
//! ## Publishing and eviction
//!
//! 1. If the log makes ids and the event has none, the next id is made: `<epoch in hex>-<sequence in decimal>`.
//! 2. The frame is encoded without storing it, to learn its length. If it does not fit in the buffer together with its
//!    header, or its length takes more than 22 bits, `publish` returns
//!    [`PublishError::TooLarge`](crate::server::PublishError::TooLarge), and nothing has changed.
//! 3. While the free space is too short, the oldest record is *evicted*: `oldest` moves to the record after it. No bytes move.
//! 4. The frame is encoded again, into its place, and its header is written. `next` moves to its end.
//!
//! `publish_with` calls the program's closure in steps 2 and 4, so it has to write the same text both times. The time grows
//! with the length of the frame, which is encoded twice, and with the number of evicted records. Only the headers of those
//! are read.
//!
//! ## A slow client
//!
//! A client whose cursor is before `oldest` has lost records. What happens depends on where its stream is:
//!
//! - Between two frames, its cursor moves to `oldest`. It gets the loss notice (`StreamOptions::loss_notice`), then the present
//!   state if `initial_state` is set, then the records that are left.
//! - Within a frame, its stream ends with [`CloseReason::Lagged`](crate::server::CloseReason::Lagged) and the socket is
//!   reset. The rest of the frame is overwritten. The stream cannot continue: the next blank line would make the client
//!   dispatch the incomplete event. The client reconnects, and resumes after the last event that it has received completely.
//!
//! ## Resuming after an id
//!
//! A client reconnects with the id of the last event that it has received.
//!
//! 1. An id with the form and the epoch of the ids that this log makes is compared by sequence. If the log has evicted it or
//!    has not made it yet, that is known at once, and the client gets the loss notice. Two exceptions continue at `oldest`
//!    without a loss notice: the id of the event that was evicted last, and the id with the sequence 0 (see
//!    `StreamOptions::initial_id`) as long as no event was evicted.
//! 2. All other ids are searched for, from `oldest` to the record that was newest when the search began. Of each record only
//!    the part before its data is read, because the crate always writes the id before the data. If several events have the
//!    id, the last one is taken.
//! 3. If the id is found, the cursor moves to the record after it. If not, the cursor moves to `oldest`, and the client gets
//!    the loss notice.
//!
//! The search goes in steps of at most 32 records and about 512 bytes. Between two steps the lock of a shared log is free. If
//! records that were not searched yet are evicted between two steps, that is a loss.
//!
//! ## The last event of each type
//!
//! With `Start::LatestOfEachType`, a new client gets a *snapshot*: of the records that the log holds when the stream begins,
//! the last event of each type, in the order of the log.
//!
//! 1. Up to 16 records after the cursor form a group. The types are compared by a hash of 8 bits first.
//! 2. One pass over all later records finds which records of the group have a successor of the same type. One bit for each
//!    record of the group keeps the result.
//! 3. The records of the group without that bit are sent, the others are skipped. The next group begins after them.
//! 4. After the last record of the snapshot, every new record is sent.
//!
//! Between two steps a session keeps only these bits and the position of the pass: the hashes are computed again in each
//! step. Steps are limited as for a search. The work is at most about the square of the number of records, divided by 16.
//! Events whose type has 256 bytes or more are all sent, because comparing them would take too long.
//!
//! # The decoder's buffer
//!
//! The standard keeps a data buffer, an event type buffer, an id buffer and a last event ID. A [`Decoder`](crate::Decoder)
//! keeps all of them in one buffer:
//!
//! ```text
//! 0                                                             end of the buffer
//! ├────────────┬────────────┬──────────┬────────────┬───────────┬───────────────┤
//! │ data   ──> │ line   ──> │   free   │ event type │ id        │ last event ID │
//! ├────────────┴────────────┴──────────┴────────────┴───────────┴───────────────┤
//! ```
//!
//! - *data* grows at the front with each `data` field.
//! - *line* is the value of an `event` or `id` field of which only the first part has arrived. It uses the space after the
//!   data.
//! - *event type* and *id* are set by the current event, *last event ID* by earlier ones.
//!
//! So an event with at most one `event` field and one `id` field fits if and only if its data, its event type, its id and the
//! last event ID together fit. The lengths of other fields and of comments do not matter: they are skipped without storing
//! them.
//!
//! | when | what moves |
//! | --- | --- |
//! | a part of a `data` value arrives | it is appended to the data |
//! | a part of an `event` or `id` value arrives | it is appended to the line |
//! | an `event` line ends | the line moves over the free space and replaces the event type |
//! | an `id` line ends | the line replaces the id, before the last event ID; the event type moves by the difference between the two lengths. A value with NUL is dropped |
//! | a blank line | the id moves to the end of the buffer and becomes the last event ID. Data and event type are free after the event was returned |
//! | the stream ends | everything except the last event ID is dropped |
//! | a part does not fit | data and event type are dropped, and `next` returns [`Overflow`](crate::Overflow), once. Until the next blank line only `id` and `retry` are read |
//!
//! ## Values that are not copied
//!
//! A value that is complete in the input stays there: the decoder remembers the slice, and only *reserves* its space in the
//! buffer. If the blank line is in the same input, the event borrows from the input, and no byte was copied. If the input
//! ends before that, the remembered values are written to their reserved spaces. Because the space is reserved in any case,
//! an event fits or not regardless of how the stream is cut.
//!
//! The most frequent event, one `data: ` line and a blank line, has a path of its own: if the input begins with such an
//! event, and no field is pending, the decoder returns the line without looking at its fields one by one.
//!
//! # From `publish` to a socket
//!
//! ```text
//! any task            EventLog            task of each client               socket
//!    │  publish  ┌───────────────┐                                             │
//!    ├──────────>│ encode, evict │                                             │
//!    │           └──────┬────────┘                                             │
//!    │  wake all tasks  │           ┌─────────────────────────────┐            │
//!    ├──────────────────┼──────────>│ lock: copy records of one   │   write    │
//!    │                  └──────────>│ step into the scratch       ├───────────>│
//!    │                              │ nothing left: flush, wait   │   flush    │
//!    │                              └─────────────────────────────┘            │
//! ```
//!
//! 1. `Hub::publish` locks the log, stores the record, unlocks it, and wakes the task of each client. In a program with one
//!    task there is no hub, and `Connection::pump` looks at the log each time it is called.
//! 2. Each task asks its [`Session`](crate::server::Session) what to send. In one hold of the lock, the session copies
//!    records after its cursor into the *scratch* of the connection: as many as fit, and at most 32.
//! 3. The task writes the scratch to the socket while the log is not locked. With `ServerOptions::chunked`, each filling
//!    of the scratch is one chunk.
//! 4. It repeats this until the session has nothing to send. Only then it flushes the socket.
//! 5. Then it waits for the first of: a new record, bytes or the end from the client, and a time. That time is when the next
//!    keep-alive is due, or when the stream reaches its lifetime. A write that makes no progress for the write timeout ends the
//!    connection.
//!
//! The scratch has three uses, one after the other. It holds the lines of the request head that the server needs; then, after
//! these lines, the response head in parts; then the records. Its length limits one write, and the length of ids that a
//! client may send.
//!
//! # From a socket to an `Event`
//!
//! ```text
//! socket ──> receive buffer ──> framing ──> decoder ──> Notice::Event
//!   read     of the caller      head, then  slices of   borrows from the receive
//!                               chunks      content     buffer or the event buffer
//! ```
//!
//! 1. The driver reads from the socket into the receive buffer. A `BufRead` socket has such a buffer of its own.
//! 2. The response head is read line by line. Lines that the client needs are collected in the free part of the event
//!    buffer, the one that `EventSource::new` got. Other lines are skipped.
//! 3. The body framing (a length, chunks, or until the end) cuts the received bytes into slices of content. Nothing is copied.
//! 4. The decoder reads a slice until an event ends, and returns where it lies: positions in the event buffer or in the
//!    receive buffer. A position borrows nothing, so that the driver can read from the socket again if no event has ended.
//! 5. The driver makes the `Event` from these positions. It borrows from both buffers, so the next call of `next` needs it to
//!    be dropped.
//! 6. Received bytes are consumed when all of their events were returned. The clock is read when a piece of input begins and
//!    when it ends, and not for each event.
//!
//! The event buffer also holds the request head while it is sent, in parts if it is longer than the free space.
//!
//! If the connection is lost, the decoder drops the unfinished event, with its id. The next request has the last event ID of
//! the last complete event, so a server that keeps its events sends the unfinished one again.
