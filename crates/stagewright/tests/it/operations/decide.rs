//! `decide`: the policy, row by row, and what is refused.

use super::operate;
use crate::world::World;
use serde_json::{Map, Value, json};

/// Scenario 10. Counts are critical, high, medium and low findings, all of them found by
/// agents of one type, or of a type without a switch; the policy is the default one but
/// for what is said.
const POLICY_MATRIX: &str = r#"
counts    | found by  | policy                              | labels            | decision

0 0 0 0   |           |                                     |                   | MERGE
1 0 0 0   | code      |                                     |                   | BLOCK
0 5 0 0   | code      |                                     |                   | MERGE
0 6 0 0   | code      |                                     |                   | BLOCK
0 0 21 0  | code      |                                     |                   | MERGE
0 0 0 101 | code      |                                     |                   | MERGE

0 0 20 0  | code      | block_on_medium=true                |                   | MERGE
0 0 21 0  | code      | block_on_medium=true                |                   | BLOCK
0 0 0 100 | code      | block_on_low=true                   |                   | MERGE
0 0 0 101 | code      | block_on_low=true                   |                   | BLOCK
2 0 0 0   | code      | max_critical_violations=2           |                   | MERGE
3 0 0 0   | code      | max_critical_violations=2           |                   | BLOCK
0 1 0 0   | code      | max_high_violations=0               |                   | BLOCK
9 0 0 0   | code      | block_on_critical=false             |                   | MERGE
0 6 0 0   | code      | block_on_high=false                 |                   | MERGE

1 0 0 0   | code      | block_on_code_violations=false      |                   | MERGE
1 0 0 0   | architect | block_on_code_violations=false      |                   | BLOCK
1 0 0 0   |           | block_on_code_violations=false      |                   | BLOCK
0 6 0 0   | architect |                                     |                   | BLOCK
0 6 0 0   | architect | block_on_architect_violations=false |                   | MERGE
0 6 0 0   | code      | block_on_architect_violations=false |                   | BLOCK
0 1 0 0   | lld       |                                     |                   | BLOCK
0 1 0 0   | lld       | block_on_lld_deviations=false       |                   | MERGE

1 0 0 0   | code      |                                     | emergency-deploy  | MERGE
1 0 0 0   | code      |                                     | x skip-validation | MERGE
1 0 0 0   | code      |                                     | skip-validations  | BLOCK
1 0 0 0   | code      | allow_override_by_label=false       | skip-validation   | BLOCK
1 0 0 0   | code      | override_labels=["go"]              | skip-validation   | BLOCK
1 0 0 0   | code      | override_labels=["go"]              | go                | MERGE
"#;

/// An aggregated result with these counts by severity, all of them found by one type.
fn result(counts: [u64; 4], found_by: &str) -> Value {
    let [critical, high, medium, low] = counts;
    let total: u64 = counts.iter().sum();
    let words = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
    let worst = counts.iter().position(|count| *count > 0);
    let mut result = json!({
        "overall_severity": worst.map_or("NONE", |at| words[at]),
        "critical_violations": critical,
        "high_violations": high,
        "medium_violations": medium,
        "low_violations": low,
        "total_issues_found": total,
    });
    let of_type = match found_by {
        "code" => "code_violations",
        "architect" => "architect_violations",
        "lld" => "lld_deviations",
        other => {
            assert_eq!(other, "", "a type that the table may name");
            return result;
        }
    };
    result[format!("{of_type}_found")] = (total > 0).into();
    result[format!("{of_type}_count")] = total.into();
    result
}

/// The input and the decision of a row.
fn read_row(row: &str) -> (Value, &str) {
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    let [counts, found_by, policy, labels, decision] = cells[..] else {
        panic!("five cells: {row}");
    };
    let counts: Vec<u64> = counts
        .split(' ')
        .map(|count| count.parse().unwrap())
        .collect();
    let policy: Map<String, Value> = policy
        .split_once('=')
        .map(|(name, value)| (name.to_owned(), serde_json::from_str(value).unwrap()))
        .into_iter()
        .collect();
    let labels: Vec<&str> = labels.split_whitespace().collect();
    let input = json!({
        "aggregated_result": result(counts.try_into().unwrap(), found_by),
        "policy": policy,
        "context": {"pr": {"labels": labels}},
    });
    (input, decision)
}

/// Goal: scenario 10, row by row: limits by severity, switches by type of agent, and
/// labels that override (rule A12, decision 26).
#[test]
fn scenario_10_policy_matrix() {
    let world = World::new();
    let rows = POLICY_MATRIX
        .lines()
        .filter(|line| line.ends_with("MERGE") || line.ends_with("BLOCK"));
    let mut count = 0;
    for row in rows {
        let (input, decision) = read_row(row);
        let code = if decision == "MERGE" { 0 } else { 1 };
        let output = operate(&world, &["decide"], &input).leaves(code).json();
        assert_eq!(output["decision"], decision, "{row}: {output:#}");
        assert_eq!(output["status"], "SUCCESS", "{row}");
        let factors = output["decision_factors"].as_array().unwrap();
        let blocks = factors.iter().any(|factor| factor["blocking"] == true);
        let overridden = output["override_applied"] == true;
        assert_eq!(
            blocks && !overridden,
            decision == "BLOCK",
            "{row}: {output:#}"
        );
        count += 1;
    }
    assert_eq!(count, 29, "rows of the table");
}

