//! Tables of commands that run, or read as code, what some of their operands say.
//!
//! A table is never complete. It holds what comes with shells, with common systems
//! and with the tools of developers; what is missing here is still protected from
//! the shell itself, since a value never becomes program text of the outer shell.

use super::refusal::RefusalKind;
use super::word::{Value, Word};

/// Commands all of whose operands are code.
const RUN_ALL: &[(&str, RefusalKind)] = &[
    ("eval", RefusalKind::EvaluatedText),
    ("trap", RefusalKind::EvaluatedText),
    ("bind", RefusalKind::EvaluatedText),
    ("fc", RefusalKind::EvaluatedText),
    ("complete", RefusalKind::EvaluatedText),
    ("compgen", RefusalKind::EvaluatedText),
    ("enable", RefusalKind::ProgramFile),
    ("source", RefusalKind::ProgramFile),
    (".", RefusalKind::ProgramFile),
    ("let", RefusalKind::Arithmetic),
    ("expr", RefusalKind::TestOperator),
    ("ssh", RefusalKind::NestedCommand),
    ("rsh", RefusalKind::NestedCommand),
    ("watch", RefusalKind::NestedCommand),
    ("entr", RefusalKind::NestedCommand),
    ("parallel", RefusalKind::NestedCommand),
    ("tmux", RefusalKind::NestedCommand),
    ("screen", RefusalKind::NestedCommand),
    ("wsl", RefusalKind::NestedCommand),
    ("hyperfine", RefusalKind::NestedCommand),
    ("vagrant ssh", RefusalKind::NestedCommand),
    ("bun exec", RefusalKind::EvaluatedText),
    ("deno eval", RefusalKind::EvaluatedText),
    ("python -m timeit", RefusalKind::EvaluatedText),
    ("python -m pdb", RefusalKind::EvaluatedText),
    // Variables on the command line are expanded into recipes, and `$(shell …)` in
    // them is run.
    ("make", RefusalKind::EvaluatedText),
    ("gmake", RefusalKind::EvaluatedText),
];

/// Options whose argument, joined or in the next word, is run or loaded.
const RUN_OPTIONS: &[(&str, &[&str])] = &[
    (
        "su",
        &["-c", "--command", "--session-command", "-s", "--shell"],
    ),
    (
        "runuser",
        &["-c", "--command", "--session-command", "-s", "--shell"],
    ),
    ("script", &["-c", "--command"]),
    ("vagrant", &["-c", "--command"]),
    (
        "nix-shell",
        &[
            "--run",
            "--command",
            "-p",
            "--packages",
            "-E",
            "--expr",
            "-i",
        ],
    ),
    ("nix", &["-c", "--command", "--expr", "--apply"]),
    // Variables are templates, and a template may run a command.
    ("ansible", &["-a", "--args", "-e", "--extra-vars"]),
    ("ansible-playbook", &["-e", "--extra-vars"]),
    (
        "git",
        &[
            "-c",
            "--config",
            "--config-env",
            "--exec-path",
            "--upload-pack",
            "--receive-pack",
            "--exec",
            "-x",
            "-u",
            "--open-files-in-pager",
            "-O",
            "foreach",
            "run",
            "filter-branch",
            "--template",
        ],
    ),
    (
        "tar",
        &[
            "--checkpoint-action",
            "--to-command",
            "--use-compress-program",
            "-I",
            "--rsh-command",
            "--rmt-command",
            "--info-script",
            "--new-volume-script",
            "-F",
        ],
    ),
    ("sort", &["--compress-program"]),
    ("split", &["--filter"]),
    ("rsync", &["-e", "--rsh", "--rsync-path"]),
    ("scp", &["-o", "-S", "-F"]),
    ("sftp", &["-o", "-S", "-F", "-b"]),
    ("ssh-keygen", &["-D"]),
    ("curl", &["-K", "--config"]),
    ("wget", &["-e", "--execute", "--use-askpass", "--config"]),
    ("man", &["-P", "--pager", "-H", "--html"]),
    ("vi", &["-c", "--cmd", "-S", "-u", "+"]),
    ("vim", &["-c", "--cmd", "-S", "-u", "+"]),
    ("nvim", &["-c", "--cmd", "-S", "-u", "+"]),
    ("ex", &["-c", "--cmd", "-S", "-u", "+"]),
    ("emacs", &["--eval", "-eval", "-l", "--load", "--execute"]),
    (
        "gdb",
        &[
            "-ex",
            "--ex",
            "-x",
            "--command",
            "-eval-command",
            "--eval-command",
            "-iex",
        ],
    ),
    ("lldb", &["-o", "--one-line", "-s", "--source"]),
    ("zip", &["-TT", "--unzip-command"]),
    ("tcpdump", &["-z"]),
    ("hash", &["-p"]),
    ("jobs", &["-x"]),
    ("npm", &["-c", "--call", "--script-shell"]),
    ("npx", &["-c", "--call"]),
    ("cargo", &["--config"]),
    ("pytest", &["-c", "-p", "-o", "--override-ini", "--rootdir"]),
    ("cmake", &["-P", "-C"]),
    ("rpm", &["-E", "--eval", "-D", "--define"]),
    ("openssl", &["-engine"]),
    ("xterm", &["-e"]),
    ("pg_dump", &["--compress-program"]),
];

