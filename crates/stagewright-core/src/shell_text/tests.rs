//! Binding: what the program text looks like, and which values are refused.

use super::{
    BindError, Bound, BoundHole, Hole, MAX_STRING_BYTES, MAX_VALUES_BYTES, Part, Position,
    ShellText,
};

fn hole(position: Position) -> Hole {
    Hole {
        expression: "x".to_owned(),
        position,
        allow_empty: false,
        offset: 4,
        guard_dash: false,
        whole_word: false,
    }
}

fn text(hole: Hole) -> ShellText {
    let parts = vec![
        Part::Text("cmd ".to_owned()),
        Part::Hole(hole),
        Part::Text(" end".to_owned()),
    ];
    ShellText { parts }
}

fn scalar(value: &str) -> BoundHole {
    BoundHole {
        value: Bound::Scalar(value.to_owned()),
        trusted: false,
    }
}

fn list(items: &[&str]) -> BoundHole {
    let items = items.iter().map(|item| (*item).to_owned()).collect();
    BoundHole {
        value: Bound::List(items),
        trusted: false,
    }
}

#[test]
fn a_reference_is_quoted_for_its_position() {
    for (position, expected) in [
        (Position::Bare, "cmd \"${SW_1}\" end"),
        (Position::DoubleQuoted, "cmd ${SW_1} end"),
        (Position::SingleQuoted, "cmd '\"${SW_1}\"' end"),
        (Position::HereDocument, "cmd ${SW_1} end"),
    ] {
        let program = text(hole(position)).bind(&[scalar("$(id)")]).unwrap();
        assert_eq!(program.text, expected, "{position:?}");
        assert_eq!(
            program.environment,
            [("SW_1".to_owned(), "$(id)".to_owned())]
        );
    }
}

#[test]
fn a_list_becomes_words_and_only_its_length_shows_in_the_text() {
    let text = text(Hole {
        whole_word: true,
        ..hole(Position::Bare)
    });
    let program = text.bind(&[list(&["a b", "\"; rm"])]).unwrap();
    assert_eq!(program.text, "cmd \"${SW_1_1}\" \"${SW_1_2}\" end");
    assert_eq!(
        program.environment,
        [
            ("SW_1_1".to_owned(), "a b".to_owned()),
            ("SW_1_2".to_owned(), "\"; rm".to_owned())
        ]
    );
    assert_eq!(text.bind(&[list(&["", "x"])]).unwrap().text, program.text);
}

#[test]
fn an_empty_list_needs_permission() {
    let strict = Hole {
        whole_word: true,
        ..hole(Position::Bare)
    };
    let lenient = Hole {
        allow_empty: true,
        ..strict.clone()
    };
    assert!(matches!(
        text(strict).bind(&[list(&[])]),
        Err(BindError::EmptyList { offset: 4, .. })
    ));
    let program = text(lenient).bind(&[list(&[])]).unwrap();
    assert_eq!(
        (program.text.as_str(), program.environment.len()),
        ("cmd  end", 0)
    );
}

#[test]
fn a_leading_dash_is_an_error_unless_trusted_or_unguarded() {
    let guarded = Hole {
        guard_dash: true,
        whole_word: true,
        ..hole(Position::Bare)
    };
    let guarded = text(guarded);
    for value in [scalar("-rf"), scalar("-"), list(&["ok", "--exec=sh"])] {
        let error = guarded.bind(std::slice::from_ref(&value)).unwrap_err();
        assert!(matches!(error, BindError::LeadingDash { .. }), "{value:?}");
        assert_eq!((error.offset(), error.expression()), (4, "x"));
        assert!(error.hint().contains("`--`") && error.hint().contains("trusted"));
        assert!(
            guarded
                .bind(&[BoundHole {
                    trusted: true,
                    ..value.clone()
                }])
                .is_ok()
        );
    }
    assert!(guarded.bind(&[scalar("a-b")]).is_ok());
    assert!(text(hole(Position::Bare)).bind(&[scalar("-rf")]).is_ok());
}

#[test]
fn a_list_may_not_stand_for_one_value() {
    for position in [
        Position::Bare,
        Position::DoubleQuoted,
        Position::SingleQuoted,
        Position::HereDocument,
    ] {
        let error = text(hole(position)).bind(&[list(&["a"])]).unwrap_err();
        assert!(
            matches!(error, BindError::ListForOneValue { .. }),
            "{position:?}"
        );
    }
}

#[test]
fn trust_does_not_lift_the_limits() {
    let text = text(Hole {
        whole_word: true,
        ..hole(Position::Bare)
    });
    let bind = |value| {
        text.bind(&[BoundHole {
            value,
            trusted: true,
        }])
    };
    assert!(matches!(
        bind(Bound::Scalar("a\0b".to_owned())),
        Err(BindError::ZeroByte { .. })
    ));
    let longest = MAX_STRING_BYTES - "SW_1=".len();
    assert!(bind(Bound::Scalar("x".repeat(longest))).is_ok());
    assert!(matches!(
        bind(Bound::Scalar("x".repeat(longest + 1))),
        Err(BindError::ValueTooLong { bytes, .. }) if bytes == MAX_STRING_BYTES + 1
    ));
    let many = vec!["x".repeat(100_000); MAX_VALUES_BYTES / 100_000 + 1];
    assert!(matches!(
        bind(Bound::List(many)),
        Err(BindError::ValuesTooLong { .. })
    ));
    let words = vec![String::new(); 12_000];
    assert!(matches!(
        bind(Bound::List(words)),
        Err(BindError::ProgramTooLong { .. })
    ));
}

#[test]
#[should_panic(expected = "one value is bound to each hole")]
fn the_number_of_values_is_the_number_of_holes() {
    let _ = text(hole(Position::Bare)).bind(&[]);
}

#[test]
fn the_compiled_form_survives_json() {
    let text = text(hole(Position::SingleQuoted));
    let json = serde_json::to_value(&text).unwrap();
    assert_eq!(json["parts"][1]["hole"]["position"], "single_quoted");
    assert_eq!(serde_json::from_value::<ShellText>(json).unwrap(), text);
}
