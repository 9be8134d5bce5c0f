//! `[ … ]`, `test …` and `[[ … ]]`.
//!
//! bash evaluates the operands of arithmetic comparisons in `[[ … ]]`, and the
//! subscript in the name after `-v` everywhere, command substitutions included. And
//! what `[ … ]` tests depends on its operands unless their number and the operator
//! settle it.

use super::lexer::{Lexed, Lexer};
use super::refusal::RefusalKind;
use super::word::{Inside, Value, Word};

/// The comparisons that `[[ … ]]` evaluates.
const ARITHMETIC: [&str; 6] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"];

/// The unary operators that take their operand as data.
const UNARY: &[&str] = &[
    "-z", "-n", "-e", "-f", "-d", "-s", "-r", "-w", "-x", "-a", "-b", "-c", "-g", "-h", "-k", "-p",
    "-t", "-u", "-G", "-L", "-N", "-O", "-S", "!",
];

/// The binary operators that take their operands as data in `[ … ]`.
const BINARY: &[&str] = &[
    "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef",
];

impl Lexer<'_> {
    /// Judges `[ … ]` and `test …`.
    pub(super) fn judge_test(&mut self, command: &str, operands: &[Word]) {
        for word in operands {
            self.takes_one_value(word);
        }
        let operands = match operands.split_last() {
            Some((last, rest)) if command == "[" && last.plain() == Some("]") => rest,
            _ => operands,
        };
        for pair in operands
            .windows(2)
            .filter(|pair| pair[0].literal() == Some("-v"))
        {
            self.refuse_subscript(&pair[1], command);
        }
        if operands.iter().all(|word| word.values.is_empty()) {
            return;
        }
        if operands
            .iter()
            .any(|word| matches!(word.literal(), Some("-v" | "-R")))
        {
            for word in operands {
                self.refuse_values(RefusalKind::VariableTest, word, command);
            }
            return;
        }
        let operands = match operands.split_first() {
            Some((first, rest)) if first.literal() == Some("!") && rest.len() > 1 => rest,
            _ => operands,
        };
        let is = |word: &Word, operators: &[&str]| {
            word.literal().is_some_and(|text| operators.contains(&text))
        };
        let settled = match operands {
            [_] => true,
            [operator, _] => is(operator, UNARY),
            [_, operator, _] => is(operator, BINARY),
            _ => false,
        };
        if !settled {
            for word in operands {
                self.refuse_values(RefusalKind::TestOperator, word, command);
            }
        }
    }

    /// Refuses a tested name whose subscript may hold a value.
    fn refuse_subscript(&mut self, name: &Word, command: &str) {
        if name.cooked.contains('[') && self.mentions_tainted(&name.cooked) {
            let length = name.end - name.start;
            self.refuse(RefusalKind::VariableTest, name.start, length, command);
        }
    }

    /// Reads `[[ … ]]` after its opening.
    pub(super) fn double_brackets(&mut self, start: usize) -> Lexed<Vec<Value>> {
        let mut words: Vec<Word> = Vec::new();
        loop {
            self.skip_blanks();
            if self.eat("\n") {
                continue;
            }
            if self.at("#") {
                return self.stop(RefusalKind::Ambiguous, self.pos, "#");
            }
            match self.word(Inside::Brackets)? {
                // `]]` ends a command, so a separator may be glued to it.
                Some(word) if !word.quoted && word.cooked.starts_with("]]") => {
                    self.pos = word.start + 2;
                    break;
                }
                Some(word) => words.push(word),
                None => return self.stop(RefusalKind::UnterminatedExpansion, start, "[["),
            }
        }
        self.judge_brackets(&words);
        let mut values: Vec<Value> = words.into_iter().flat_map(|word| word.values).collect();
        values.extend(self.after_compound()?);
        Ok(values)
    }

    fn judge_brackets(&mut self, words: &[Word]) {
        for (index, word) in words.iter().enumerate() {
            // Operators may be glued to parentheses and to each other.
            let ends = |operator: &&str| word.cooked.ends_with(operator);
            let begins = |operator: &&str| word.cooked.starts_with(operator);
            let tests_variable = word.cooked.ends_with("-v") || word.cooked.ends_with("-R");
            if let Some(name) = words.get(index + 1).filter(|_| tests_variable) {
                self.refuse_values(RefusalKind::VariableTest, name, "[[");
                self.refuse_subscript(name, "[[");
            }
            let Some(operator) = ARITHMETIC.iter().find(|op| ends(op) || begins(op)) else {
                continue;
            };
            self.refuse_values(RefusalKind::ArithmeticComparison, word, operator);
            let before = index.checked_sub(1).and_then(|index| words.get(index));
            for operand in before.into_iter().chain(words.get(index + 1)) {
                self.refuse_values(RefusalKind::ArithmeticComparison, operand, operator);
                if operand.values.is_empty() && self.mentions_tainted(&operand.cooked) {
                    let length = operand.end - operand.start;
                    self.refuse(
                        RefusalKind::ArithmeticComparison,
                        operand.start,
                        length,
                        operator,
                    );
                }
            }
        }
    }
}
