//! JUnit's XML, as pytest wrote it for `fixtures/test_prices.py` and nextest for a crate.

use crate::{ended, in_project, lines, with_severities};
use serde_json::json;
use stagewright_evidence::{AgentStatus, Format, Options, ReadError, read};

const PYTEST: &[u8] = include_bytes!("../fixtures/pytest.xml");
const WITH_PLACES: &[u8] = include_bytes!("../fixtures/pytest-xunit1.xml");

fn failing(text: &str) -> ReadError {
    read(Format::Junit, text.as_bytes(), &in_project()).unwrap_err()
}

/// Goal: failures and errors are findings, one for each case; the counts are kept, which
/// gates compare.
#[test]
fn pytest() {
    let answer = read(Format::Junit, PYTEST, &ended(1)).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "HIGH tests.test_prices::test_no_discount[prices0] -:0",
            "HIGH tests.test_prices::test_no_discount[prices1] -:0",
            "HIGH tests.test_prices::test_needs_a_database -:0",
        ]
    );
    assert_eq!(answer.findings[0].message, "assert 1 == 10");
    assert_eq!(
        answer.findings[2].message,
        "failed on setup with \"RuntimeError: no <database> here & now\""
    );
    assert_eq!(answer.status, AgentStatus::Failed);
    assert_eq!(
        answer.output,
        json!({
            "tool": "junit", "status": "FAIL", "violations_count": 3,
            "critical_violations": 0, "high_violations": 3,
            "medium_violations": 0, "low_violations": 0,
            "tests": 5, "failures": 2, "errors": 1, "skipped": 1,
        })
    );
}

/// Goal: the places of the attributes are taken, with pytest's lines, which it counts
/// from 0, put right: `test_no_discount` begins with its decorator in line 15.
#[test]
fn places() {
    let answer = read(Format::Junit, WITH_PLACES, &ended(1)).unwrap();
    assert_eq!(
        lines(&answer),
        [
            "HIGH tests.test_prices::test_no_discount[prices0] tests/test_prices.py:15",
            "HIGH tests.test_prices::test_no_discount[prices1] tests/test_prices.py:15",
            "HIGH tests.test_prices::test_needs_a_database tests/test_prices.py:20",
        ]
    );
    let other =
        br#"<testsuite name="phpunit"><testcase name="t" file="/srv/project/a.php" line="7">
        <failure/></testcase></testsuite>"#;
    let answer = read(Format::Junit, other, &in_project()).unwrap();
    assert_eq!(lines(&answer), ["HIGH t a.php:7"]);
    assert_eq!(
        answer.findings[0].message,
        "a test's failure, without a message"
    );
}

/// Goal: nextest's report, with its output and stack traces around the failures, is read.
#[test]
fn nextest() {
    let bytes = include_bytes!("../fixtures/nextest.xml");
    let answer = read(Format::Junit, bytes, &ended(100)).unwrap();
    assert_eq!(lines(&answer), ["HIGH shop::it::first_is_first -:0"]);
    assert_eq!(answer.output["tests"], 2);
}

/// Goal: clean is clean; a report in which nothing ran shows nothing.
#[test]
fn clean_and_empty() {
    let clean = include_bytes!("../fixtures/pytest-clean.xml");
    let answer = read(Format::Junit, clean, &ended(0)).unwrap();
    assert_eq!(answer.status, AgentStatus::Passed);
    assert_eq!(answer.output["tests"], 1);

    let none = include_bytes!("../fixtures/pytest-no-tests.xml");
    let answer = read(Format::Junit, none, &ended(0)).unwrap();
    let nothing = AgentStatus::Error("the report holds no test".to_owned());
    assert_eq!(
        (answer.status, &answer.output["tests"]),
        (nothing, &json!(0))
    );

    let skipped = b"<testsuites><testsuite><testcase name='a'><skipped/></testcase>\
        <testcase name='b'><skipped message='later'/><skipped/></testcase></testsuite></testsuites>";
    let answer = read(Format::Junit, skipped, &ended(0)).unwrap();
    let nothing = AgentStatus::Error("no test has run: all 2 were skipped".to_owned());
    assert_eq!(
        (answer.status, &answer.output["skipped"]),
        (nothing, &json!(2))
    );
}

/// Goal: a pipeline grades failures and errors apart, and by the tests' names.
#[test]
fn overridden_severities() {
    let options = with_severities(&[
        ("junit:failure", "MEDIUM"),
        ("junit:error", "CRITICAL"),
        ("junit:tests.test_prices::test_no_discount[prices1*", "LOW"),
    ]);
    let answer = read(Format::Junit, PYTEST, &options).unwrap();
    let severities: Vec<_> = answer
        .findings
        .iter()
        .map(|f| f.severity.as_str())
        .collect();
    assert_eq!(severities, ["MEDIUM", "LOW", "CRITICAL"]);
}

/// Goal: what a message is made of: the attribute, else the text with the type, in one
/// bounded line; character references and CDATA are read.
#[test]
fn messages() {
    let long = "x".repeat(600);
    let cut = format!("{}…", "x".repeat(500));
    for (failure, expected) in [
        ("<failure message=' a&#10;b '>t</failure>", "a"),
        (
            "<failure type='Broken'>\n  it &lt;&#x41;&gt; is\nmore</failure>",
            "Broken: it <A> is",
        ),
        (
            "<failure type='Broken'>Broken: it is</failure>",
            "Broken: it is",
        ),
        ("<failure type='Broken'/>", "Broken"),
        ("<error><![CDATA[\n\n<raw> & so]]></error>", "<raw> & so"),
        ("<error/>", "a test's error, without a message"),
        (&format!("<error message='{long}'/>"), &cut),
    ] {
        let text = format!("<testsuite><testcase name='t'>{failure}</testcase></testsuite>");
        let answer = read(Format::Junit, text.as_bytes(), &in_project()).unwrap();
        assert_eq!(answer.findings[0].message, expected, "{failure}");
    }
}

