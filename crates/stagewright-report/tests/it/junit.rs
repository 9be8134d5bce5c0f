//! A run as JUnit XML.

use crate::gallery::{answered, blocked, merged};
use crate::hostile::{HOSTILE, hostile};
use crate::plans::gated;
use crate::world::{Try, World};
use stagewright_core::event::Verdict;
use stagewright_evidence::{Format, Options, read};
use stagewright_report::junit;

fn document(world: &World) -> String {
    junit(world.run(), &world.results(), world.now)
}

/// Goal: the whole document: stages as suites, agents as cases, the decision at the end.
#[test]
fn blocked_review() {
    insta::assert_snapshot!(document(&blocked()), @r##"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="PR Review Pipeline" tests="6" failures="1" errors="1" skipped="2" time="19.300" timestamp="2026-01-28T10:30:00.000Z">
      <testsuite name="code_quality" tests="2" failures="0" errors="0" skipped="0" time="18.600" timestamp="2026-01-28T10:30:00.000Z">
        <properties>
          <property name="name" value="Code Quality Analysis"/>
          <property name="status" value="SUCCESS"/>
          <property name="required" value="true"/>
        </properties>
        <testcase name="code" classname="code_quality" time="18.600">
          <properties>
            <property name="name" value="Code Agent"/>
            <property name="kind" value="lambda"/>
            <property name="required" value="true"/>
            <property name="tries" value="3"/>
            <property name="type" value="code_best_practises"/>
            <property name="findings.critical" value="0"/>
            <property name="findings.high" value="1"/>
            <property name="findings.medium" value="0"/>
            <property name="findings.low" value="1"/>
            <property name="cost_usd" value="0.12"/>
            <property name="result_sha256" value="ae0b9d31ba45ae5858cce6a9ae24f4b3fd68ec5db3e6bb306daac743a8862472"/>
          </properties>
        </testcase>
        <testcase name="architect" classname="code_quality" time="2.000">
          <properties>
            <property name="name" value="Architect Agent"/>
            <property name="kind" value="lambda"/>
            <property name="required" value="true"/>
            <property name="tries" value="1"/>
            <property name="type" value="architect_best_practises"/>
            <property name="findings.critical" value="1"/>
            <property name="findings.high" value="0"/>
            <property name="findings.medium" value="0"/>
            <property name="findings.low" value="0"/>
            <property name="result_sha256" value="33aa6cceb87e1faf21c0614b20baf85e291e77c8cbc73d20c4d9113cc5d25580"/>
          </properties>
        </testcase>
      </testsuite>
      <testsuite name="pattern_analysis" tests="1" failures="0" errors="1" skipped="0" time="0.700" timestamp="2026-01-28T10:30:18.600Z">
        <properties>
          <property name="name" value="Pattern Analysis"/>
          <property name="status" value="PARTIAL_SUCCESS"/>
          <property name="required" value="true"/>
        </properties>
        <testcase name="pattern" classname="pattern_analysis" time="0.700">
          <properties>
            <property name="name" value="Pattern Agent"/>
            <property name="kind" value="lambda"/>
            <property name="required" value="false"/>
            <property name="tries" value="1"/>
            <property name="type" value="pattern_matching"/>
            <property name="findings.critical" value="0"/>
            <property name="findings.high" value="0"/>
            <property name="findings.medium" value="0"/>
            <property name="findings.low" value="0"/>
            <property name="result_sha256" value="2cf252c9882355e5dd8cc026c88f30997475aec6ba6a3853f512dfa22ef34105"/>
            <property name="exit_code" value="3"/>
          </properties>
          <error type="execution" message="left with 3">left with 3</error>
        </testcase>
      </testsuite>
      <testsuite name="lld_check" tests="1" failures="0" errors="0" skipped="1" time="0.000" timestamp="2026-01-28T10:30:19.300Z">
        <properties>
          <property name="name" value="LLD Alignment Check"/>
          <property name="status" value="SKIPPED"/>
          <property name="required" value="false"/>
          <property name="skip_reason" value="condition is false"/>
        </properties>
        <testcase name="lld" classname="lld_check" time="0.000">
          <properties>
            <property name="name" value="LLD Agent"/>
            <property name="kind" value="lambda"/>
            <property name="required" value="false"/>
            <property name="tries" value="0"/>
            <property name="type" value="lld_alignment"/>
          </properties>
          <skipped message="stage condition is false"/>
        </testcase>
      </testsuite>
      <testsuite name="documentation" tests="1" failures="0" errors="0" skipped="1" time="0.000" timestamp="2026-01-28T10:30:19.300Z">
        <properties>
          <property name="name" value="Documentation"/>
          <property name="status" value="SKIPPED"/>
          <property name="required" value="false"/>
          <property name="skip_reason" value="condition could not be evaluated: &#96;context.pr.approved&#96; does not exist; there is: number"/>
        </properties>
        <testcase name="docs" classname="documentation" time="0.000">
          <properties>
            <property name="name" value="Documentation Agent"/>
            <property name="kind" value="lambda"/>
            <property name="required" value="false"/>
            <property name="tries" value="0"/>
            <property name="type" value="peer_review_documentation"/>
          </properties>
          <skipped message="stage condition could not be evaluated: &#96;context.pr.approved&#96; does not exist; there is: number"/>
        </testcase>
      </testsuite>
      <testsuite name="decision" tests="1" failures="1" errors="0" skipped="0" time="0.000" timestamp="2026-01-28T10:30:19.300Z">
        <properties>
          <property name="pipeline_id" value="pr-123-review"/>
        </properties>
        <testcase name="decision" classname="decision" time="0.000">
          <properties>
            <property name="decision" value="BLOCK"/>
            <property name="reason" value="1 CRITICAL finding, 0 allowed"/>
          </properties>
          <failure type="BLOCK" message="1 CRITICAL finding, 0 allowed">blocks: 1 CRITICAL finding, 0 allowed</failure>
        </testcase>
      </testsuite>
    </testsuites>
    "##);
}

/// Goal: each verdict of a gate is what a CI system should show, and a person's answer
/// passes.
#[test]
fn gates() {
    let case = |verdict: Verdict| {
        let world = World::new(gated(), |_| {})
            .script("tests", [Try::judged(5, verdict, "3 failed")])
            .play();
        let document = document(&world);
        let at = document.find("<testcase name=\"tests\"").unwrap();
        let end = document[at..].find("</testcase>").unwrap();
        document[at..at + end].to_owned()
    };
    for (verdict, shown) in [
        (
            Verdict::Fail,
            Some("<failure type=\"fail\" message=\"3 failed\">"),
        ),
        (
            Verdict::Error,
            Some("<error type=\"error\" message=\"3 failed\">"),
        ),
        (
            Verdict::NoEvidence,
            Some("<error type=\"no_evidence\" message=\"3 failed\">"),
        ),
        (Verdict::Pass, None),
    ] {
        let case = case(verdict);
        match shown {
            Some(shown) => assert!(case.contains(shown), "{case}"),
            None => assert!(
                !case.contains("<failure") && !case.contains("<error"),
                "{case}"
            ),
        }
    }
    let document = document(&answered());
    assert!(document.contains("failures=\"0\" errors=\"0\" skipped=\"0\" time=\"93623.000\""));
}

/// Goal: our own reader counts what was written: a BLOCK is a failure even where every
/// agent has answered, and a MERGE has none.
#[test]
fn read_again() {
    for (world, rules) in [
        (merged(), &[][..]),
        (
            blocked(),
            &["decision::decision", "pattern_analysis::pattern"],
        ),
    ] {
        let document = document(&world);
        let answer = read(Format::Junit, document.as_bytes(), &Options::default()).unwrap();
        let mut found: Vec<&str> = answer
            .findings
            .iter()
            .map(|one| one.rule.as_str())
            .collect();
        found.sort_unstable();
        assert_eq!(found, rules, "{document}");
    }
}

/// Goal: a run that has not ended shows what is missing as skipped, the decision too.
#[test]
fn not_ended() {
    let document = document(&World::new(gated(), |_| {}).play());
    for skipped in [
        "it has not ended: WAITING",
        "it has not ended: PENDING",
        "it has not been made yet",
    ] {
        assert!(document.contains(skipped), "{skipped}: {document}");
    }
}

/// Goal: hostile texts stay texts, and no character that XML forbids is left.
#[test]
fn hostile_texts() {
    let tags = |document: &str| document.matches('<').count();
    let honest = tags(&document(&hostile("harmless")));
    let further = [
        "]]>",
        "<!DOCTYPE x [<!ENTITY y \"z\">]>",
        "&y;",
        "\u{0}\u{b}\u{ffff}",
    ];
    for text in HOSTILE.iter().copied().chain(further) {
        let document = document(&hostile(text));
        assert_eq!(tags(&document), honest, "{text:?}");
        let forbidden = |c: char| {
            (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
        };
        assert!(!document.contains(forbidden), "{text:?}");
        read(Format::Junit, document.as_bytes(), &Options::default()).unwrap();
    }
}
