//! The glue between a hub and edge-http: a handler whose response is a stream.

use core::fmt::{Debug, Display};

use edge_http::io::Error;
use edge_http::io::server::{Connection, Handler};
use edge_nal::TcpSplit;
use embassy_futures::select::select;
use embedded_io_async::{Read, Write};
use embedded_sse::LastEventId::{self, Unusable};
use embedded_sse::io::asynch::{EmbassyClock, Joined, SharedLog};
use embedded_sse::server::{RETRY_AFTER, StreamOptions};
use heapless::Vec;

pub struct Events<L: 'static>(pub &'static L, pub &'static StreamOptions<'static>);

impl<L: SharedLog> Handler for Events<L> {
    type Error<E: Debug> = Error<E>;

    async fn handle<T: Read + Write + TcpSplit, const N: usize>(
        &self,
        _: impl Display + Copy,
        connection: &mut Connection<'_, T, N>,
    ) -> Result<(), Error<T::Error>> {
        let request = connection.headers()?;
        // A stream with this field has no chunks: the end of the connection is the end of the stream. Without the field, a client
        // that is refused could keep its connection, and with it this handler.
        let close = ("Connection", "Close");
        if request.path.split('?').next() != Some("/events") {
            return connection.initiate_response(404, None, &[close]).await;
        }
        let id = request.headers.get_raw("Last-Event-ID");
        let id = Vec::<u8, 64>::from_slice(id.unwrap_or_default());
        let Some(joined) = Joined::new(self.0) else {
            let fields = [RETRY_AFTER, close];
            return connection.initiate_response(503, None, &fields).await;
        };
        let fields: Vec<_, 4> = self.1.header_fields().chain([close]).collect();
        connection.initiate_response(200, None, &fields).await?;
        let (mut input, output) = connection.unbind()?.split();
        // The client of an id that does not fit gets a loss notice, as for an unknown id.
        let id = id.as_deref().map_or(Unusable, LastEventId::from_bytes);
        let mut scratch = [0; 512];
        let stream = joined.stream(output, &mut scratch, &EmbassyClock, id, self.1);
        let end_of_input = async { while let Ok(1..) = input.read(&mut [0; 64]).await {} };
        select(stream, end_of_input).await;
        Ok(())
    }
}
