//! The same output read in different ways, so that a secret is found whichever of
//! its characters a program escaped.
//!
//! A view is a chain of decoders. Each takes [`Unit`]s, a byte together with the
//! place in the output that it was spelled at, and passes on other units; a match in
//! the decoded bytes is thereby a match of that place.

/// One byte of a view, and where the output spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// The byte.
    pub(super) byte: u8,
    /// Where its spelling begins, in bytes since the beginning of the output.
    pub(super) start: u64,
    /// Where its spelling ends, exclusive.
    pub(super) end: u64,
}

/// One way to read an output.
#[derive(Debug, Clone)]
pub(super) struct View {
    chain: Vec<Decoder>,
}

/// One kind of escape.
#[derive(Debug, Clone)]
enum Decoder {
    /// `%2F` is `/`, and `+` is a space.
    Percent(Vec<Unit>),
    /// `\u002f`, `\x2f`, `\057`, `\n`, `\"` and so on.
    Backslash(Vec<Unit>),
    /// The break after a long line without spaces vanishes; the number is how long
    /// the line is so far. Other breaks stay, since what may become a secret is held
    /// back, and a log is followed line by line.
    Joined(usize),
}

/// How long a line must be to count as one that a program has broken. Programs break
/// base64 and hexadecimal after 60, 64 or 76 digits.
const LONG_LINE: usize = 40;

/// What a beginning of an escape is.
enum Escape {
    /// Too short to tell.
    More,
    /// These bytes.
    Bytes(Vec<u8>),
    /// Not an escape.
    None,
}

impl View {
    /// All views that are looked at.
    pub(super) fn all() -> Vec<Self> {
        let percent = || Decoder::Percent(Vec::new());
        let backslash = || Decoder::Backslash(Vec::new());
        [
            vec![],
            vec![percent()],
            vec![backslash()],
            vec![backslash(), backslash()],
            vec![backslash(), Decoder::Joined(0)],
        ]
        .into_iter()
        .map(|chain| Self { chain })
        .collect()
    }

    /// Whether this byte begins an escape in some view.
    pub(super) fn is_special(byte: u8) -> bool {
        matches!(byte, b'%' | b'+' | b'\\')
    }

    /// Takes a unit and appends what follows from it.
    pub(super) fn push(&mut self, unit: Unit, out: &mut Vec<Unit>) {
        push_through(&mut self.chain, unit, out);
    }

    /// Takes the end of the output: an unfinished escape stands for itself.
    pub(super) fn finish(&mut self, out: &mut Vec<Unit>) {
        for index in 0..self.chain.len() {
            let (decoder, rest) = self.chain[index..]
                .split_first_mut()
                .expect("the index is below the length");
            for unit in decoder.take_pending() {
                push_through(rest, unit, out);
            }
        }
    }

    /// Where the earliest unfinished escape begins.
    pub(super) fn pending_since(&self) -> Option<u64> {
        self.chain
            .iter()
            .filter_map(|decoder| decoder.pending()?.first())
            .map(|unit| unit.start)
            .min()
    }
}

fn push_through(chain: &mut [Decoder], unit: Unit, out: &mut Vec<Unit>) {
    match chain.split_first_mut() {
        None => out.push(unit),
        Some((first, rest)) => first.push(unit, &mut |decoded| push_through(rest, decoded, out)),
    }
}

impl Decoder {
    fn pending(&self) -> Option<&Vec<Unit>> {
        match self {
            Self::Percent(pending) | Self::Backslash(pending) => Some(pending),
            Self::Joined(_) => None,
        }
    }

    fn take_pending(&mut self) -> Vec<Unit> {
        match self {
            Self::Percent(pending) | Self::Backslash(pending) => std::mem::take(pending),
            Self::Joined(_) => Vec::new(),
        }
    }

