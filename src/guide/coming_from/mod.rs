//! What replaces each call and option of other software.
//!
//! Each page has a table of what is there and what is here, a complete example, and what behaves differently.
//!
//! - [`esp_async_web_server`]: turn an Arduino sketch with an `AsyncEventSource` into a superloop or into embassy tasks.
//! - [`picoserve`]: replace `EventStream` within picoserve, or replace picoserve.
//! - [`event_source`]: find what replaces each property of a browser's `EventSource`, and each option of its polyfills and of
//!   other clients in JavaScript.
//! - [`asp_net`]: follow an ASP.NET server with a device, or replace such a server with a device.
//!
//! Each page names the versions that it describes.

pub mod asp_net;
pub mod esp_async_web_server;
pub mod event_source;
pub mod picoserve;
