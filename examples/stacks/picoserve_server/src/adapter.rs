//! The glue between a hub and picoserve: a service for a route, whose response is a stream.

use embedded_sse::LastEventId;
use embedded_sse::io::ServeError;
use embedded_sse::io::asynch::{EmbassyClock, Joined, SharedLog};
use embedded_sse::server::{RETRY_AFTER, StreamOptions};
use heapless::Vec;
use picoserve::ResponseSent;
use picoserve::io::{Read, Write};
use picoserve::request::{HeaderValue, Request};
use picoserve::response::custom::{CustomBody, CustomResponse};
use picoserve::response::{IntoResponse, ResponseWriter, StatusCode};
use picoserve::routing::RequestHandlerService;

pub struct Events<L: 'static>(pub &'static L, pub StreamOptions<'static>);

impl<L: SharedLog, S> RequestHandlerService<S> for Events<L> {
    async fn call_request_handler_service<R: Read, W: ResponseWriter<Error = R::Error>>(
        &self,
        _: &S,
        (): (),
        request: Request<'_, R>,
        response: W,
    ) -> Result<ResponseSent, W::Error> {
        let id = request.parts.headers().get("Last-Event-ID");
        let id = LastEventId::from_bytes(id.as_ref().map_or(b"", HeaderValue::as_raw));
        let fields: Vec<_, 3> = self.1.header_fields().collect();
        let stream = CustomResponse::build(StatusCode::OK).with_headers(fields.as_slice());
        let stream = Joined::new(self.0).map(|joined| stream.with_body(Body(joined, id, self.1)));
        let stream = stream.ok_or((StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER, "full"));
        let connection = request.body_connection.finalize().await?;
        stream.write_to(connection, response).await
    }
}

struct Body<'r, L: SharedLog>(Joined<'r, L>, LastEventId<'r>, StreamOptions<'r>);

impl<L: SharedLog> CustomBody for Body<'_, L> {
    async fn write_response_body<W: Write>(self, writer: W) -> Result<(), W::Error> {
        let (mut scratch, Self(joined, id, options)) = ([0; 512], self);
        let stream = joined.stream(writer, &mut scratch, &EmbassyClock, id, &options);
        match stream.await {
            Err(ServeError::Io(error)) => Err(error),
            _ => Ok(()),
        }
    }
}
