//! How the strict client differs from Chromium, and why.

/// Scenarios in which the strict client differs from Chromium, for one reason.
pub struct Difference {
    pub reason: &'static str,
    pub scenarios: &'static [&'static str],
    pub chromium: &'static str,
    pub client: &'static str,
}

pub const DIFFERENCES: [Difference; 33] = [
    Difference {
        reason: "A status line of another HTTP version, or one that RFC 9112 does not allow, is a network error; \
            Chromium opens the stream.",
        scenarios: &[
            "status line: HTTP/2.0",
            "status line: HTTP/0.9",
            "status line: HTTP/3",
            "status line: HTTP/11.1",
            "status line: lower case",
            "status line: with a space before it",
            "status line: with two spaces",
            "status line: with a tab",
            "status line: without a status",
            "status line: status of letters",
            "status line: negative status",
            "status line: status with letters after it",
        ],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "A status that is no number from 100 to 999 is a network error; Chromium takes it for a status other \
            than 200, and closes the stream for good.",
        scenarios: &[
            "status line: ICY",
            "status line: status 99",
            "status line: status of two digits",
            "status line: status of four digits",
            "status line: status 000",
        ],
        chromium: ENDED,
        client: RETRIED,
    },
    Difference {
        reason: "Any number of empty lines may precede a status line (RFC 9112, 2.2, names one); Chromium looks for \
            it in the first four bytes.",
        scenarios: &["status line: after four empty lines"],
        chromium: RETRIED,
        client: OPENED,
    },
    Difference {
        reason: "A line that is no header field makes a head malformed, which is a network error; Chromium skips it.",
        scenarios: &[
            "head: obs-fold of the status line",
            "head: line without a colon",
            "head: empty name",
            "head: space before the colon",
            "head: space in a name",
        ],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "The client skips the values of header fields that it does not use; Chromium rejects NUL in every value.",
        scenarios: &["head: NUL in a value"],
        chromium: RETRIED,
        client: OPENED,
    },
    Difference {
        reason: "A head of more than 16 KB is a network error by default; Chromium reads 256 KB.",
        scenarios: &["head: 100 KB in lines", "head: 20 KB in a line"],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "101 is a network error, since the client requests no other protocol; Chromium reads the response that \
            follows.",
        scenarios: &["interim: 101 and a stream"],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "407 ends the client, as other 4xx do; Chromium has no proxy configured, and takes it for a network \
            error.",
        scenarios: &["status: 407"],
        chromium: RETRIED,
        client: ENDED,
    },
    Difference {
        reason: "The strict client ends after 421; Chromium repeats the request once, at once, on another connection.",
        scenarios: &["status: 421"],
        chromium: "GET /stream, GET /stream [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] end",
        client: ENDED,
    },
    Difference {
        reason: "The strict client ends after 421; Chromium repeats the request once, at once, on another connection.",
        scenarios: &["status: 421 twice"],
        chromium: "GET /stream, GET /stream [1], GET /stream [1] => open, message [1] a, lost, closed",
        client: ENDED,
    },
    Difference {
        reason: "Streams are UTF-8 whatever `charset` says (WHATWG HTML 9.2.5); Chromium refuses others.",
        scenarios: &["type: another charset", "type: unknown charset"],
        chromium: ENDED,
        client: "GET /stream, GET /stream [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] ok…, lost, open, message [1] end",
    },
    Difference {
        reason: "A `Content-Type` is one type (RFC 9110, 8.3); Chromium reads a list, of which the last one counts.",
        scenarios: &["type: list that ends well"],
        chromium: "GET /stream, GET /stream [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] ok…, lost, open, message [1] end",
        client: ENDED,
    },
    Difference {
        reason: "A type with white space in it is invalid (RFC 9110, 8.3); Chromium reads up to the white space.",
        scenarios: &["type: a word after it"],
        chromium: "GET /stream, GET /stream [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] ok…, lost, open, message [1] end",
        client: ENDED,
    },
    Difference {
        reason: "A `Content-Length` that is no number is a network error (RFC 9112, 6.3); Chromium ignores it.",
        scenarios: &[
            "length: letters",
            "length: negative",
            "length: with a plus",
            "length: hexadecimal",
            "length: fraction",
            "length: empty",
        ],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "Events before an invalid chunk are delivered; Chromium drops everything that it read in the same call.",
        scenarios: &[
            "chunks: size zz in an open stream",
            "chunks: empty size in an open stream",
            "chunks: negative size in an open stream",
            "chunks: size 0x9 in an open stream",
            "chunks: size past 64 bits in an open stream",
        ],
        chromium: EMPTY,
        client: OPENED,
    },
    Difference {
        reason: "A chunk of 4 GB or more is invalid, since sizes have 32 bits; in Chromium they have 64.",
        scenarios: &["chunks: size past 32 bits"],
        chromium: "GET /stream, GET /stream [1], GET /stream [1] => open, message [1] a, lost, \
            open, message [1] b, message [1] c, lost, open, message [1] end",
        client: OPENED,
    },
    Difference {
        reason: "A transfer coding other than one `chunked` or `identity` is a network error; Chromium ignores it.",
        scenarios: &[
            "coding: chunked twice",
            "coding: chunked in a list twice",
            "coding: gzip, chunked",
            "coding: xchunked",
            "coding: transfer coding gzip",
        ],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "Any `Transfer-Encoding` overrules `Content-Length` (RFC 9112, 6.3); in Chromium, `identity` does not.",
        scenarios: &["coding: identity and a length"],
        chromium: EMPTY,
        client: OPENED,
    },
    Difference {
        reason: "The client decodes no content coding and asks for `identity`, so any other is a network error. Chromium \
            decodes gzip, and ignores names that it does not know.",
        scenarios: &[
            "coding: content coding gzip",
            "coding: unknown content coding",
        ],
        chromium: OPENED,
        client: RETRIED,
    },
    Difference {
        reason: "The client decodes no content coding and asks for `identity`, so any other is a network error. Chromium \
            opens the stream before it decodes.",
        scenarios: &["coding: content coding gzip without gzip"],
        chromium: EMPTY,
        client: RETRIED,
    },
    Difference {
        reason: "A connection that ends within the head is a network error; Chromium takes the received part for the \
            whole head, which lacks the type.",
        scenarios: &[
            "closed within the status line",
            "closed after the status line",
            "closed within a field",
            "closed within a 404's head",
        ],
        chromium: ENDED,
        client: RETRIED,
    },
    Difference {
        reason: "A connection that ends within the head is a network error; Chromium takes the received part for the \
            whole head, which has the type.",
        scenarios: &["closed after the type"],
        chromium: EMPTY,
        client: RETRIED,
    },
    Difference {
        reason: "An id with a control character, which HTTP forbids, is not sent; Chromium sends it.",
        scenarios: &["id: with a control character"],
        chromium: "GET /stream, GET /stream [a\x01b] => \
            open, message [a\x01b] b, lost, open, message [a\x01b] end",
        client: "GET /stream, GET /stream => open, message [a\x01b] b, lost, open, message [a\x01b] end",
    },
    Difference {
        reason: "A temporary redirect counts for one connection (RFC 9110, 15.4); Chromium reconnects to the last URL.",
        scenarios: &["redirect: 302", "redirect: 303", "redirect: 307"],
        chromium: REMEMBERED,
        client: FOLLOWED,
    },
    Difference {
        reason: "A temporary redirect counts for one connection (RFC 9110, 15.4); Chromium reconnects to the last URL.",
        scenarios: &[
            "redirect: 302 to another port",
            "redirect: 303 to another port",
            "redirect: 307 to another port",
        ],
        chromium: "GET /stream, GET /stream [1], GET {other}/b [1], GET {other}/b [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
        client: "GET /stream, GET /stream [1], GET {other}/b [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
    },
    Difference {
        reason: "A temporary redirect counts for one connection (RFC 9110, 15.4); Chromium reconnects to the last URL.",
        scenarios: &["redirect: permanent, then temporary"],
        chromium: "GET /stream, GET /stream [1], GET /b [1], GET /c [1], GET /c [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
        client: "GET /stream, GET /stream [1], GET /b [1], GET /c [1], GET /b [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
    },
    Difference {
        reason: "A remembered target without a stream is forgotten, and the original URL is requested; in Chromium the \
            target's answer is final.",
        scenarios: &["redirect: permanent, and its target gone later"],
        chromium: "GET /stream, GET /stream [1], GET /b [1], GET /b [1] => \
            open, message [1] a, lost, open, message [1] b, lost, closed",
        client: "GET /stream, GET /stream [1], GET /b [1], GET /b [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] b, lost, lost, open, message [1] end",
    },
    Difference {
        reason: "A remembered target without a stream is forgotten; Chromium requests it again and again.",
        scenarios: &["redirect: permanent, and its target silent later"],
        chromium: "GET /stream, GET /stream [1], GET /b [1], GET /b [1], GET /b [1] => \
            open, message [1] a, lost, open, message [1] b, lost, lost, open, message [1] end",
        client: "GET /stream, GET /stream [1], GET /b [1], GET /b [1], GET /stream [1] => \
            open, message [1] a, lost, open, message [1] b, lost, lost, open, message [1] end",
    },
    Difference {
        reason: "A redirect to a URL that is not HTTP is a network error (WHATWG Fetch 4.4); Chromium closes the stream \
            for good, as if the page had no permission.",
        scenarios: &["redirect: ftp", "redirect: mailto"],
        chromium: ENDED,
        client: RETRIED,
    },
    Difference {
        reason: "A location with a user name is invalid, and such a redirect is retried; Chromium closes the stream for \
            good, as if the page had no permission.",
        scenarios: &["redirect: user"],
        chromium: ENDED,
        client: NOT_FOLLOWED,
    },
    Difference {
        reason: "A location with a control character is invalid; browsers remove tabs.",
        scenarios: &["redirect: tab in it"],
        chromium: "GET /stream, GET /stream [1], GET /ab [1], GET /ab [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
        client: NOT_FOLLOWED,
    },
    Difference {
        reason: "In RFC 3986, a backslash is no slash; browsers take it for one.",
        scenarios: &["redirect: back slash"],
        chromium: REMEMBERED,
        client: "GET /stream, GET /stream [1], GET /\\b [1], GET /\\b [1] => \
            open, message [1] a, lost, open, message [1] b, lost, open, message [1] end",
    },
    Difference {
        reason: "Of two locations the first one counts; Chromium takes them for a network error.",
        scenarios: &["redirect: two locations"],
        chromium: NOT_FOLLOWED,
        client: REMEMBERED,
    },
];