/// Commands whose short options may stand together in one word, the one with the
/// argument last: `script -qc COMMAND`.
const JOIN_OPTIONS: [&str; 7] = [
    "ansible",
    "ansible-playbook",
    "curl",
    "rsync",
    "runuser",
    "script",
    "su",
];

/// Why no operand of the command may hold a value, if that is so.
pub(super) fn runs_all_operands(command: &str) -> Option<RefusalKind> {
    let mut commands = RUN_ALL.iter();
    commands
        .find(|(name, _)| *name == command)
        .map(|(_, kind)| *kind)
}

/// The values in arguments of options that are run.
pub(super) fn options<'w>(command: &str, operands: &'w [Word]) -> Vec<&'w Value> {
    let Some((_, options)) = RUN_OPTIONS.iter().find(|(name, _)| *name == command) else {
        return Vec::new();
    };
    let joins = JOIN_OPTIONS.contains(&command);
    let mut found = Vec::new();
    for (index, word) in operands.iter().enumerate() {
        let joined = joins.then(|| joined_option(word, options)).flatten();
        if joined.is_some() || options.iter().any(|option| word.cooked.starts_with(option)) {
            found.extend(&word.values);
        }
        let whole = word
            .literal()
            .is_some_and(|text| options.contains(&text) || is_shortened(text, options));
        if whole || joined == Some(Joined::Last) {
            // `git submodule foreach CMD…` and `git bisect run CMD…` take the rest.
            let rest = &operands[index + 1..];
            let count = if word.cooked.starts_with(['-', '+']) {
                1
            } else {
                rest.len()
            };
            found.extend(rest.iter().take(count).flat_map(|word| &word.values));
        }
    }
    found
}

/// Where in a word of several short options the one stands that is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joined {
    /// At the end, so that its argument is the next word.
    Last,
    /// Before the end, so that its argument is the rest.
    Before,
}

fn joined_option(word: &Word, options: &[&str]) -> Option<Joined> {
    let letters = word.cooked.strip_prefix('-')?;
    let end = letters.find(|c: char| !c.is_ascii_alphabetic());
    let letters = &letters[..end.unwrap_or(letters.len())];
    let at = letters.find(|letter| {
        options.iter().any(|option| {
            option
                .strip_prefix('-')
                .is_some_and(|own| own.chars().eq([letter]))
        })
    })?;
    let last = at + 1 == letters.len() && word.literal().is_some() && end.is_none();
    Some(if last { Joined::Last } else { Joined::Before })
}

/// Whether a long option is the beginning of one that is run, as many programs accept it.
fn is_shortened(text: &str, options: &[&str]) -> bool {
    text.len() > "--".len()
        && text.starts_with("--")
        && options.iter().any(|option| option.starts_with(text))
}
