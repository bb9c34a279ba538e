//! Generators of streams: every short one, and random ones.

/// The alphabet of the exhaustive tests.
pub const ALPHABET: [&[u8]; 13] = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b" ",
    b"\r",
    b"\n",
    b"x",
    b"1",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
];

/// Calls `visit` with every stream of exactly `length` letters of the alphabet, until `visit` returns `false`.
pub fn every_stream(length: u32, mut visit: impl FnMut(&[u8]) -> bool) {
    let mut stream = Vec::new();
    for number in 0..ALPHABET.len().pow(length) {
        stream.clear();
        let mut rest = number;
        for _ in 0..length {
            stream.extend(ALPHABET[rest % ALPHABET.len()]);
            rest /= ALPHABET.len();
        }
        if !visit(&stream) {
            return;
        }
    }
}

/// Generates a stream of valid lines, unusual lines and noise.
pub fn random_stream(random: &mut fastrand::Rng) -> Vec<u8> {
    let mut stream = Vec::new();
    if random.u8(..) < 40 {
        stream.extend(&b"\xef\xbb\xbf\xef\xbb\xbf"[..random.usize(1..=6)]);
    }
    for _ in 0..random.usize(0..14) {
        match random.u8(0..16) {
            0..=9 => line(random, &mut stream),
            10 => stream.push(random.u8(..)),
            11 => stream.extend(random.choice(ALPHABET).unwrap()),
            _ => {}
        }
        if random.u8(0..3) == 0 {
            stream.extend(line_end(random));
        }
    }
    if random.bool() {
        stream.extend(line_end(random));
        stream.extend(line_end(random));
    }
    stream
}

/// Cuts a stream into chunks of random lengths.
pub fn random_chunks<'s>(random: &mut fastrand::Rng, mut stream: &'s [u8]) -> Vec<&'s [u8]> {
    let longest = random.choice([1, 2, 3, 7, 30, 300]).unwrap();
    let mut chunks = Vec::new();
    while !stream.is_empty() {
        let (chunk, rest) = stream.split_at(random.usize(0..=longest.min(stream.len())));
        chunks.push(chunk);
        stream = rest;
    }
    chunks
}

fn line(random: &mut fastrand::Rng, stream: &mut Vec<u8>) {
    let names: [&[u8]; 16] = [
        b"data", b"data", b"data", b"data", b"data", b"event", b"event", b"id", b"id", b"retry",
        b"", b"Data", b"dat", b"datas", b" data", b"x",
    ];
    stream.extend(random.choice(names).unwrap());
    stream.extend(
        random
            .choice([&b": "[..], b": ", b":", b":", b":  ", b"", b"::"])
            .unwrap(),
    );
    for _ in 0..random.usize(0..4) {
        value(random, stream);
    }
    stream.extend(line_end(random));
}

fn value(random: &mut fastrand::Rng, stream: &mut Vec<u8>) {
    let pieces: [&[u8]; 20] = [
        b"a",
        b"1",
        b"42",
        b"temperature",
        b"{\"celsius\":21.5}",
        b" ",
        b":",
        b"\0",
        b"\t",
        b"\xff",
        b"\xc3",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
        b"\xf0\x9f\x98\x80",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
        b"\x0b",
        b"\x0c",
        b"4294967296",
    ];
    match random.u8(0..40) {
        0 => stream.extend(std::iter::repeat_n(b'y', random.usize(0..3000))),
        1 => stream.extend(std::iter::repeat_with(|| random.u8(..)).take(20)),
        _ => stream.extend(random.choice(pieces).unwrap()),
    }
}

fn line_end(random: &mut fastrand::Rng) -> &'static [u8] {
    random.choice([&b"\n"[..], b"\n", b"\r\n", b"\r"]).unwrap()
}
