use super::*;

/// Goal: a corpus of hostile and of honest URLs, each with its verdict: the origin and
/// the request target, or the reason for the refusal.
#[test]
fn hostile_urls() {
    use UrlError as E;
    let host = |text: &str| E::Host(text.to_owned());
    let odd = |text: &str| E::OddAddress(text.to_owned());
    let port = |text: &str| E::Port(text.to_owned());
    let character = |text: &str| E::Character(text.to_owned());
    let scheme = |text: &str| E::Scheme(text.to_owned());
    let long = format!("http://a/{}", "x".repeat(MAX_URL_BYTES));
    let label = format!("http://{}.example/", "x".repeat(64));
    for (text, expected) in [
        // Honest ones.
        ("http://example.com", Ok("http example.com /")),
        ("HTTPS://Example.COM:443/A", Ok("https example.com /A")),
        ("https://example.com:80/", Ok("https example.com:80 /")),
        (
            "http://a.example?x=1&y[]=2",
            Ok("http a.example /?x=1&y[]=2"),
        ),
        ("http://a/b?c/../d", Ok("http a /b?c/../d")),
        ("http://a/b#secret-fragment", Ok("http a /b")),
        ("http://a#@b/c", Ok("http a /")),
        ("http://127.0.0.1:8080/x", Ok("http 127.0.0.1:8080 /x")),
        ("http://[::1]:8080/x", Ok("http [::1]:8080 /x")),
        (
            "http://my_host-1.internal./x",
            Ok("http my_host-1.internal /x"),
        ),
        (
            "http://xn--bcher-kva.example/",
            Ok("http xn--bcher-kva.example /"),
        ),
        ("http://a/%2F%41?q=%20+", Ok("http a /%2F%41?q=%20+")),
        ("http://a/b...c/.../d", Ok("http a /b...c/.../d")),
        ("http://a/x@y:z", Ok("http a /x@y:z")),
        ("http://1.2.3.4.example/", Ok("http 1.2.3.4.example /")),
        // Not of HTTP.
        ("", Err(E::Empty)),
        ("example.com/x", Err(E::NoScheme)),
        ("localhost:8080/x", Err(scheme("localhost"))),
        ("example.com:8080/x", Err(E::NoScheme)),
        ("//example.com/", Err(E::NoScheme)),
        ("http:example.com", Err(E::NoScheme)),
        ("http:/example.com", Err(E::NoScheme)),
        ("file:///etc/passwd", Err(scheme("file"))),
        ("ftp://example.com/", Err(scheme("ftp"))),
        ("gopher://example.com:70/_x", Err(scheme("gopher"))),
        ("javascript:alert(1)", Err(scheme("javascript"))),
        ("unix:/var/run/docker.sock", Err(scheme("unix"))),
        // User information, also as a disguise.
        ("http://user:password@example.com/", Err(E::UserInformation)),
        (
            "http://trusted.example@169.254.169.254/",
            Err(E::UserInformation),
        ),
        ("http://@example.com/", Err(E::UserInformation)),
        // Hosts that are none.
        ("http:///path", Err(E::NoHost)),
        ("http://", Err(E::NoHost)),
        ("http://:80/", Err(E::NoHost)),
        ("http://./", Err(host("."))),
        ("http://a..b/", Err(host("a..b"))),
        ("http://-a.example/", Err(host("-a.example"))),
        ("http://%31%36%39.example/", Err(host("%31%36%39.example"))),
        ("http://exa$mple.com/", Err(host("exa$mple.com"))),
        (&label, Err(host(&label[7..label.len() - 1]))),
        // Odd spellings of addresses.
        ("http://2852039166/", Err(odd("2852039166"))),
        ("http://0xa9fea9fe/", Err(odd("0xa9fea9fe"))),
        (
            "http://0251.0376.0251.0376/",
            Err(odd("0251.0376.0251.0376")),
        ),
        ("http://0xa9.254.169.254/", Err(odd("0xa9.254.169.254"))),
        ("http://169.254.43518/", Err(odd("169.254.43518"))),
        ("http://127.1/", Err(odd("127.1"))),
        ("http://0/", Err(odd("0"))),
        ("http://127.0.0.1./", Err(odd("127.0.0.1."))),
        ("http://1.2.3.4.5/", Err(odd("1.2.3.4.5"))),
        ("http://256.1.1.1/", Err(odd("256.1.1.1"))),
        ("http://a.0x7f/", Err(odd("a.0x7f"))),
        ("http://::1/", Err(E::OddAddress("::1".to_owned()))),
        ("http://[fe80::1%25eth0]/", Err(host("[fe80::1%25eth0]"))),
        ("http://[::1", Err(host("[::1"))),
        ("http://[::1]x/", Err(host("[::1]x"))),
        ("http://[127.0.0.1]/", Err(host("[127.0.0.1]"))),
        // Ports that are none.
        ("http://a:0/", Err(port("0"))),
        ("http://a:65536/", Err(port("65536"))),
        ("http://a:/", Err(port(""))),
        ("http://a:+80/", Err(port("+80"))),
        ("http://a:080/", Err(port("080"))),
        ("http://a:80x/", Err(port("80x"))),
        ("http://[::1]:/", Err(port(""))),
        // Characters that break requests apart or mean different things.
        ("http://a/x y", Err(character("a space"))),
        (" http://a/", Err(character("a space"))),
        (
            "http://a/\r\nX-Evil: 1",
            Err(character("a control character (U+000D)")),
        ),
        (
            "http://a/\nb",
            Err(character("a control character (U+000A)")),
        ),
        (
            "http://a/\0",
            Err(character("a control character (U+0000)")),
        ),
        (
            "http://a\t.example/",
            Err(character("a control character (U+0009)")),
        ),
        (
            "http://a/\u{7f}",
            Err(character("a control character (U+007F)")),
        ),
        (
            "http://b\u{fc}cher.example/",
            Err(character("a character that is not ASCII (U+00FC)")),
        ),
        (
            "http://169\u{3002}254.169.254/",
            Err(character("a character that is not ASCII (U+3002)")),
        ),
        (
            "http://a/\u{202e}",
            Err(character("a character that is not ASCII (U+202E)")),
        ),
        ("http:\\\\a\\b", Err(character("`\\`"))),
        ("http://a\\@b/", Err(character("`\\`"))),
        ("http://a/{x}", Err(character("`{`"))),
        ("http://a/[x]", Err(character("`[` in its path"))),
        ("http://a/%zz", Err(E::PercentEncoding)),
        ("http://a/?%4", Err(E::PercentEncoding)),
        // Climbing.
        ("http://a/b/../c", Err(E::DotSegment)),
        ("http://a/b/%2e%2E/c", Err(E::DotSegment)),
        ("http://a/..", Err(E::DotSegment)),
        ("http://a/./b", Err(E::DotSegment)),
        (&long, Err(E::TooLong)),
    ] {
        let actual = Url::parse(text);
        let shown = actual
            .as_ref()
            .map(|url| format!("{} {} {}", url.scheme(), url.authority(), url.target()));
        let shown = shown.as_deref().map_err(|error| (*error).clone());
        assert_eq!(shown, expected, "{text:?}");
    }
}

