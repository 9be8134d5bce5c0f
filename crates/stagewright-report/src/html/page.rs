//! Writing a page so that nothing from outside gets into it unescaped: fixed markup is
//! `&'static str`, and every other text goes through [`Page::text`].

use crate::markup::escape;
use crate::outside::is_web_address;
use std::fmt::Write as _;

/// A backquote as [`escape`] leaves it.
const QUOTE: &str = "&#96;";

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// Fixed markup.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// At most `count` characters of a text, as content or in a quoted attribute.
    pub(super) fn text(&mut self, text: &str, count: usize) -> &mut Self {
        self.0.push_str(&escape(text, count));
        self
    }

    /// As [`text`](Self::text), for sentences of ours: a plain name between backquotes is
    /// shown as code. Of letters, digits and a few signs only, it is as harmless there.
    pub(super) fn sentence(&mut self, text: &str, count: usize) -> &mut Self {
        let escaped = escape(text, count);
        let mut rest = escaped.as_str();
        while let Some((before, after)) = rest.split_once(QUOTE) {
            self.0.push_str(before);
            match after.split_once(QUOTE) {
                Some((name, behind)) if is_name(name) => {
                    self.raw("<code>").0.push_str(name);
                    self.raw("</code>");
                    rest = behind;
                }
                _ => {
                    self.0.push_str(QUOTE);
                    rest = after;
                }
            }
        }
        self.0.push_str(rest);
        self
    }

    /// A number.
    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        let digits = number.to_string();
        for (at, digit) in digits.chars().enumerate() {
            // Groups of three, apart by a narrow blank that no line breaks at.
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                self.0.push('\u{202f}');
            }
            self.0.push(digit);
        }
        self
    }

    /// A drawing of ours, which has escaped its own texts.
    pub(super) fn drawing(&mut self, svg: &str) -> &mut Self {
        debug_assert!(
            svg.starts_with("<svg "),
            "only drawings are taken as they are"
        );
        self.0.push_str(svg);
        self
    }

    /// A text from outside as code.
    pub(super) fn code(&mut self, text: &str, count: usize) -> &mut Self {
        self.raw("<code>").text(text, count).raw("</code>")
    }

    /// A link where the address is a plain web address, else the name and the address
    /// as text: nothing that an agent says becomes a `javascript:` link.
    pub(super) fn link(&mut self, name: &str, address: &str) -> &mut Self {
        if is_web_address(address) {
            self.raw("<a rel=\"noreferrer noopener\" href=\"")
                .text(address, 1_000)
                .raw("\">")
                .text(name, 200)
                .raw("</a>")
        } else {
            self.text(name, 200).raw(" ").code(address, 300)
        }
    }

    /// A short hash, with the whole of it as its title.
    pub(super) fn hash(&mut self, hash: &str) -> &mut Self {
        let short: String = hash.chars().take(12).collect();
        self.raw("<code title=\"")
            .text(hash, 200)
            .raw("\">")
            .text(&short, 12)
            .raw("</code>")
    }

    /// The beginning of a section with its heading.
    pub(super) fn section(&mut self, id: &'static str, heading: &'static str) -> &mut Self {
        self.raw("<section aria-labelledby=\"")
            .raw(id)
            .raw("\">\n<h2 id=\"")
            .raw(id)
            .raw("\">")
            .raw(heading)
            .raw("</h2>\n")
    }

    pub(super) fn end_section(&mut self) -> &mut Self {
        self.raw("</section>\n")
    }

    /// The beginning of something wide, which scrolls by itself where the page is narrow.
    pub(super) fn wide(&mut self, label: &'static str) -> &mut Self {
        self.raw("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"")
            .raw(label)
            .raw("\">\n")
    }

    pub(super) fn end_wide(&mut self) -> &mut Self {
        self.raw("</div>\n")
    }

    /// A row over the whole table that says how many rows are left out.
    pub(super) fn more_row(&mut self, columns: u64, more: u64, what: &'static str) -> &mut Self {
        self.raw("<tr class=\"more\"><td colspan=\"")
            .number(columns)
            .raw("\">… and ")
            .number(more)
            .raw(" more ")
            .raw(what)
            .raw("</td></tr>\n")
    }

    /// The finished page, with the hash of its style in the place of the marker.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn is_name(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/[]".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

/// What a source of styles is known by in a content security policy:
/// `sha256-` and the hash in base 64.
pub(super) fn style_source(style: &str) -> String {
    let hex = stagewright_core::hash::sha256_hex(style.as_bytes());
    let bytes: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect();
    let mut source = String::from("sha256-");
    let _ = source.write_str(&base64(&bytes));
    source
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= group.len() {
                let digit = (bits >> (18 - 6 * place)) & 63;
                text.push(char::from(DIGITS[digit as usize]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: base 64 as RFC 4648 has it, its test vectors included.
    #[test]
    fn base64_of_vectors() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
            ("\u{ff}\u{3fff}", "w7/jv78="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        // The SHA-256 of nothing.
        assert_eq!(
            style_source(""),
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    /// Goal: only plain web addresses are links.
    #[test]
    fn links() {
        for (address, is_link) in [
            ("https://jira.test/browse/P-1?a=b&c=d#e", true),
            ("http://x", true),
            ("javascript:alert(1)", false),
            ("JaVaScRiPt:alert(1)", false),
            ("data:text/html,<script>", false),
            ("//evil.test", false),
            ("https://x/\" onclick=\"y", false),
            ("https://x/ y", false),
            (" https://x", false),
            ("", false),
        ] {
            let mut page = Page::default();
            page.link("a", address);
            assert_eq!(page.finish().starts_with("<a "), is_link, "{address}");
        }
    }

    /// Goal: names are code, and nothing else that stands between backquotes is.
    #[test]
    fn sentences() {
        for (text, shown) in [
            ("agent `a.b[1]` failed", "agent <code>a.b[1]</code> failed"),
            ("`a` `<b>` `c", "<code>a</code> &#96;&lt;b&gt;&#96; &#96;c"),
            ("`` `a`", "&#96;&#96; <code>a</code>"),
        ] {
            let mut page = Page::default();
            page.sentence(text, 100);
            assert_eq!(page.finish(), shown);
        }
    }

    /// Goal: large numbers can be read.
    #[test]
    fn numbers() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{202f}000"),
            (1_234_567, "1\u{202f}234\u{202f}567"),
        ] {
            let mut page = Page::default();
            page.number(number);
            assert_eq!(page.finish(), shown);
        }
    }
}
