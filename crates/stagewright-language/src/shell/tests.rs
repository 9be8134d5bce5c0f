//! What a text is compiled to: position, and what a value may be there.

use super::{Dialect, compile};
use Position::{Bare, DoubleQuoted, HereDocument, SingleQuoted};
use stagewright_core::shell_text::{Bound, BoundHole, Position};

/// Compiles, and describes each hole: position, `list` when a list may expand,
/// `guard` when a leading dash is an error.
fn holes(text: &str) -> Vec<(Position, bool, bool)> {
    let compiled =
        compile(text, Dialect::Bash).unwrap_or_else(|refusals| panic!("{text}: {refusals:?}"));
    compiled
        .holes()
        .map(|hole| (hole.position, hole.whole_word, hole.guard_dash))
        .collect()
}

/// The program text with the scalar `v` in each hole.
fn program(text: &str) -> String {
    let compiled =
        compile(text, Dialect::Bash).unwrap_or_else(|refusals| panic!("{text}: {refusals:?}"));
    let value = BoundHole {
        value: Bound::Scalar("v".to_owned()),
        trusted: false,
    };
    compiled
        .bind(&vec![value; compiled.holes().count()])
        .unwrap()
        .text
}

#[test]
fn every_position_gets_its_own_quoting() {
    for (text, expected) in [
        ("ruff check -- {{ files }}", r#"ruff check -- "${SW_1}""#),
        ("cmd --file={{x}}", r#"cmd --file="${SW_1}""#),
        ("cat src/{{x}}.py", r#"cat src/"${SW_1}".py"#),
        ("cmd {{a}}{{b}}", r#"cmd "${SW_1}""${SW_2}""#),
        (r#"echo "to {{x}}!""#, r#"echo "to ${SW_1}!""#),
        ("echo 'to {{x}}!'", r#"echo 'to '"${SW_1}"'!'"#),
        ("echo '{{ x[\"it's\"] }}'", r#"echo ''"${SW_1}"''"#),
        ("cat <<EOF\nto {{x}}\nEOF\n", "cat <<EOF\nto ${SW_1}\nEOF\n"),
        (
            "cat <<-EOF\n\tto {{x}}\n\tEOF",
            "cat <<-EOF\n\tto ${SW_1}\n\tEOF",
        ),
        (
            "cat <<A <<B\n{{x}}\nA\n{{y}}\nB\necho {{z}}",
            "cat <<A <<B\n${SW_1}\nA\n${SW_2}\nB\necho \"${SW_3}\"",
        ),
        ("cat <<< {{x}}", r#"cat <<< "${SW_1}""#),
        ("X={{v}} cmd", r#"X="${SW_1}" cmd"#),
        ("cmd > {{f}} 2>&1", r#"cmd > "${SW_1}" 2>&1"#),
        (
            "echo \"$(basename {{x}})\"",
            r#"echo "$(basename "${SW_1}")""#,
        ),
        (
            "echo $(cat <<E\n{{x}}\nE\n)",
            "echo $(cat <<E\n${SW_1}\nE\n)",
        ),
        (
            "diff <(sort {{a}}) <(sort {{b}})",
            r#"diff <(sort "${SW_1}") <(sort "${SW_2}")"#,
        ),
        ("items=({{ list }} x)", r#"items=("${SW_1}" x)"#),
        (
            "echo a # {{ not }} bound\necho {{x}}",
            "echo a # {{ not }} bound\necho \"${SW_1}\"",
        ),
        (r"echo \${{ '{' }}", r#"echo \$"${SW_1}""#),
    ] {
        assert_eq!(program(text), expected, "{text}");
    }
}

#[test]
fn a_text_without_holes_stays_as_it_is() {
    for text in [
        "",
        "true",
        "echo ${#x} $((1+2)) `date`",
        "awk '{print}' | sh",
        "x='{%s}'",
        "coproc cat",
    ] {
        let compiled = compile(text, Dialect::Bash).unwrap();
        assert_eq!(compiled.bind(&[]).unwrap().text, text);
    }
}

#[test]
fn the_surroundings_decide_about_lists_and_dashes() {
    for (text, expected) in [
        ("cmd {{x}}", vec![(Bare, true, true)]),
        (
            "cmd -- {{x}} \"{{y}}\"",
            vec![(Bare, true, false), (DoubleQuoted, false, false)],
        ),
        (
            "cmd \"{{x}}\" '{{y}}'",
            vec![(DoubleQuoted, false, true), (SingleQuoted, false, true)],
        ),
        (
            "cmd {{x}}.py --f={{y}}",
            vec![(Bare, false, true), (Bare, false, false)],
        ),
        ("cmd \"a {{x}}\"", vec![(DoubleQuoted, false, false)]),
        ("cmd > {{x}}", vec![(Bare, false, false)]),
        ("cat <<< {{x}}", vec![(Bare, false, false)]),
        ("X={{x}}", vec![(Bare, false, false)]),
        ("cat <<E\n{{x}}\nE", vec![(HereDocument, false, false)]),
        (
            "for f in {{x}}; do cat -- \"$f\"; done",
            vec![(Bare, true, true)],
        ),
        (
            "case {{x}} in a|{{y}}) ;; esac",
            vec![(Bare, false, false); 2],
        ),
        ("[[ {{x}} == {{y}} ]]", vec![(Bare, false, false); 2]),
        ("[ {{x}} = {{y}} ]", vec![(Bare, false, false); 2]),
        ("[ -n {{x}} ]", vec![(Bare, false, false)]),
        ("printf '%s\\n' {{x}}", vec![(Bare, true, false)]),
        // `--` of a wrapper is not the command's.
        ("sudo -- rm {{x}}", vec![(Bare, true, true)]),
        ("env -- rm -- {{x}}", vec![(Bare, true, false)]),
        ("timeout {{t}} cmd", vec![(Bare, false, true)]),
        (
            "sudo -u {{u}} cmd {{x}}",
            vec![(Bare, false, true), (Bare, true, true)],
        ),
        // GNU find reads expressions after `--` too.
        ("find -- {{x}}", vec![(Bare, true, true)]),
        ("a=({{x}})", vec![(Bare, true, true)]),
        ("sh -c 'echo \"$1\"' sh {{x}}", vec![(Bare, true, true)]),
    ] {
        assert_eq!(holes(text), expected, "{text}");
    }
}

#[test]
fn what_is_useful_and_safe_is_accepted() {
    for text in [
        "git diff --stat {{base}}..{{head}} -- {{files}}",
        "git commit --message={{title}}",
        "python -m pytest -q --junitxml {{dir}}/junit.xml -- {{tests}}",
        "python3 tools/check.py {{file}}",
        "python3 -m cProfile -o times tools/check.py {{file}}",
        "python3 -c 'import sys' -m timeit {{x}}",
        "deno run tool.ts {{x}}",
        "bun run tool.ts {{x}}",
        "runuser -u me -- tool {{x}}",
        "unshare -rn tool {{x}}",
        "systemd-run --user --wait -u {{name}} -p User=me tool {{x}}",
        "script -q {{log}}",
        "rsync -av {{x}} there/",
        "curl -fsS {{url}}",
        "python -c 'import sys; print(sys.argv[1])' {{x}}",
        "bash -c 'echo \"$1\"' bash {{x}}",
        "jq --arg title {{title}} '.t = $title' file.json",
        "awk -v who={{x}} '{ print who }' file",
        "sed -n 3p -- {{file}}",
        "grep -F -e {{x}} file",
        "env TITLE={{x}} MODE=fast printenv TITLE",
        "GIT_AUTHOR_NAME={{x}} git commit -m ok",
        "if [ {{x}} = yes ] && [[ {{y}} == no* ]]; then echo {{z}}; else :; fi",
        "while read -r line; do echo \"$line\"; done <<EOF\n{{x}}\nEOF",
        "f() { echo \"$1\"; }; f {{x}}",
        "export TITLE={{x}}; readonly B={{y}}; local_one={{z}}",
        "export \"TITLE={{x}}\" B='{{y}}'",
        "x={{x}} bash -c 'echo \"$x\" \"$1\"' bash {{y}}",
        "n={{x}}; [ \"$n\" -gt 3 ]",
        "x={{x}}; echo \"${x:-none}\" \"${x%/*}\" \"${#x}\"",
        "(cd {{dir}} && ls) | head; { echo {{x}}; }",
        "xargs -n1 grep -F -e {{x}} < files",
        "command -v {{tool}} >/dev/null",
        "\"$VIRTUAL_ENV\"/bin/pytest -q {{tests}}",
        "\"$(npm prefix)/bin/eslint\" -- {{files}}",
        "case \"$(uname)\" in Linux) echo {{x}} ;; *) echo {{y}} ;; esac",
        "echo $((1 + 2)) {{x}}",
        "cat <<'E'\nplain $x\nE\necho {{x}}",
        "find {{dir}} -name {{pattern}}",
        "set -- {{list}}; for f; do echo \"$f\"; done",
        "echo {a,b}{{x}} ~/{{y}} *.{{z}}",
        "cmd1 {{x}} &> {{log}} & wait",
        "time -p sleep {{x}}",
        "bash script.sh {{x}} <<< {{y}}",
        "mapfile -t lines < <(sort {{x}})",
        "echo \"it's {{x}}\" 'say \"{{y}}\"'",
    ] {
        if let Err(refusals) = compile(text, Dialect::Bash) {
            panic!(
                "{text}: {:?}",
                refusals
                    .iter()
                    .map(|r| (r.kind, r.offset))
                    .collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn all_refusals_are_found_in_one_reading() {
    let text = "{{a}} x\neval {{b}}\necho $(({{c}})) `{{d}}`";
    let refusals = compile(text, Dialect::Bash).unwrap_err();
    let offsets: Vec<_> = refusals.iter().map(|refusal| refusal.offset).collect();
    assert_eq!(offsets, [0, 13, 27, 36]);
}

#[test]
fn the_limits_are_refusals() {
    use super::{MAX_TEXT_BYTES, RefusalKind};
    let long = "#".repeat(MAX_TEXT_BYTES + 1);
    assert_eq!(
        compile(&long, Dialect::Bash).unwrap_err()[0].kind,
        RefusalKind::TooLong
    );
    let deep = format!(
        "echo {}{{{{x}}}}{}",
        "$(echo ".repeat(2000),
        ")".repeat(2000)
    );
    assert_eq!(
        compile(&deep, Dialect::Bash).unwrap_err()[0].kind,
        RefusalKind::TooDeep
    );
}