/// The answer between two good streams opens, and has an event.
const OPENED: &str = "GET /stream, GET /stream [1], GET /stream [1] => \
    open, message [1] a, lost, open, message [1] b, lost, open, message [1] end";
/// The answer opens, and has no event.
const EMPTY: &str = "GET /stream, GET /stream [1], GET /stream [1] => \
    open, message [1] a, lost, open, lost, open, message [1] end";
/// The answer is no stream. The client retries.
const RETRIED: &str = "GET /stream, GET /stream [1], GET /stream [1] => \
    open, message [1] a, lost, lost, open, message [1] end";
/// The answer ends the client.
const ENDED: &str = "GET /stream, GET /stream [1] => open, message [1] a, lost, closed";
/// The redirect between two good answers is followed, and counts for later connections.
const REMEMBERED: &str = "GET /stream, GET /stream [1], GET /b [1], GET /b [1] => \
    open, message [1] a, lost, open, message [1] b, lost, open, message [1] end";
/// The redirect is followed, and counts for one connection.
const FOLLOWED: &str = "GET /stream, GET /stream [1], GET /b [1], GET /stream [1] => \
    open, message [1] a, lost, open, message [1] b, lost, open, message [1] end";
/// The redirect is not followed. The client retries.
const NOT_FOLLOWED: &str = "GET /stream, GET /stream [1], GET /stream [1], GET /stream [1] => \
    open, message [1] a, lost, lost, open, message [1] b, lost, open, message [1] end";
