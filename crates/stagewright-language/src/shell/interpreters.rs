//! Interpreters: which operand is the program, and when it comes from elsewhere.
//!
//! Values may stand *behind* the program (`sh -c 'cmd "$1"' sh {{ v }}`,
//! `python tool.py {{ v }}`); up to and including it they may not. Which interpreters there
//! are is in `interpreter_table`.

use super::interpreter_table::{First, Interpreter, TELLS_ONLY};
use super::refusal::RefusalKind;
use super::word::{Value, Word};

/// What the operands say.
#[derive(Debug, Default)]
pub(super) struct Reading<'w> {
    /// The values that may not stand where they do.
    pub(super) refused: Vec<(RefusalKind, &'w Value)>,
    /// Whether the program is read from standard input.
    pub(super) from_input: bool,
    /// Whether an option brought program text.
    pub(super) code: bool,
    /// The program of a shell's `-c`, and what follows it.
    pub(super) shell_program: Option<(&'w Word, &'w [Word])>,
}

/// Whether the word names standard input as a file.
pub(super) fn is_standard_input(word: &Word) -> bool {
    let names = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
    word.literal().is_some_and(|text| names.contains(&text))
}

impl Interpreter {
    /// Reads the operands up to the program.
    pub(super) fn read<'w>(&self, operands: &'w [Word]) -> Reading<'w> {
        let mut reading = Reading::default();
        if self.first == First::Expression {
            reading.nested_commands(operands);
            return reading;
        }
        let mut index = 0;
        let mut has_file = false;
        let mut only_tells = false;
        while let Some(word) = operands.get(index) {
            if word.literal() == Some("--") {
                index += 1;
                break;
            }
            let unset = self.first == First::FileOrCode && word.cooked.starts_with('+');
            if !word.is_option() && !unset {
                break;
            }
            only_tells |= word
                .literal()
                .is_some_and(|text| TELLS_ONLY.contains(&text));
            let rest = &operands[index + 1..];
            let option = self.option(word);
            if option.kind == RefusalKind::ProgramFile {
                has_file = true;
                reading.from_input |= rest.first().is_some_and(is_standard_input);
            }
            // A shell's `-s` reads the program although there are operands.
            let shell = self.first == First::FileOrCode && !word.cooked.starts_with("--");
            reading.from_input |= shell && word.cooked.contains('s');
            reading.code |= option.kind == RefusalKind::EvaluatedText;
            reading.refuse_argument(option, word, rest);
            index += 1 + option.next_words;
            // BSD's `sed -i ''`.
            let empty = operands
                .get(index)
                .is_some_and(|word| word.literal() == Some(""));
            if word.literal() == Some("-i") && empty && self.joined.contains('i') {
                index += 1;
            }
        }
        let operands = operands.get(index..).unwrap_or_default();
        self.read_operands(&mut reading, operands, has_file, only_tells);
        reading
    }

    fn read_operands<'w>(
        &self,
        reading: &mut Reading<'w>,
        operands: &'w [Word],
        has_file: bool,
        only_tells: bool,
    ) {
        let complete = has_file || reading.code;
        let kind = match self.first {
            First::FileOrCode if reading.code => RefusalKind::EvaluatedText,
            _ if complete => return self.further_code(reading, operands),
            First::Code => RefusalKind::EvaluatedText,
            First::File | First::FileOrCode => RefusalKind::ProgramFile,
            First::DataThenCode => {
                let code = operands.iter().skip(1).flat_map(|word| &word.values);
                reading
                    .refused
                    .extend(code.map(|value| (RefusalKind::EvaluatedText, value)));
                reading.from_input = operands.len() < 2 && !only_tells;
                return;
            }
            First::Data | First::Expression => {
                reading.from_input = self.otherwise_input && !only_tells;
                return;
            }
        };
        match operands.first() {
            Some(word) => {
                if self.first == First::FileOrCode && reading.code {
                    reading.shell_program = Some((word, &operands[1..]));
                }
                reading
                    .refused
                    .extend(word.values.iter().map(|value| (kind, value)));
                reading.from_input |= kind == RefusalKind::ProgramFile && is_standard_input(word);
            }
            None => reading.from_input = self.otherwise_input && !only_tells,
        }
    }

    /// Options with program text may be repeated behind the operands.
    fn further_code<'w>(&self, reading: &mut Reading<'w>, operands: &'w [Word]) {
        // Python's `-c` and `-m` end its options.
        if self.names.contains(&"python") {
            return;
        }
        for (index, word) in operands.iter().enumerate() {
            if word.is_option() {
                let option = self.option(word);
                if option.kind == RefusalKind::EvaluatedText {
                    reading.refuse_argument(option, word, &operands[index + 1..]);
                }
            }
        }
    }

    /// What an option is, and how many of the next words are its argument.
    fn option(&self, word: &Word) -> OptionWord {
        let text = word.cooked.as_str();
        let other = |next_words| OptionWord {
            kind: RefusalKind::CommandOption,
            next_words,
        };
        if text.starts_with("--") {
            let (name, joined) = match text.split_once('=') {
                Some((name, _)) => (name, true),
                None => (text, !word.values.is_empty()),
            };
            let next_words = usize::from(!joined);
            return match name {
                _ if self.code_long.contains(&name) => {
                    // A shell takes its program from the first operand.
                    OptionWord {
                        kind: RefusalKind::EvaluatedText,
                        next_words,
                    }
                }
                "--arg" | "--argjson" | "--slurpfile" | "--rawfile" => OptionWord {
                    kind: RefusalKind::VariableName,
                    next_words: 2,
                },
                "--file" | "--from-file" | "--include" | "--load" => OptionWord {
                    kind: RefusalKind::ProgramFile,
                    next_words,
                },
                "--assign" | "--set" | "--variable" => OptionWord {
                    kind: RefusalKind::VariableName,
                    next_words,
                },
                _ if self.takes_long.contains(&name) => other(next_words),
                _ => other(0),
            };
        }
        let letters = &text[1..];
        if self.first == First::FileOrCode {
            return self.shell_option(word, letters);
        }
        for (at, letter) in letters.char_indices() {
            let joined = at + letter.len_utf8() < letters.len() || !word.values.is_empty();
            let next_words = usize::from(!joined);
            if self.joined.contains(letter) {
                return other(0);
            }
            if self.code.contains(letter) {
                return OptionWord {
                    kind: RefusalKind::EvaluatedText,
                    next_words,
                };
            }
            if self.files.contains(letter) {
                return OptionWord {
                    kind: RefusalKind::ProgramFile,
                    next_words,
                };
            }
            if self.takes.contains(letter) {
                let kind = if letter == 'v' {
                    RefusalKind::VariableName
                } else {
                    RefusalKind::CommandOption
                };
                return OptionWord { kind, next_words };
            }
        }
        other(0)
    }

    /// A shell's `-c` takes no argument: the program is the first operand.
    fn shell_option(&self, word: &Word, letters: &str) -> OptionWord {
        let takes = letters.ends_with(|letter| self.takes.contains(letter));
        let next_words = usize::from(takes && word.values.is_empty());
        let code = letters.contains(|letter| self.code.contains(letter));
        let kind = if code {
            RefusalKind::EvaluatedText
        } else {
            RefusalKind::CommandOption
        };
        OptionWord { kind, next_words }
    }
}

