//! The judgement of a simple command: which operands may hold values, and which
//! would be run.
//!
//! The order matters little, because every refusal is recorded and the first one for
//! a place is shown; what matters is that each command passes through all of it.

use super::Dialect;
use super::evaluators;
use super::grammar::Simple;
use super::interpreters::Reading;
use super::lexer::{Facts, Lexer, read_all};
use super::refusal::RefusalKind;
use super::subcommands;
use super::word::Word;
use super::{interpreter_table, interpreters};

impl Lexer<'_> {
    /// Judges a command that was read completely.
    pub(super) fn judge(&mut self, simple: &Simple) {
        for assignment in &simple.assignments {
            self.judge_assignment(assignment);
        }
        let words = simple.words.as_slice();
        let Some(first) = words.first() else { return };
        self.judge_subscript(first);
        let Some(command) = self.find_command(words) else {
            return;
        };
        let words = &words[command..];
        let named = &words[0];
        self.refuse_values(RefusalKind::CommandWord, named, "");
        self.mark_operands(words);
        match named.command_name() {
            Some(name) => {
                let name = name.to_owned();
                self.judge_named(&name, simple, words);
            }
            None => self.judge_unknown(words),
        }
        self.judge_inner_programs(words, simple);
    }

    /// The usual rule for operands: a list may expand, and a leading `-` is an
    /// option unless `--` came before.
    fn mark_operands(&mut self, words: &[Word]) {
        // GNU find reads expressions after `--` too.
        let heeds_dashes = words[0].command_name() != Some("find");
        let mut guard = true;
        for word in &words[1..] {
            if heeds_dashes && word.literal() == Some("--") {
                guard = false;
            }
            self.takes_words(word, guard);
        }
    }

    fn judge_named(&mut self, name: &str, simple: &Simple, words: &[Word]) {
        let operands = &words[1..];
        let defined = self.facts.functions.contains(name) || self.found.functions.contains(name);
        let has_values = operands.iter().any(|word| !word.values.is_empty());
        if defined && has_values {
            self.assigned_parameters();
        }
        if name == "[" || name == "test" {
            self.judge_test(name, operands);
        } else if !self.judge_builtin(name, operands) {
            self.judge_program(name, simple, words);
        }
    }

    /// Interpreters, and commands that run what some of their operands say.
    fn judge_program(&mut self, name: &str, simple: &Simple, words: &[Word]) {
        let operands = &words[1..];
        if name == "alias" {
            // Only some shells expand aliases in programs, which may hide commands.
            let word = &words[0];
            self.refuse(
                RefusalKind::Ambiguous,
                word.start,
                word.end - word.start,
                name,
            );
        }
        if let Some(kind) = evaluators::runs_all_operands(name) {
            for word in operands {
                self.refuse_values(kind, word, name);
                self.refuse_mentions(kind, word, name);
            }
        }
        let sourced =
            matches!(name, "source" | ".") && operands.iter().any(interpreters::is_standard_input);
        if sourced {
            self.judge_program_input(name, simple, &words[0]);
        }
        for found in evaluators::options(name, operands) {
            self.refuse_value(RefusalKind::CommandOption, found, name);
        }
        if let Some((name, at)) = subcommands::find(name, operands) {
            self.judge_program(&name, simple, &operands[at..]);
        }
        let Some(interpreter) = interpreter_table::find(name) else {
            return;
        };
        let reading = interpreter.read(operands);
        self.refuse_reading(&reading, name);
        if reading.from_input {
            self.judge_program_input(name, simple, &words[0]);
        }
    }

    /// Refuses what an interpreter would run.
    fn refuse_reading(&mut self, reading: &Reading<'_>, name: &str) {
        for (kind, value) in &reading.refused {
            self.refuse_value(*kind, value, name);
        }
        if let Some((program, arguments)) = reading.shell_program {
            self.judge_inner_text(program, arguments);
        }
    }

    /// The literal program of a `sh -c` is read too: its parameters and the
    /// variables around it may hold values, which it must not evaluate either.
    fn judge_inner_text(&mut self, program: &Word, arguments: &[Word]) {
        let Some(text) = program.literal() else {
            return;
        };
        let mut facts = Facts::default();
        facts.tainted.extend(
            self.facts
                .tainted
                .iter()
                .chain(&self.found.tainted)
                .cloned(),
        );
        // The parameters of this shell are not those of the inner one.
        facts.tainted.remove("@");
        facts.tainted.remove("*");
        if arguments.iter().any(|word| !word.values.is_empty()) {
            // A list may begin in any of them, `$0` included.
            facts.tainted.extend(["0", "@", "*"].map(str::to_owned));
        }
        if facts.tainted.is_empty() {
            return;
        }
        let (_, refusals) = read_all(text, Dialect::Bash, facts);
        // What is wrong in the program without values is for its shell to report.
        let evaluating = refusals
            .into_iter()
            .find(|refusal| refusal.kind.is_about_values());
        if let Some(refusal) = evaluating {
            let length = program.end - program.start;
            self.refuse(refusal.kind, program.start, length, &refusal.subject);
        }
    }

    /// A program that comes from standard input may hold values, unless it comes
    /// from a file or a here-document whose body can be looked at.
    fn judge_program_input(&mut self, name: &str, simple: &Simple, word: &Word) {
        let kind = RefusalKind::ProgramInput;
        let Some(redirect) = simple
            .redirects
            .iter()
            .rev()
            .find(|redirect| redirect.input)
        else {
            self.refuse(kind, word.start, word.end - word.start, name);
            return;
        };
        if let Some(target) = &redirect.word {
            self.refuse_values(kind, target, name);
        }
        if let Some(index) = redirect.here_doc {
            // The body is read, and judged, after the end of the line.
            self.here_docs[index].interpreter = Some(name.to_owned());
        }
    }

    /// A command whose name is only known when the program runs may be `eval`.
    fn judge_unknown(&mut self, words: &[Word]) {
        for word in &words[1..] {
            self.refuse_values(RefusalKind::UnknownCommand, word, "");
        }
    }

    /// Any command may run another (`docker run image sh -c …`), so an interpreter
    /// among the operands is judged as if it were the command.
    fn judge_inner_programs(&mut self, words: &[Word], simple: &Simple) {
        for index in 1..words.len() {
            let Some(name) = words[index].command_name() else {
                continue;
            };
            let Some(interpreter) = interpreter_table::find(name) else {
                continue;
            };
            let reading = interpreter.read(&words[index + 1..]);
            if reading.code {
                self.refuse_reading(&reading, name);
            }
            if let Some((name, at)) = subcommands::find(name, &words[index + 1..]) {
                self.judge_program(&name, simple, &words[index + 1 + at..]);
            }
            // `kubectl exec -i pod -- sh <<END`.
            let fed = simple.redirects.iter().any(|redirect| redirect.input);
            if fed && reading.from_input {
                self.judge_program_input(name, simple, &words[index]);
            }
        }
        if simple
            .words
            .iter()
            .any(|word| word.command_name() == Some("xargs"))
        {
            self.judge_replacement(simple);
        }
    }

    /// `xargs -I {} sh -c '… {} …'` puts what it reads into program text.
    fn judge_replacement(&mut self, simple: &Simple) {
        let words = &simple.words;
        let replaces = words.iter().any(|word| {
            ["-I", "-i", "-J", "--replace"]
                .iter()
                .any(|option| word.cooked.starts_with(option))
        });
        let interpreter = words.iter().skip(1).find(|word| {
            word.command_name()
                .is_some_and(|name| interpreter_table::find(name).is_some())
        });
        if let (true, Some(word)) = (replaces, interpreter) {
            let (start, length) = (word.start, word.end - word.start);
            self.refuse(RefusalKind::NestedCommand, start, length, "xargs -I");
        }
    }

    /// Refuses literal text that names a variable which may hold a value, where the
    /// text is evaluated.
    pub(super) fn refuse_mentions(&mut self, kind: RefusalKind, word: &Word, subject: &str) {
        let evaluates = matches!(kind, RefusalKind::EvaluatedText | RefusalKind::Arithmetic);
        if evaluates && word.values.is_empty() && self.mentions_tainted(&word.cooked) {
            self.refuse(kind, word.start, word.end - word.start, subject);
        }
    }
}