/// Goal: nothing around a failure hides it: suites within suites, elements that nobody
/// knows, a suite's own error; repetitions and what stands inside a failure are none.
#[test]
fn where_failures_stand() {
    let text = "<testsuites><testsuite name='outer'><testsuite name='inner'><wrapper>\
        <testcase classname='C' name='t'><details><failure message='m'><failure/></failure></details>\
        <rerunFailure message='again'/><flakyError/></testcase></wrapper></testsuite>\
        <error message='no fixture'/></testsuite></testsuites>";
    let answer = read(Format::Junit, text.as_bytes(), &in_project()).unwrap();
    assert_eq!(lines(&answer), ["HIGH C::t -:0", "HIGH outer -:0"]);
    assert_eq!(answer.output["failures"], 1);
    assert_eq!(answer.output["errors"], 1);
}

/// Goal: a suite that states more than it lists is refused (decision 24), at every level.
#[test]
fn counts() {
    let case = "<testcase name='t'><failure message='m'/></testcase>";
    for text in [
        format!("<testsuite name='s' failures='1' errors='1'>{case}</testsuite>"),
        format!(
            "<testsuites name='s' failures='2'><testsuite failures='1'>{case}</testsuite></testsuites>"
        ),
    ] {
        assert_eq!(
            failing(&text).to_string(),
            "`failures + errors of testsuite s` is 2, but `testsuite s` lists 1"
        );
    }
    let elsewhere = format!(
        "<testsuites><testsuite>{case}</testsuite><testsuite name='s' failures='1'/></testsuites>"
    );
    assert!(matches!(
        failing(&elsewhere),
        ReadError::CountDiffers { listed: 0, .. }
    ));
    let odd = "<testsuite name='s' failures='some'/>";
    assert_eq!(
        failing(odd).to_string(),
        "`testsuite s: failures` is another text, expected a whole number from 0"
    );
    let odd = "<testsuite><testcase name='t' line='7-9'/></testsuite>";
    assert!(
        failing(odd)
            .to_string()
            .starts_with("`testcase t: line` is")
    );
}

/// Goal: XML that is broken, ambiguous or made to harm is refused with its place, and
/// nothing is expanded or fetched.
#[test]
fn hostile_xml() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE t [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>\
        <testsuite><testcase name=\"&b;\"/></testsuite>";
    let deep = "<testsuite>".repeat(10_000);
    let many = format!(
        "<testsuite {}/>",
        (0..200).map(|n| format!("a{n}='' ")).collect::<String>()
    );
    let cases: [(&str, &str); 16] = [
        (bomb, "a document type, which is not read (line 2, column"),
        (
            "<!DOCTYPE t SYSTEM 'file:///etc/passwd'><testsuite/>",
            "a document type, which is not read",
        ),
        (
            "<testsuite>&secret;</testsuite>",
            "nothing is known of `&secret;` (line 1, column",
        ),
        (
            "<testsuite name='&secret;'/>",
            "nothing is known of `&secret;`",
        ),
        ("<testsuite>&#0;</testsuite>", "nothing is known of `&#0;`"),
        ("<testsuite name='a&b'/>", "`&` without `;`"),
        ("<testsuite name='a' name='b'/>", "duplicated attribute"),
        (&many, "an element with more than 100 attributes"),
        (
            "<testsuite><testcase></testsuite>",
            "expected `</testcase>`, but `</testsuite>` was found",
        ),
        (
            "<testsuite>\n<testcase>",
            "the text ends within an element (line 2, column 11)",
        ),
        ("<testsuite", "tag not closed"),
        ("<testsuite/><testsuite/>", "a second root element"),
        ("<testsuite/>PASS", "text outside of the root element"),
        ("&lt;<testsuite/>", "text outside of the root element"),
        ("FAILED tests/test_a.py", "text outside of the root element"),
        ("<!-- nothing -->", "there is no element"),
    ];
    for (text, expected) in cases {
        let error = failing(text);
        assert!(matches!(error, ReadError::NotXml(_)), "{text}: {error}");
        assert!(error.to_string().contains(expected), "{expected}: {error}");
        assert!(!error.hint().is_empty());
    }
    assert_eq!(
        failing(&deep),
        ReadError::TooDeep {
            line: 1,
            column: 1 + 101 * "<testsuite>".len()
        }
    );
    assert_eq!(failing(" \n"), ReadError::Empty);
    assert_eq!(
        failing("<html><body/></html>").to_string(),
        "the root element is `<html>`, expected `<testsuites>` or `<testsuite>`"
    );
    let named = failing(&format!("<testsuite>&{};</testsuite>", "é".repeat(5_000)));
    assert!(named.to_string().len() < 1_000);
}

/// Goal: a byte order mark, prefixes, processing instructions and line ends of another
/// system change nothing.
#[test]
fn harmless_xml() {
    let text = "\u{feff}<?xml version='1.0' encoding='UTF-8'?>\r\n<?style sheet?><!-- c -->\r\n\
        <j:testsuite xmlns:j='urn:j'><j:testcase name='t'>\r\n<j:failure>one\r\ntwo</j:failure>\
        </j:testcase></j:testsuite>\r\n";
    let answer = read(Format::Junit, text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(answer.findings[0].message, "one");
}
