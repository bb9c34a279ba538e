//! Where redirects lead, how long they count, which of them end a client, and how they change the request (WHATWG
//! Fetch 4.4, RFC 9110 section 15.4). Credentials are tested in `credentials`.

use embedded_sse::client::{ClientOptions, EventSource};
use embedded_sse::http::Method;

use crate::helpers::{EXACT, OPTIONS, STRICT, field, lines, play_every_way, stream, url, urls};
use crate::scripted::{Scene, play};

/// A redirect with a body, which the client must not read as a stream.
fn redirect(status: u16, location: &str) -> Scene {
    Scene::answer(
        &format!("{status} x\r\nLocation: {location}\r\nContent-Length: 3"),
        "abc",
    )
}

/// Checks that the last response of a script ends the client, with the default and the strict options.
#[track_caller]
fn assert_is_final(script: &[Scene], reason: &str) {
    for options in [&OPTIONS, &STRICT] {
        let lines = lines(options, script);
        assert_eq!(lines.last().unwrap(), &format!("closed: {reason}"));
    }
}

/// Checks that the original URL is requested again after the last response of a script, with the default and the
/// strict options.
#[track_caller]
fn assert_is_retried(script: &[Scene], reason: &str) {
    for options in [&OPTIONS, &STRICT] {
        let lines = lines(options, script);
        let lost = format!("lost after 0: {reason}, again in 3000");
        let expected = [lost, "connect http://device/events".into()];
        assert_eq!(lines[lines.len() - 2..], expected);
    }
}

/// Breaks when a permanent redirect is forgotten with its connection.
#[test]
fn status_301_and_308_are_followed_and_remembered() {
    for status in [301, 308] {
        let script = [redirect(status, "/b"), stream(), stream()];
        assert_eq!(urls(&OPTIONS, &script), ["/events", "/b", "/b", "/b"]);
    }
}

/// Breaks when a temporary redirect is remembered.
#[test]
fn status_302_303_and_307_are_followed_for_one_connection() {
    for status in [302, 303, 307] {
        let script = [redirect(status, "/b"), stream(), stream()];
        assert_eq!(
            urls(&OPTIONS, &script),
            ["/events", "/b", "/events", "/events"]
        );
    }
}

/// Breaks when a location is not resolved against the URL of its response, or when a redirect after a temporary one
/// is remembered.
#[test]
fn redirects_in_a_row_are_relative_to_each_other_and_remembered_up_to_the_first_temporary_one() {
    let script = [
        redirect(301, "a/"),
        redirect(307, "b"),
        redirect(308, "../c?d"),
        stream(),
        redirect(302, "./:8080/e"),
        redirect(302, "//device:8080/e"),
        stream(),
    ];
    assert_eq!(
        urls(&OPTIONS, &script),
        [
            "/events",
            "/a/",
            "/a/b",
            "/c?d",
            "/a/",
            "/a/:8080/e",
            ":8080/e",
            "/a/"
        ]
    );
}

/// Breaks when a loop is followed for ever or ends the client, or when a client follows fewer redirects than browsers
/// do.
#[test]
fn more_than_20_redirects_in_a_row_are_retried() {
    assert_is_retried(&vec![redirect(302, "/x"); 21], "TooMany");
    let mut script = vec![redirect(302, "/x"); 20];
    script.push(stream());
    assert_eq!(lines(&OPTIONS, &script)[21], "open");
}

/// Breaks when the number of redirects is not that of the options.
#[test]
fn the_number_of_redirects_is_an_option() {
    for max in [0, 2] {
        let options = ClientOptions::new().max_redirects(max).reconnect(EXACT);
        let lines = lines(&options, &vec![redirect(302, "/x"); usize::from(max) + 1]);
        let end = usize::from(max) + 1;
        assert_eq!(lines[end], "lost after 0: TooMany, again in 3000");
    }
}

/// Breaks when redirects before an earlier stream count against the limit.
#[test]
fn redirects_before_an_earlier_stream_do_not_count() {
    let script: Vec<Scene> = (0..20)
        .flat_map(|_| [redirect(302, "/x"), stream()])
        .collect();
    assert_eq!(
        play_every_way(&OPTIONS, &script).lines_of("event").len(),
        20
    );
}

/// Breaks when a redirect status without a location is followed or retried.
#[test]
fn a_redirect_without_a_location_is_final() {
    assert_is_final(&[Scene::answer("301 x", "")], "NoLocation");
    assert_is_final(&[redirect(301, "")], "NoLocation");
}

/// Breaks when a client connects to a URL that is not HTTP.
#[test]
fn a_location_that_is_not_an_http_url_is_retried() {
    assert_is_retried(&[redirect(307, "mailto:x")], "InvalidLocation");
    for location in [
        "http://a b/",
        "//h\u{f6}.st/",
        "//h%C3%B6.st/",
        "http://u@a/",
        "/a\tb",
        "/\u{7f}",
    ] {
        assert_is_retried(&[redirect(307, location)], "InvalidLocation");
    }
}

/// The request line that follows a redirect to this location, and the requested URL.
fn target_after(location: &[u8]) -> (String, String) {
    let answer = [b"HTTP/1.1 302 x\r\nLocation: ", location, b"\r\n\r\n"].concat();
    let story = play_every_way(&OPTIONS, &[Scene::Ends(answer), stream()]);
    let request = story.request(1).lines().next().unwrap().to_string();
    let urls = story.lines_of("connect http://");
    (request, urls[1].to_string())
}

