//! Commands whose first words say what the others are: `python -m timeit`, `deno eval`.
//!
//! Only the names are found here; what they do with their operands stands in the same
//! tables as for other commands, under the name of two words.

use super::word::Word;

/// Commands of which the first operand is a command of its own.
const WITH_SUBCOMMANDS: [&str; 3] = ["bun", "deno", "vagrant"];

/// The full name, such as `deno eval`, and the position of the operand that ends it.
pub(super) fn find(command: &str, operands: &[Word]) -> Option<(String, usize)> {
    let unversioned = command.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    if matches!(unversioned, "python" | "pypy") {
        return python_module(operands);
    }
    if !WITH_SUBCOMMANDS.contains(&command) {
        return None;
    }
    let at = operands.iter().position(|word| !word.is_option())?;
    let subcommand = operands[at].literal()?;
    Some((format!("{command} {subcommand}"), at))
}

/// The module of `python -m MODULE`, also where it is joined to the option, and where
/// other options precede it.
fn python_module(operands: &[Word]) -> Option<(String, usize)> {
    let mut index = 0;
    while let Some(text) = operands.get(index).and_then(Word::literal) {
        let letters = text.strip_prefix('-')?;
        let stop = letters.find(['m', 'c', 'W', 'X', 'Q']);
        let Some(at) = stop.filter(|_| !letters.starts_with('-')) else {
            index += 1;
            continue;
        };
        let joined = &letters[at + 1..];
        let named = if joined.is_empty() { index + 1 } else { index };
        match &letters[at..=at] {
            "c" => return None,
            "m" if joined.is_empty() => {
                let module = operands.get(named)?.literal()?;
                return Some((format!("python -m {module}"), named));
            }
            "m" => return Some((format!("python -m {joined}"), named)),
            _ => index = named + 1,
        }
    }
    None
}
