//! What is read of answers: outputs and findings.

use super::{node, stage};
use serde_json::json;
use stagewright_core::Evaluator;
use stagewright_core::plan::{
    Action, AnswerReader, FindingsMapping, ItemForm, OutputForm, Outputs,
};
use stagewright_evidence::{Format, Mapping};

#[test]
fn outputs_say_what_is_taken_and_what_it_must_be() {
    // Goal: forms, taken values with and without braces, schemas here and in a file.
    let plan = stage(
        "",
        "
      - {id: a, run: [x], outputs: {format: text}}
      - id: b
        run: [x]
        outputs:
          take: {count: '{{ output.items | length }}', all: output}
          schema: {type: object, required: [count], properties: {count: {type: integer}}}
      - {id: c, lambda_function_arn: 'arn:aws:lambda:x', outputs: {schema: schema.json}}
      - {id: d, http: 'https://a.b', outputs: {format: lines}}
      - {id: e, run: [x]}
",
    );
    let outputs = |id: &str| node(&plan, id).outputs.clone();
    assert_eq!(
        outputs("a").map(|outputs| outputs.form),
        Some(OutputForm::Text)
    );
    assert_eq!(
        outputs("b"),
        Some(Outputs {
            form: OutputForm::Json,
            schema: Some(json!({
                "type": "object", "required": ["count"],
                "properties": {"count": {"type": "integer"}}
            })),
            take: [("count", "output.items | length"), ("all", "output")]
                .map(|(name, source)| (name.to_owned(), source.to_owned()))
                .into(),
        })
    );
    assert_eq!(
        outputs("c").and_then(|outputs| outputs.schema),
        Some(json!({"type": "object"}))
    );
    assert_eq!(
        outputs("d").map(|outputs| outputs.form),
        Some(OutputForm::Lines)
    );
    assert_eq!(outputs("e"), None);
}

#[test]
fn every_reader_can_be_named() {
    // Goal: what the evidence crate reads is what a file can ask for, and nothing else.
    for format in Format::ALL {
        let plan = stage(
            "",
            &format!("      - {{id: a, run: [x], findings: {}}}\n", format.name()),
        );
        let Action::Command(command) = &plan.nodes[0].action else {
            panic!("a command");
        };
        let expected = AnswerReader::Named(format.name().to_owned());
        assert_eq!(command.findings, Some(expected));
    }
}

/// The mapping of a pipeline whose only agent has these `findings`.
fn mapping(findings: &str) -> FindingsMapping {
    let plan = stage(
        "",
        &format!("      - {{id: a, run: [x], findings: {findings}}}\n"),
    );
    let Action::Command(command) = &plan.nodes[0].action else {
        panic!("a command");
    };
    match &command.findings {
        Some(AnswerReader::Mapping(mapping)) => FindingsMapping::clone(mapping),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mapping_says_what_is_what() {
    // Goal: each form; and what loads here can be read there.
    let json_form = mapping(
        "{each: '{{ output.results }}', severities: {warn: low, '2': HIGH}, item: {
            each: item.messages, when: item.kind == 'error', rule: item.id, message: item.text,
            severity: item.level, score: parent.score, file: parent.path, line: item.line,
            suggestion: item.fix, tool: \"'mine'\"}}",
    );
    assert_eq!(json_form.form, ItemForm::Json);
    assert_eq!(json_form.each.as_deref(), Some("output.results"));
    assert_eq!(json_form.item.len(), 10);
    assert_eq!(json_form.item["tool"], "'mine'");
    assert_eq!(json_form.severities["warn"], "LOW");
    let lines = mapping(
        r"{format: lines, pattern: '^(?<file>[^:]+):(?<line>\d+): (?<text>.*)$',
           item: {file: item.file, line: item.line, message: item.text}}",
    );
    assert_eq!(lines.form, ItemForm::Lines);
    let jsonl = mapping("{format: jsonl, item: {rule: item.code}}");
    assert_eq!((jsonl.form, jsonl.each.clone()), (ItemForm::Jsonl, None));
    for mapping in [json_form, lines, jsonl] {
        let compiled = Mapping::compile(&mapping);
        assert!(compiled.is_ok(), "{:?}", compiled.err());
    }
}

#[test]
fn inputs_are_made_by_programs_or_names() {
    // Goal: decision 8, who makes the input.
    let plan = stage(
        "",
        "
      - {id: a, run: [x], input_transformer: [python3, make.py]}
      - {id: b, lambda_function_arn: 'arn:aws:lambda:x', input_transformer: shrink}
      - {id: c, run: [x]}
",
    );
    let command = ["python3", "make.py"].map(str::to_owned).to_vec();
    assert_eq!(
        node(&plan, "a").transformer,
        Some(Evaluator::Command(command))
    );
    let named = Evaluator::Named("shrink".to_owned());
    assert_eq!(node(&plan, "b").transformer, Some(named));
    assert_eq!(node(&plan, "c").transformer, None);
}