/// Goal: any deviation blocks, one without a severity too; labels may be objects with
/// names; absent labels are none (rule A14).
#[test]
fn shapes_of_the_seed() {
    let world = World::new();
    let deviation = json!({
        "overall_severity": "NONE", "lld_deviations_found": true, "lld_deviations_count": 1,
    });
    let label = json!({"pr": {"labels": [{"name": "skip-validation"}]}});
    for (aggregated, context, code) in [
        (deviation.clone(), json!({}), 1),
        (deviation.clone(), json!({"pr": {}}), 1),
        (deviation, label, 0),
        (json!({"overall_severity": "NONE"}), Value::Null, 0),
    ] {
        let input = json!({"aggregated_result": aggregated, "context": context});
        operate(&world, &["decide"], &input).leaves(code);
    }
}

/// Goal: when a switch is off and findings of both sides are mixed, the totals count
/// unless the document says how many do (failing closed).
#[test]
fn mixed_findings_count_unless_told() {
    let world = World::new();
    let mut mixed = result([0, 8, 0, 0], "code");
    mixed["code_violations_count"] = 6.into();
    mixed["architect_violations_count"] = 2.into();
    let decide = |aggregated: &Value| {
        let policy = json!({"block_on_code_violations": false});
        let input = json!({"aggregated_result": aggregated, "policy": policy, "context": {}});
        operate(&world, &["decide"], &input)
    };
    decide(&mixed).leaves(1);
    mixed["counted_violations"] = json!({"high": 2});
    let told = decide(&mixed).leaves(0).json();
    let factors = told["decision_factors"].to_string();
    assert!(
        factors.contains("6 of 8 findings come only from agent types"),
        "{factors}"
    );
    mixed["counted_violations"] = json!({"high": 9});
    decide(&mixed).leaves(2).says("SW0225");
}

/// Goal: a new pattern of which nobody says whether it was rejected is missing
/// evidence while rejections block, and only then.
#[test]
fn patterns_that_may_be_rejected() {
    let world = World::new();
    for (rejected, blocks, code) in [
        (Value::Null, false, 0),
        (Value::Null, true, 1),
        (json!(false), true, 0),
        (json!(true), true, 1),
        (json!(true), false, 0),
    ] {
        let input = json!({
            "aggregated_result": {
                "overall_severity": "NONE", "new_pattern_detected": true, "pattern_rejected": rejected,
            },
            "policy": {"block_on_pattern_rejection": blocks},
            "context": {},
        });
        operate(&world, &["decide"], &input).leaves(code);
    }
}

/// Goal: bad input is refused with its place, and never becomes a decision.
#[test]
fn decide_refuses_bad_input() {
    let world = World::new();
    let with = |aggregated: Value| json!({"aggregated_result": aggregated});
    let policy = |policy: Value| json!({"aggregated_result": result([0; 4], ""), "policy": policy});
    for (input, code, what) in [
        (json!([]), "SW0223", "`$` must be an object, not a list"),
        (json!({}), "SW0223", "`$.aggregated_result` is missing"),
        (
            with(json!({})),
            "SW0223",
            "`$.aggregated_result.overall_severity` is missing",
        ),
        (
            with(json!({"overall_severity": "BAD"})),
            "SW0223",
            "must be one of CRITICAL, HIGH",
        ),
        (
            with(json!({"overall_severity": "CRITICAL"})),
            "SW0225",
            "violations by severity are 0",
        ),
        (
            with(json!({"overall_severity": "NONE", "low_violations": 1})),
            "SW0225",
            "are 1",
        ),
        (
            with(json!({"overall_severity": "NONE", "code_violations_found": true})),
            "SW0225",
            "is true, but",
        ),
        (
            with(json!({"overall_severity": "NONE", "code_violations_count": 3})),
            "SW0225",
            "3 violations",
        ),
        (
            with(json!({"overall_severity": "NONE", "total_issues_found": 3})),
            "SW0225",
            "3 violations",
        ),
        (
            with(json!({"overall_severity": "LOW", "low_violations": -1})),
            "SW0223",
            "low_violations` must be",
        ),
        (
            policy(json!({"block_on_hihg": true})),
            "SW0224",
            "did you mean `block_on_high`?",
        ),
        (
            policy(json!({"max_high_violations": "5"})),
            "SW0223",
            "`$.policy.max_high_violations`",
        ),
        (
            policy(json!({"override_labels": "x"})),
            "SW0223",
            "a list of texts",
        ),
        (
            json!({"aggregated_result": result([0; 4], ""), "polcy": {}}),
            "SW0224",
            "did you mean `policy`?",
        ),
    ] {
        let ended = operate(&world, &["decide"], &input)
            .leaves(2)
            .says(code)
            .says(what);
        assert_eq!(ended.out, "", "{input}");
    }
    world.write("input.json", "{no json");
    world
        .call(&["decide", "input.json"])
        .leaves(2)
        .says("SW0222")
        .says("line 1 column 2");
    // Without a file it is standard input, which is empty here.
    world.call(&["decide"]).leaves(2).says("SW0222");
}