/// An option of an interpreter.
#[derive(Debug, Clone, Copy)]
struct OptionWord {
    /// As what a value in its argument is refused. `VariableName` stands for
    /// `name=value` (or a name and a value), of which only the name is refused.
    kind: RefusalKind,
    next_words: usize,
}

impl<'w> Reading<'w> {
    fn refuse_argument(&mut self, option: OptionWord, word: &'w Word, rest: &'w [Word]) {
        let arguments = rest.iter().take(option.next_words);
        for (position, argument) in std::iter::once(word).chain(arguments).enumerate() {
            let names_only = option.kind == RefusalKind::VariableName;
            let equals = argument.cooked.find('=').unwrap_or(usize::MAX);
            for value in &argument.values {
                // `--arg NAME VALUE`: the value is the second word behind the option.
                let data = value.at > equals || (option.next_words == 2 && position == 2);
                if !(names_only && data) {
                    self.refused.push((option.kind, value));
                }
            }
        }
    }

    /// `find … -exec COMMAND`: which words belong to the command would depend on
    /// values (`;` ends it).
    fn nested_commands(&mut self, operands: &'w [Word]) {
        let runs = |word: &Word| {
            ["-exec", "-ok"]
                .iter()
                .any(|option| word.cooked.starts_with(option))
        };
        let nested = operands.iter().skip_while(|word| !runs(word));
        let values = nested.flat_map(|word| &word.values);
        self.refused
            .extend(values.map(|value| (RefusalKind::NestedCommand, value)));
    }
}