/// Goal: an address in a URL is seen as one, in each of its spellings that are allowed.
#[test]
fn hosts() {
    for (text, expected) in [
        ("http://169.254.169.254/", "169.254.169.254"),
        ("http://[::ffff:169.254.169.254]/", "::ffff:169.254.169.254"),
        (
            "http://[0:0:0:0:0:ffff:a9fe:a9fe]/",
            "::ffff:169.254.169.254",
        ),
    ] {
        let expected: IpAddr = expected.parse().unwrap();
        assert_eq!(Url::parse(text).unwrap().host, Host::Address(expected));
    }
    let url = Url::parse("http://Metadata.Google.Internal./").unwrap();
    assert_eq!(url.host, Host::Name("metadata.google.internal.".to_owned()));
}

/// Goal: redirects resolve as RFC 3986 says (its own examples among them), and are as
/// strict as any URL.
#[test]
fn redirects_resolve() {
    let base = Url::parse("http://a/b/c/d;p?q").unwrap();
    for (location, expected) in [
        ("g", Ok("http a /b/c/g")),
        ("./g", Ok("http a /b/c/g")),
        ("g/", Ok("http a /b/c/g/")),
        ("/g", Ok("http a /g")),
        ("//g", Ok("http g /")),
        ("?y", Ok("http a /b/c/d;p?y")),
        ("g?y", Ok("http a /b/c/g?y")),
        ("#s", Ok("http a /b/c/d;p?q")),
        ("", Ok("http a /b/c/d;p?q")),
        ("g;x=1/../y", Ok("http a /b/c/y")),
        (".", Ok("http a /b/c/")),
        ("..", Ok("http a /b/")),
        ("../..", Ok("http a /")),
        ("../../../g", Ok("http a /g")),
        ("/./g/%2E%2e/h", Ok("http a /h")),
        ("https://b.example/x/../y", Ok("https b.example /y")),
        ("http://a:8080/", Ok("http a:8080 /")),
        ("http:g", Err(UrlError::NoScheme)),
        (
            "file:///etc/passwd",
            Err(UrlError::Scheme("file".to_owned())),
        ),
        ("//u:p@b/", Err(UrlError::UserInformation)),
        ("//0x7f.1/", Err(UrlError::OddAddress("0x7f.1".to_owned()))),
        ("/a b", Err(UrlError::Character("a space".to_owned()))),
        ("/%", Err(UrlError::PercentEncoding)),
    ] {
        let actual = base.join(location);
        let shown = actual
            .as_ref()
            .map(|url| format!("{} {} {}", url.scheme(), url.authority(), url.target()));
        let shown = shown.as_deref().map_err(|error| (*error).clone());
        assert_eq!(shown, expected, "{location:?}");
    }
}

