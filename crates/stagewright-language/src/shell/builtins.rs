//! Builtins that take names of variables, or set attributes: bash evaluates the
//! subscript in every name that it is given (`read 'a[$(cmd)]'`).

use super::lexer::Lexer;
use super::refusal::RefusalKind;
use super::word::{Word, is_name};

impl Lexer<'_> {
    /// Judges a builtin that deals in variables. Returns whether it was one.
    pub(super) fn judge_builtin(&mut self, name: &str, operands: &[Word]) -> bool {
        match name {
            "declare" | "typeset" | "local" | "export" | "readonly" => {
                self.judge_declaration(name, operands);
            }
            "read" | "mapfile" | "readarray" | "getopts" | "unset" => {
                self.judge_names(name, operands);
            }
            "printf" => self.judge_printf(operands),
            "wait" => {
                for pair in operands.windows(2) {
                    if pair[0].cooked.starts_with("-p") || pair[0].literal() == Some("-np") {
                        self.refuse_values(RefusalKind::VariableName, &pair[1], name);
                    }
                }
                for word in operands.iter().filter(|word| word.is_option()) {
                    self.refuse_values(RefusalKind::VariableName, word, name);
                }
            }
            "set" => {
                if operands.iter().any(|word| !word.values.is_empty()) {
                    self.assigned_parameters();
                }
            }
            _ => return false,
        }
        true
    }

    /// `export NAME={{ … }}` and its kin.
    fn judge_declaration(&mut self, command: &str, operands: &[Word]) {
        // `+i` takes an attribute away, but there is no need to know.
        let evaluates = operands
            .iter()
            .filter(|word| word.cooked.starts_with(['-', '+']))
            .any(|word| word.dynamic || word.cooked.contains(['i', 'n', 'a', 'A']));
        for word in operands {
            let Some(name) = declared_name(word) else {
                self.refuse_values(RefusalKind::VariableName, word, command);
                if evaluates && is_name(&word.cooked) {
                    self.found.evaluating.insert(word.cooked.clone());
                }
                continue;
            };
            // A text that looks like a compound array is read as one by `declare`.
            let array = self.facts.arrays.contains(&name) || self.found.arrays.contains(&name);
            if evaluates || array {
                self.refuse_values(RefusalKind::EvaluatingVariable, word, &name);
            }
            if word.array {
                self.refuse_values(RefusalKind::EvaluatingVariable, word, &name);
            }
            if word.cooked[name.len()..].starts_with('[') {
                self.refuse_values(RefusalKind::ArraySubscript, word, &name);
            }
            let word = Word {
                assigns: Some(name.clone()),
                ..word.clone()
            };
            self.judge_assignment(&word);
            if evaluates {
                self.found.evaluating.insert(name);
            }
        }
    }

    /// Builtins whose operands are names. What they read may be a value that came
    /// through standard input, so the variables count as holding one.
    fn judge_names(&mut self, command: &str, operands: &[Word]) {
        for word in operands {
            self.refuse_name(word, command);
        }
        if !matches!(command, "read" | "mapfile" | "readarray") {
            return;
        }
        for name in operands
            .iter()
            .filter_map(Word::literal)
            .filter(|text| is_name(text))
        {
            if self.is_evaluating(name) {
                let word = operands.iter().find(|word| word.literal() == Some(name));
                let start = word.map_or(0, |word| word.start);
                self.refuse(RefusalKind::EvaluatingVariable, start, name.len(), name);
            }
            self.assigned_value(name);
        }
        let implicit = if command == "read" {
            "REPLY"
        } else {
            "MAPFILE"
        };
        self.assigned_value(implicit);
    }

    /// `printf [-v NAME] [--] FORMAT ARGUMENT…`.
    fn judge_printf(&mut self, operands: &[Word]) {
        let mut index = 0;
        let mut variable = None;
        if let Some(word) = operands
            .first()
            .filter(|word| word.cooked.starts_with("-v"))
        {
            self.refuse_values(RefusalKind::VariableName, word, "printf");
            index = 1;
            let joined = word.cooked[2..].to_owned();
            if joined.is_empty() {
                index = 2;
                if let Some(name) = operands.get(1) {
                    self.refuse_name(name, "printf");
                    variable = Some(name.cooked.clone());
                }
            } else {
                variable = Some(joined);
            }
        }
        if operands.get(index).and_then(Word::literal) == Some("--") {
            index += 1;
        }
        let Some(format) = operands.get(index) else {
            return;
        };
        // `%n` assigns to the variable that an argument names.
        self.refuse_values(RefusalKind::FormatString, format, "printf");
        let arguments = &operands[index + 1..];
        for word in arguments {
            // Options end at the format.
            self.takes_words(word, false);
            if format.literal().is_none_or(|text| text.contains("%n")) {
                self.refuse_values(RefusalKind::VariableName, word, "printf");
            }
            if let Some(name) = &variable {
                self.refuse_each_assignment(name, word);
            }
        }
    }

    /// Refuses values in the name of a variable, and in its subscript.
    fn refuse_name(&mut self, word: &Word, command: &str) {
        self.refuse_values(RefusalKind::VariableName, word, command);
        if word.cooked.contains('[') && self.mentions_tainted(&word.cooked) {
            let length = word.end - word.start;
            self.refuse(RefusalKind::ArraySubscript, word.start, length, command);
        }
    }

    fn refuse_each_assignment(&mut self, name: &str, word: &Word) {
        for value in &word.values {
            self.refuse_assignment(name, value);
        }
        if !word.values.is_empty() {
            self.assigned_value(name);
        }
    }
}

/// The name in `NAME=value`, which may be quoted as a whole here.
fn declared_name(word: &Word) -> Option<String> {
    let (name, _) = word.cooked.split_once('=')?;
    let literal = word.values.iter().all(|value| value.at > name.len());
    let quoted = word.quoted && literal && is_name(name);
    // An expansion before the `=` would be part of the name.
    let expands = word.dynamic && word.values.is_empty();
    word.assigns
        .clone()
        .or_else(|| (quoted && !expands).then(|| name.to_owned()))
}
