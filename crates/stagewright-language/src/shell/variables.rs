//! Assignments of values: to which variables they may go, and that they are
//! remembered.

use super::lexer::Lexer;
use super::refusal::RefusalKind;
use super::word::{Value, Word};

/// Variables that a value from outside must not set, because shells, loaders and
/// common programs run, load or evaluate what is in them.
const DANGEROUS: &[&str] = &[
    // Shells. The last line is evaluated as arithmetic by bash when it is assigned.
    "PATH",
    "IFS",
    "ENV",
    "SHELL",
    "SHELLOPTS",
    "BASHOPTS",
    "BASH_ENV",
    "BASH_LOADABLES_PATH",
    "PROMPT_COMMAND",
    "PS0",
    "PS1",
    "PS2",
    "PS3",
    "PS4",
    "FCEDIT",
    "POSIXLY_CORRECT",
    "OPTIND",
    "RANDOM",
    "SRANDOM",
    "SECONDS",
    "LINENO",
    "HISTCMD",
    "BASHPID",
    "EPOCHSECONDS",
    // Programs that other programs start.
    "EDITOR",
    "VISUAL",
    "PAGER",
    "MANPAGER",
    "BROWSER",
    "LESSOPEN",
    "LESSCLOSE",
    "LESS",
    "SSH_ASKPASS",
    "SUDO_ASKPASS",
    "SUDO_EDITOR",
    "RSYNC_RSH",
    "CVS_RSH",
    "TAR_OPTIONS",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
    "RUSTDOC",
    "CC",
    "CXX",
    "MAKEFLAGS",
    "MFLAGS",
    "GNUMAKEFLAGS",
    "MAKEFILES",
    // Code and configuration that runtimes load.
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONBREAKPOINT",
    "PYTHONWARNINGS",
    "PERL5OPT",
    "PERL5LIB",
    "PERLLIB",
    "PERL5DB",
    "RUBYOPT",
    "RUBYLIB",
    "NODE_OPTIONS",
    "NODE_PATH",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "CLASSPATH",
    "MAVEN_OPTS",
    "GRADLE_OPTS",
    "PHPRC",
    "PHP_INI_SCAN_DIR",
    "LUA_INIT",
    "LUA_PATH",
    "LUA_CPATH",
    "R_PROFILE",
    "R_PROFILE_USER",
    "R_ENVIRON",
    "AWKPATH",
    "AWKLIBPATH",
    "GCONV_PATH",
    "OPENSSL_CONF",
    "OPENSSL_ENGINES",
    "GLIBC_TUNABLES",
    "KUBECONFIG",
    "AWS_CONFIG_FILE",
    "HOME",
    "XDG_CONFIG_HOME",
    "ZDOTDIR",
    "INPUTRC",
];

/// Families of such variables, by how their names begin.
const DANGEROUS_FAMILIES: &[&str] = &[
    "LD_",
    "DYLD_",
    "BASH_FUNC_",
    "GIT_",
    "CARGO_",
    "npm_config_",
];

/// Members of those families that only hold data.
const HARMLESS: &[&str] = &[
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
    "GIT_COMMITTER_DATE",
    "GIT_REFLOG_ACTION",
];

/// Whether setting the variable changes which code is run.
fn is_dangerous(name: &str) -> bool {
    let family = DANGEROUS_FAMILIES
        .iter()
        .any(|family| name.starts_with(family));
    DANGEROUS.contains(&name) || (family && !HARMLESS.contains(&name))
}

impl Lexer<'_> {
    /// Judges `NAME=…` before a command, or alone.
    pub(super) fn judge_assignment(&mut self, word: &Word) {
        let Some(name) = word.assigns.clone() else {
            return;
        };
        if word.array {
            self.found.arrays.insert(name.clone());
        } else {
            self.takes_one_value(word);
        }
        let equals = word.cooked.find('=').unwrap_or(word.cooked.len());
        let left = &word.cooked[name.len()..equals];
        if self.mentions_tainted(left) {
            let length = word.end - word.start;
            self.refuse(RefusalKind::ArraySubscript, word.start, length, &name);
        }
        // An attribute such as `-i` evaluates bare names too.
        let right = &word.cooked[equals..];
        if self.is_evaluating(&name) && self.mentions_tainted(right) {
            self.refuse(
                RefusalKind::EvaluatingVariable,
                word.start,
                word.end - word.start,
                &name,
            );
        }
        for value in &word.values {
            self.refuse_assignment(&name, value);
        }
        // A name that is assigned is evaluated in turn by arithmetic: `y=x; ((y))`.
        let named = self.tainted(right.trim_start_matches('='));
        if !word.values.is_empty() || named {
            self.assigned_value(&name);
        }
    }

    /// `NAME[… with a value before its `]=` is the subscript of an assignment.
    pub(super) fn judge_subscript(&mut self, word: &Word) {
        let Some((name, _)) = word.cooked.split_once('[') else {
            return;
        };
        if !super::word::is_name(name) {
            return;
        }
        for value in word.values.iter().filter(|value| value.at > name.len()) {
            let before = &word.cooked[..value.at];
            if !before.contains("]=") && !before.contains("]+=") {
                self.refuse_value(RefusalKind::ArraySubscript, value, name);
            }
        }
    }

    /// Refuses a value that is assigned to a variable that would run it.
    pub(super) fn refuse_assignment(&mut self, name: &str, value: &Value) {
        if is_dangerous(name) {
            self.refuse_value(RefusalKind::DangerousVariable, value, name);
        } else if self.is_evaluating(name) {
            self.refuse_value(RefusalKind::EvaluatingVariable, value, name);
        }
    }

    pub(super) fn is_evaluating(&self, name: &str) -> bool {
        self.facts.evaluating.contains(name) || self.found.evaluating.contains(name)
    }

    /// Remembers that a variable may hold a value from now on.
    pub(super) fn assigned_value(&mut self, name: &str) {
        self.found.tainted.insert(name.to_owned());
    }

    /// Remembers that the positional parameters may hold values.
    pub(super) fn assigned_parameters(&mut self) {
        self.assigned_value("@");
        self.assigned_value("*");
    }
}

#[cfg(test)]
mod tests {
    use super::is_dangerous;

    #[test]
    fn families_have_their_exceptions() {
        for name in [
            "PATH",
            "LD_PRELOAD",
            "DYLD_INSERT_LIBRARIES",
            "GIT_SSH_COMMAND",
            "BASH_FUNC_ls%%",
        ] {
            assert!(is_dangerous(name), "{name}");
        }
        for name in ["TITLE", "GIT_AUTHOR_NAME", "PATHS", "ld_preload"] {
            assert!(!is_dangerous(name), "{name}");
        }
    }
}