/// Goal: what decides over secret headers: scheme, host and port, and nothing else.
#[test]
fn origins() {
    let base = Url::parse("https://a.example/x").unwrap();
    for (other, same) in [
        ("https://A.example:443/y?z", true),
        ("https://a.example./", true),
        ("http://a.example/x", false),
        ("https://a.example:444/x", false),
        ("https://b.a.example/x", false),
    ] {
        let other = Url::parse(other).unwrap();
        assert_eq!(base.same_origin(&other), same, "{other}");
    }
}

/// Goal: what is shown to people holds no query.
#[test]
fn display() {
    let url = Url::parse("https://a.example/x?token=abc#d").unwrap();
    assert_eq!(url.to_string(), "https://a.example/x");
}

/// Goal: whatever is thrown at the parser, it does not panic, and what it lets through
/// can stand in a request line and means the same when it is read again.
#[test]
fn thrown_together() {
    const PIECES: &[&str] = &[
        "http",
        "https",
        "ftp",
        ":",
        "//",
        "/",
        "?",
        "#",
        "@",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        "0x7f",
        "a",
        "A.example",
        ".",
        "..",
        "-",
        "%2e",
        "%",
        "%zz",
        " ",
        "\r\n",
        "\0",
        "é",
        "\\",
        "80",
        "0",
        "99999",
        "x=1&y",
        "*",
        "~",
        "{",
        "\u{202e}",
    ];
    let base = Url::parse("https://base.example/a/b?c").unwrap();
    let mut passed = 0;
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..50_000 {
        let mut text = String::new();
        for index in 0..state % 9 {
            // Half of them begin well, so that the later checks are reached too.
            if index == 0 && state & 0x100 == 0 {
                text.push_str("http://h");
            }
            state = state
                .wrapping_mul(0x5851_F42D_4C95_7F2D)
                .wrapping_add(0x1405_7B7E_F767_814F);
            text.push_str(PIECES[(state >> 33) as usize % PIECES.len()]);
        }
        state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1) ^ (state >> 29);
        for url in [Url::parse(&text), base.join(&text)].into_iter().flatten() {
            passed += 1;
            let whole = format!("{}://{}{}", url.scheme(), url.authority(), url.target());
            assert!(
                whole.bytes().all(|byte| byte.is_ascii_graphic()),
                "{text:?}"
            );
            let again = Url::parse_any_path(&whole).unwrap();
            assert!(again.same_origin(&url), "{text:?}");
            assert_eq!(again.target(), url.target(), "{text:?}");
        }
    }
    assert!(passed > 5_000, "only {passed} were URLs");
}
