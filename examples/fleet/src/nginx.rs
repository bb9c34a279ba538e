//! An nginx node with nchan: channels to which programs publish by HTTP, and which event sources follow.

use std::fs;
use std::io;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use tokio::time::sleep;

use crate::Failure;
use crate::engine::Engine;

/// How many messages a channel keeps. It decides for how long a subscriber can be away without missing events.
pub const KEPT_MESSAGES: u32 = 10_000;

/// Prepares a node. With the port of a Redis server, all nodes of that server share their channels.
///
/// | request | meaning |
/// | --- | --- |
/// | `POST /publish/NAME` | store the body as a message of the channel, and send it to its subscribers |
/// | `GET /publish/NAME` | the number of messages that the channel keeps |
/// | `GET /channel/NAME` | the event stream of the channel, from its oldest message or from `Last-Event-ID` |
pub fn node(redis_port: Option<u16>) -> io::Result<Engine> {
    // The path of Debian's package: /usr/sbin is not in the `PATH` of most users.
    Engine::new("/usr/sbin/nginx", |port, folder| {
        let path = folder.join("nginx.conf");
        fs::write(&path, configuration(port, redis_port))?;
        let (folder, path) = (folder.display().to_string(), path.display().to_string());
        Ok(vec!["-p".into(), folder + "/", "-c".into(), path])
    })
}

/// Waits until a node answers for channels. It accepts connections earlier, but answers 503 until it is connected to Redis.
pub async fn until_ready(node: &Engine) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        let response = reqwest::get(publish_url(node.port, "none")).await?;
        match response.status() {
            // There is no such channel yet.
            StatusCode::NOT_FOUND => return Ok(()),
            status if start.elapsed() > Duration::from_secs(30) => {
                return Err(format!("nginx answers with {status}").into());
            }
            _ => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// Returns the URL of a node at which messages of a channel are published.
pub fn publish_url(port: u16, channel: &str) -> String {
    format!("http://127.0.0.1:{port}/publish/{channel}")
}

/// Returns the path at which a channel is followed.
pub fn channel_path(channel: &str) -> String {
    format!("/channel/{channel}")
}

/// One process has all connections of a node. With a master process, SIGKILL would leave its workers running.
///
/// `nchan_redis_storage_mode distributed` makes Redis the only store: the id of a message is the same on all nodes.
fn configuration(port: u16, redis_port: Option<u16>) -> String {
    let upstream = redis_port.map_or(String::new(), |redis_port| {
        format!(
            "upstream redis {{
                nchan_redis_server 127.0.0.1:{redis_port};
                nchan_redis_storage_mode distributed;
            }}"
        )
    });
    let pass = redis_port.map_or("", |_| "nchan_redis_pass redis;");
    format!(
        "load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log error.log;
        events {{ worker_connections 10000; }}
        http {{
            access_log off;
            client_body_temp_path body;
            fastcgi_temp_path fastcgi;
            proxy_temp_path proxy;
            scgi_temp_path scgi;
            uwsgi_temp_path uwsgi;
            keepalive_requests 1000000;
            {upstream}
            server {{
                listen 127.0.0.1:{port} backlog=4096;
                location ~ ^/channel/(\\w+)$ {{
                    nchan_subscriber eventsource;
                    nchan_channel_id $1;
                    nchan_subscriber_first_message oldest;
                    nchan_eventsource_ping_interval 15;
                    nchan_eventsource_ping_comment ping;
                    {pass}
                }}
                location ~ ^/publish/(\\w+)$ {{
                    nchan_publisher http;
                    nchan_channel_id $1;
                    nchan_message_buffer_length {KEPT_MESSAGES};
                    nchan_message_timeout 1h;
                    {pass}
                }}
            }}
        }}
        "
    )
}
