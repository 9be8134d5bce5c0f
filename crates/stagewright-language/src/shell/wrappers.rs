//! Commands that run the command in their operands: `env`, `sudo`, `timeout` and
//! their like. This module finds where the real command begins.

use super::lexer::Lexer;
use super::refusal::RefusalKind;
use super::word::Word;

/// How a wrapper's operands are read.
struct Wrapper {
    name: &'static str,
    /// Short options that take the next word.
    takes: &'static str,
    /// Short options that stand alone.
    alone: &'static str,
    /// Long options that take the next word.
    takes_long: &'static [&'static str],
    /// Long options that stand alone.
    alone_long: &'static [&'static str],
    /// Operands of its own before the command.
    operands: usize,
    /// Whether `NAME=value` may precede the command.
    assigns: bool,
    /// Options whose argument, joined or in the next word, is run or changes what is.
    runs: &'static [&'static str],
}

const PLAIN: Wrapper = Wrapper {
    name: "",
    takes: "",
    alone: "",
    takes_long: &[],
    alone_long: &[],
    operands: 0,
    assigns: false,
    runs: &[],
};

/// The wrappers that are known.
const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        name: "env",
        takes: "uCS",
        alone: "i0v",
        takes_long: &["unset", "chdir", "split-string"],
        alone_long: &["ignore-environment", "null", "debug"],
        assigns: true,
        ..PLAIN
    },
    Wrapper {
        name: "sudo",
        takes: "ugphCDrtTUaR",
        alone: "AbBEHiknPsSKlvV",
        takes_long: &["user", "group", "prompt", "host", "chdir", "chroot"],
        alone_long: &[
            "preserve-env",
            "non-interactive",
            "login",
            "set-home",
            "stdin",
        ],
        assigns: true,
        ..PLAIN
    },
    Wrapper {
        name: "doas",
        takes: "uCa",
        alone: "nsL",
        ..PLAIN
    },
    Wrapper {
        name: "exec",
        takes: "a",
        alone: "cl",
        ..PLAIN
    },
    Wrapper {
        name: "command",
        alone: "p",
        ..PLAIN
    },
    Wrapper {
        name: "builtin",
        ..PLAIN
    },
    Wrapper {
        name: "nohup",
        ..PLAIN
    },
    Wrapper {
        name: "setsid",
        alone: "cfw",
        alone_long: &["fork", "wait", "ctty"],
        ..PLAIN
    },
    Wrapper {
        name: "nice",
        takes: "n",
        alone: "0123456789",
        takes_long: &["adjustment"],
        ..PLAIN
    },
    Wrapper {
        name: "ionice",
        takes: "cn",
        alone: "t",
        takes_long: &["class", "classdata"],
        ..PLAIN
    },
    Wrapper {
        name: "chrt",
        alone: "abdfiorR",
        operands: 1,
        ..PLAIN
    },
    Wrapper {
        name: "taskset",
        alone: "ac",
        operands: 1,
        ..PLAIN
    },
    Wrapper {
        name: "chroot",
        operands: 1,
        ..PLAIN
    },
    Wrapper {
        name: "timeout",
        takes: "sk",
        alone: "vfp",
        takes_long: &["signal", "kill-after"],
        alone_long: &["foreground", "preserve-status", "verbose"],
        operands: 1,
        ..PLAIN
    },
    Wrapper {
        name: "gtimeout",
        takes: "sk",
        alone: "vfp",
        operands: 1,
        ..PLAIN
    },
    Wrapper {
        name: "time",
        takes: "fo",
        alone: "apvqV",
        takes_long: &["format", "output"],
        alone_long: &["append", "portability", "verbose", "quiet"],
        ..PLAIN
    },
    Wrapper {
        name: "stdbuf",
        takes: "ioe",
        takes_long: &["input", "output", "error"],
        ..PLAIN
    },
    Wrapper {
        name: "xargs",
        takes: "IEJLnPsadR",
        alone: "0rtxpoie",
        takes_long: &[
            "arg-file",
            "delimiter",
            "max-procs",
            "max-args",
            "max-lines",
            "max-chars",
        ],
        alone_long: &[
            "null",
            "no-run-if-empty",
            "verbose",
            "interactive",
            "exit",
            "open-tty",
        ],
        ..PLAIN
    },
    Wrapper {
        name: "strace",
        takes: "oepEsSuaXPIb",
        alone: "fcvxyTtrqCkDhiwVdFnzZA",
        ..PLAIN
    },
    Wrapper {
        name: "flock",
        takes: "wE",
        alone: "sxeunFov",
        operands: 1,
        ..PLAIN
    },
    // Only with `-u`; without it, it is like `su`.
    Wrapper {
        name: "runuser",
        takes: "ugGwT",
        alone: "lfmpP",
        takes_long: &["user", "group", "supp-group", "whitelist-environment"],
        alone_long: &["login", "fast", "preserve-environment", "pty"],
        runs: &["-c", "--command", "--session-command", "-s", "--shell"],
        ..PLAIN
    },
    Wrapper {
        name: "unshare",
        takes: "RwSGl",
        alone: "muinpUCTfrc",
        takes_long: &[
            "root",
            "wd",
            "setuid",
            "setgid",
            "propagation",
            "setgroups",
            "map-user",
            "map-group",
            "map-users",
            "map-groups",
            "monotonic",
            "boottime",
        ],
        alone_long: &[
            "mount",
            "uts",
            "ipc",
            "net",
            "pid",
            "user",
            "cgroup",
            "time",
            "fork",
            "map-root-user",
            "map-current-user",
            "map-auto",
            "keep-caps",
            "kill-child",
            "mount-proc",
        ],
        ..PLAIN
    },
    Wrapper {
        name: "systemd-run",
        takes: "uHM",
        alone: "tPqrdSG",
        takes_long: &[
            "unit",
            "description",
            "slice",
            "service-type",
            "uid",
            "gid",
            "nice",
            "working-directory",
            "host",
            "machine",
            "on-active",
            "on-boot",
            "on-startup",
            "on-unit-active",
            "on-unit-inactive",
            "on-calendar",
        ],
        alone_long: &[
            "user",
            "system",
            "scope",
            "no-block",
            "wait",
            "pty",
            "pipe",
            "quiet",
            "collect",
            "remain-after-exit",
            "send-sighup",
            "same-dir",
            "slice-inherit",
            "shell",
        ],
        // A property may be `ExecStartPre=…`, a variable `LD_PRELOAD=…`.
        runs: &[
            "-p",
            "--property",
            "--path-property",
            "--socket-property",
            "--timer-property",
            "-E",
            "--setenv",
        ],
        ..PLAIN
    },
    Wrapper {
        name: "unbuffer",
        alone: "p",
        ..PLAIN
    },
    Wrapper {
        name: "busybox",
        ..PLAIN
    },
];

