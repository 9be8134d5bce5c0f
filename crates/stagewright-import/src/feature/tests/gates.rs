//! Smoke gates.

use super::*;

#[test]
fn smoke_gates_follow_their_waves() {
    // Goal: one number, a list, all; what each key means; and where a gate stands after
    // the waves were made anew.
    let with = |smoke: &str, options: &Options| {
        let import = imported(
            &format!("{}smoke_gates: {smoke}\n", text(TASKS, GROUPS)),
            options,
        );
        let gates = import.work.gates.clone();
        (gates, notices(&import))
    };
    let after = |smoke: &str| {
        let (gates, _) = with(smoke, &Options::default());
        gates.iter().map(|gate| gate.after_wave).collect::<Vec<_>>()
    };
    assert_eq!(after("{after_wave: 2, command: make}"), [2]);
    assert_eq!(after("{after_wave: [2, 1], command: make}"), [1, 2]);
    assert_eq!(after("{after_wave: all, command: make}"), [1, 2]);
    assert_eq!(after("null"), [0; 0]);

    let (gates, _) = with("{after_wave: 1, command: ' make '}", &Options::default());
    let usual = &gates[0];
    assert_eq!(usual.command, Command::Plain("make".to_owned()));
    assert_eq!((usual.expected_exit, usual.timeout_seconds), (0, Some(120)));
    assert!(usual.exit_5_is_no_evidence, "no tests found is no proof");
    let (gates, _) = with(
        "{after_wave: 1, command: make, expected_exit: 3, timeout: 600, exit5_is_hard_fail: true}",
        &Options::default(),
    );
    let strict = &gates[0];
    assert_eq!(
        (strict.expected_exit, strict.timeout_seconds),
        (3, Some(600))
    );
    assert!(!strict.exit_5_is_no_evidence);
    let (gates, _) = with(
        "{after_wave: 1, command: make, expected_exit: 5}",
        &Options::default(),
    );
    assert!(!gates[0].exit_5_is_no_evidence, "5 is what passes");

    // A and B are independent: the two old waves become one.
    let tasks = "  - {id: A}\n  - {id: B}\n";
    let smoke = "smoke_gates: {after_wave: 2, command: make}\n";
    let two = text(
        tasks,
        &format!("orchestration: {{parallel_groups: [[A], [B]]}}\n{smoke}"),
    );
    let import = imported(&two, &replan());
    assert_eq!(import.work.gates[0].after_wave, 1);
    assert_eq!(
        notices(&import),
        ["7 the smoke gate after wave 2 now follows wave 1"]
    );
    let unnumbered = text(tasks, "smoke_gates: {after_wave: 1, command: make}\n");
    let import = imported(&unnumbered, &replan());
    assert_eq!(import.work.gates[0].after_wave, 1);
    assert_eq!(notices(&import).len(), 1, "it says which waves are counted");
}

#[test]
fn smoke_gates_that_do_not_mean_what_they_say_are_rejected() {
    // Goal: unknown keys and values out of range are errors here.
    let numbered = "waves are numbered from 1";
    let cases: &[(&str, String)] = &[
        (
            "{after_wave: 1, command: make, timout: 5}",
            "10:45 SW0110 `smoke_gates` has no key `timout` (did you mean `timeout`?)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, retries: 5}",
            "10:45 SW0110 `smoke_gates` has no key `retries` (the keys are after_wave, command, \
             expected_exit, timeout, exit5_is_hard_fail)"
                .to_owned(),
        ),
        (
            "{command: make}",
            "10:1 SW0112 `smoke_gates` has no `after_wave` (-)".to_owned(),
        ),
        (
            "{after_wave: 1}",
            "10:1 SW0112 `smoke_gates` has no `command` (-)".to_owned(),
        ),
        (
            "{after_wave: 3, command: make}",
            "10:27 SW0130 there is no wave 3: the last one is 2 (-)".to_owned(),
        ),
        (
            "{after_wave: true, command: make}",
            format!(
                "10:27 SW0113 `after_wave` is a wave's number, a list of them or `all`, this is true or false ({numbered})"
            ),
        ),
        (
            "{after_wave: [1, 0], command: make}",
            format!(
                "10:31 SW0113 `after_wave` is a wave's number, a list of them or `all`, this is a number ({numbered})"
            ),
        ),
        (
            "{after_wave: [1, 1], command: make}",
            "10:31 SW0114 wave 1 stands in `after_wave` twice (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, timeout: 601}",
            "10:54 SW0114 `timeout` is a whole number from 1 to 600, not 601 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, timeout: 0}",
            "10:54 SW0114 `timeout` is a whole number from 1 to 600, not 0 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, expected_exit: 256}",
            "10:60 SW0114 `expected_exit` is a whole number from 0 to 255, not 256 (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: make, exit5_is_hard_fail: 1}",
            "10:65 SW0113 `exit5_is_hard_fail` is true or false, this is a number (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: '  '}",
            "10:39 SW0114 the command of `smoke_gates` is empty (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: \"a\\0b\"}",
            "10:39 SW0114 the command of `smoke_gates` holds a control character (-)".to_owned(),
        ),
        (
            "{after_wave: 1, command: 'echo \"open'}",
            "10:39 SW0114 the command of `smoke_gates` is none that a shell can read: this \" is \
             never closed (-)"
                .to_owned(),
        ),
        (
            "[1]",
            "10:14 SW0113 `smoke_gates` is a mapping, this is a list (-)".to_owned(),
        ),
    ];
    for (smoke, expected) in cases {
        let text = format!("{}smoke_gates: {smoke}\n", text(TASKS, GROUPS));
        assert_eq!(
            problems(&text, &Options::default()),
            [expected.as_str()],
            "{smoke}"
        );
    }
}
