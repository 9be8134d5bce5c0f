//! The interpreters that are known, and how each reads its operands.
//!
//! Only data; `interpreters` reads operands with it. A table is never complete: what
//! is missing is still protected from the outer shell.

/// How the operands of an interpreter are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interpreter {
    pub(super) names: &'static [&'static str],
    /// Short options whose argument is program text.
    pub(super) code: &'static str,
    /// Long options whose argument is program text.
    pub(super) code_long: &'static [&'static str],
    /// Short options whose argument names a file or module to run.
    pub(super) files: &'static str,
    /// Short options with another argument, joined or in the next word.
    pub(super) takes: &'static str,
    /// Short options with a joined argument only.
    pub(super) joined: &'static str,
    /// Long options with another argument.
    pub(super) takes_long: &'static [&'static str],
    /// What the first operand is.
    pub(super) first: First,
    /// What comes when there is neither an option with a program nor an operand.
    pub(super) otherwise_input: bool,
}

/// What the first operand of an interpreter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// The file with the program.
    File,
    /// The program.
    Code,
    /// The file, or with the code option (which takes no argument) the program.
    FileOrCode,
    /// Data; a program comes from options or standard input only.
    Data,
    /// A file of data; the program is in the further operands.
    DataThenCode,
    /// Whatever follows, no value may stand behind certain words (`find -exec`).
    Expression,
}

const PLAIN: Interpreter = Interpreter {
    names: &[],
    code: "",
    code_long: &[],
    files: "",
    takes: "",
    joined: "",
    takes_long: &[],
    first: First::File,
    otherwise_input: true,
};

/// The interpreters that are known. Version numbers at the end of a name are ignored.
const INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        names: &[
            "sh", "bash", "dash", "ksh", "mksh", "zsh", "ash", "fish", "rbash", "csh", "tcsh",
        ],
        code: "c",
        code_long: &["--command"],
        takes: "oO",
        takes_long: &["--rcfile", "--init-file"],
        first: First::FileOrCode,
        ..PLAIN
    },
    Interpreter {
        names: &["python", "pypy"],
        code: "c",
        files: "m",
        takes: "WXQ",
        ..PLAIN
    },
    Interpreter {
        names: &["perl"],
        code: "eE",
        joined: "MmIiFCDdVx",
        ..PLAIN
    },
    Interpreter {
        names: &["ruby"],
        code: "e",
        takes: "rIC",
        joined: "iFKEWTx",
        ..PLAIN
    },
    Interpreter {
        names: &["node", "nodejs", "bun"],
        code: "ep",
        code_long: &["--eval", "--print"],
        takes: "rC",
        takes_long: &[
            "--require",
            "--import",
            "--loader",
            "--experimental-loader",
            "--env-file",
        ],
        ..PLAIN
    },
    Interpreter {
        names: &["php"],
        code: "rBRE",
        code_long: &[
            "--run",
            "--process-begin",
            "--process-code",
            "--process-end",
        ],
        files: "fF",
        takes: "dcz",
        takes_long: &["--define", "--php-ini", "--file"],
        ..PLAIN
    },
    Interpreter {
        names: &["lua", "luajit"],
        code: "e",
        takes: "l",
        ..PLAIN
    },
    Interpreter {
        names: &["Rscript", "R"],
        code: "e",
        files: "f",
        ..PLAIN
    },
    Interpreter {
        names: &["julia"],
        code: "eE",
        code_long: &["--eval", "--print"],
        takes: "Lp",
        ..PLAIN
    },
    Interpreter {
        names: &["pwsh", "powershell"],
        code: "c",
        code_long: &["--command"],
        files: "f",
        ..PLAIN
    },
    Interpreter {
        names: &["osascript", "groovy", "elixir", "scala", "ghc", "jshell"],
        code: "e",
        ..PLAIN
    },
    Interpreter {
        names: &["expect", "guile"],
        code: "c",
        files: "f",
        ..PLAIN
    },
    Interpreter {
        names: &["deno"],
        ..PLAIN
    },
    Interpreter {
        names: &["deno run", "bun run"],
        ..PLAIN
    },
    Interpreter {
        names: &["python -m cProfile", "python -m profile", "python -m trace"],
        files: "m",
        takes: "osfC",
        otherwise_input: false,
        ..PLAIN
    },
    Interpreter {
        names: &["tclsh", "wish"],
        ..PLAIN
    },
    Interpreter {
        names: &["ed", "dc", "at", "batch", "crontab"],
        first: First::Data,
        ..PLAIN
    },
    Interpreter {
        names: &["awk", "gawk", "mawk", "nawk", "original-awk"],
        code: "eE",
        code_long: &["--source", "--exec"],
        files: "fil",
        takes: "Fv",
        takes_long: &[
            "--assign",
            "--field-separator",
            "--file",
            "--include",
            "--load",
        ],
        first: First::Code,
        otherwise_input: false,
        ..PLAIN
    },
    Interpreter {
        names: &["sed", "gsed"],
        code: "e",
        code_long: &["--expression"],
        files: "f",
        takes: "l",
        joined: "i",
        takes_long: &["--file", "--line-length"],
        first: First::Code,
        otherwise_input: false,
    },
    Interpreter {
        names: &["jq", "gojq", "jaq", "yq"],
        files: "f",
        takes: "L",
        takes_long: &["--from-file", "--indent", "--library-path"],
        first: First::Code,
        otherwise_input: false,
        ..PLAIN
    },
    Interpreter {
        names: &["psql"],
        code: "c",
        code_long: &["--command"],
        files: "f",
        takes: "dhpUvoFLPRT",
        takes_long: &[
            "--file",
            "--dbname",
            "--host",
            "--port",
            "--username",
            "--set",
            "--variable",
        ],
        first: First::Data,
        ..PLAIN
    },
    Interpreter {
        names: &["mysql", "mariadb"],
        code: "e",
        code_long: &["--execute", "--init-command"],
        takes: "DhPuS",
        takes_long: &["--host", "--user", "--port", "--database"],
        first: First::Data,
        ..PLAIN
    },
    Interpreter {
        names: &["sqlite", "duckdb"],
        first: First::DataThenCode,
        ..PLAIN
    },
    Interpreter {
        names: &["find"],
        first: First::Expression,
        otherwise_input: false,
        ..PLAIN
    },
];

/// Options after which an interpreter only tells about itself.
pub(super) const TELLS_ONLY: [&str; 5] = ["--version", "--help", "-V", "-v", "-l"];

/// The interpreter of this name.
pub(super) fn find(name: &str) -> Option<Interpreter> {
    let unversioned = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let known = |name| {
        INTERPRETERS
            .iter()
            .find(|known| known.names.contains(&name))
            .copied()
    };
    // `.` is a command too, and must not become an empty name.
    known(name).or_else(|| known(unversioned))
}
