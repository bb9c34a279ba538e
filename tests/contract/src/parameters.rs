//! The parameters with which a harness starts a stream.

use std::collections::BTreeMap;

use embedded_sse::EventId;
use embedded_sse::client::{ClientOptions, ReconnectOptions};
use embedded_sse::http::{HeaderField, Method, Url};
use serde::Deserialize;

/// The parameters of a stream. `parse` has checked them all.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Parameters {
    stream_url: String,
    callback_url: String,
    initial_delay_ms: Option<u32>,
    read_timeout_ms: Option<u32>,
    #[serde(default)]
    last_event_id: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    body: String,
}

impl Parameters {
    pub fn parse(json: &str) -> Result<Self, String> {
        let parameters: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        parameters.url()?;
        parameters.last_event_id()?;
        let _ = parameters.client(&parameters.fields()?)?;
        reqwest::Url::parse(&parameters.callback_url).map_err(|error| error.to_string())?;
        Ok(parameters)
    }

    pub fn url(&self) -> Result<Url<'_>, String> {
        Url::new(&self.stream_url).map_err(|error| format!("streamUrl: {error}"))
    }

    pub fn callback_url(&self) -> &str {
        self.callback_url.trim_end_matches('/')
    }

    pub fn last_event_id(&self) -> Result<EventId<'_>, String> {
        EventId::new(&self.last_event_id).map_err(|error| format!("lastEventId: {error}"))
    }

    pub fn fields(&self) -> Result<Vec<HeaderField<'_>>, String> {
        let fields = self.headers.iter().map(|(name, value)| {
            HeaderField::new(name, value).map_err(|error| format!("header {name}: {error}"))
        });
        fields.collect()
    }

    /// The delays are those of the harness, without jitter. Harnesses expect that a `POST` is sent again when its
    /// stream has ended.
    pub fn client<'p>(
        &'p self,
        fields: &'p [HeaderField<'p>],
    ) -> Result<ClientOptions<'p>, String> {
        let method = match self.method.as_str() {
            "" => Method::GET,
            method => Method::new(method).ok_or("method: not one of HTTP")?,
        };
        let mut reconnect = ReconnectOptions::new().no_jitter().min_delay(1);
        if let Some(milliseconds) = self.initial_delay_ms {
            reconnect = reconnect.retry(milliseconds);
        }
        Ok(ClientOptions::new()
            .request(method, self.body.as_bytes())
            .fields(fields)
            .repeat_unsafe()
            .idle_timeout(self.read_timeout_ms.unwrap_or_default())
            .comments()
            .reconnect(reconnect))
    }
}