    fn push(&mut self, unit: Unit, out: &mut dyn FnMut(Unit)) {
        let (pending, escape): (_, fn(&[u8]) -> Escape) = match self {
            Self::Joined(length) => {
                match unit.byte {
                    b'\r' if *length >= LONG_LINE => return,
                    b'\n' if *length >= LONG_LINE => {
                        *length = 0;
                        return;
                    }
                    byte if byte.is_ascii_graphic() => *length += 1,
                    _ => *length = 0,
                }
                return out(unit);
            }
            Self::Percent(pending) => (pending, percent_escape),
            Self::Backslash(pending) => (pending, backslash_escape),
        };
        if pending.is_empty() && !View::is_special(unit.byte) {
            out(unit);
            return;
        }
        pending.push(unit);
        // What turns out not to be an escape may hold one from its second byte on.
        while !pending.is_empty() {
            let spelled: Vec<u8> = pending.iter().map(|unit| unit.byte).collect();
            match escape(&spelled) {
                Escape::More => return,
                Escape::None => out(pending.remove(0)),
                Escape::Bytes(bytes) => {
                    let (start, end) = (pending[0].start, unit.end);
                    pending.clear();
                    for byte in bytes {
                        out(Unit { byte, start, end });
                    }
                }
            }
        }
    }
}

fn percent_escape(spelled: &[u8]) -> Escape {
    match spelled {
        [b'+'] => Escape::Bytes(vec![b' ']),
        [b'%', digits @ ..] => {
            hexadecimal(digits, 2, |value| u8::try_from(value).ok().map(|b| vec![b]))
        }
        _ => Escape::None,
    }
}

fn backslash_escape(spelled: &[u8]) -> Escape {
    let one = |byte: u8| Escape::Bytes(vec![byte]);
    match spelled {
        [b'\\'] => Escape::More,
        [b'\\', kind, rest @ ..] => match kind {
            b'n' => one(b'\n'),
            b'r' => one(b'\r'),
            b't' => one(b'\t'),
            b'b' => one(8),
            b'f' => one(12),
            b'v' => one(11),
            b'a' => one(7),
            b'e' => one(27),
            b'x' => hexadecimal(rest, 2, |value| u8::try_from(value).ok().map(|b| vec![b])),
            b'U' => hexadecimal(rest, 8, utf8),
            b'u' => utf16_escape(rest),
            b'0'..=b'3' => octal(*kind, rest),
            b' ' => one(b' '),
            other if other.is_ascii_punctuation() => one(*other),
            _ => Escape::None,
        },
        _ => Escape::None,
    }
}

/// What follows `\u`: four digits, or a pair of such escapes.
fn utf16_escape(spelled: &[u8]) -> Escape {
    let Some((first, rest)) = spelled.split_at_checked(4) else {
        return hexadecimal(spelled, 4, |_| None);
    };
    let Some(high) = digits_value(first) else {
        return Escape::None;
    };
    if !(0xD800..0xDC00).contains(&high) {
        return utf8(high).map_or(Escape::None, Escape::Bytes);
    }
    match rest {
        [] | [b'\\'] => Escape::More,
        [b'\\', b'u', low @ ..] => hexadecimal(low, 4, |low| {
            let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
            utf8(0x10000 + ((high - 0xD800) << 10) + low)
        }),
        _ => Escape::None,
    }
}

/// A number of hexadecimal digits, decoded when they are complete.
fn hexadecimal(digits: &[u8], count: usize, decode: impl Fn(u32) -> Option<Vec<u8>>) -> Escape {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return Escape::None;
    }
    if digits.len() < count {
        return Escape::More;
    }
    digits_value(digits)
        .and_then(decode)
        .map_or(Escape::None, Escape::Bytes)
}

fn octal(first: u8, rest: &[u8]) -> Escape {
    if !rest.iter().all(|digit| matches!(digit, b'0'..=b'7')) {
        return Escape::None;
    }
    match rest {
        [second, third] => {
            let digit = |digit: u8| digit - b'0';
            Escape::Bytes(vec![
                digit(first) << 6 | digit(*second) << 3 | digit(*third),
            ])
        }
        _ => Escape::More,
    }
}

fn digits_value(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn utf8(code: u32) -> Option<Vec<u8>> {
    char::from_u32(code).map(|c| c.to_string().into_bytes())
}
