//! The spellings of a secret that are looked for in every view of an output.

use std::collections::BTreeSet;

/// The shortest line of a secret with several lines that is a secret by itself, in
/// characters. Shorter ones, such as a lone brace, stand everywhere.
const MIN_LINE_CHARS: usize = 8;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// All spellings of a secret, each once.
pub(super) fn of(secret: &str) -> BTreeSet<Vec<u8>> {
    let mut forms = BTreeSet::new();
    let whole = secret.trim();
    let lines = secret.lines().map(str::trim);
    let texts = [secret, whole]
        .into_iter()
        .chain(lines.filter(|line| line.chars().count() >= MIN_LINE_CHARS));
    for text in texts.filter(|text| !text.is_empty()) {
        forms.insert(text.as_bytes().to_vec());
        // A shell ends its single quotes to write one, and so does `set -x`.
        forms.insert(text.replace('\'', r"'\''").into_bytes());
        forms.insert(text.replace('\'', r#"'"'"'"#).into_bytes());
    }
    for bytes in [secret.as_bytes(), whole.as_bytes()] {
        if bytes.is_empty() {
            continue;
        }
        forms.insert(hexadecimal(bytes, b"0123456789abcdef"));
        forms.insert(hexadecimal(bytes, b"0123456789ABCDEF"));
        for alphabet in [STANDARD, URL_SAFE] {
            forms.extend(base64(bytes, alphabet));
        }
    }
    forms
}

fn hexadecimal(bytes: &[u8], digits: &[u8; 16]) -> Vec<u8> {
    bytes
        .iter()
        .flat_map(|byte| {
            [
                digits[usize::from(byte >> 4)],
                digits[usize::from(byte & 15)],
            ]
        })
        .collect()
}

/// The digits that a secret causes in base64, wherever in the encoded bytes it
/// stands: for each of the three alignments those digits that no neighbour has a part
/// in, and the complete encoding of the secret alone, with and without padding.
fn base64(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for before in 0..3_usize {
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(bytes);
        let digits = base64_digits(&shifted, alphabet);
        let first = (before * 8).div_ceil(6);
        let last = shifted.len() * 8 / 6;
        forms.push(digits[first..last].to_vec());
        if before == 0 {
            let mut padded = digits.clone();
            padded.resize(digits.len().next_multiple_of(4), b'=');
            forms.push(digits);
            forms.push(padded);
        }
    }
    forms
}

/// Base64 without padding; the last digit is filled up with zero bits.
fn base64_digits(bytes: &[u8], alphabet: &[u8; 64]) -> Vec<u8> {
    let bit = |index: usize| {
        let byte = bytes.get(index / 8).copied().unwrap_or(0);
        usize::from(byte >> (7 - index % 8) & 1)
    };
    (0..(bytes.len() * 8).div_ceil(6))
        .map(|digit| (0..6).fold(0, |value, n| value << 1 | bit(digit * 6 + n)))
        .map(|value| alphabet[value])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(secret: &str) -> Vec<String> {
        of(secret)
            .into_iter()
            .map(|form| String::from_utf8(form).unwrap())
            .collect()
    }

    /// Goal: base64 follows its definition (the vectors of RFC 4648, section 10).
    #[test]
    fn base64_vectors() {
        for (plain, encoded) in [
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(
                base64_digits(plain.as_bytes(), STANDARD),
                encoded.as_bytes()
            );
        }
    }

    /// Goal: whatever stands before and after a secret, one of its base64 forms
    /// stands in the encoding.
    #[test]
    fn base64_at_every_alignment() {
        let secret = "s3cr3t?>";
        for alphabet in [STANDARD, URL_SAFE] {
            let forms = base64(secret.as_bytes(), alphabet);
            for before in ["", "u", "us", "use", "user"] {
                for after in ["", "x", "xy"] {
                    let encoded =
                        base64_digits(format!("{before}{secret}{after}").as_bytes(), alphabet);
                    let found = forms
                        .iter()
                        .any(|form| encoded.windows(form.len()).any(|window| window == form));
                    assert!(found, "{before}…{after}");
                }
            }
        }
    }

    /// Goal: long lines of a secret are secrets, short ones are not.
    #[test]
    fn lines() {
        let forms = texts("-----BEGIN KEY-----\r\nMIIBVgIBADAN\n}\n");
        assert!(forms.contains(&"-----BEGIN KEY-----".to_owned()));
        assert!(forms.contains(&"MIIBVgIBADAN".to_owned()));
        assert!(!forms.contains(&"}".to_owned()));
    }
}
