//! Every place where no value may stand has a row here: the text, and why it is
//! refused. What bash would do with each of the dangerous ones was tried with bash.
//!
//! The file is long because it is one table: a place that is missing is seen when all
//! stand together.

use stagewright_language::shell::RefusalKind::{self as K};
use stagewright_language::shell::{Dialect, compile};

/// Compiles a text that must be refused, once, for one reason.
fn refused(text: &str, dialect: Dialect) -> K {
    match compile(text, dialect) {
        Ok(compiled) => panic!("accepted: {text}\n{compiled:?}"),
        Err(refusals) => {
            let first = &refusals[0];
            assert!(
                first.offset + first.length <= text.len(),
                "{text}: {first:?}"
            );
            assert!(
                !first.message().is_empty() && !first.hint().is_empty(),
                "{text}"
            );
            assert!(
                !first.message().ends_with('.'),
                "{text}: {}",
                first.message()
            );
            first.kind
        }
    }
}

fn check(rows: &[(&str, K)]) {
    let mut wrong = Vec::new();
    for (text, expected) in rows {
        let kind = match compile(text, Dialect::Bash) {
            Ok(_) => None,
            Err(_) => Some(refused(text, Dialect::Bash)),
        };
        if kind != Some(*expected) {
            wrong.push(format!("{text}: {kind:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn templates_that_are_no_holes() {
    check(&[
        ("echo {{ x", K::UnterminatedHole),
        ("echo {{ 'x }}", K::UnterminatedHole),
        ("echo {{ }}", K::EmptyHole),
        ("echo {{- x }}", K::WhitespaceControl),
        ("{% if x %} echo {% endif %}", K::Statement),
        ("echo '{% raw %}'", K::Statement),
        ("echo {# note #}", K::TemplateComment),
        ("echo \"{{x}}", K::UnterminatedQuote),
        ("echo 'x", K::UnterminatedQuote),
        ("echo {{x}} 'x", K::UnterminatedQuote),
        ("echo $(echo {{x}}", K::UnterminatedExpansion),
        ("echo {{x}} ${x", K::UnterminatedExpansion),
        ("( echo {{x}}", K::UnterminatedExpansion),
        ("[[ {{x}} == y", K::UnterminatedExpansion),
        ("case {{x}} in a) echo", K::UnterminatedExpansion),
        ("cat <<EOF\n{{x}}", K::UnterminatedHereDocument),
        ("cat <<EOF {{x}}", K::UnterminatedHereDocument),
    ]);
}

#[test]
fn a_value_as_the_command() {
    check(&[
        ("{{x}}", K::CommandWord),
        ("{{x}} arg", K::CommandWord),
        ("./{{x}}", K::CommandWord),
        ("\"{{x}}\" arg", K::CommandWord),
        ("bin/{{x}}.sh", K::CommandWord),
        ("X=1 {{x}}", K::CommandWord),
        ("< in {{x}}", K::CommandWord),
        ("true; {{x}}", K::CommandWord),
        ("true && {{x}}", K::CommandWord),
        ("true | {{x}}", K::CommandWord),
        ("true & {{x}}", K::CommandWord),
        ("! {{x}}", K::CommandWord),
        ("if {{x}}; then :; fi", K::CommandWord),
        ("while {{x}}; do :; done", K::CommandWord),
        ("if true; then {{x}}; fi", K::CommandWord),
        ("{ {{x}}; }", K::CommandWord),
        ("({{x}})", K::CommandWord),
        ("echo $({{x}})", K::CommandWord),
        ("echo \"$({{x}} a)\"", K::CommandWord),
        ("cat <({{x}})", K::CommandWord),
        ("time {{x}}", K::CommandWord),
        ("time -p {{x}}", K::CommandWord),
        ("case y in y) {{x}} ;; esac", K::CommandWord),
        ("f() { {{x}}; }", K::CommandWord),
        ("$(which {{x}}) arg", K::CommandWord),
        ("x={{x}}; $x", K::CommandWord),
        ("{{x}}=1", K::CommandWord),
        ("env {{x}}", K::CommandWord),
        ("env A=1 {{x}}", K::CommandWord),
        ("env -u A {{x}}", K::CommandWord),
        ("env {{x}} cmd", K::CommandWord),
        ("env {{x}}=1 cmd", K::CommandWord),
        ("sudo {{x}}", K::CommandWord),
        ("sudo -E -u me {{x}}", K::CommandWord),
        ("sudo --new-option value {{x}}", K::CommandWord),
        ("exec {{x}}", K::CommandWord),
        ("nohup {{x}}", K::CommandWord),
        ("nice -n 5 {{x}}", K::CommandWord),
        ("timeout -k 5 30 {{x}}", K::CommandWord),
        ("timeout --signal=KILL 30 {{x}}", K::CommandWord),
        ("command {{x}}", K::CommandWord),
        ("builtin {{x}}", K::CommandWord),
        ("xargs -n 1 {{x}}", K::CommandWord),
        ("/usr/bin/env -i {{x}}", K::CommandWord),
        ("stdbuf -oL {{x}}", K::CommandWord),
        ("sudo env A=1 nice {{x}}", K::CommandWord),
        ("{{x}}() { :; }", K::FunctionName),
        ("function {{x}} { :; }", K::FunctionName),
        ("for {{x}} in a; do :; done", K::LoopVariable),
        ("for a{{x}} in a; do :; done", K::LoopVariable),
        ("select {{x}} in a; do :; done", K::LoopVariable),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        ("echo $(( {{x}} + 1 ))", K::Arithmetic),
        ("echo \"$(({{x}}))\"", K::Arithmetic),
        ("echo $(( $(echo {{x}}) ))", K::Arithmetic),
        ("(( {{x}} > 1 ))", K::Arithmetic),
        ("for ((i=0; i<{{x}}; i++)); do :; done", K::Arithmetic),
        ("echo $[{{x}}]", K::Arithmetic),
        ("let n={{x}}", K::Arithmetic),
        ("n={{x}}; echo $((n + 1))", K::Arithmetic),
        ("n={{x}}; echo $(($n + 1))", K::Arithmetic),
        ("n={{x}}; (( n > 1 ))", K::Arithmetic),
        ("n={{x}}; let m=n", K::Arithmetic),
        ("m={{x}}; n=$m; (( n ))", K::Arithmetic),
        ("while (( n )); do n={{x}}; done", K::Arithmetic),
        ("for n in {{x}}; do echo $((n)); done", K::Arithmetic),
        ("read -r n <<< {{x}}; echo $((n))", K::Arithmetic),
        ("set -- {{x}}; echo $(($1))", K::Arithmetic),
        ("f() { echo $(($1)); }; f {{x}}", K::Arithmetic),
        ("n=$(cat <<E\n{{x}}\nE\n); (( n ))", K::Arithmetic),
        ("x={{x}}; y=x; (( y ))", K::Arithmetic),
        ("x={{x}}; : \"${y:=$x}\"; (( y ))", K::Arithmetic),
        ("f() { echo \"${@:$1}\"; }; f {{x}}", K::Arithmetic),
        ("echo {{x}}; echo $((_))", K::Arithmetic),
        (
            "[[ {{x}} =~ (.*) ]]; echo $((BASH_REMATCH[1]))",
            K::Arithmetic,
        ),
        (
            "set -- -a {{x}}; getopts a: o; echo $((OPTARG))",
            K::Arithmetic,
        ),
        ("s=abc; x={{x}}; echo ${s:x:1}", K::Arithmetic),
        ("x={{x}}; echo ${a[x]}", K::Arithmetic),
        ("x={{x}}; echo ${!x}", K::Arithmetic),
        ("x={{x}}; echo \"${x@P}\"", K::Arithmetic),
        ("[[ {{x}} -eq 1 ]]", K::ArithmeticComparison),
        ("[[ 1 -lt {{x}} ]]", K::ArithmeticComparison),
        ("[[ \"{{x}}\" -ge 1 && a == b ]]", K::ArithmeticComparison),
        ("[[ ( 1 -ne {{x}} ) ]]", K::ArithmeticComparison),
        ("[[ 1 -gt $(echo {{x}}) ]]", K::ArithmeticComparison),
        ("x={{x}}; [[ x -le 1 ]]", K::ArithmeticComparison),
        ("x={{x}}; [[ $x -le 1 ]]", K::ArithmeticComparison),
        ("a[{{x}}]=1", K::ArraySubscript),
        ("a[{{x}} + 1]=1", K::ArraySubscript),
        ("a[\"{{x}}\"]+=1", K::ArraySubscript),
        ("a=([{{x}}]=1)", K::ArraySubscript),
        ("x={{x}}; a[x]=1", K::ArraySubscript),
        ("x={{x}}; a=([x]=1)", K::ArraySubscript),
        ("x={{x}}; read a[x]", K::ArraySubscript),
        ("x={{x}}; printf -v a[x] 1", K::ArraySubscript),
        ("x={{x}}; [[ -v a[x] ]]", K::VariableTest),
        ("x={{x}}; test -v a[x]", K::VariableTest),
        ("x={{x}}; a[$x]=1", K::ArraySubscript),
    ]);
}

#[test]
fn quoting_that_a_reference_cannot_survive() {
    check(&[
        ("echo ${x:-{{x}}}", K::ParameterExpansion),
        ("echo \"${x:-{{x}}}\"", K::ParameterExpansion),
        ("echo ${ {{x}} }", K::ParameterExpansion),
        ("echo \"${x:-$(echo {{x}})}\"", K::ParameterExpansion),
        ("cat <<E\n${x:-{{x}}}\nE", K::ParameterExpansion),
        ("cat <<'E'\n{{x}}\nE", K::QuotedHereDocument),
        ("cat <<\\E\n{{x}}\nE", K::QuotedHereDocument),
        ("cat <<\"E\"\n{{x}}\nE", K::QuotedHereDocument),
        ("cat <<E{{x}}\nE", K::HereDocumentDelimiter),
        ("cat <<{{x}}\nE", K::HereDocumentDelimiter),
        ("echo `echo {{x}}`", K::Backticks),
        ("echo \"`echo {{x}}`\"", K::Backticks),
        ("x={{x}}; echo `eval $x`", K::Backticks),
        ("echo $'{{x}}'", K::AnsiQuote),
        ("echo $'\\'{{x}}'", K::AnsiQuote),
        ("echo $\"{{x}}\"", K::LocaleQuote),
        ("echo \\{{x}}", K::AfterBackslash),
        ("echo \"\\{{x}}\"", K::AfterBackslash),
        ("cat <<E\n\\{{x}}\nE", K::AfterBackslash),
        ("echo ${{x}}", K::AfterDollar),
        ("echo \"${{x}}\"", K::AfterDollar),
        ("cat <<E\n${{x}}\nE", K::AfterDollar),
        ("echo 1 >&{{x}}", K::FileDescriptor),
        ("echo 1 <&{{x}}", K::FileDescriptor),
    ]);
}

#[test]
fn text_that_something_evaluates() {
    check(&[
        ("eval {{x}}", K::EvaluatedText),
        ("eval \"echo '{{x}}'\"", K::EvaluatedText),
        ("eval \"$(printf %q {{x}})\"", K::EvaluatedText),
        ("x={{x}}; eval \"$x\"", K::EvaluatedText),
        ("x={{x}}; eval 'echo $x'", K::EvaluatedText),
        ("builtin eval {{x}}", K::EvaluatedText),
        ("command eval {{x}}", K::EvaluatedText),
        ("trap {{x}} EXIT", K::EvaluatedText),
        ("trap -- '{{x}}' EXIT", K::EvaluatedText),
        ("compgen -W {{x}}", K::EvaluatedText),
        ("source {{x}}", K::ProgramFile),
        (". {{x}}", K::ProgramFile),
        ("source <(echo {{x}})", K::ProgramFile),
        ("sh -c {{x}}", K::EvaluatedText),
        ("sh -c 'echo {{x}}'", K::EvaluatedText),
        ("bash -c \"echo {{x}}\"", K::EvaluatedText),
        ("bash -ec 'echo {{x}}'", K::EvaluatedText),
        ("bash -c -e 'echo {{x}}'", K::EvaluatedText),
        ("bash -o pipefail -c 'echo {{x}}'", K::EvaluatedText),
        ("/bin/dash -c 'echo {{x}}'", K::EvaluatedText),
        ("ksh -c {{x}}", K::EvaluatedText),
        ("zsh -c {{x}}", K::EvaluatedText),
        ("bash -c \"$(cat {{x}})\"", K::EvaluatedText),
        ("bash {{x}}", K::ProgramFile),
        ("bash <(echo {{x}})", K::ProgramFile),
        ("sudo -u me sh -c 'echo {{x}}'", K::EvaluatedText),
        ("sudo -X y sh -c 'echo {{x}}'", K::EvaluatedText),
        ("env A=1 bash -c 'echo {{x}}'", K::EvaluatedText),
        ("docker run image sh -c 'echo {{x}}'", K::EvaluatedText),
        ("uv run python -c 'print({{x}})'", K::EvaluatedText),
        ("nohup bash -c {{x}} &", K::EvaluatedText),
        ("xargs sh -c {{x}}", K::EvaluatedText),
        ("python -c 'print(\"{{x}}\")'", K::EvaluatedText),
        ("python3.12 -Ic {{x}}", K::EvaluatedText),
        ("python -c{{x}}", K::EvaluatedText),
        ("python {{x}}", K::ProgramFile),
        ("python -m {{x}}", K::ProgramFile),
        ("python -m timeit {{x}}", K::EvaluatedText),
        ("python3 -m timeit -s 'a = {{x}}' a", K::EvaluatedText),
        ("python3 -I -W ignore -mtimeit {{x}}", K::EvaluatedText),
        ("python3.12 -Im timeit -n 5 a {{x}}", K::EvaluatedText),
        ("uv run python -m timeit {{x}}", K::EvaluatedText),
        ("python -m pdb -c {{x}} a.py", K::EvaluatedText),
        ("python -m cProfile -o a {{x}}", K::ProgramFile),
        ("python -m cProfile -m {{x}}", K::ProgramFile),
        ("deno eval {{x}}", K::EvaluatedText),
        ("deno eval -p 'f({{x}})'", K::EvaluatedText),
        ("deno run {{x}}", K::ProgramFile),
        ("bun -e {{x}}", K::EvaluatedText),
        ("bun exec 'echo {{x}}'", K::EvaluatedText),
        ("bun run {{x}}", K::ProgramFile),
        ("perl -e {{x}}", K::EvaluatedText),
        ("perl -lne 'print {{x}}' file", K::EvaluatedText),
        ("perl -i.bak -pe 's/a/{{x}}/' file", K::EvaluatedText),
        ("perl -E {{x}}", K::EvaluatedText),
        ("perl -e 1 -e {{x}}", K::EvaluatedText),
        ("perl -M{{x}} -e 1", K::CommandOption),
        ("ruby -e {{x}}", K::EvaluatedText),
        ("ruby -r {{x}} a.rb", K::CommandOption),
        ("node -e {{x}}", K::EvaluatedText),
        ("node --eval={{x}}", K::EvaluatedText),
        ("node -p {{x}}", K::EvaluatedText),
        ("node --require {{x}} a.js", K::CommandOption),
        ("php -r {{x}}", K::EvaluatedText),
        ("awk '{ print {{x}} }' file", K::EvaluatedText),
        ("gawk -F : '{{x}}' file", K::EvaluatedText),
        ("mawk {{x}}", K::EvaluatedText),
        ("awk -f {{x}} file", K::ProgramFile),
        ("awk -v {{x}} '{ print }' file", K::VariableName),
        ("sed 's/a/{{x}}/' file", K::EvaluatedText),
        ("sed -e {{x}} file", K::EvaluatedText),
        ("sed -n -i.bak \"s/{{x}}/b/\" file", K::EvaluatedText),
        ("sed -i '' 's/{{x}}/b/' file", K::EvaluatedText),
        ("sed --expression={{x}} file", K::EvaluatedText),
        ("sed -f {{x}} file", K::ProgramFile),
        ("jq '.a = \"{{x}}\"' file", K::EvaluatedText),
        ("jq -r --arg a b {{x}}", K::EvaluatedText),
        ("psql -c \"select '{{x}}'\"", K::EvaluatedText),
        ("sqlite3 db \"select '{{x}}'\"", K::EvaluatedText),
        ("env -S {{x}}", K::EvaluatedText),
        ("env -S \"a {{x}}\"", K::EvaluatedText),
        ("env --split-string={{x}}", K::EvaluatedText),
        ("make {{x}}", K::EvaluatedText),
        ("make all NAME={{x}}", K::EvaluatedText),
        // The program is the author's, but it evaluates what it is given.
        ("bash -c 'eval \"$1\"' bash {{x}}", K::EvaluatedText),
        ("bash -c 'echo $(($1))' bash {{x}}", K::Arithmetic),
        ("sh -c '\"$@\"' sh {{x}}", K::CommandWord),
        ("x={{x}} bash -c 'eval \"$x\"'", K::EvaluatedText),
        (
            "export x={{x}}; sudo bash -c 'eval \"$x\"'",
            K::EvaluatedText,
        ),
        (
            "docker run i sh -c 'eval \"$1\"' sh {{x}}",
            K::EvaluatedText,
        ),
        ("sh -c 'sh -c \"$1\"' sh {{x}}", K::EvaluatedText),
        ("sh -c 'sh -c \"$0\"' {{x}}", K::EvaluatedText),
        ("bash +x -c {{x}}", K::EvaluatedText),
        ("e\"va\"l {{x}}", K::EvaluatedText),
        ("ev\\\nal {{x}}", K::EvaluatedText),
        ("\\eval {{x}}", K::EvaluatedText),
        ("$'eval' {{x}}", K::EvaluatedText),
        ("\"$dir\"/bin/bash -c {{x}}", K::EvaluatedText),
        ("$'\\x65val' {{x}}", K::UnknownCommand),
        ("${E:-eval} {{x}}", K::UnknownCommand),
        ("E='bash -c'; $E {{x}}", K::UnknownCommand),
        ("set -- eval; \"$@\" {{x}}", K::UnknownCommand),
        ("$(echo eval) {{x}}", K::UnknownCommand),
        ("{eval,} {{x}}", K::UnknownCommand),
        ("/bin/b?sh -c {{x}}", K::UnknownCommand),
        ("sudo $CMD {{x}}", K::UnknownCommand),
        ("f() { echo $(($1)); }; n=f; $n {{x}}", K::UnknownCommand),
        ("$SHELL -c {{x}}", K::UnknownCommand),
        ("\"$PYTHON\" -c 'print({{x}})'", K::UnknownCommand),
    ]);
}

#[test]
fn programs_from_standard_input() {
    check(&[
        ("bash <<E\necho {{x}}\nE", K::ProgramInput),
        ("bash -s a <<E\necho {{x}}\nE", K::ProgramInput),
        ("sh - <<E\necho {{x}}\nE", K::ProgramInput),
        ("python3 - <<E\nprint('{{x}}')\nE", K::ProgramInput),
        ("psql db <<E\nselect '{{x}}';\nE", K::ProgramInput),
        (
            "kubectl exec -i pod -- sh <<E\necho {{x}}\nE",
            K::ProgramInput,
        ),
        ("bash <<< {{x}}", K::ProgramInput),
        ("bash < {{x}}", K::ProgramInput),
        ("bash < <(echo {{x}})", K::ProgramInput),
        ("echo {{x}} | sh", K::ProgramInput),
        ("echo {{x}} | sudo bash", K::ProgramInput),
        ("{ echo {{x}}; } | sh", K::ProgramInput),
        ("{ cat | sh; } <<< {{x}}", K::ProgramInput),
        ("echo {{x}} | while read -r l; do sh; done", K::ProgramInput),
        ("echo {{x}} | xargs sh -c", K::ProgramInput),
        ("echo {{x}} | xargs -I{} sh -c 'echo {}'", K::NestedCommand),
        ("echo {{x}} | python", K::ProgramInput),
        ("echo {{x}} | bash /dev/stdin", K::ProgramInput),
        ("echo {{x}} | awk -f -", K::ProgramInput),
        ("echo {{x}} | sed -f /dev/stdin file", K::ProgramInput),
        ("echo {{x}} | source /dev/stdin", K::ProgramInput),
        ("echo {{x}} | at now", K::ProgramInput),
    ]);
}

#[test]
fn commands_that_run_commands() {
    check(&[
        ("ssh host echo {{x}}", K::NestedCommand),
        ("ssh host \"echo {{x}}\"", K::NestedCommand),
        ("ssh {{x}}", K::NestedCommand),
        ("watch {{x}}", K::NestedCommand),
        ("parallel {{x}} ::: a", K::NestedCommand),
        ("parallel echo ::: {{x}}", K::NestedCommand),
        ("tmux new-session {{x}}", K::NestedCommand),
        ("find . -exec {{x}} \\;", K::NestedCommand),
        ("find . -exec grep {{x}} {} +", K::NestedCommand),
        ("find . -execdir {{x}} \\;", K::NestedCommand),
        ("find . -ok {{x}} \\;", K::NestedCommand),
        ("find . -okdir {{x}} \\;", K::NestedCommand),
        ("su me -c {{x}}", K::CommandOption),
        ("su -c 'echo {{x}}' me", K::CommandOption),
        ("git -c {{x}} status", K::CommandOption),
        ("git -c core.pager={{x}} log", K::CommandOption),
        ("git rebase --exec {{x}} main", K::CommandOption),
        ("git bisect run {{x}}", K::CommandOption),
        ("git submodule foreach 'echo {{x}}'", K::CommandOption),
        ("git clone --upload-pack={{x}} url", K::CommandOption),
        (
            "tar cf a.tar --checkpoint-action=exec={{x}} .",
            K::CommandOption,
        ),
        ("tar xf a.tar --to-command={{x}}", K::CommandOption),
        ("tar -I {{x}} -xf a.tar", K::CommandOption),
        ("sort --compress-program={{x}}", K::CommandOption),
        ("rsync -e {{x}} a b", K::CommandOption),
        ("split --filter={{x}} file", K::CommandOption),
        ("vim -c {{x}}", K::CommandOption),
        ("script -c {{x}}", K::CommandOption),
        ("script -qc {{x}} log", K::CommandOption),
        ("script -qec 'echo {{x}}' log", K::CommandOption),
        ("script -qc\"echo {{x}}\" log", K::CommandOption),
        ("script --command={{x}}", K::CommandOption),
        ("script log --command {{x}}", K::CommandOption),
        ("script --comm 'echo {{x}}'", K::CommandOption),
        ("su -lc {{x}} me", K::CommandOption),
        ("rsync -ave 'ssh {{x}}' a b", K::CommandOption),
        ("curl -fsSK {{x}} a", K::CommandOption),
        ("flock lock -c {{x}}", K::CommandWord),
        ("flock -n lock -c 'echo {{x}}'", K::CommandWord),
        ("flock lock --command 'echo {{x}}'", K::CommandWord),
        ("flock -w 5 lock sh -c {{x}}", K::EvaluatedText),
        ("runuser me -c {{x}}", K::CommandOption),
        ("runuser - me -lc 'echo {{x}}'", K::CommandOption),
        ("runuser -u me -- {{x}}", K::CommandWord),
        ("runuser -u me -- sh -c {{x}}", K::EvaluatedText),
        ("unshare -r {{x}}", K::CommandWord),
        ("unshare -rm --fork sh -c 'echo {{x}}'", K::EvaluatedText),
        ("systemd-run --user --wait {{x}}", K::CommandWord),
        ("systemd-run --scope -u a sh -c {{x}}", K::EvaluatedText),
        ("systemd-run -p ExecStartPre={{x}} true", K::CommandOption),
        (
            "systemd-run -p A=1 --property=ExecStartPre={{x}} true",
            K::CommandOption,
        ),
        ("systemd-run -E LD_PRELOAD={{x}} true", K::CommandOption),
        ("nix-shell --run {{x}}", K::CommandOption),
        ("nix-shell -p jq --command 'jq {{x}}'", K::CommandOption),
        ("nix-shell -p {{x}} --run true", K::CommandOption),
        ("nix develop -c {{x}}", K::CommandOption),
        ("ansible all -a {{x}}", K::CommandOption),
        ("ansible all -m shell --args='echo {{x}}'", K::CommandOption),
        ("ansible all -ba 'echo {{x}}'", K::CommandOption),
        ("ansible-playbook -e a={{x}} site.yml", K::CommandOption),
        ("vagrant ssh -c {{x}}", K::CommandOption),
        ("vagrant ssh box --command 'echo {{x}}'", K::CommandOption),
        ("vagrant ssh -- echo {{x}}", K::NestedCommand),
        ("vagrant winrm -c {{x}}", K::CommandOption),
        ("hyperfine {{x}}", K::NestedCommand),
        ("hyperfine -N --prepare 'rm {{x}}' true", K::NestedCommand),
        ("hyperfine true 'echo {{x}}'", K::NestedCommand),
        ("tmux new -d 'echo {{x}}'", K::NestedCommand),
        ("tmux send-keys -t a {{x}} Enter", K::NestedCommand),
        ("screen -S a -X stuff {{x}}", K::NestedCommand),
        ("hash -p {{x}} ls", K::CommandOption),
        ("jobs -x {{x}}", K::CommandOption),
    ]);
}

#[test]
fn tests_whose_meaning_depends_on_the_value() {
    check(&[
        ("[[ -v {{x}} ]]", K::VariableTest),
        ("[[ ! ( -v {{x}} ) ]]", K::VariableTest),
        ("[[ a == b || -v \"{{x}}\" ]]", K::VariableTest),
        ("[ -v {{x}} ]", K::VariableTest),
        ("test -v {{x}}", K::VariableTest),
        ("test ! -v \"{{x}}\"", K::VariableTest),
        ("[ a = b -o -v {{x}} ]", K::VariableTest),
        ("[ {{x}} = a -a b = c ]", K::TestOperator),
        ("[ {{x}} -o {{y}} ]", K::TestOperator),
        ("[ {{x}} {{y}} ]", K::TestOperator),
        ("[ a {{x}} b ]", K::TestOperator),
        ("[ \\( {{x}} \\) ]", K::TestOperator),
        ("test {{x}} a", K::TestOperator),
        ("expr {{x}} : '.*'", K::TestOperator),
    ]);
}

#[test]
fn names_and_attributes_of_variables() {
    check(&[
        ("declare {{x}}", K::VariableName),
        ("declare {{x}}=1", K::VariableName),
        ("declare \"a[{{x}}]=1\"", K::VariableName),
        ("typeset {{x}}", K::VariableName),
        ("local {{x}}=1", K::VariableName),
        ("export {{x}}", K::VariableName),
        ("export \"{{x}}=1\"", K::VariableName),
        ("export \"$n={{x}}\"", K::VariableName),
        ("export \"PATH={{x}}\"", K::DangerousVariable),
        ("readonly {{x}}=1", K::VariableName),
        ("export -f {{x}}", K::VariableName),
        ("unset {{x}}", K::VariableName),
        ("read {{x}}", K::VariableName),
        ("read -p {{x}} name", K::VariableName),
        ("mapfile {{x}}", K::VariableName),
        ("mapfile -C {{x}} -c 1 a", K::VariableName),
        ("readarray -t {{x}}", K::VariableName),
        ("getopts ab {{x}}", K::VariableName),
        ("printf -v {{x}} a", K::VariableName),
        ("printf -v{{x}} a", K::VariableName),
        ("printf 'a%n' {{x}}", K::VariableName),
        ("printf {{x}}", K::FormatString),
        ("printf \"{{x}}\\n\"", K::FormatString),
        ("wait -n -p {{x}}", K::VariableName),
        ("declare -i n={{x}}", K::EvaluatingVariable),
        ("declare -i n; n={{x}}", K::EvaluatingVariable),
        ("n={{x}}; declare -i n", K::EvaluatingVariable),
        ("typeset -ri n={{x}}", K::EvaluatingVariable),
        ("local -i n={{x}}", K::EvaluatingVariable),
        ("declare -n r={{x}}", K::EvaluatingVariable),
        ("declare -a a={{x}}", K::EvaluatingVariable),
        ("declare -A a={{x}}", K::EvaluatingVariable),
        ("export -a a={{x}}", K::EvaluatingVariable),
        ("a=(); declare a={{x}}", K::EvaluatingVariable),
        (
            "declare -i n; for n in {{x}}; do :; done",
            K::EvaluatingVariable,
        ),
        ("declare -i n; read n <<< {{x}}", K::EvaluatingVariable),
        ("declare -i n; printf -v n %s {{x}}", K::EvaluatingVariable),
        ("declare -i n; x={{x}}; n=x", K::EvaluatingVariable),
        ("PATH={{x}} cmd", K::DangerousVariable),
        ("export PATH={{x}}:$PATH", K::DangerousVariable),
        ("BASH_ENV={{x}} cmd", K::DangerousVariable),
        ("ENV={{x}} sh script", K::DangerousVariable),
        ("PROMPT_COMMAND={{x}}", K::DangerousVariable),
        ("PS4={{x}}", K::DangerousVariable),
        ("LD_PRELOAD={{x}} cmd", K::DangerousVariable),
        ("IFS={{x}}", K::DangerousVariable),
        ("RANDOM={{x}}", K::DangerousVariable),
        ("OPTIND={{x}}", K::DangerousVariable),
        ("GIT_SSH_COMMAND={{x}} git fetch", K::DangerousVariable),
        ("env LD_LIBRARY_PATH={{x}} cmd", K::DangerousVariable),
        (
            "env 'BASH_FUNC_ls%%={{x}}' bash script",
            K::DangerousVariable,
        ),
        ("sudo PATH={{x}} cmd", K::DangerousVariable),
        ("for PATH in {{x}}; do :; done", K::DangerousVariable),
        ("echo $SW_1 {{x}}", K::ReservedVariable),
        ("eval \"$SW_1\"; echo {{x}}", K::ReservedVariable),
    ]);
}

#[test]
fn what_would_have_to_be_guessed() {
    check(&[
        ("echo \"${x:-it's}\" {{x}}", K::Ambiguous),
        ("coproc N { echo; }; echo {{x}}", K::Ambiguous),
        ("echo !(a|b) {{x}}", K::Ambiguous),
        ("alias ll={{x}}", K::Ambiguous),
        ("alias e=eval\ne {{x}}", K::Ambiguous),
        ("echo {{x}} )", K::Ambiguous),
        ("cat <<E\na\\\nE\n{{x}}\nE", K::Ambiguous),
        ("echo $(cat <<E)\n{{x}}\nE", K::Ambiguous),
        ("echo $((echo a) | cat) {{x}}", K::Ambiguous),
        ("echo $((echo {{x}}) | cat)", K::Ambiguous),
    ]);
}

#[test]
fn bash_syntax_for_a_plain_shell() {
    for text in [
        "[[ {{x}} == y ]]",
        "cat <<< {{x}}",
        "a=({{x}})",
        "echo $'a' {{x}}",
        "echo $\"a\" {{x}}",
        "cmd {{x}} &> log",
        "function f { :; }; f {{x}}",
        "for ((;;)); do echo {{x}}; done",
        "select a in {{x}}; do :; done",
    ] {
        assert_eq!(refused(text, Dialect::Posix), K::NotInDialect, "{text}");
    }
    assert!(compile("cat <<E\n{{x}}\nE\n[ {{x}} = y ]", Dialect::Posix).is_ok());
}

#[test]
fn filters_that_mark_values_safe_change_nothing() {
    for expression in ["x | safe", "x|safe|shell", "x | escape"] {
        let text = format!("eval {{{{ {expression} }}}}");
        assert_eq!(refused(&text, Dialect::Bash), K::EvaluatedText);
        let text = format!("echo {{{{ {expression} }}}}");
        let compiled = compile(&text, Dialect::Bash).unwrap();
        assert_eq!(compiled.holes().next().unwrap().expression, expression);
    }
}
