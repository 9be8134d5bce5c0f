//! The secrets that are planted, and their spellings.
//!
//! The spellings are made here from their definitions, not with the code that they
//! test.

use std::fmt::Write as _;

/// The shortest line of a secret with several lines that is a secret by itself.
const MIN_LINE_CHARS: usize = 8;

/// A secret.
pub(super) struct Planted {
    /// What it is called in the pipeline.
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it comes from a file; else from the environment.
    pub(super) in_file: bool,
}

/// One way in which a secret may stand somewhere.
pub(super) struct Spelling {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// The twenty, every second one in a file.
pub(super) fn all() -> Vec<Planted> {
    let pem: String = (0..12)
        .map(|line| format!("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ{line:014}\n"))
        .collect();
    let long: String = (0..400).map(|part| format!("{part:x}Lg-{part}_")).collect();
    let values = [
        "ghp_Zq81VtLw03KfYbNsRe5TxU7mAo2".to_owned(),
        r#"he said "open sesame" twice"#.to_owned(),
        "it's five o'clock, isn't it".to_owned(),
        format!("-----BEGIN PRIVATE KEY-----\n{pem}-----END PRIVATE KEY-----"),
        "first-line-of-it\nsecond-line-of-it\n\nfourth-line-of-it".to_owned(),
        "pässwörd-ключ-鍵-🗝-ñandú".to_owned(),
        "100%25-or-50%2Foff%".to_owned(),
        "QWxhZGRpbjpvcGVuIHNlc2FtZTpvcGVu==".to_owned(),
        long,
        "crlf-line-one\r\ncrlf-line-two".to_owned(),
        r"C:\new\table\u0041\x41\\end".to_owned(),
        "a+b c&d=e?f/g#h;i".to_owned(),
        r#"{"key": "va'l-ue", "n": [1, null]}"#.to_owned(),
        "$(rm -rf x) `id` ${HOME} !! \\$x".to_owned(),
        "deadbeefcafe0123456789abcdef4242".to_owned(),
        "k9#Zq!7x".to_owned(),
        "tab\there and a\tthere".to_owned(),
        "-----dashes--and-more-dashes".to_owned(),
        r#"<b class="x">&amp;|*bold*_[x](y)</b>"#.to_owned(),
        "4929-1234-1234-1234".to_owned(),
    ];
    let planted = |(index, value)| Planted {
        name: format!("S{:02}", index + 1),
        value,
        in_file: index % 2 == 1,
    };
    values.into_iter().enumerate().map(planted).collect()
}

impl Planted {
    /// All spellings, which are what must not stand anywhere.
    pub(super) fn spellings(&self) -> Vec<Spelling> {
        let text = self.value.as_str();
        let quoted = text.replace('\'', r"'\''");
        let mut spellings = vec![
            spelling("raw", text),
            spelling("shell", quoted),
            spelling("json", json(text)),
            spelling("json_ascii", ascii(&json(text))),
            spelling("json_twice", json(&json(text))),
            spelling("percent", percent(text, "%20")),
            spelling("form", percent(text, "+")),
            spelling("hex", hexadecimal(text)),
            spelling("hex_upper", hexadecimal(text).to_uppercase()),
        ];
        let lines = text.lines().map(str::trim);
        let long = lines.filter(|line| line.chars().count() >= MIN_LINE_CHARS);
        spellings.extend(long.map(|line| spelling("line", line)));
        for before in 0..3 {
            let digits = base64(text.as_bytes(), before);
            let for_urls = digits.replace('+', "-").replace('/', "_");
            spellings.push(spelling("base64", digits));
            spellings.push(spelling("base64_url", for_urls));
        }
        spellings
    }
}

fn spelling(name: &'static str, text: impl Into<String>) -> Spelling {
    Spelling {
        name,
        bytes: text.into().into_bytes(),
    }
}

/// The inside of a JSON text.
fn json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

/// JSON without characters beyond ASCII.
fn ascii(json: &str) -> String {
    let mut escaped = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => escaped.push(char::from(byte)),
            _ => write!(escaped, "\\u{unit:04x}").unwrap(),
        }
    }
    escaped
}

/// As in a URL; only unreserved characters stand for themselves (RFC 3986, 2.3).
fn percent(text: &str, space: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push_str(space),
            b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            byte => write!(encoded, "%{byte:02X}").unwrap(),
        }
    }
    encoded
}

fn hexadecimal(text: &str) -> String {
    text.bytes().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

/// Those base64 digits that depend on nothing but these bytes, when `before` other
/// bytes stand before them.
fn base64(bytes: &[u8], before: usize) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<bool> = std::iter::repeat_n(0, before)
        .chain(bytes.iter().copied())
        .flat_map(|byte: u8| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
        .collect();
    let whole = |digit: &[bool]| {
        let index = digit
            .iter()
            .fold(0_usize, |value, bit| value << 1 | usize::from(*bit));
        char::from(DIGITS[index])
    };
    let first = (before * 8).div_ceil(6);
    bits.chunks_exact(6).skip(first).map(whole).collect()
}

#[test]
fn spellings_follow_their_definitions() {
    // Goal: a search with wrong needles would find nothing and prove nothing.
    assert_eq!(json("a\"\\\n\tä"), r#"a\"\\\n\tä"#);
    assert_eq!(ascii("ä🗝"), r"\u00e4\ud83d\udddd");
    assert_eq!(percent("a b/ä~", "%20"), "a%20b%2F%C3%A4~");
    assert_eq!(percent("a b", "+"), "a+b");
    assert_eq!(hexadecimal("Az~"), "417a7e");
    // "foobar" is Zm9vYmFy (RFC 4648, section 10); behind one byte its digits begin
    // in the middle of the second, and its last one is not whole.
    assert_eq!(base64(b"foobar", 0), "Zm9vYmFy");
    assert_eq!(base64(b"oobar", 1), "9vYmFy");
    assert_eq!(base64(b"obar", 2), "vYmFy");
    assert_eq!(base64(b"foob", 0), "Zm9vY");
}