/// What the walk over a wrapper's own words found.
enum Step {
    /// The word, or it and the next, belong to the wrapper.
    Own(usize),
    /// An option that is not known, so that one more word may be the command.
    Unknown,
    /// The command, or an operand of the wrapper.
    Operand,
}

impl Lexer<'_> {
    /// Finds the command that is run in the end. `None` when there is none, or
    /// after refusing a value that could be it.
    pub(super) fn find_command(&mut self, words: &[Word]) -> Option<usize> {
        let mut command = 0;
        loop {
            let name = words[command].command_name();
            let wrapper = WRAPPERS.iter().find(|wrapper| Some(wrapper.name) == name);
            let Some(wrapper) = wrapper else {
                return Some(command);
            };
            let operands = words.get(command + 1).and_then(Word::literal);
            if wrapper.name == "command" && matches!(operands, Some("-v" | "-V" | "-pv" | "-pV")) {
                return Some(command);
            }
            let by_user = |word: &Word| {
                let text = word.cooked.as_str();
                text.starts_with("--u") || (!text.starts_with("--") && text.contains('u'))
            };
            let mut options = words[command + 1..].iter().filter(|word| word.is_option());
            if wrapper.name == "runuser" && !options.any(by_user) {
                return Some(command);
            }
            command = self.walk(wrapper, words, command + 1)?;
        }
    }

    /// Walks over the wrapper's own words to the command.
    fn walk(&mut self, wrapper: &Wrapper, words: &[Word], from: usize) -> Option<usize> {
        let mut index = from;
        let mut unknown = 0;
        let mut operands = wrapper.operands;
        let mut options = true;
        while let Some(word) = words.get(index) {
            if options && word.literal() == Some("--") {
                options = false;
                index += 1;
                continue;
            }
            let step = if options && word.is_option() {
                self.walk_option(wrapper, word, words.get(index + 1))
            } else {
                Step::Operand
            };
            match step {
                Step::Own(count) => index += count,
                Step::Unknown => {
                    self.refuse_values(RefusalKind::CommandWord, word, wrapper.name);
                    unknown += 1;
                    index += 1;
                }
                Step::Operand if wrapper.assigns && word.assigns.is_some() => {
                    self.judge_assignment(word);
                    index += 1;
                }
                // `env "a.b={{ v }}"`: not a name for a shell, but one for `env`.
                Step::Operand if wrapper.assigns && word.cooked.contains('=') => {
                    self.judge_foreign_assignment(word);
                    index += 1;
                }
                Step::Operand if operands > 0 => {
                    self.takes_words(word, options);
                    self.takes_single(word);
                    operands -= 1;
                    index += 1;
                }
                Step::Operand => {
                    for candidate in words.iter().skip(index + 1).take(unknown) {
                        self.refuse_values(RefusalKind::CommandWord, candidate, wrapper.name);
                    }
                    return Some(index);
                }
            }
        }
        None
    }

    fn walk_option(&mut self, wrapper: &Wrapper, word: &Word, next: Option<&Word>) -> Step {
        let text = word.cooked.as_str();
        let splits = wrapper.name == "env"
            && (text.starts_with("--split") || (!text.starts_with("--") && text.contains('S')));
        if splits {
            self.refuse_values(RefusalKind::EvaluatedText, word, "env -S");
            if let Some(next) = next {
                self.refuse_values(RefusalKind::EvaluatedText, next, "env -S");
            }
            return Step::Own(2);
        }
        if let Some(option) = wrapper
            .runs
            .iter()
            .find(|option| text.starts_with(**option))
        {
            self.refuse_values(RefusalKind::CommandOption, word, wrapper.name);
            if text != *option {
                return Step::Own(1);
            }
            if let Some(next) = next {
                self.refuse_values(RefusalKind::CommandOption, next, wrapper.name);
            }
            return Step::Own(2);
        }
        let takes_next = if let Some(long) = text.strip_prefix("--") {
            if long.contains('=') {
                return Step::Own(1);
            }
            if wrapper.alone_long.contains(&long) {
                return Step::Own(1);
            }
            wrapper.takes_long.contains(&long)
        } else {
            match text[1..].find(|letter| wrapper.takes.contains(letter)) {
                Some(at) if text.len() > at + 2 || !word.values.is_empty() => return Step::Own(1),
                Some(_) => true,
                None if text[1..]
                    .chars()
                    .all(|letter| wrapper.alone.contains(letter))
                    && word.values.is_empty() =>
                {
                    return Step::Own(1);
                }
                None => false,
            }
        };
        if !takes_next {
            return Step::Unknown;
        }
        if let Some(next) = next {
            self.takes_words(next, true);
            self.takes_single(next);
        }
        Step::Own(2)
    }

    /// A list must not move the place of the command.
    fn takes_single(&mut self, word: &Word) {
        for value in &word.values {
            if let Some(index) = value.hole {
                self.holes[index].hole.whole_word = false;
            }
        }
    }

    /// `env` takes names that a shell does not.
    fn judge_foreign_assignment(&mut self, word: &Word) {
        let name = word.cooked.split('=').next().unwrap_or_default().to_owned();
        for value in &word.values {
            if value.at <= name.len() {
                self.refuse_value(RefusalKind::CommandWord, value, &name);
            } else {
                self.refuse_assignment(&name, value);
            }
        }
    }
}