/// Breaks when a location with non-ASCII bytes or spaces is refused, or is encoded otherwise than by browsers.
#[test]
fn a_location_is_percent_encoded() {
    let cases: [(&[u8], &str); 8] = [
        (b"/a b", "/a%20b"),
        ("/café".as_bytes(), "/caf%C3%A9"),
        (b"/caf\xe9", "/caf%E9"),
        ("?q=ü".as_bytes(), "/events?q=%C3%BC"),
        ("x/ö/../ä b".as_bytes(), "/x/%C3%A4%20b"),
        ("//device/ö?'".as_bytes(), "/%C3%B6?'"),
        (b"http://device/{a}?{a}", "/{a}?{a}"),
        (b"/%20%c3%a9%zz%", "/%20%c3%a9%zz%"),
    ];
    for (location, target) in cases {
        let (request, url) = target_after(location);
        assert_eq!(request, format!("GET {target} HTTP/1.1"));
        assert_eq!(url, format!("device{target}"));
    }
}

/// Breaks when a location needs more room than its escapes do, or is cut within them.
#[test]
fn a_location_fits_its_buffer_as_it_is_encoded() {
    let encoded_len = "http://device/".len() + 3 * 11;
    for (space, expected) in [
        (encoded_len, "connect http://device/"),
        (encoded_len - 1, "lost after 0: LocationTooLong"),
    ] {
        let (mut buffer, mut redirects) = ([0; 256], vec![0; space]);
        let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
        source.follow_redirects(&mut redirects);
        let lines = play(
            &mut source,
            [redirect(302, &format!("/{}", " ".repeat(9) + "ü"))],
            100,
        )
        .lines;
        assert!(lines[1].starts_with(expected), "{lines:?}");
    }
}

/// Breaks when a redirect turns https into http.
#[test]
fn a_redirect_from_https_to_http_is_retried() {
    let script = [redirect(302, "https://a/"), redirect(302, "http://a/")];
    assert_is_retried(&script, "Insecure");
}

/// Breaks when a location is cut.
#[test]
fn a_location_that_does_not_fit_its_buffer_is_retried() {
    let script = [
        redirect(302, &"x".repeat(200)),
        redirect(302, &"y".repeat(50)),
    ];
    assert_is_retried(&script, "LocationTooLong");
}

/// Breaks when a client without a buffer for redirects ends, or requests the same URL again and again at short
/// delays.
#[test]
fn a_redirect_without_a_buffer_is_retried_with_the_longest_delay_unless_strict() {
    for (options, end) in [
        (&OPTIONS, "lost after 0: NoBuffer, again in 60000"),
        (&STRICT, "closed: NoBuffer"),
    ] {
        for status in [301, 307] {
            let mut buffer = [0; 256];
            let mut source = EventSource::new(url("http://device/events"), options, &mut buffer);
            let lines = play(&mut source, [redirect(status, "/x")], 100).lines;
            assert_eq!(lines[1], end);
        }
    }
    // A buffer that is too short is another failure.
    let (mut buffer, mut short) = ([0; 256], [0; 3]);
    let mut source = EventSource::new(url("http://device/events"), &OPTIONS, &mut buffer);
    source.follow_redirects(&mut short);
    let lines = play(&mut source, [redirect(301, "/x")], 100).lines;
    assert_eq!(lines[1], "lost after 0: LocationTooLong, again in 3000");
}

/// Returns two facts about the requests after such a redirect: whether the redirected one has the method and the
/// body, and whether the one of the next connection has them.
fn is_repeated_after(options: &ClientOptions<'_>, status: u16, place: &str) -> (bool, bool) {
    let answer = format!("{status} x\r\nLocation: {place}");
    let script = [
        Scene::answer(&answer, ""),
        Scene::stream(""),
        Scene::stream(""),
    ];
    let story = play_every_way(options, &script);
    let has_body = |number| {
        let request = story.request(number);
        let has_body = request.ends_with("\r\nContent-Length: 2\r\n\r\n{}");
        assert_ne!(has_body, request.starts_with("GET /b "), "{request}");
        let has = |part: &str| request.contains(part);
        assert_eq!(has_body, has("\r\ncontent-type: application/json\r\n"));
        assert!(has("\r\nX-Model: small\r\n"));
        has_body
    };
    assert!(has_body(0));
    (has_body(1), has_body(2))
}

/// Breaks when a redirect changes a `POST` otherwise than in browsers.
#[test]
fn a_post_becomes_a_get_without_a_body_after_301_302_and_303_only() {
    let fields = [
        field("Authorization", "Bearer secret"),
        field("content-type", "application/json"),
        field("X-Model", "small"),
    ];
    let post = ClientOptions::new()
        .request(Method::POST, b"{}")
        .repeat_unsafe()
        .fields(&fields)
        .reconnect(EXACT);
    for status in [301, 302, 303] {
        assert_eq!(is_repeated_after(&post, status, "/b"), (false, true));
    }
    for status in [307, 308] {
        assert_eq!(is_repeated_after(&post, status, "/b"), (true, true));
    }
    for place in [
        "//device:80/b",
        "//DEVICE/b",
        "//device:81/b",
        "https://device/b",
        "//other/b",
    ] {
        assert_eq!(is_repeated_after(&post, 307, place), (true, true));
    }
}

/// Breaks when a redirect changes another method otherwise than in browsers.
#[test]
fn another_method_becomes_a_get_without_a_body_after_303_only() {
    let fields = [
        field("Authorization", "Bearer secret"),
        field("content-type", "application/json"),
        field("X-Model", "small"),
    ];
    let report = ClientOptions::new()
        .request(Method::new("REPORT").unwrap(), b"{}")
        .fields(&fields)
        .reconnect(EXACT);
    assert_eq!(is_repeated_after(&report, 302, "/b"), (true, true));
    assert_eq!(is_repeated_after(&report, 303, "/b"), (false, true));
}
